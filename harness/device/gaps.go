package device

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// Gaps are what the units of the claimed provisions still need of the file, by the needs of their methods: tables, fields
// of rows, operations, and typed keys. Each stands once, with all units that need it.
func (f *File) Gaps(e provisions.Edition) []Finding {
	g := gaps{f: f, e: e, found: map[string]*gap{}}
	for _, p := range provisions.Must().Provisions(e) {
		if f.Claims(p.ID).Support != "Y" {
			continue
		}
		for _, u := range p.Units() {
			g.unit = u.ID
			for _, n := range u.Method.Needs {
				if !n.Optional && (n.Edition == "" || n.Edition == e) {
					g.need(n)
				}
			}
		}
	}
	out := make([]Finding, 0, len(g.found))
	for _, key := range slices.Sorted(maps.Keys(g.found)) {
		out = append(out, g.found[key].finding(f))
	}
	for _, j := range f.JudgeICS(e) {
		if j.Open {
			out = append(out, f.find(Gap, below("ics", string(j.Provision)), j.Problem, j.Next, unitsOf(e, j.Provision)...))
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return out
}

func unitsOf(e provisions.Edition, id provisions.ID) (out []string) {
	if p, ok := provisions.Must().Provision(e, id); ok {
		for _, u := range p.Units() {
			out = append(out, u.ID)
		}
	}
	return out
}

// gaps gathers what is missing.
type gaps struct {
	f     *File
	e     provisions.Edition
	unit  string
	found map[string]*gap
}

// A gap is what several rows lack, or what one lacks in several keys.
type gap struct {
	kind       Kind
	path       string // of the first
	what, next string
	of         []string // rows or keys, which end what
	units      []string
}

// add notes that one thing more is missing; what tells gaps apart.
func (g *gaps) add(kind Kind, path, what, next string, of ...string) {
	have, ok := g.found[what]
	if !ok {
		have = &gap{kind: kind, path: path, what: what, next: next}
		g.found[what] = have
	}
	for _, o := range of {
		if !slices.Contains(have.of, o) {
			have.of = append(have.of, o)
		}
	}
	if !slices.Contains(have.units, g.unit) {
		have.units = append(have.units, g.unit)
	}
}

func (x *gap) finding(f *File) Finding {
	what := x.what
	if len(x.of) > 0 {
		what += strings.Join(x.of, ", ")
	}
	return f.find(x.kind, x.path, what, x.next, x.units...)
}

func (g *gaps) need(n provisions.Need) {
	switch n.Kind {
	case provisions.NeedsTable:
		if n.Table != "ICS" {
			g.table(n)
		}
	case provisions.NeedsOps, provisions.NeedsChecks:
		for _, op := range n.Names {
			g.operation(op)
		}
	case provisions.NeedsKeys:
		g.keys(n.Names)
	}
}

func (g *gaps) operation(op string) {
	for name := range g.f.Operations {
		if bare, _, _ := strings.Cut(name, "/"); bare == op {
			return
		}
	}
	g.add(Gap, "operations", fmt.Sprintf("the operation %s is not declared", op), "add it to operations:, or do it by hand when the run asks for it")
}

func (g *gaps) table(n provisions.Need) {
	rows, declared := g.f.Table(n.Table)
	if !declared {
		g.add(Gap, "ixit", n.Table+" is not declared", "declare its rows, or write none if there is nothing")
		return
	}
	for _, field := range n.Fields {
		has := func(r Row) bool { _, given := r.Field(field); return given }
		if n.Rows != "" && slices.ContainsFunc(rows, has) {
			continue // which rows are meant is said in words; those that have it will be they
		}
		for i, r := range rows {
			switch {
			case has(r):
			case r.ID == "":
				g.add(Gap, g.f.pathOf(n.Table, i), fmt.Sprintf("%s has no %s", n.Table, field), "write it, or say that there is none")
			default:
				g.add(Gap, g.f.pathOf(n.Table, i), fmt.Sprintf("%s: no %s in ", n.Table, field), "write it, or say that there is none", r.ID)
			}
		}
	}
}

// pathOf is the place of a row of a table, under its name of either edition.
func (f *File) pathOf(table string, row int) string {
	t := reflect.TypeFor[IXIT]()
	for i := range t.NumField() {
		key, newer := names(t.Field(i))
		if key != table && newer != table {
			continue
		}
		if t.Field(i).Type.Elem().Kind() == reflect.Slice {
			return below("ixit/"+key, strconv.Itoa(row))
		}
		return "ixit/" + key
	}
	return "ixit"
}

// spelt are typed keys that METHODS.md names by another word than the file.
var spelt = map[string]string{"keysize": "key_bits"}

// keys are typed keys of 1-AuthMech: "gen.source", "crypto.suites", "bf.*". Passwords alone have gen and bf.
func (g *gaps) keys(names []string) {
	if g.f.IXIT.AuthMech == nil {
		return // said already
	}
	for i, m := range *g.f.IXIT.AuthMech {
		for _, name := range names {
			group, leaf, _ := strings.Cut(name, ".")
			if group != "crypto" && !password(m) {
				continue
			}
			path := below("ixit/1-AuthMech", strconv.Itoa(i))
			has := group == "gen" && m.Gen != nil || group == "bf" && m.BF != nil || group == "crypto" && m.Strength != nil
			leaf = cmp.Or(spelt[leaf], leaf)
			switch {
			case !has:
				g.add(Untyped, path, fmt.Sprintf("1-AuthMech: %s has no %s:", m.ID, group), inKeys)
			case leaf == "versions" && m.Strength.TLSMin != "":
			case leaf != "*" && unset(m, group, leaf):
				g.add(Untyped, path+"/"+group, fmt.Sprintf("1-AuthMech: %s: %s: lacks ", m.ID, group), inKeys, leaf)
			}
		}
	}
}

const inKeys = "write in keys what its text says, so that no person is asked"

// unset tells whether a typed key of a row has no value.
func unset(m AuthMech, group, leaf string) bool {
	v := reflect.ValueOf(map[string]any{"gen": m.Gen, "bf": m.BF, "crypto": m.Strength}[group]).Elem()
	if group == "gen" && m.Gen.Origin == "user" {
		return false // the user makes it up
	}
	for i := range v.NumField() {
		if key, _ := names(v.Type().Field(i)); key == leaf {
			return v.Field(i).IsZero()
		}
	}
	return false
}
