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

// A notice by mail alone is not heard here, and a page that says something else does not make it heard.
func TestANoticeByMailIsNotHeard(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V21, Only: []string{"5.7-2-2a"}, AsReal: true, Amend: func(f *device.File) {
		for i := range *f.IXIT.SecBoot {
			for j := range (*f.IXIT.SecBoot)[i].Notify {
				(*f.IXIT.SecBoot)[i].Notify[j].Channel = "mail"
			}
		}
	}}
	trial.Run(t)
	if o := trial.Outcomes[0]; o.Verdict != harness.Inconclusive || o.Proposal != nil || !strings.Contains(o.Reason, "a machine here hears nothing") {
		t.Errorf("%s %q %+v", o.Verdict, o.Reason, o.Proposal)
	}
}
