package communication

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// An offering is a service of 13-SoftServ: its row, and its typed keys.
type offering struct {
	row   device.Row
	typed device.SoftServ
}

// offerings are all that are declared and not disabled.
func offerings(ctx context.Context, dut *DUT) (out []offering) {
	for i, row := range Declared(ctx, dut, "13-SoftServ") {
		if !declared.Names(row, "Status", "disabled", "off", "never") {
			out = append(out, offering{row, (*dut.IXIT().SoftServ)[i]})
		}
	}
	return out
}

// Words of a service that is reached over a network; one with a typed place is too.
var onNetwork = []string{"network", "lan", "wi-fi", "wifi", "wlan", "ethernet", "internet", "tcp", "udp", "port", "http", "https", "ssh", "mqtt", "coap", "netzwerk"}

// reachable are the services that are reached over the network in the initialised state, but for those that tell only what a
// protocol demands before any log-in: these are noted, and 5.6-2's affair.
func reachable(ctx context.Context, dut *DUT) (out []offering) {
	for _, s := range offerings(ctx, dut) {
		switch {
		case len(s.typed.At) == 0 && declared.Affirms(s.row.Fields["Description"], onNetwork...) == "":
		case s.demanded():
			Note(ctx, "%s (%s) tells no more than its protocol demands of everybody, and is not held to authentication; what it discloses is judged by 5.6-2", s.row.ID, s.row.Fields["Description"])
		default:
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		Lack("say in 13-SoftServ which services are reached over the network (Description, at:)", "13-SoftServ names no service that is reached over the network")
	}
	return out
}

// Protocols that tell who is there, before any log-in (RFC 6762, 6763; UPnP device architecture; WS-Discovery).
var discovery = []string{"mdns", "dns-sd", "ssdp", "ws-discovery", "llmnr"}

// demanded tells a service of discovery, or a redirect to HTTPS, which configures nothing and has no function to try.
func (s offering) demanded() bool {
	if s.typed.Configures.Yes() || len(s.typed.Functions) > 0 || len(s.typed.AuthMechs) > 0 || len(s.typed.At) == 0 {
		return false
	}
	redirects := declared.Affirms(s.row.Fields["Description"], "redirect*") != ""
	return !slices.ContainsFunc(s.typed.At, func(e device.Endpoint) bool {
		proto := strings.ToLower(e.Proto)
		return !slices.Contains(discovery, proto) && !(proto == "http" && redirects)
	})
}

// Words of a service by which security-relevant settings are changed.
var settings = []string{"configur*", "change of settings", "changes settings", "administrat*"}

// configuring are the services that allow security-relevant configuration.
func configuring(ctx context.Context, dut *DUT) (out []offering) {
	for _, s := range offerings(ctx, dut) {
		says := s.typed.Configures == "" && declared.Affirms(s.row.Fields["Description"], settings...) != ""
		if s.typed.Configures.Yes() || says {
			out = append(out, s)
		} else if s.typed.Configures == "" {
			Doubt(ctx, "%s does not say whether it allows configuration: write yes or no in 13-SoftServ: Allows Configuration", s.row.ID)
		}
	}
	return out
}

// authenticates demands a reference to a way to authenticate that there is.
func authenticates(ctx context.Context, dut *DUT, s offering) {
	known := Declared(ctx, dut, "1-AuthMech")
	Expect(s.typed.AuthMechs).NotTo(BeEmpty(), "%s (%s) is reached over the network, and names no Authentication Mechanism", s.row.ID, s.row.Fields["Description"])
	for _, id := range s.typed.AuthMechs {
		Expect(slices.ContainsFunc(known, func(r device.Row) bool { return r.ID == id })).To(BeTrue(), "%s (%s) names %s, which is no row of 1-AuthMech", s.row.ID, s.row.Fields["Description"], id)
	}
}

// waysIn are the rows of 1-AuthMech that services name.
func waysIn(ctx context.Context, dut *DUT, services []offering) (out []device.Row) {
	for _, row := range Declared(ctx, dut, "1-AuthMech") {
		if slices.ContainsFunc(services, func(s offering) bool { return slices.Contains(s.typed.AuthMechs, row.ID) }) {
			out = append(out, row)
		}
	}
	return out
}

// Words for factors: those that prove something, those that prove nothing, and those by which a text says that the invalid are
// turned away.
var (
	proofs     = []string{"password*", "passphrase*", "pin", "key*", "certificate*", "token*", "code*", "button*", "physical*", "biometr*", "fingerprint*", "passkey*", "otp", "challenge*", "signature*", "passwort*"}
	noProofs   = []string{"lan", "home network", "local network", "same network", "network location", "source ip", "ip address*", "mac address*", "device id", "serial number", "hidden url", "secret url", "user agent", "in the browser", "client side", "client-side"}
	turnedAway = []string{"refus*", "reject*", "denied", "denies", "turned away", "not admitted", "fails", "locked*", "abgewiesen", "abgelehnt", "only with", "without it"}
)

// tellsApart holds a row against the rules of 5.5-4-1b.
func tellsApart(ctx context.Context, dut *DUT, m device.Row) {
	factor := declared.Text(m, "Authentication Factor")
	if factor == "" || declared.Text(m, "Description") == "" {
		Lack("fill in 1-AuthMech: Description and Authentication Factor", "%s does not say what proves the subject, or how", m.ID)
	}
	Expect(declared.None(factor)).To(BeFalse(), "%s has no factor: Authentication Factor says %q", m.ID, factor)
	proof, none := declared.Affirms(factor, proofs...), declared.Affirms(factor, noProofs...)
	Expect(none != "" && proof == "").To(BeFalse(), "%s takes %q for a proof, which everybody in the right place or with a look at the device has", m.ID, factor)
	if proof == "" || none != "" {
		Propose(Inconclusive, "%s has the factor %q: judge whether it proves the subject", m.ID, factor)
	}
	if !declared.Says(declared.Text(m, "Description"), turnedAway...) {
		Propose(Inconclusive, "%s (%s) does not say what becomes of somebody whose %s is wrong: see that its Description has the rule", m.ID, m.Fields["Description"], proof)
	}
}

var tokenBits = regexp.MustCompile(`(?i)token[^.;]{0,40}?\b(\d{1,4})[ -](?:random )?bits?\b`)

// Words for a factor that travels so that everybody on the way reads it, and for channels and ways by which nobody does.
var (
	readable  = []string{"http", "telnet", "ftp", "in clear", "in the clear", "cleartext", "clear text", "plaintext", "plain text", "unencrypted", "basic auth*", "im klartext"}
	sheltered = []string{"tls*", "dtls*", "https", "quic", "ssh*", "ipsec", "wireguard", "challenge*", "pake", "spake2*", "srp", "opaque", "signature*", "signed", "wpa2*", "wpa3*", "certificate*"}
)

// holds holds a row against the rules of 5.5-4-1c.
func holds(ctx context.Context, dut *DUT, m device.Row) {
	all := Declared(ctx, dut, "1-AuthMech")
	text := declared.Resolved(all, m, "Cryptographic Details")
	if text == "" {
		Lack("write in 1-AuthMech how the factor is protected: Cryptographic Details", "%s says nothing in Cryptographic Details", m.ID)
	}
	against := declared.RefusedIn(text, At(ctx))
	for _, t := range *dut.IXIT().AuthMech {
		if t.ID == m.ID {
			against = append(against, declared.RefusedStrength(t.Strength, At(ctx))...)
		}
	}
	Expect(against).To(BeEmpty(), "%s (Cryptographic Details): %s", m.ID, declared.Gathered(against))
	clear, shelter := declared.Affirms(text, readable...), declared.Affirms(text, sheltered...)
	if clear != "" && shelter == "" {
		Propose(Fail, "%s sends its factor so that others on the network read it: Cryptographic Details speaks of %s, and of no protected channel", m.ID, clear)
	}
	if b := tokenBits.FindStringSubmatch(text); b != nil {
		bits, _ := strconv.Atoi(b[1])
		Expect(bits).To(BeNumerically(">=", 64), "%s has tokens of %d bits, which can be guessed: 64 are the least", m.ID, bits)
	}
	guessable(all, m)
	if shelter == "" {
		Propose(Inconclusive, "%s names no channel or exchange that keeps its factor from others (%.80q): judge how it travels", m.ID, text)
	}
}

// guessable demands a limit to guesses where there is something to guess.
func guessable(all []device.Row, m device.Row) {
	bf := declared.Resolved(all, m, "Brute Force Prevention")
	if declared.Affirms(m.Fields["Authentication Factor"], "password*", "pin", "code*", "passphrase*", "passwort*") == "" {
		return
	}
	if bf == "" {
		Lack("write in 1-AuthMech: Brute Force Prevention how guessing is limited", "%s does not say how guessing is limited", m.ID)
	}
	Expect(declared.None(bf)).To(BeFalse(), "%s has no limit to guesses: Brute Force Prevention says %q", m.ID, bf)
}

// Words for roles and rights.
var roles = []string{"owner*", "admin*", "user*", "guest*", "role*", "right*", "operator*", "installer*", "member*", "household", "family", "maker*", "permission*", "entitled", "besitzer*", "benutzer*"}

// Words by which whoever is logged in may do all.
var anyone = []string{"any authenticated user", "any user", "every user", "all users", "anybody who is logged in", "everybody who is logged in"}

// admits demands that a service or its ways in say whom they admit (5.5-4-1d).
func admits(ctx context.Context, dut *DUT, s offering) {
	text := s.row.Fields["Description"]
	role := declared.Affirms(text, roles...)
	typed := slices.ContainsFunc(s.typed.Functions, func(f device.Function) bool { return f.Login != "" })
	for _, m := range waysIn(ctx, dut, []offering{s}) {
		if role == "" {
			role = declared.Affirms(m.Fields["Description"], roles...)
		}
	}
	administrative := s.typed.Configures.Yes()
	if role == "" && !typed && administrative {
		Propose(Fail, "%s (%s) allows configuration, and neither it nor its rows of 1-AuthMech say who may", s.row.ID, text)
	}
	if role == "" && !typed {
		Propose(Inconclusive, "%s (%s) does not say whom it admits: see that 13-SoftServ or 1-AuthMech has the rule", s.row.ID, text)
	}
	if word := declared.Affirms(text, anyone...); word != "" && administrative {
		Propose(Fail, "%s (%s) allows configuration to %s", s.row.ID, text, word)
	}
}

// presence holds what is declared of the set-up: who claims the device shows that he is at it.
func presence(services []offering) {
	described := false
	for _, s := range services {
		if s.typed.Setup == nil {
			continue
		}
		described = true
		if s.typed.Setup.Presence == "none" {
			Propose(Fail, "%s is set up by whoever comes first: nothing shows that he is at the device (setup: presence: none)", s.row.ID)
		}
	}
	if !described {
		Lack("say in 13-SoftServ what the set-up asks for, at the service that does it (setup: presence: code, button, proximity, window or none)", "13-SoftServ does not say what the set-up asks for")
	}
}

func presences(services []offering) string {
	var out []string
	for _, s := range services {
		if s.typed.Setup != nil {
			out = append(out, fmt.Sprintf("a %s (%s)", s.typed.Setup.Presence, s.row.ID))
		}
	}
	return strings.Join(out, ", ")
}
