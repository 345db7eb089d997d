package provisions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// nameIndex maps each name a user may write, in small letters, to what it means.
type nameIndex struct {
	names []string // in the order of the standard, as written
	units map[string][]*Unit
}

// index builds the names of both editions: chapters ("5"), clauses ("5.3",
// "LOST"), provisions, cases and units.
func (c *Catalogue) index() {
	for _, e := range Editions() {
		x := &nameIndex{units: map[string][]*Unit{}}
		for _, p := range slices.Concat(c.Provisions(e), c.Beyond()) {
			for _, u := range p.Units() {
				clause := p.ID.Clause()
				chapter, _, _ := strings.Cut(clause, ".")
				for _, name := range slices.Compact([]string{chapter, clause, string(p.ID), u.Case, u.ID}) {
					x.add(name, u)
				}
			}
		}
		c.names[e] = x
	}
}

func (x *nameIndex) add(name string, u *Unit) {
	folded := strings.ToLower(name)
	if _, ok := x.units[folded]; !ok {
		x.names = append(x.names, name)
	}
	x.units[folded] = append(x.units[folded], u)
}

// Select returns the units that what means: a chapter "5", a clause "5.3" or
// "LOST", a provision, a case or a unit. Case does not matter. The error lists
// near names and says when the other edition has it.
func (c *Catalogue) Select(e Edition, what string) ([]*Unit, error) {
	x, ok := c.names[e]
	if !ok {
		return nil, fmt.Errorf("find %q: unknown edition %q: say V2.1 or V3.1", what, e)
	}
	folded := strings.ToLower(strings.TrimSpace(what))
	if units := x.units[folded]; len(units) > 0 {
		return units, nil
	}
	for _, other := range Editions() {
		if len(c.names[other].units[folded]) > 0 {
			return nil, fmt.Errorf("no %s in %s; %s has it\nnear: %s", what, e, other, strings.Join(x.near(folded), ", "))
		}
	}
	return nil, fmt.Errorf("no provision, clause, case or unit %q in %s\nnear: %s", what, e, strings.Join(x.near(folded), ", "))
}

// Find returns the provisions that what means or lies in; see Select.
func (c *Catalogue) Find(e Edition, what string) ([]*Provision, error) {
	units, err := c.Select(e, what)
	if err != nil {
		return nil, err
	}
	var found []*Provision
	for _, u := range units {
		if p, ok := c.Provision(e, u.Provision); ok && (len(found) == 0 || found[len(found)-1] != p) {
			found = append(found, p)
		}
	}
	return found, nil
}

// near returns the five names with the fewest edits to what.
func (x *nameIndex) near(what string) []string {
	if len(what) > 40 {
		what = what[:40]
	}
	names := slices.Clone(x.names)
	slices.SortStableFunc(names, func(a, b string) int {
		return cmp.Compare(edits(what, strings.ToLower(a)), edits(what, strings.ToLower(b)))
	})
	return names[:min(5, len(names))]
}

// edits is the Levenshtein distance between a and b in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
