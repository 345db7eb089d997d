package updates

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/loop"

	"github.com/secure-by-design/assay/provisions"
)

// A conformant device gets its PASS, and what cannot be shown of a device is said.
func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name   string
		trial  loop.Trial
		unit   string
		want   harness.Verdict
		reason string
	}{
		{"conformant", loop.Trial{Edition: provisions.V21}, "5.3-2-2a", harness.Done, ""},
		{"conformant", loop.Trial{Edition: provisions.V21}, "5.3-2-2b", harness.Pass, ""},
		{"conformant", loop.Trial{Edition: provisions.V31}, "5.3-9-2b", harness.Pass, ""},
		{"owner's own downgrade", loop.Trial{Edition: provisions.V21, Honest: []string{"owner-downgrade-by-hand"}}, "5.3-2-2b", harness.Pass, ""},
		{"no way back", loop.Trial{Edition: provisions.V31, Honest: []string{"antirollback-fuse"}, Only: []string{"5.3-9"}}, "5.3-9-2b", harness.Inconclusive, "could not be brought back"},
		{"low battery", loop.Trial{Edition: provisions.V21, Honest: []string{"update-refused-low-battery"}}, "5.3-2-2b", harness.Inconclusive, "(battery)"},
	} {
		t.Run(c.name+" "+c.unit, func(t *testing.T) {
			c.trial.Run(t)
			for _, o := range c.trial.Outcomes {
				if o.Unit != c.unit {
					continue
				}
				if o.Verdict != c.want || !strings.Contains(o.Reason, c.reason) {
					t.Errorf("%s: %s %q, want %s %q", o.Unit, o.Verdict, o.Reason, c.want, c.reason)
				}
				t.Logf("%s: %s %q; %s; %q", o.Unit, o.Verdict, o.Reason, o.Next, o.Notes)
				return
			}
			t.Errorf("%s was not judged", c.unit)
		})
	}
}
