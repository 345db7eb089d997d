package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// order of the TLS versions, the weakest first.
var order = []string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}

// Weaknesses are the sentences that tell in what a TLS service gives less than is declared for it, or, where nothing is
// declared, than the algorithm catalogue accepts at the time. Each was offered by the service and then used in a second handshake.
func Weaknesses(ctx context.Context, dut *harness.DUT, s seen.TLSService, least *device.Strength) []string {
	var out []string
	for _, v := range s.Versions {
		if why := weakVersion(v.Name, least, harness.At(ctx)); why != "" && confirmed(ctx, dut, s, v.Name, nil) {
			out = append(out, fmt.Sprintf("%s accepts %s, %s", seen.Name(s.Service), v.Name, why))
			continue // its suites say no more
		}
		for _, c := range v.Suites {
			if why := weakSuite(c, least, harness.At(ctx)); why != "" && confirmed(ctx, dut, s, v.Name, []uint16{uint16(c.ID)}) {
				out = append(out, fmt.Sprintf("%s accepts %s in %s, %s", seen.Name(s.Service), c.Name, v.Name, why))
			}
		}
	}
	return append(out, weakKey(s, least, harness.At(ctx))...)
}

// weakVersion says why a version is too weak.
func weakVersion(version string, least *device.Strength, at time.Time) string {
	if least != nil && least.TLSMin != "" && slices.Index(order, version) < slices.Index(order, "TLS "+strings.TrimPrefix(least.TLSMin, "TLS ")) {
		return "though TLS " + strings.TrimPrefix(least.TLSMin, "TLS ") + " is declared as the least"
	}
	return refused("tls-version", version, least, at)
}

// weakSuite says why a suite is too weak.
func weakSuite(c tls.Suite, least *device.Strength, at time.Time) string {
	if least != nil && len(least.Suites) > 0 && !slices.Contains(least.Suites, c.Name) && strength(c) < weakest(least.Suites) {
		return "which is weaker than every suite declared"
	}
	return refused("tls-suite", c.Name, least, at)
}

// refused is what the algorithm catalogue has against a name at a time. What the row itself declares by name is weak but
// declared: that is a conceptual unit's affair (5.5-1-1c).
func refused(kind, name string, least *device.Strength, at time.Time) string {
	if least != nil && slices.Contains(least.Suites, name) {
		return ""
	}
	a, ok := provisions.Must().Algorithm(kind, name)
	if !ok || a.StatusAt(at) != provisions.RefusedStatus {
		return ""
	}
	return "which is refused: " + a.Why + " (" + a.Source + ")"
}

// strength orders suites: 0 protects nothing, then broken ciphers, then those without forward secrecy, CBC, AEAD.
func strength(c tls.Suite) int {
	switch {
	case c.Null() || c.Anon() || c.Export():
		return 0
	case c.RC4() || c.SmallBlock() || c.Bits() < 128:
		return 1
	case !c.PFS():
		return 2
	case c.CBC():
		return 3
	}
	return 4
}

func weakest(names []string) int {
	least := 4
	for _, n := range names {
		if c, ok := tls.SuiteNamed(n); ok {
			least = min(least, strength(c))
		}
	}
	return least
}

// confirmed repeats what was offered in a handshake of its own.
func confirmed(ctx context.Context, dut *harness.DUT, s seen.TLSService, version string, suites []uint16) bool {
	if version == "SSL 2.0" {
		return true // two hellos showed it; no library completes it
	}
	h := harness.Ask(ctx, seen.Of(dut, s.Service), tls.Handshake{Port: s.Addr.Port(), Version: version, Suites: suites})
	return h.Completed || h.Answered
}

// weakKey says in what the server's own key or certificate is weak.
func weakKey(s seen.TLSService, least *device.Strength, at time.Time) (out []string) {
	out = weakLeaf(seen.Name(s.Service), s.Chain, least, at)
	if s.DHBits > 0 && s.DHBits < 2048 {
		out = append(out, fmt.Sprintf("%s exchanges keys in a finite-field group of %d bits, and the least is 2048", seen.Name(s.Service), s.DHBits))
	}
	return out
}

// weakLeaf says in what a certificate, or the key in it, is weak.
func weakLeaf(name string, chain []tls.Certificate, least *device.Strength, at time.Time) (out []string) {
	if len(chain) == 0 || chain[0].Malformed != "" {
		return nil
	}
	leaf := chain[0]
	bits := 2048
	if least != nil && least.KeyBits > 0 {
		bits = least.KeyBits
	}
	if leaf.KeyType == "RSA" && leaf.KeyBits < bits {
		out = append(out, fmt.Sprintf("%s proves itself with an RSA key of %d bits, and the least is %d", name, leaf.KeyBits, bits))
	}
	if a, ok := provisions.Must().Algorithm("tls-signature", leaf.SignatureAlgorithm); ok && a.StatusAt(at) == provisions.RefusedStatus && !leaf.SelfSigned {
		out = append(out, fmt.Sprintf("%s has a certificate signed by %s, which is refused: %s (%s)", name, leaf.SignatureAlgorithm, a.Why, a.Source))
	}
	return out
}
