package passwords

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// What was measured of guessing stands in the matrix, in numbers.
func TestTheRateIsNoted(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V21, Only: []string{"5.1-5-2b"}}
	trial.Run(t)
	for _, o := range trial.Outcomes {
		if o.Unit != "5.1-5-2b" {
			continue
		}
		all := strings.Join(o.Notes, "\n")
		for _, w := range []string{"15 wrong passwords were judged", "(p05)", "(p95)", "first after 5 wrong passwords, for 1m", "it is the account's: another came in meanwhile",
			"a minute; half of 1e+04 values takes", "of the declared space of 60 bits more than a century", "the account recovered within"} {
			if !strings.Contains(all, w) {
				t.Errorf("%q is not noted:\n%s", w, all)
			}
		}
		return
	}
	t.Fatal("5.1-5-2b was not run")
}
