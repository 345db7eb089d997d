package storage

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A parameter of which nobody says where it comes from is not shown to lie outside the software.
func TestWhoSaysNothingHasDeniedNothing(t *testing.T) {
	for says, want := range map[string]harness.Verdict{"": harness.Inconclusive, "Made by the device at its first start": harness.Pass} {
		got := loop.Judge(t, provisions.V21, "ixit:\n  1-AuthMech: []\n  10-SecParam: [{ID: SecParam-1, Description: private key of TLS, Type: critical, Provisioning Mechanism: \""+says+"\"}]\n", "5.4-3-1a", "5.4-3-1b")
		for unit, o := range got {
			if o.Verdict != want {
				t.Errorf("%q: %s %s %q, want %s", says, unit, o.Verdict, o.Reason, want)
			}
		}
	}
}
