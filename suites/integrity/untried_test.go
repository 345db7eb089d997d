package integrity

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// Flipped bits alone, which a sum finds, do not show that nothing but the maker's software is started.
func TestFlippedBitsAloneDoNotPass(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V21, Only: []string{"5.7-1-2a"}, AsReal: true, Amend: func(f *device.File) {
		l := &f.Updates.Layout
		l.Signature, l.PublicKey, l.Version, l.Versions = nil, nil, nil, nil
	}}
	trial.Run(t)
	if o := trial.Outcomes[0]; o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, "whose signature alone is wrong") {
		t.Errorf("%s %q", o.Verdict, o.Reason)
	}
}
