package passwords

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const cryptography = "Cryptographic Details"

// A part of an authentication is a protocol or step that a text names, and what it gives by its design.
type part struct {
	name  string
	words []string
	gives []declared.Guarantee
}

var whole = []declared.Guarantee{declared.Confidentiality, declared.Integrity, declared.Authenticity, declared.Freshness}

// parts are those that are known here. Of TLS the server is verified, and who logs in proves himself inside it.
var parts = []part{
	{"TLS", []string{"TLS*", "DTLS*", "HTTPS", "MQTTS", "EAP-TLS"}, whole},
	{"SSH", []string{"SSH*"}, whole},
	{"a PAKE", pakes, whole},
	{"WPA", []string{"WPA2*"}, whole},
	{"Noise, IPsec or WireGuard", []string{"Noise", "IPsec", "IKEv2", "WireGuard"}, whole},
	{"BLE with numeric comparison or pass key", []string{"numeric comparison", "LE secure connections", "LESC", "passkey entry"}, whole},
	{"a signature over a challenge", []string{"signature over*", "signed challenge", "FIDO*", "WebAuthn", "passkey", "passkeys"}, []declared.Guarantee{declared.Authenticity, declared.Integrity, declared.Freshness}},
	{"an HMAC over a challenge", []string{"HMAC*", "challenge-response", "challenge response"}, []declared.Guarantee{declared.Authenticity, declared.Integrity, declared.Freshness}},
	{"HTTP Digest", []string{"Digest"}, []declared.Guarantee{declared.Authenticity}},
	{"a client certificate", []string{"client certificate*"}, []declared.Guarantee{declared.Authenticity}},
	{"HTTP Basic", []string{"HTTP Basic", "Basic authentication", "Basic auth"}, nil},
	{"BLE Just Works", []string{"Just Works"}, []declared.Guarantee{declared.Confidentiality}},
	{"WPS", []string{"WPS*"}, []declared.Guarantee{declared.Confidentiality}},
	{"a bare token or password", []string{"raw token", "bare token", "in clear", "cleartext", "clear text", "plain text", "plaintext", "unencrypted"}, nil},
}

// guarantees holds what a row promises against what an authentication needs (5.1-3-1a).
func guarantees(m mechanism) {
	promised, others := declared.Guarantees(m.row)
	needed := []declared.Guarantee{declared.Integrity, declared.Authenticity}
	if m.guessable() && m.networked() {
		needed = append(needed, declared.Confidentiality)
	}
	missing := declared.Missing(promised, needed...)
	if len(missing) > 0 && len(others) > 0 {
		Propose(Fail, "%s promises %s, whose words are not known here (%s); confirm that it lacks: %s", m.ID, strings.Join(others, ", "), "Security Guarantees", strings.Join(missing, ", "))
	}
	Expect(missing).To(BeEmpty(), "%s authenticates and does not promise: %s (Security Guarantees)", m.ID, strings.Join(missing, ", "))
}

// delivers holds what a row promises against what the parts that it names can give (5.1-3-1b).
func delivers(m mechanism) {
	text := m.text(cryptography)
	if text == "" {
		Lack("write in 1-AuthMech which protocol carries the authentication", "%s says nothing in %q", m.ID, cryptography)
	}
	promised, _ := declared.Guarantees(m.row)
	var names []string
	var given []declared.Guarantee
	for _, p := range parts {
		if declared.Affirms(text, p.words...) != "" {
			names, given = append(names, p.name), append(given, p.gives...)
		}
	}
	lacking := declared.Missing(given, slices.DeleteFunc(slices.Clone(promised), func(g declared.Guarantee) bool { return g == declared.Availability })...)
	lacking = slices.DeleteFunc(lacking, func(g string) bool {
		return strings.HasSuffix(g, string(declared.Authenticity)) && declared.Promises(given, declared.Authenticity)
	})
	switch {
	case len(names) == 0:
		Propose(Inconclusive, "%s names no protocol that is known here, so that what gives %s is to be judged: %q", m.ID, spell(promised), text)
	case len(lacking) > 0 && m.unknown(names):
		Propose(Fail, "%s promises %s, which %s does not give; confirm that nothing else in it does: %q", m.ID, strings.Join(lacking, ", "), strings.Join(names, " and "), text)
	}
	Expect(lacking).To(BeEmpty(), "%s promises %s, which %s does not give: %q (Cryptographic Details)", m.ID, strings.Join(lacking, ", "), strings.Join(names, " and "), text)
}

// unknown tells whether a row names algorithms beside the parts that are known to give too little.
func (m mechanism) unknown(names []string) bool {
	for _, a := range declared.Algorithms(m.text(cryptography)) {
		if !a.Denied {
			return true
		}
	}
	return len(names) > 1
}

func spell(g []declared.Guarantee) string {
	var out []string
	for _, one := range g {
		out = append(out, string(one))
	}
	return strings.Join(out, ", ")
}

// accepted holds the algorithms that a row names against the catalogue (5.1-3-1c).
func accepted(ctx context.Context, m mechanism) {
	text := m.text(cryptography)
	against := append(declared.RefusedIn(text, At(ctx)), declared.RefusedStrength(m.Strength, At(ctx))...)
	if text == "" && m.Strength == nil {
		Lack("write in 1-AuthMech what cryptography carries the authentication", "%s says nothing in %q", m.ID, cryptography)
	}
	Expect(against).To(BeEmpty(), "%s (Cryptographic Details): %s", m.ID, declared.Gathered(against))
	for _, a := range declared.Algorithms(text) {
		if a.Status == provisions.LegacyStatus && !a.Denied {
			Note(ctx, "%s names %s, which the catalogue accepts until %d", m.ID, a.As, a.Until)
		}
	}
}

// An attack on an authentication that a basic attacker can do, where a text names what it works against.
type attack struct {
	against []string
	needs   string
	source  string
}

// attacks are the register, read last on 2026-11-24. It is of general knowledge: to be checked against its sources.
var attacks = []attack{
	{[]string{"WPS PIN", "WPS with PIN", "WPS-PIN"}, "a place in reach of the radio: the PIN is tried in two halves", "CVE-2011-5053"},
	{[]string{"BLE legacy", "LE legacy", "legacy pairing"}, "a place in reach of the radio at the pairing: its key is searched through", "Bluetooth Core Specification, LE legacy pairing"},
	{[]string{"Digest-MD5", "Digest with MD5", "MD5 Digest"}, "one log-in that is overheard: the password is guessed off-line", "RFC 7616, RFC 6331"},
	{[]string{"NTLMv1", "NTLM v1", "LM hash", "MS-CHAPv2"}, "one log-in that is overheard: the key is searched through", "RFC 2759, MS-NLMP"},
	{[]string{"static challenge", "fixed challenge", "fixed nonce", "static nonce"}, "one log-in that is overheard: it is played again", "RFC 4086"},
	{[]string{"JWT none", "alg none", "unsigned JWT"}, "nothing: anybody writes the token", "RFC 8725"},
	{[]string{"RC4"}, "repeated log-ins that are overheard", "RFC 7465"},
	{[]string{"SSL 2.0", "SSLv2"}, "a server that speaks it with the same key (DROWN)", "RFC 6176"},
	{[]string{"TLS compression", "TLS-level compression"}, "a page of the attacker in the browser (CRIME)", "RFC 7525"},
	{[]string{"SNMPv1", "SNMPv2c", "SNMP v1", "SNMP v2c"}, "one request that is overheard: the community is its password", "RFC 3414"},
}

// withstands looks up what a row names in the register (5.1-3-1d).
func withstands(m mechanism) {
	text := m.text(cryptography)
	if text == "" {
		Lack("write in 1-AuthMech what cryptography carries the authentication", "%s says nothing in %q", m.ID, cryptography)
	}
	var known []string
	for _, a := range attacks {
		if w := declared.Affirms(m.Description+"\n"+m.Factor+"\n"+text, a.against...); w != "" {
			known = append(known, fmt.Sprintf("against %s, which needs %s (%s)", w, a.needs, a.source))
		}
	}
	if len(known) > 0 {
		Propose(Fail, "%s names what a known attack works against; confirm that nothing stands in its way: %s", m.ID, strings.Join(known, "; "))
	}
}
