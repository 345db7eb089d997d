package migrate

import (
	"fmt"
	"regexp"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// A consequence is a condition or feature of V3.1 that follows from one of V2.1.
type consequence struct {
	of    string // C(n) of V2.1
	holds bool   // it follows where that is so
	name  string // of V3.1
	is    bool
}

// consequences: both directions stand only where both editions say the same. V3.1 counts passwords of machines too, telemetry
// that can be collected, limits of the use case instead of constraints, and debug interfaces inside the casing: there a "no"
// of V2.1, or a "constrained", tells nothing.
var consequences = []consequence{
	{"C(1)", true, "F(a)", true}, {"C(1)", true, "F(c)", true},
	{"C(2)", true, "F(b)", true}, {"C(2)", true, "F(a)", true}, {"C(2)", true, "F(c)", true},
	{"C(3)", true, "C(3)", true}, {"C(3)", false, "C(3)", false},
	{"C(5)", true, "C(14)", true}, {"C(5)", true, "C(15)", true},
	{"C(4)", false, "C(14)", true}, {"C(4)", false, "C(15)", true},
	{"C(6)", true, "F(w)", true},
	{"C(7)", true, "F(y)", true}, {"C(7)", true, "F(z)", true}, {"C(7)", false, "F(y)", false},
	{"C(8)", true, "F(d)", true}, {"C(8)", true, "F(c)", true}, {"C(8)", false, "F(d)", false},
	{"C(9)", false, "F(h)", false}, {"C(9)", false, "F(i)", false},
	{"C(10)", true, "F(l)", true}, {"C(10)", false, "F(l)", false},
	{"C(11)", true, "F(j)", true}, {"C(11)", true, "F(g)", true}, {"C(11)", true, "F(f)", true}, {"C(11)", false, "F(j)", false},
	{"C(12)", true, "C(12)", true}, {"C(12)", true, "F(g)", true}, {"C(12)", true, "F(f)", true},
	{"C(12)", false, "C(12)", false}, {"C(12)", false, "F(g)", false}, {"C(12)", false, "F(h)", false}, {"C(12)", false, "F(j)", false},
	{"C(13)", true, "F(q)", true}, {"C(13)", true, "F(r)", true},
}

var commented = regexp.MustCompile(`^\s+["']?([0-9]+)["']?\s*:[^#]*#\s*(.*\S)`)

// reasons are the comments behind conditions, by C(n).
func reasons(lines []string) map[string]string {
	out := map[string]string{}
	for _, l := range lines {
		if m := commented.FindStringSubmatch(l); m != nil {
			out["C("+m[1]+")"] = m[2]
		}
	}
	return out
}

// conditions states what follows from those of V2.1, and what the tables show.
func (m *migration) conditions() error {
	carried, err := device.Parse(m.f.Path, m.d.Bytes())
	if err != nil {
		return fmt.Errorf("the file would not be read again: %w", err)
	}
	for _, under := range []string{"conditions", "features"} {
		var known, open []string
		for _, c := range device.Conditions(provisions.V31) {
			if c.Feature() != (under == "features") {
				continue
			}
			holds, why := m.follows(c.Name)
			if a, by := carried.Shows(c.Name); why == "" && a.Yes() {
				holds, why = true, by
			}
			if why == "" {
				open = append(open, fmt.Sprintf("%s%s: true or false # %s", isNew, c.Key(), c.Text))
			} else {
				known = append(known, fmt.Sprintf("  %s: %t # %s: %s", c.Key(), holds, text.Comment(why), c.Text))
			}
		}
		lines, before := []string{under + ":"}, "  "
		if len(known) == 0 {
			lines, before = nil, ""
			open = append([]string{isNew + under + ":"}, open...)
		}
		lines = append(lines, known...)
		for _, o := range open {
			lines = append(lines, before+o)
		}
		m.d.Section(under, lines)
	}
	return nil
}

// follows tells what the conditions of V2.1 say of one of V3.1; why is "" where they say nothing.
func (m *migration) follows(name string) (holds bool, why string) {
	for _, c := range consequences {
		if is, stated := m.f.States(c.of); c.name == name && stated && is == c.holds {
			why = fmt.Sprintf("%s was %t in V2.1", c.of, is)
			if said := m.said[c.of]; said != "" {
				why += " (" + said + ")"
			}
			return c.is, why
		}
	}
	return false, ""
}
