package harness

import (
	"strings"
	"testing"
)

// What only waits for a person is named together, after what hinders and never in place of it.
func TestAProvisionSaysWhatItWaitsFor(t *testing.T) {
	pass, fail := &Proposal{Verdict: Pass, Reason: "the text is whole"}, &Proposal{Verdict: Fail, Reason: "it names MD5"}
	r := Row{Verdict: Inconclusive, Units: []UnitRow{
		{Unit: "a", Verdict: Inconclusive, Reason: "a person must judge this; proposed: PASS, …", Proposal: pass, Attempts: 1},
		{Unit: "b", Verdict: Inconclusive, Reason: "a person must judge this; proposed: FAIL, it names MD5", Proposal: fail, Attempts: 1},
		{Unit: "c", Verdict: Inconclusive, Reason: "the scan is not complete", Attempts: 1},
		{Unit: "d", Verdict: Inconclusive, Reason: "a person must judge this; proposed: PASS, …", Proposal: pass, Attempts: 1},
		{Unit: "e", Verdict: Pass, Reason: "fine", Attempts: 1},
	}}
	want := "b: a person must judge this; proposed: FAIL, it names MD5 · c: the scan is not complete · a person must judge a, d, proposed as PASS: assay answer"
	if got := why(r); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.Verdict = Fail
	r.Units[2].Verdict = Fail
	if got := why(r); got != "c: the scan is not complete" || strings.Contains(got, "person") {
		t.Errorf("%q", got)
	}
}
