package deletion

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A conformant device gets its PASS, a unit runs alone, and what cannot be shown of a device is said.
func TestVerdicts(t *testing.T) {
	only := func(unit string) []string { return []string{unit} }
	for _, c := range []struct {
		name  string
		trial loop.Trial
		want  map[string]harness.Verdict
		why   string // in the reason of each
	}{
		{"conformant", loop.Trial{Edition: provisions.V21}, map[string]harness.Verdict{"5.11-1-2a": harness.Done, "5.11-1-2b": harness.Pass,
			"5.11-1-2c": harness.Pass, "5.11-4-1a": harness.Done, "5.11-4-1b": harness.Pass}, ""},
		{"conformant", loop.Trial{Edition: provisions.V31}, map[string]harness.Verdict{"5.11-1-2d": harness.Pass, "5.11-4-1b": harness.Done, "5.11-4-1c": harness.Pass}, ""},
		{"erasure alone", loop.Trial{Edition: provisions.V21, Only: only("5.11-1-2c")}, map[string]harness.Verdict{"5.11-1-2c": harness.Pass}, ""},
		{"lesser user alone", loop.Trial{Edition: provisions.V31, Only: only("5.11-1-2d")}, map[string]harness.Verdict{"5.11-1-2d": harness.Pass}, ""},
		{"broken", loop.Trial{Edition: provisions.V31, Faults: []string{"erase-function-broken"}}, map[string]harness.Verdict{"5.11-1-2c": harness.Inconclusive,
			"5.11-1-2d": harness.Inconclusive, "5.11-4-1b": harness.NotDone, "5.11-4-1c": harness.Inconclusive}, ""},
		{"change without effect", loop.Trial{Edition: provisions.V21, Faults: []string{"change-noop"}}, map[string]harness.Verdict{"5.11-1-2a": harness.NotDone,
			"5.11-1-2b": harness.Inconclusive, "5.11-1-2c": harness.Inconclusive}, ""},
		{"any password", loop.Trial{Edition: provisions.V21, Faults: []string{"auth-any-password"}}, map[string]harness.Verdict{"5.11-1-2c": harness.Inconclusive}, "invented"},
		{"activation lock", loop.Trial{Edition: provisions.V21, Honest: []string{"activation-lock"}}, map[string]harness.Verdict{"5.11-1-2c": harness.Inconclusive}, "first owner"},
	} {
		t.Run(c.name+" "+string(c.trial.Edition), func(t *testing.T) {
			c.trial.Run(t)
			judged := 0
			for _, o := range c.trial.Outcomes {
				want, ok := c.want[o.Unit]
				if !ok {
					continue
				}
				judged++
				if o.Verdict != want || !strings.Contains(o.Reason, c.why) {
					t.Errorf("%s: %s %q, want %s %q", o.Unit, o.Verdict, o.Reason, want, c.why)
				}
			}
			if judged != len(c.want) {
				t.Errorf("%d of %d units were judged", judged, len(c.want))
			}
		})
	}
}
