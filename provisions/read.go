package provisions

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// Read reads the tables of fsys and checks each against all others. The error
// holds every problem found, one a line, as "provisions/data/x.tsv:LINE: …".
func Read(fsys fs.FS) (*Catalogue, error) {
	r := &reader{fsys: fsys, cat: newCatalogue(), read: map[string][]row{}, required: map[string]bool{}, touching: map[string][]*Fault{}}
	r.ixit()
	r.provisions()
	r.cases()
	r.requirements()
	r.profiles()
	r.recognitions()
	r.methods()
	r.beyond()
	r.supported()
	r.faults()
	r.honest()
	r.links()
	if err := r.err(); err != nil {
		return nil, err
	}
	r.cat.index()
	digest, err := digest(fsys, algorithmData)
	if err != nil {
		return nil, fmt.Errorf("digest the tables: %w", err)
	}
	r.cat.digest = digest
	return r.cat, nil
}

func (r *reader) ixit() {
	for _, at := range r.table("ixit.tsv") {
		e, ok := r.edition(at, at.cells["edition"])
		if !ok {
			continue
		}
		t := &Table{Name: at.cells["table"], Edition: e, Title: at.cells["title"], Confidence: r.confidence(at)}
		for _, field := range split(at.cells["fields"], ';') {
			field = notePattern.ReplaceAllString(field, "")
			if slices.Contains(t.Fields, field) {
				r.bad(at, "field %q of %s stands twice", field, t.Name)
			}
			t.Fields = append(t.Fields, field)
		}
		if r.cat.table(e, t.Name) != nil {
			r.bad(at, "table %s of %s stands twice", t.Name, e)
			continue
		}
		r.cat.tables[e] = append(r.cat.tables[e], t)
	}
}

var (
	idPattern        = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?-[0-9]+[A-Z]?$`)
	conditionPattern = regexp.MustCompile(`([CF])\(([0-9a-z,]+)\)`)
)

func (r *reader) provisions() {
	for _, at := range r.table("provisions.tsv") {
		e, ok := r.edition(at, at.cells["edition"])
		if !ok {
			continue
		}
		p := &Provision{ID: ID(at.cells["id"]), Edition: e, Obligation: Obligation(at.cells["obligation"]),
			Conditions: r.conditions(at), Summary: at.cells["summary"], Confidence: r.confidence(at)}
		if p.Obligation != Mandatory && p.Obligation != Recommended {
			r.bad(at, "obligation is %q, want M or R", p.Obligation)
		}
		if !idPattern.MatchString(string(p.ID)) {
			r.bad(at, "%q is no provision id", p.ID)
		}
		if _, ok := r.cat.Provision(e, p.ID); ok {
			r.bad(at, "provision %s of %s stands twice", p.ID, e)
			continue
		}
		r.cat.add(p)
	}
}

// conditions reads "C(9,12) F(a)" as C(9), C(12), F(a).
func (r *reader) conditions(at row) []string {
	var conditions []string
	cell := at.cells["conditions"]
	for _, m := range conditionPattern.FindAllStringSubmatch(cell, -1) {
		for one := range strings.SplitSeq(m[2], ",") {
			conditions = append(conditions, m[1]+"("+one+")")
		}
	}
	if strings.TrimSpace(conditionPattern.ReplaceAllString(cell, "")) != "" {
		r.bad(at, "conditions %q: want C(n) and F(x)", cell)
	}
	return conditions
}

var kinds = []string{"conceptual", "functional", "conceptual/functional"}

func (r *reader) cases() {
	lines := map[*Case]row{}
	for _, at := range r.table("testcases.tsv") {
		e, ok := r.edition(at, at.cells["edition"])
		if !ok {
			continue
		}
		c := &Case{ID: at.cells["case"], Provision: ID(at.cells["provision"]), Edition: e, Kind: at.cells["kind"],
			Summary: at.cells["summary"], IXIT: r.list(at, "ixit"), Confidence: r.confidence(at)}
		lines[c] = at
		p, ok := r.cat.Provision(e, c.Provision)
		if !ok {
			r.bad(at, "case %s is of provision %s, which %s does not have", c.ID, c.Provision, e)
			continue
		}
		if _, ok := r.cat.Case(e, c.ID); ok {
			r.bad(at, "case %s of %s stands twice", c.ID, e)
			continue
		}
		if want := fmt.Sprintf("%s-%d", p.ID, len(p.Cases)+1); c.ID != want {
			r.bad(at, "case %s: the next case of provision %s is %s", c.ID, p.ID, want)
		}
		if !slices.Contains(kinds, c.Kind) {
			r.bad(at, "unknown kind %q: say one of %s", c.Kind, strings.Join(kinds, ", "))
		}
		p.Cases = append(p.Cases, c)
		r.cat.cases[key{e, c.ID}] = c
		r.units(at, c)
	}
	for c, at := range lines {
		r.inherit(at, c)
		r.reuses(at, c)
		for _, name := range c.IXIT {
			if name != "ICS" && r.cat.table(c.Edition, name) == nil {
				r.bad(at, "unknown IXIT table %s in %s", name, c.Edition)
			}
		}
	}
	r.childless()
}

// units reads "abc?" (the letter c is in doubt) and "a:check b:assess".
func (r *reader) units(at row, c *Case) {
	verbs := map[string]string{}
	for _, pair := range strings.Fields(at.cells["unit_verbs"]) {
		letter, verb, ok := strings.Cut(pair, ":")
		if !ok || !slices.Contains(unitVerbs, verb) || verbs[letter] != "" {
			r.bad(at, "unit_verbs has %q: want each letter once, with one of %s", pair, strings.Join(unitVerbs, ", "))
		}
		verbs[letter] = verb
	}
	letters := at.cells["units"]
	for i := 0; i < len(letters); i++ {
		u := &Unit{Letter: letters[i : i+1], Case: c.ID, Provision: c.Provision, Edition: c.Edition, Confidence: c.Confidence}
		u.ID, u.Verb = c.ID+u.Letter, verbs[u.Letter]
		if want := string(rune('a' + len(c.Units))); u.Letter != want {
			r.bad(at, "units %q of case %s: after %d comes %s, not %q", letters, c.ID, len(c.Units), want, u.Letter)
			return
		}
		if i+1 < len(letters) && letters[i+1] == '?' {
			u.Confidence = Low
			i++
		}
		if delete(verbs, u.Letter); u.Verb == "" && at.cells["unit_verbs"] != "" {
			r.bad(at, "unit_verbs has no verb for %s", u.Letter)
		}
		c.Units = append(c.Units, u)
		r.cat.units[key{c.Edition, u.ID}] = u
	}
	for letter := range verbs {
		r.bad(at, "unit_verbs has a verb for %q, which is no unit of case %s", letter, c.ID)
	}
}

var unitVerbs = []string{"check", "assess", "f-check", "f-assess", "apply", "set-up", "perform", "interrupt", "create", "trigger", "identify", "attempt", "devise"}

var asPattern = regexp.MustCompile(`^As V2\.1\b(?: ([0-9]+(?:\.[0-9]+)?-[0-9]+-[0-9]+))?(.*)$`)

// inherit resolves a summary "As V2.1 …": it presents the earlier case's own
// summary, with what changed in brackets, and takes its IXIT tables if it names none.
func (r *reader) inherit(at row, c *Case) {
	m := asPattern.FindStringSubmatch(c.Summary)
	if m == nil {
		return
	}
	id := m[1]
	if id == "" {
		id = c.ID
	}
	from, ok := r.cat.Case(V21, id)
	if !ok || c.Edition == V21 {
		r.bad(at, "summary %q: V2.1 has no such case to take it from", c.Summary)
		return
	}
	c.Summary = from.Summary
	if rest := strings.TrimLeft(m[2], " ;,"); rest != "" {
		if strings.HasPrefix(rest, "(") && strings.HasSuffix(rest, ")") {
			rest = rest[1 : len(rest)-1]
		}
		c.Summary += " [V3.1: " + rest + "]"
	}
	if c.IXIT == nil {
		c.IXIT = from.IXIT
	}
}

var reusePattern = regexp.MustCompile(`^([a-z])=>([0-9A-Z.-]+)(?: ([a-z])-([a-z]))?$`)

// reuses reads "a=>5.3-9-1 a-b": unit a applies units a and b of that case.
func (r *reader) reuses(at row, c *Case) {
	for _, reuse := range r.list(at, "reuses_units_of") {
		m := reusePattern.FindStringSubmatch(reuse)
		if m == nil {
			r.bad(at, "reuses_units_of %q: want letter=>case, or letter=>case a-b", reuse)
			continue
		}
		i := slices.IndexFunc(c.Units, func(u *Unit) bool { return u.Letter == m[1] })
		from, ok := r.cat.Case(c.Edition, m[2])
		if i < 0 || !ok {
			r.bad(at, "reuses_units_of %q: no such unit or case in %s", reuse, c.Edition)
			continue
		}
		for _, u := range from.Units {
			if m[3] == "" || m[3] <= u.Letter && u.Letter <= m[4] {
				c.Units[i].Reuses = append(c.Units[i].Reuses, u.ID)
			}
		}
		if m[3] != "" && !slices.Contains(c.Units[i].Reuses, m[2]+m[4]) {
			r.bad(at, "reuses_units_of %q: case %s has no unit %s", reuse, m[2], m[4])
		}
		if c.Reuses == nil {
			c.Reuses = map[string]string{}
		}
		_, c.Reuses[m[1]], _ = strings.Cut(reuse, "=>")
	}
}

// childless reports provisions without a case.
func (r *reader) childless() {
	for _, at := range r.table("provisions.tsv") {
		p, ok := r.cat.Provision(Edition(at.cells["edition"]), ID(at.cells["id"]))
		if ok && len(p.Cases) == 0 {
			r.bad(at, "provision %s of %s has no case", p.ID, p.Edition)
		}
	}
}

var rangePattern = regexp.MustCompile(`^(.+-)([0-9]+)\.\.(.+-)([0-9]+)$`)

// known tells whether any edition has the provision.
func (r *reader) known(id ID) bool {
	return slices.ContainsFunc(Editions(), func(e Edition) bool { _, ok := r.cat.Provision(e, id); return ok })
}
