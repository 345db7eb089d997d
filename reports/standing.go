package reports

import (
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness"
)

// selfAssessment stands on every page of a maker's own run.
const selfAssessment = "self-assessment"

// standing says how far a matrix may be relied on: who tested, how sure the mapping is, what was waived and what was required.
func standing(m *harness.Matrix) (out []fact) {
	if m.SelfAssessment {
		out = append(out, fact{"standing", selfAssessment + ": who tested is who made it", true})
	}
	if len(m.Draft) > 0 {
		out = append(out, fact{"mapping", fmt.Sprintf("draft mapping: nobody held these units against the document: %s (assay list --confirm)",
			strings.Join(m.Draft, ", ")), true})
	}
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Waived != nil {
				out = append(out, fact{"waived", "FAIL of " + u.Unit + " " + u.Waived.String(), true})
			}
		}
	}
	for _, w := range m.Unused {
		out = append(out, fact{"not waived", fmt.Sprintf("nothing that fails needs the waiver of %s, until %s by %s", w.What(), w.Expires, w.Owner), false})
	}
	switch n := len(m.Required); {
	case len(m.Lost) > 0:
		out = append(out, fact{"required", "not PASS: " + strings.Join(m.Lost, ", "), true})
	case n > 0:
		out = append(out, fact{"required", fmt.Sprintf("%d units, all PASS", n), false})
	}
	return out
}

// waived says of a unit's FAIL that it is waived.
func waived(u harness.UnitRow) string {
	if u.Waived == nil {
		return ""
	}
	return u.Waived.String()
}

// look of a verdict. A waived FAIL looks like FAIL: the exit code alone yields.
func look(m *harness.Matrix) string {
	switch {
	case m.Verdict == harness.Fail || m.Exit == harness.ExitFail:
		return "fail"
	case m.Exit == harness.ExitConformant:
		return "pass"
	}
	return "inconclusive"
}
