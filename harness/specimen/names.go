package specimen

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// faults are those that this device can show, by the names of the catalogue, which says what units each breaks.
var faults = registry(
	// 5.1: passwords
	"universal-default-password", "backdoor-account", "password-off-spec", "sequential-passwords", "password-from-mac", "password-from-serial", "wordlist-passwords", "skippable-password-setup", "empty-password-accepted",
	"undeclared-password-service", "undeclared-auth-api", "undeclared-broker-password", "m2m-password-accepted", "legacy-tls-accepted", "plaintext-login",
	"predictable-session-token", "ssh-legacy-kex", "replayable-login", "login-replay-accepted", "no-change-function", "change-noop", "change-partial", "change-lost-on-reboot",
	"no-lockout", "lockout-header-bypass", "lockout-lost-on-reboot", "lockout-reset-by-reconnect", "lockout-ui-only",
	// 5.3: updates
	"update-unsigned-accepted", "unsigned-above-version-accepted", "update-bitflip-accepted", "update-crc-only", "update-downgrade-accepted",
	"update-http-redirect-followed", "update-model-swap-accepted", "update-replay-accepted", "update-truncated-accepted", "update-wrong-signer-accepted",
	"update-app-side-verify-only", "undeclared-update-upload",
	// 5.4: security parameters
	"firmware-embedded-private-key", "password-hash-unsalted",
	// 5.5: communication
	"tls10-accepted", "tls-weak-suite", "tls-weak-leaf-key", "cleartext-channel", "banner-version-mismatch", "api-unauthenticated", "coap-unauthenticated",
	"auth-any-password", "auth-rejects-valid-user", "claim-reopens-after-owner", "config-write-unauthenticated", "empty-password",
	"lockout-never-ends", "login-cleartext", "logout-keeps-token", "low-role-admitted", "mqtt-anonymous", "rtsp-unauthenticated", "upnp-control-open", "websocket-unchecked",
	"session-token-predictable", "setup-api-open-after-init", "setup-wizard-open",
	// 5.6: surfaces
	"undeclared-listener", "undeclared-udp-service", "snmp-default-community", "snmp-public", "undeclared-telnet", "disabled-interface-answers", "config-export-without-login", "mdns-leaks-ssid", "ssdp-leaks-serial", "undeclared-version-banner", "boot-window-listener",
	"pairing-mode-never-ends", "network-interface-declared-disabled", "network-debug-shell-open",
	// 5.11: deletion
	"reset-keeps-token", "reset-keeps-user-account", "reset-keeps-recordings", "erase-function-broken", "erase-steps-differ",
	"erase-no-confirmation", "erase-confirms-despite-failure", "guest-can-erase-all",
	// 5.13: input
	"command-injection-in-hostname", "crash-on-long-header", "crash-on-long-form-field", "hang-on-mqtt-length", "hidden-expert-page", "mdns-pointer-loop-hang", "path-traversal-read", "reflected-script", "stores-out-of-range-value", "undeclared-rest-endpoint",
	// beyond the standard: components
	"known-exploited-component",
	// lost device
	"shared-device-key", "disclosed-service-password",
)

// honest are the conformant oddities that it can show by a switch. Others are its ordinary manner:
// same-version-refused, bearer-token-works-from-other-host, lockout-5-then-60s, login-post-repeatable, redirect-port-80,
// static-assets-public, tls-early-data-off.
var honest = registry(
	"activation-lock", "antirollback-fuse", "bare-500-on-garbage", "certificate-renewed-mid-run", "commissioning-code-8-digits",
	"debug-console-by-signature", "declared-enabled-but-idle", "discovery-open-by-protocol", "forced-change-default", "self-update-mid-run", "exponential-delay-no-lock",
	"forced-ssh-ident", "intermittent-pairing-window", "label-password-single-unit", "login-page-on-every-path",
	"mlkem-only-group", "model-prefix-in-password", "no-personal-data-device", "open-claim-in-factory-state", "owner-downgrade-by-hand",
	"patched-banner", "random-value-chance-hit", "rationale-of-three-words", "reboot-after-watchdog-unrelated",
	"signed-file-over-plain-cdn", "silent-update-later-notice", "tls13-better-than-declared", "update-refused-low-battery", "upload-form-for-pictures", "video-decoder-old-soname",
)

// registry refuses a name that stands twice.
func registry(names ...string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		if out[n] {
			panic("specimen: " + n + " is registered twice")
		}
		out[n] = true
	}
	return out
}

// Faults lists the faults that the device, or its device file, can show.
func Faults() []string {
	return slices.Sorted(maps.Keys(anyFault()))
}

func anyFault() map[string]bool {
	all := maps.Clone(faults)
	for name := range declarations {
		if !honest[name] {
			all[name] = true
		}
	}
	return all
}

// HonestVariants lists the honest variants that it can show.
func HonestVariants() []string { return slices.Sorted(maps.Keys(honest)) }

// known checks the names of faults and honest variants.
func known(o Options) (map[string]bool, error) {
	has := map[string]bool{}
	all := anyFault()
	for _, f := range o.Faults {
		if !all[f] {
			return nil, fmt.Errorf("the specimen has no fault %q%s\n  assay specimen --list shows them", f, near(f, all))
		}
		has[f] = true
	}
	for _, h := range o.Honest {
		if !honest[h] {
			return nil, fmt.Errorf("the specimen has no honest variant %q%s\n  assay specimen --list shows them", h, near(h, honest))
		}
		has[h] = true
	}
	return has, nil
}

// near names those that share a word with a misspelt name, those first that begin as it does.
func near(name string, all map[string]bool) string {
	var out []string
	for n := range all {
		for _, w := range strings.Split(name, "-") {
			if len(w) > 2 && slices.Contains(strings.Split(n, "-"), w) && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	alike := func(n string) (i int) {
		for i < min(len(n), len(name)) && n[i] == name[i] {
			i++
		}
		return i
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(alike(b)-alike(a), strings.Compare(a, b)) })
	if len(out) == 0 {
		return ""
	}
	return ": is it " + strings.Join(out[:min(len(out), 5)], ", ") + "?"
}

// Undeclared are names that the catalogue does not know: there are none (a test holds it).
func Undeclared() (out []string) {
	in := map[string]bool{}
	for _, f := range provisions.Must().Faults() {
		in[f.Name] = true
	}
	for _, h := range provisions.Must().Honest() {
		in[h.Variant] = true
	}
	for _, n := range append(Faults(), HonestVariants()...) {
		if !in[n] {
			out = append(out, n)
		}
	}
	return out
}
