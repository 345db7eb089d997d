package lostdevice

import (
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// What cannot be shown of a conformant device is said, and no single unit is judged.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name  string
		trial loop.Trial
		why   string
	}{
		{"conformant", loop.Trial{Edition: provisions.V31}, "no key and no password that the network shows is shared"},
		{"one unit", loop.Trial{Edition: provisions.V21, Single: true}, "a second unit is needed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.trial.Run(t)
			i := slices.IndexFunc(c.trial.Outcomes, func(o harness.Outcome) bool { return o.Unit == "LOST-01" })
			if i < 0 {
				t.Fatal("LOST-01 was not judged")
			}
			o := c.trial.Outcomes[i]
			if o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, c.why) {
				t.Errorf("%s: %s %q, want INCONCLUSIVE %q", o.Unit, o.Verdict, o.Reason, c.why)
			}
			t.Logf("%q", o.Notes)
		})
	}
}
