package harness

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/secure-by-design/assay/provisions"
)

// A plan is what the declarations come to for one device, edition and selection, in the order of running:
// by the harshest level among a case's units, then as the catalogue goes.
type plan struct {
	edition   provisions.Edition
	provision provisions.ID // that is being read
	cases     []*testCase
	foreign   []string // units of the other edition
}

// read runs the declarations for one device: no Ginkgo, no network.
func read(dut *DUT, e provisions.Edition) *plan {
	p := &plan{edition: e}
	reading = p
	defer func() { reading = nil }()
	for _, g := range groups {
		if _, ok := provisions.Must().Provision(e, g.id); !ok {
			continue
		}
		p.provision = g.id
		g.body(dut)
	}
	return p
}

// choose keeps the selected units and those before them in their case that prepare them.
func (p *plan) choose(only []string) error {
	if len(only) == 0 {
		return nil
	}
	chosen := map[string]bool{}
	for _, what := range only {
		units, err := provisions.Must().Select(p.edition, what)
		if err != nil {
			return err
		}
		for _, u := range units {
			chosen[u.ID] = true
		}
	}
	var cases []*testCase
	for _, c := range p.cases {
		last := -1
		for i, u := range c.units {
			if chosen[u.id] {
				last = i
			}
		}
		var units []*unit
		for i, u := range c.units {
			if chosen[u.id] || i < last && u.row.Method.Prepares {
				units = append(units, u)
			}
		}
		if len(units) > 0 {
			c.units = units
			cases = append(cases, c)
		}
	}
	p.cases = cases
	return nil
}

// units are those of the plan, by their names in the record.
func (p *plan) units() (out []string) {
	for _, c := range p.cases {
		for _, u := range c.units {
			out = append(out, u.key())
		}
	}
	return out
}

// order sorts the cases for running. Preparation comes before what it prepares, since a case is never torn apart.
func (p *plan) order() {
	place := map[string]int{}
	for _, list := range [][]*provisions.Provision{provisions.Must().Provisions(p.edition), provisions.Must().Beyond()} {
		for _, pr := range list {
			for _, c := range pr.Cases {
				place[c.ID] = len(place)
			}
		}
	}
	slices.SortStableFunc(p.cases, func(a, b *testCase) int {
		return cmp.Or(cmp.Compare(a.level(), b.level()), cmp.Compare(place[a.id], place[b.id]))
	})
}

func (c *testCase) level() (l provisions.Level) {
	for _, u := range c.units {
		l = max(l, u.row.Method.Level)
	}
	return l
}

// Automatic lists the units that suites judge in an edition, with their purposes.
func Automatic(e provisions.Edition) map[string]string {
	p := read(&DUT{Name: "A", run: &Run{Opening: Opening{Edition: e}}}, e)
	out := map[string]string{}
	for _, c := range p.cases {
		for _, u := range c.units {
			out[u.id] = u.purpose
		}
	}
	return out
}

// Check holds the declarations against the catalogue: an unknown unit, one declared twice, or one whose letter
// means another thing in each edition and yet is declared once for both.
func Check() (problems []error) {
	in := map[provisions.Edition]map[string]bool{}
	foreign := map[string]int{}
	shared := map[string]bool{} // declared without In
	for _, e := range provisions.Editions() {
		in[e] = map[string]bool{}
		p := read(&DUT{Name: "A", run: &Run{Opening: Opening{Edition: e}}}, e)
		for _, id := range p.foreign {
			foreign[id]++
		}
		for _, c := range p.cases {
			for _, u := range c.units {
				if in[e][u.id] {
					problems = append(problems, fmt.Errorf("unit %s is declared twice for %s", u.id, e))
				}
				in[e][u.id] = true
				shared[u.id] = shared[u.id] || u.edition == ""
			}
		}
	}
	for id, n := range foreign {
		if n == len(provisions.Editions()) {
			problems = append(problems, fmt.Errorf("unit %s is in no edition of the catalogue", id))
		}
	}
	for id := range shared {
		a, okA := provisions.Must().Unit(provisions.V21, id)
		b, okB := provisions.Must().Unit(provisions.V31, id)
		if shared[id] && okA && okB && a.Method.Procedure != b.Method.Procedure {
			problems = append(problems, fmt.Errorf("unit %s means another thing in each edition: declare it twice, with In", id))
		}
	}
	return problems
}
