package suites

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// One record answers both editions: in the second each unit is as a run of its own would have it, and nothing is lost.
func TestBothEditions(t *testing.T) {
	if testing.Short() {
		t.Skip("the loop without the race detector runs it")
	}
	for _, faults := range [][]string{{"reset-keeps-token", "tls10-accepted", "guest-can-erase-all"}} {
		both := &loop.Trial{Edition: provisions.V21, Also: true, Faults: faults, Effort: harness.Quick}
		both.Run(t)
		alone := &loop.Trial{Edition: provisions.V31, Faults: faults, Effort: harness.Quick}
		alone.Run(t)
		past, err := harness.Read(both.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if d := past.Differences(replayed(t, past)); len(d) > 0 {
			t.Errorf("replayed in its own edition: %q", d)
		}
		as, err := past.As(provisions.V31, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := verdicts(replayed(t, as))
		for unit, want := range verdicts(alone.Outcomes) {
			if got[unit] != want {
				t.Errorf("%v: %s is %s of the record, and %s of a run of its own", faults, unit, got[unit], want)
			}
		}
		m := as.MatrixOf(&harness.Run{Opening: as.Opening}, replayed(t, as))
		if m.Edition != provisions.V31 || !slices.ContainsFunc(m.Rows, func(r harness.Row) bool { return r.Provision == "5.1-2A" && r.Claim != "" }) {
			t.Errorf("the matrix is of edition %s, or lacks what only that has", m.Edition)
		}
	}
}

func replayed(t *testing.T, p *harness.Past) []harness.Outcome {
	t.Helper()
	out, _, err := p.Replay(nil)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func verdicts(all []harness.Outcome) map[string]string {
	out := map[string]string{}
	for _, o := range all {
		p, _ := json.Marshal(o.Proposal != nil && o.Proposal.Verdict == harness.Fail)
		out[o.Unit] = string(o.Verdict) + " " + string(p)
		if o.Verdict == harness.Inconclusive {
			out[o.Unit] += " " + o.Reason
		}
	}
	return out
}
