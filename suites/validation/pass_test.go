package validation

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// The conformant device passes where each declared interface took its quota, and not by a quick look.
func TestTheConformantDevicePasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it sends the whole quota: make test runs it without the race detector")
	}
	for e, unit := range map[provisions.Edition]string{provisions.V21: "5.13-1-2a", provisions.V31: "5.13-1A-2b"} {
		for _, effort := range []harness.Effort{harness.Normal, harness.Quick} {
			trial := &loop.Trial{Edition: e, Only: []string{unit}, AsReal: true, Effort: effort}
			trial.Run(t)
			want := map[harness.Effort]harness.Verdict{harness.Normal: harness.Pass, harness.Quick: harness.Inconclusive}[effort]
			if len(trial.Outcomes) != 1 || trial.Outcomes[0].Verdict != want || len(trial.Outcomes[0].Notes) < 3 {
				t.Errorf("%s of %s, %s: %+v", unit, e, effort, trial.Outcomes)
			}
		}
	}
}

// A web page without a form that takes input is not passed by what was sent elsewhere, nor is a field whose value is not shown.
func TestWhatTookNothingIsNotPassed(t *testing.T) {
	for says, amend := range map[string]func(*device.File){
		"was not tried": func(f *device.File) {
			for i := range *f.IXIT.InpVal {
				(*f.IXIT.InpVal)[i].Fields = nil
			}
		},
		"is not shown": func(f *device.File) {
			for i := range *f.IXIT.InpVal {
				for j := range (*f.IXIT.InpVal)[i].Fields {
					(*f.IXIT.InpVal)[i].Fields[j].Name = "nowhere"
				}
			}
		},
	} {
		trial := &loop.Trial{Edition: provisions.V31, Only: []string{"5.13-1A-2b"}, Effort: harness.Quick, Amend: amend}
		trial.Run(t)
		if o := trial.Outcomes[0]; o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, says) {
			t.Errorf("%q: %s %q", says, o.Verdict, o.Reason)
		}
	}
}
