package passwords

import (
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A broker that refuses every password is not acquitted without a client that it admits, nor a device that was not watched.
func TestMachines(t *testing.T) {
	trial := loop.Trial{Edition: provisions.V31, Only: []string{"5.1-2A"}}
	trial.Run(t)
	for unit, why := range map[string]string{"5.1-2A-2a": "was not watched", "5.1-2A-2b": "without a valid client key"} {
		i := slices.IndexFunc(trial.Outcomes, func(o harness.Outcome) bool { return o.Unit == unit })
		if i < 0 {
			t.Errorf("%s was not judged", unit)
			continue
		}
		if o := trial.Outcomes[i]; o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, why) {
			t.Errorf("%s: %s %q, want INCONCLUSIVE %q", unit, o.Verdict, o.Reason, why)
		}
	}
}
