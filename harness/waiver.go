package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A Waiver lets a FAIL pass a release gate until a day. The FAIL stays FAIL in the matrix and in every report; the exit code
// alone yields.
type Waiver struct {
	Unit      string        `yaml:"unit,omitempty" json:"unit,omitempty"`           // the unit, or
	Provision provisions.ID `yaml:"provision,omitempty" json:"provision,omitempty"` // the provision whose FAIL is waived
	Reason    string        `yaml:"reason" json:"reason"`                           // why it may be shipped so
	Owner     string        `yaml:"owner" json:"owner"`                             // who answers for it
	Expires   string        `yaml:"expires" json:"expires"`                         // last day on which it holds, as 2027-01-31
}

// What names what is waived.
func (w Waiver) What() string {
	if w.Unit != "" {
		return w.Unit
	}
	return string(w.Provision)
}

func (w Waiver) String() string {
	return fmt.Sprintf("waived until %s by %s: %s", w.Expires, w.Owner, w.Reason)
}

func (w Waiver) covers(unit string, p provisions.ID) bool { return w.Unit == unit || w.Provision == p }

// LoadWaivers reads a file of waivers strictly, for an edition and the day of the run (UTC). A malformed or expired one is an
// error with its line:
//
//	waivers:
//	  - unit: 5.5-1-2a
//	    reason: the old app speaks TLS 1.1 until its last user has moved
//	    owner: Jo Fox
//	    expires: 2027-01-31
func LoadWaivers(path string, e provisions.Edition, day time.Time) ([]Waiver, error) {
	var file struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	s, err := device.ReadSheet("waivers", path, &file)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, w := range file.Waivers {
		at := fmt.Sprintf("waivers/%d", i)
		w.named(s, at, e)
		if len(strings.Fields(w.Reason)) < 3 {
			s.Say(at+"/reason", fmt.Sprintf("the reason is %q", w.Reason), "write why it may be shipped so, as a sentence")
		}
		if strings.TrimSpace(w.Owner) == "" {
			s.Say(at+"/owner", "nobody owns this waiver", "write owner: and who answers for it")
		}
		switch until, err := time.Parse(time.DateOnly, w.Expires); {
		case err != nil:
			s.Say(at+"/expires", fmt.Sprintf("expires is %q", w.Expires), "write its last day as 2027-01-31")
		case until.Before(day.UTC().Truncate(24 * time.Hour)):
			s.Say(at+"/expires", fmt.Sprintf("the waiver of %s expired on %s", w.What(), w.Expires), "mend the fault, or let its owner agree on a later day")
		}
		if seen[w.What()] {
			s.Say(at, fmt.Sprintf("%s is waived a second time", w.What()), "keep one")
		}
		seen[w.What()] = true
	}
	return file.Waivers, s.Err()
}

// named checks that a waiver names one unit or one provision of the edition.
func (w Waiver) named(s *device.Sheet, at string, e provisions.Edition) {
	switch {
	case (w.Unit == "") == (w.Provision == ""):
		s.Say(at, "a waiver names one thing", "write unit: or provision:, and one of them alone")
	case w.Unit != "":
		if _, ok := provisions.Must().Unit(e, w.Unit); !ok {
			s.Say(at+"/unit", fmt.Sprintf("%s has no unit %q", e, w.Unit), "assay list 5.1 shows the units of a clause")
		}
	default:
		if _, ok := provisions.Must().Provision(e, w.Provision); !ok {
			s.Say(at+"/provision", fmt.Sprintf("%s has no provision %q", e, w.Provision), "assay list shows all")
		}
	}
}

// Require expands what --require names into the units that must be PASS; what only prepares is left out. A unit that is
// waived too is an error: it cannot be both.
func Require(e provisions.Edition, what []string, waivers []Waiver) ([]string, error) {
	var units []string
	for _, name := range what {
		found, err := provisions.Must().Select(e, name)
		if err != nil {
			return nil, fmt.Errorf("--require %s: %w", name, err)
		}
		for _, u := range found {
			if u.Method.Prepares || slices.Contains(units, u.ID) {
				continue
			}
			for _, w := range waivers {
				if w.covers(u.ID, u.Provision) {
					return nil, fmt.Errorf("--require %s: %s is waived too: drop the waiver or the requirement", name, u.ID)
				}
			}
			units = append(units, u.ID)
		}
	}
	return units, nil
}

// waive marks units that FAIL and are waived, and provisions of which every FAIL is.
func (m *Matrix) waive(waivers []Waiver) {
	used := map[string]bool{}
	for i := range m.Rows {
		r := &m.Rows[i]
		if r.Verdict != Fail {
			continue
		}
		fails, waived := 0, 0
		for j := range r.Units {
			u := &r.Units[j]
			if u.Verdict != Fail {
				continue
			}
			fails++
			for _, w := range waivers {
				if w.covers(u.Unit, r.Provision) {
					u.Waived, used[w.What()] = &w, true
					if !slices.Contains(r.Waived, w) {
						r.Waived = append(r.Waived, w)
					}
					waived++
					break
				}
			}
		}
		if fails == 0 || waived < fails {
			r.Waived = nil
		}
	}
	for _, w := range waivers {
		if !used[w.What()] {
			m.Unused = append(m.Unused, w)
		}
	}
}

// gate lets the exit code yield to waivers, and holds it against what is required. The verdicts stay.
func (m *Matrix) gate(required []string) {
	if waived := m.waivedRows(); m.Exit == ExitFail && len(waived) > 0 {
		m.Exit = m.withoutWaived()
		var said []string
		for _, r := range waived {
			for _, w := range r.Waived {
				said = append(said, fmt.Sprintf("%s %s", r.Provision, w))
			}
		}
		m.Line += "; " + strings.Join(said, "; ")
	}
	by := map[string]Verdict{}
	for _, r := range m.Rows {
		for _, u := range r.Units {
			by[u.Unit] = u.Verdict
		}
	}
	for _, id := range required {
		switch v := by[id]; {
		case v == Pass:
			continue
		case v == Fail:
			m.Exit = ExitFail
		case m.Exit == ExitConformant:
			m.Exit = ExitInconclusive
		}
		m.Lost = append(m.Lost, id)
	}
	if m.Required = required; len(m.Lost) > 0 {
		m.Line += "; required and not PASS: " + strings.Join(m.Lost, ", ")
	}
}

func (m *Matrix) waivedRows() (out []Row) {
	for _, r := range m.Rows {
		if len(r.Waived) > 0 && !r.Beyond {
			out = append(out, r)
		}
	}
	return out
}

// withoutWaived is the exit code that the run would have if nothing waived had failed.
func (m *Matrix) withoutWaived() int {
	w := *m
	w.Rows = slices.Clone(m.Rows)
	for i := range w.Rows {
		r := &w.Rows[i]
		if len(r.Waived) == 0 {
			continue
		}
		r.Verdict = Pass
		if slices.ContainsFunc(r.Units, func(u UnitRow) bool { return u.Verdict == Inconclusive || u.Verdict == NotDone }) {
			r.Verdict = Inconclusive
		}
		if r.Word == Contrary {
			r.Verdict, r.Word = Inconclusive, NotJudged
		}
	}
	w.conclude()
	return w.Exit
}
