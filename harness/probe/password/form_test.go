package password

import (
	"testing"

	"github.com/secure-by-design/assay/harness/evidence"
)

func TestForm(t *testing.T) {
	for _, c := range []struct {
		value, alphabet, prefix string
		length                  int
		fits                    bool
	}{
		{"abc23456wxyz", "abcdefghijkmnpqrstuvwxyz23456789", "", 12, true},
		{"12345678", "abcdefghijkmnpqrstuvwxyz23456789", "", 12, false},
		{"abc1", "a-z", "", 4, false}, {"abc1", "a-z0-9", "", 4, true},
		{"AX-abcd", "a-z", "AX-", 4, true}, {"abcd", "a-z", "AX-", 4, false}, {"anything", "", "", 0, true},
	} {
		f, err := Form{Of: evidence.Keep(c.value), Alphabet: c.alphabet, Length: c.length, Prefix: c.prefix}.Ask(t.Context(), nil)
		if err != nil || f.Fits != c.fits || f.Fits == (f.Why != "") {
			t.Errorf("%+v: %v %+v", c, err, f)
		}
	}
}
