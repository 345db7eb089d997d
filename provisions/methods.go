package provisions

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// methods reads methods.tsv and gives each unit its method.
func (r *reader) methods() {
	methods := map[key]row{}
	for _, at := range r.table("methods.tsv") {
		id := at.cells["unit"]
		m := r.method(at)
		for _, e := range r.editions(at) {
			k := key{e, id}
			u, ok := r.cat.units[k]
			if !ok {
				r.bad(at, "method of unit %s, which testcases.tsv does not have in %s", id, e)
				continue
			}
			if first, ok := methods[k]; ok {
				r.bad(at, "unit %s of %s has a method already, in line %d", id, e, first.line)
				continue
			}
			methods[k] = at
			u.Method = m.in(e)
		}
		if u, ok := r.cat.units[key{V31, id}]; ok && at.cells["editions"] == "both" && u.Verb == "" {
			if old, ok := r.cat.units[key{V21, id}]; ok {
				u.Verb = old.Verb // same id and same meaning
			}
		}
	}
	for _, at := range r.table("testcases.tsv") {
		c, ok := r.cat.Case(Edition(at.cells["edition"]), at.cells["case"])
		if !ok {
			continue
		}
		for _, u := range c.Units {
			if _, ok := methods[key{u.Edition, u.ID}]; !ok {
				r.bad(at, "unit %s of %s has no method in methods.tsv", u.ID, u.Edition)
			}
		}
	}
}

var beyondPattern = regexp.MustCompile(`^(LOST|PRV|DESK|VULN)-[0-9]{2}$`)

// beyond reads methods-beyond.tsv: each row is a provision with one case of one unit.
func (r *reader) beyond() {
	for _, at := range r.table("methods-beyond.tsv") {
		id := at.cells["unit"]
		if !beyondPattern.MatchString(id) {
			r.bad(at, "%q is no id beyond the standard: want LOST, PRV, DESK or VULN and two digits", id)
		}
		if at.cells["editions"] != "both" {
			r.bad(at, "editions is %q: what is beyond the standard is in both", at.cells["editions"])
		}
		if _, ok := r.cat.units[key{"", id}]; ok {
			r.bad(at, "unit %s stands twice", id)
			continue
		}
		u := &Unit{ID: id, Case: id, Provision: ID(id), Method: r.method(at)}
		c := &Case{ID: id, Provision: ID(id), Kind: "beyond", Summary: at.cells["summary"], IXIT: u.Method.Tables(), Units: []*Unit{u}}
		p := &Provision{ID: ID(id), Summary: c.Summary, Beyond: true, Cases: []*Case{c}}
		r.cat.add(p)
		r.cat.cases[key{"", id}], r.cat.units[key{"", id}] = c, u
	}
}

// method reads what methods.tsv and methods-beyond.tsv have in common.
func (r *reader) method(at row) Method {
	m := Method{NeedsText: at.cells["needs"], Procedure: at.cells["procedure"], FailsWhen: at.cells["fails_when"],
		PassesWhen: at.cells["passes_when"], Cap: at.cells["cap"], line: at.line}
	var err error
	if m.Level, err = ParseLevel(at.cells["level"]); err != nil {
		r.bad(at, "%v", err)
	}
	if m.Rungs, err = parseRungs(at.cells["rungs"]); err != nil {
		r.bad(at, "%v", err)
	}
	var errs []error
	m.Needs, errs = parseNeeds(m.NeedsText)
	for _, err := range errs {
		r.bad(at, "%v", err)
	}
	m.Min = minRungs(m.Needs)
	for _, rung := range m.Min {
		if !slices.Contains(m.Rungs, rung) {
			r.bad(at, "min names the rung %s, which is none of %s", rung, at.cells["rungs"])
		}
	}
	m.Prepares = strings.HasPrefix(m.FailsWhen, "No verdict of its own") || strings.HasPrefix(m.FailsWhen, "Never alone")
	r.needs(at, m)
	return m
}

// in returns the method as it is in one edition.
func (m Method) in(e Edition) Method {
	needs := m.Needs
	m.Needs = nil
	for _, n := range needs {
		if n.Edition == "" || n.Edition == e {
			m.Needs = append(m.Needs, n)
		}
	}
	return m
}

// unitRefs is a reference of a needs column to units, kept until all are known.
type unitRefs struct {
	at       row
	editions []Edition
	names    []string
}

// needs checks the tables, fields, provisions and requirements that a method names.
func (r *reader) needs(at row, m Method) {
	editions := r.editions(at)
	for _, n := range m.Needs {
		switch n.Kind {
		case NeedsTable:
			if n.Edition != "" && !slices.Contains(editions, n.Edition) {
				r.bad(at, "needs %s: the row is not of %s", n, n.Edition)
				continue
			}
			for _, e := range editions {
				if n.Edition == "" || n.Edition == e {
					r.fields(at, e, n)
				}
			}
		case NeedsUnits:
			r.refs = append(r.refs, unitRefs{at, editions, n.Names})
		case NeedsSupports:
			for _, id := range n.Names {
				if !r.known(ID(id)) {
					r.bad(at, "supports the unknown provision %s", id)
				}
			}
		case NeedsProfile:
			for _, name := range n.Names {
				if !r.required[name] {
					r.bad(at, "supports %s, which profiles.tsv does not have", name)
				}
			}
		}
	}
}

var icsFields = []string{"Support", "Detail"}

func (r *reader) fields(at row, e Edition, n Need) {
	known := icsFields
	if n.Table != "ICS" {
		t := r.cat.table(e, n.Table)
		if t == nil {
			r.bad(at, "needs the unknown IXIT table %s in %s", n.Table, e)
			return
		}
		known = t.Fields
	}
	for _, field := range n.Fields {
		if !slices.Contains(known, field) {
			r.bad(at, "needs the field %q of %s, which has none such in %s", field, n.Table, e)
		}
	}
}

// links checks the references that need all units, and the faults column.
func (r *reader) links() {
	for _, refs := range r.refs {
		for _, name := range refs.names {
			for _, e := range refs.editions {
				if _, ok := r.cat.Unit(e, name); !ok {
					r.bad(refs.at, "needs the unknown unit %s in %s", name, e)
				}
			}
		}
	}
	r.faultColumn("methods.tsv")
	r.faultColumn("methods-beyond.tsv")
}

// faultColumn holds the faults column of a methods table against faults.tsv, in
// both directions, and gives each unit the faults of its own edition.
func (r *reader) faultColumn(file string) {
	for _, at := range r.table(file) {
		want := map[string]bool{}
		for _, e := range r.editions(at) {
			u, ok := r.cat.Unit(e, at.cells["unit"])
			if !ok {
				continue
			}
			u.Method.Faults = nil
			for _, f := range r.touching[u.ID] {
				if f.Touches(u) {
					want[f.Name] = true
					u.Method.Faults = append(u.Method.Faults, f.Name)
				}
			}
		}
		have := r.list(at, "faults")
		for _, name := range have {
			if !want[name] {
				r.bad(at, "faults names %s, but faults.tsv does not name %s for it", name, at.cells["unit"])
			}
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if !slices.Contains(have, name) {
				r.bad(at, "faults lacks %s, which faults.tsv names for %s", name, at.cells["unit"])
			}
		}
	}
}
