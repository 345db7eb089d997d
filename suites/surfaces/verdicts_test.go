package surfaces

import (
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// Units come to the verdict that what was seen bears, and to no more.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name    string
		trial   loop.Trial
		unit    string
		verdict harness.Verdict
		says    string // in the reason or in a note
	}{
		{"a pairing window that closes", loop.Trial{Edition: provisions.V21}, "5.6-3-2d", harness.Pass, "closed within 2m"},
		{"asked for just before the test", loop.Trial{Edition: provisions.V21, Honest: []string{"intermittent-pairing-window"}}, "5.6-3-2d", harness.Pass, "was open already"},
		{"open before and for good", loop.Trial{Edition: provisions.V21, Honest: []string{"intermittent-pairing-window"}, Faults: []string{"pairing-mode-never-ends"}}, "5.6-3-2d", harness.Fail, "was on before anything needed it"},
		{"which interface is on is not seen", loop.Trial{Edition: provisions.V31}, "5.6-3-2c", harness.Inconclusive, "which it is"},
		{"a debug port that is off", loop.Trial{Edition: provisions.V31}, "5.6-4A-2a", harness.Inconclusive, "connectors were not tried"},
		{"a debug console by signature", loop.Trial{Edition: provisions.V31, Honest: []string{"debug-console-by-signature"}}, "5.6-4A-2a", harness.Inconclusive, "this version cannot try"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.trial.Only = []string{c.unit}
			c.trial.Run(t)
			i := slices.IndexFunc(c.trial.Outcomes, func(o harness.Outcome) bool { return o.Unit == c.unit })
			if i < 0 {
				t.Fatalf("%s was not judged", c.unit)
			}
			o := c.trial.Outcomes[i]
			if o.Verdict != c.verdict || !strings.Contains(o.Reason+strings.Join(o.Notes, " "), c.says) {
				t.Errorf("%s: %s %q %q, want %s %q", c.unit, o.Verdict, o.Reason, o.Notes, c.verdict, c.says)
			}
		})
	}
}
