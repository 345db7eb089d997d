package dataprotection

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-8", func(dut *DUT) {
	TestCase("6-8-1", func() {
		Unit("a", "what is called anonymous is, and what is not has a reason", func(ctx context.Context) {
			data := personal(ctx, dut)
			var found []string
			Each("datum of 21-PersData", data, func(d declared.Datum) {
				found = append(found, d.ID+" "+technique(d))
			})
			Propose(Pass, "%s; judge whether the technique suits, or the reason against one holds: %s", strings.Join(found, ", "), grid(data, "Anonymization", "Purpose"))
		}, Climbs(provisions.Declared))
	})
})

// technique says what a datum's row calls its anonymization by our catalogue, and convicts what is none.
func technique(d declared.Datum) string {
	text := declared.Text(d.Row, "Anonymization")
	if text == "" {
		Lack("write in 21-PersData how the datum is made anonymous, or none and why not", "%s says nothing in Anonymization", d.Named())
	}
	if declared.None(text) {
		Propose(Fail, "%s is not made anonymous, and no reason is given why that does not suit (Anonymization: %q)", d.Named(), text)
	}
	called := declared.Affirms(text, "anonym*") != ""
	if called {
		hashed := declared.Affirms(text, hashes...)
		Expect(hashed != "" && declared.Says(text, guessable...) && !declared.Says(text, keyed...)).To(BeFalse(),
			"%s is called anonymous and is %q of something that can be guessed, so that whoever tries all of them finds the unit: remove it, or use a key that is dropped (Anonymization: %q)", d.Named(), hashed, text)
		stable := declared.Affirms(text, lasting...)
		Expect(stable).To(BeEmpty(), "%s is called anonymous and keeps %q, which singles the unit out: remove it, or let it change (Anonymization: %q)", d.Named(), stable, text)
	}
	for _, t := range techniques {
		if declared.Affirms(text, t.words...) != "" {
			return t.name
		}
	}
	switch {
	case called:
		Propose(Inconclusive, "%s is called anonymous by a technique that is not known here: %q", d.Named(), text)
	case !declared.Says(text, against...):
		Propose(Inconclusive, "%s names no technique and no reason against one, in words that are known here: %q", d.Named(), text)
	}
	return "none, with a reason"
}

// techniques are those that our catalogue knows.
var techniques = []struct {
	name  string
	words []string
}{
	{"noise", []string{"noise", "differential privacy", "randomised response", "randomized response"}},
	{"groups", []string{"k-anonym*", "group", "groups", "bucket*", "cohort*"}},
	{"coarser values", []string{"coars*", "round*", "truncat*", "generalis*", "generaliz*", "blur*"}},
	{"removal", []string{"remove*", "strip*", "drop*", "masked", "redact*", "without the identif*", "deleted from"}},
	{"aggregation", []string{"aggregat*", "sum", "sums", "mean", "average*", "count", "counts"}},
	{"a pseudonym", []string{"pseudonym*", "keyed", "HMAC", "token", "rotat*", "random id*", "random number*", "salt*"}},
}

// Words of hashes, of what can be guessed, of keys that make a hash a pseudonym, of identifiers that stay, and of a none that goes on.
var (
	hashes    = []string{"SHA-256", "SHA-1", "SHA-512", "SHA256", "SHA1", "SHA*", "MD5", "hash", "hashes", "hashed", "plain hash", "Hashwert"}
	guessable = []string{"serial", "serial number*", "MAC", "MAC address*", "e-mail*", "email*", "phone number*", "IMEI", "IP address*", "name", "names"}
	keyed     = []string{"salt*", "pepper*", "key", "keys", "keyed", "HMAC", "secret", "random"}
	lasting   = []string{"stable device id*", "stable id*", "permanent id*", "permanent device id*", "keeps the serial number", "keeps the device id*", "with the serial number"}
	against   = []string{"none", "no", "not", "because", "since", "only with", "alone", "cannot", "needs", "would"}
)
