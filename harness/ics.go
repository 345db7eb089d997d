package harness

import "fmt"

// ics are the rows of the ICS that do not stand. Without a device file nothing is claimed, and nothing is judged.
func (f folding) ics(o Opening) (out []ICSProblem) {
	if f.file == nil || len(f.file.ICS) == 0 {
		return nil
	}
	for _, j := range f.file.JudgeICS(o.Edition) {
		if j.Problem != "" {
			out = append(out, ICSProblem{j.Provision, j.Problem, !j.Invalid(), j.Next})
		}
	}
	return out
}

// icsProblems are those that make the ICS invalid, and those for which it is not finished, as parts of the device's line.
func (m *Matrix) icsProblems() (invalid, open []string) {
	for _, p := range m.ICS {
		if p.Open {
			open = append(open, p.Problem)
		} else {
			invalid = append(invalid, "the ICS is invalid: "+p.Problem)
		}
	}
	return short(invalid), short(open)
}

// short keeps the first of many, and says how many more there are.
func short(list []string) []string {
	const most = 4
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}
