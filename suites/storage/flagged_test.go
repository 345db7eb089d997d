package storage

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A parameter that is flagged as hard-coded and was not tried is no parameter that does not work.
func TestWhatIsFlaggedAndNotTriedIsDoubted(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V21, Only: []string{"5.4-3-2a"}, AsReal: true,
		Amend: func(f *device.File) {
			*f.IXIT.SecParam = append(*f.IXIT.SecParam, device.SecParam{ID: "SecParam-99", Type: "critical", Description: "PIN of the service menu, hard-coded", Provisioning: "the user must change it"})
		}}
	trial.Run(t)
	if o := trial.Outcomes[0]; o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, "SecParam-99 is flagged as hard-coded") {
		t.Errorf("%+v", trial.Outcomes)
	}
}
