package harness

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
)

// Where nothing is declared nothing passes, and nothing but what proves itself fails, also while the run goes on.
func TestWhatARunTellsWithoutADeclaration(t *testing.T) {
	for _, c := range []struct {
		unit   string
		of     Verdict
		self   bool
		want   Verdict
		reason string
	}{
		{"5.5-1-2a", Pass, false, Inconclusive, "nothing is claimed"},
		{"5.5-1-2a", Fail, false, Inconclusive, "would fail if claimed"},
		{"5.5-1-2a", Fail, true, Fail, "seen"},
		{"5.5-4-2a", Fail, true, Inconclusive, "would fail if claimed"}, // a recommendation
	} {
		got := Unclaimed(provisions.V21, Outcome{Unit: c.unit, Verdict: c.of, SelfProving: c.self, Reason: "seen"})
		if got.Verdict != c.want || !strings.Contains(got.Reason, c.reason) {
			t.Errorf("%+v: %s %q", c, got.Verdict, got.Reason)
		}
	}
}
