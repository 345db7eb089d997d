package communication

import (
	"regexp"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

var (
	mechanismRows = regexp.MustCompile(`(?s)\n  11-ComMech:\n.*?\n  12-`)
	guarantees    = regexp.MustCompile(`Security Guarantees: .*`)
)

// What is refused is refused also where a row leaves out what its mechanism guarantees.
func TestARowWithoutGuaranteesExcusesNoCryptography(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V21, Faults: []string{"tls10-accepted"}, Only: []string{"5.5-1-2a"},
		Rewrite: func(text string) string {
			return mechanismRows.ReplaceAllStringFunc(text, func(rows string) string { return guarantees.ReplaceAllString(rows, "Security Guarantees: []") })
		}}
	trial.Run(t)
	if o := trial.Outcomes[0]; o.Verdict != harness.Fail {
		t.Errorf("%s %s %q", o.Unit, o.Verdict, o.Reason)
	}
}
