package reports

import (
	"bytes"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// Who attested, on what, and where machine and person differ, stands in every report.
func TestWhatPersonsSayIsInEveryFormat(t *testing.T) {
	m := few(declaredRun(), "5.1-1", "5.2-1")
	for format, more := range map[string][]string{
		"verbose": {"Ada Lovelace, assessor", "lab file", "not a final report", "counts for nothing: its signature does not verify", "claimed as N/A without a rationale"},
		"html":    {"Ada Lovelace, assessor", "lab file", "not a final report", "does not verify", "evidence/" + sum("photo") + ".txt"},
		"junit":   {"Ada Lovelace, assessor", "lab file"},
		"json":    {`"attested_by"`, `"imported"`, `"external"`, `"machine"`, `"proposal"`, `"ics_problems"`, `"lab_kept"`},
	} {
		text := strings.Join(strings.Fields(made(t, format, m)), " ")
		for _, want := range append(more, "Report 7", "admin/admin opens", "that unit was not of this firmware", "the manual names no other", "each log-in is declared") {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", format, want)
			}
		}
	}
}

func TestAttestedMatrixFitsItsSchema(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, declaredRun()); err != nil {
		t.Fatal(err)
	}
	if err := ValidateJSON(b.Bytes()); err != nil {
		t.Error(err)
	}
}

func TestTheBasisMixIsSaid(t *testing.T) {
	got := mix(map[harness.Basis]int{harness.BasisExternal: 1, harness.BasisObserved: 3, harness.BasisAttested: 2})
	if got != "3 observed, 2 attested, 1 external" {
		t.Error(got)
	}
}
