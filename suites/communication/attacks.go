package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// The register of known attacks, read last on this day. It is of general knowledge: to be checked against its sources.
var registered = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// freshFor is how long a register is taken as current.
const freshFor = 90 * 24 * time.Hour

// An attack is known against what a text names, and under what precondition it works for a basic attacker.
type attack struct {
	name, against string   // the name of the catalogue of algorithms
	needs         string   // precondition
	unless        []string // words of a counter-measure; any of counters too
	source        string
}

var register = []attack{
	{"DROWN", "SSL 2.0", "a server that also speaks SSL 2.0 with the same key", nil, "drownattack.com, RFC 6176"},
	{"POODLE", "SSL 3.0", "a place on the way between, and a peer that falls back", nil, "RFC 7568"},
	{"BEAST, and a fall back to weak hashes", "TLS 1.0", "a place on the way between", nil, "RFC 8996, RFC 7457"},
	{"a fall back to weak hashes", "TLS 1.1", "a place on the way between", nil, "RFC 8996"},
	{"SWEET32", "3DES", "long sessions that are overheard", nil, "sweet32.info, RFC 9325"},
	{"SWEET32", "Blowfish", "long sessions that are overheard", nil, "sweet32.info"},
	{"search through all keys", "DES", "one message that is overheard", nil, "NIST SP 800-131A"},
	{"biases of RC4", "RC4", "repeated messages that are overheard", nil, "RFC 7465"},
	{"equal blocks that stay equal", "ECB", "messages that are overheard", nil, "NIST SP 800-38A"},
	{"finding the key (FMS, PTW)", "WEP", "a place in reach of the radio", nil, "IEEE 802.11-2020"},
	{"forging of frames (Beck and Tews)", "TKIP", "a place in reach of the radio", nil, "IEEE 802.11-2020"},
	{"collisions by choice", "MD5", "something that an attacker lets sign", nil, "RFC 6151"},
	{"collisions by choice (SHAttered)", "SHA-1", "something that an attacker lets sign", nil, "RFC 9155"},
	{"factoring of the modulus", "RSA below 2048 bits", "the public key", nil, "NIST SP 800-131A"},
	{"Logjam", "DH below 2048 bits", "a place on the way between", nil, "weakdh.org, RFC 9325"},
	{"forging of the check of SSH 1", "SSH 1", "a place on the way between", nil, "RFC 4251"},
	{"Terrapin", "ChaCha20-Poly1305 in SSH", "a place on the way between, and a peer without strict key exchange", []string{"strict-kex*", "strict key exchange", "kex-strict*", "strict kex"}, "CVE-2023-48795"},
}

// Words by which a text states a counter-measure of its own.
var counters = []string{"counter-measure*", "countermeasure*", "mitigat*", "rekey*", "re-key*"}

// withstands looks up what a row names in the register (5.5-1-1d).
func withstands(ctx context.Context, dut *DUT, row device.Row) {
	text := declared.Text(row, "Cryptographic Details")
	if text == "" {
		Lack("write what cryptography it uses in "+row.Table+": Cryptographic Details, or none", "%s says nothing in Cryptographic Details", row.ID)
	}
	var open, stated []string
	for _, a := range hits(text) {
		what := fmt.Sprintf("%s against %s, which needs %s (%s)", a.name, a.against, a.needs, a.source)
		switch {
		case declared.Affirms(text, a.unless...) != "":
		case declared.Affirms(text, counters...) != "":
			stated = append(stated, what)
		default:
			open = append(open, what)
		}
	}
	if len(open) > 0 {
		Propose(Fail, "%s names what a known attack works against, and no counter-measure: %s", row.ID, strings.Join(open, "; "))
	}
	if len(stated) > 0 {
		Propose(Inconclusive, "%s states a counter-measure to be judged: %s", row.ID, strings.Join(stated, "; "))
	}
}

// hits are the attacks that are known against what a text names.
func hits(text string) (out []attack) {
	var names []string
	for _, m := range declared.Algorithms(text) {
		if !m.Denied {
			names = append(names, m.Name)
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "SSH") }) && slices.Contains(names, "ChaCha20-Poly1305") {
		names = append(names, "ChaCha20-Poly1305 in SSH")
	}
	for _, a := range register {
		if slices.Contains(names, a.against) {
			out = append(out, a)
		}
	}
	return out
}

// age says how old the register is at the run.
func age(at time.Time) string {
	days := int(at.Sub(registered).Hours() / 24)
	s := fmt.Sprintf("the register is of %s", registered.Format(time.DateOnly))
	if at.Sub(registered) > freshFor {
		s += fmt.Sprintf(", %d days before this run: see first what became known since", days)
	}
	return s
}
