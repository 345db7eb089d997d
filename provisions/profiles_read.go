package provisions

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	rowKinds     = []string{RowRule, RowMaps, RowAsks, RowTrips, RowRoute, RowNotes}
	profileKinds = []string{OfStandard, OfLaw, OfLabel, OfReadiness, OfGuidance}
	profileRules = []string{RuleDevice, RuleAll, RuleMandatory}
)

// oneOf reports a cell that is none of the known words.
func (r *reader) oneOf(at row, column string, known []string) string {
	cell := at.cells[column]
	if !slices.Contains(known, cell) {
		r.bad(at, "unknown %s %q: say one of %s", column, cell, strings.Join(known, ", "))
	}
	return cell
}

// day reads a date, or "-" for none.
func (r *reader) day(at row, column string) string {
	cell := at.cells[column]
	if cell == "-" {
		return ""
	}
	if _, err := time.Parse(time.DateOnly, cell); err != nil {
		r.bad(at, "%s %q: want a day as 2027-01-31, or - where it is not known", column, cell)
	}
	return cell
}

func (r *reader) yes(at row, column string) bool {
	return r.oneOf(at, column, []string{"yes", "no"}) == "yes"
}

// sourced reads what a row rests on. High confidence needs the primary source and the day it was read; what was written from
// general knowledge is below medium, and a copy is at most medium.
func (r *reader) sourced(at row) (primary bool, read, confidence string) {
	primary, read, confidence = r.yes(at, "primary"), r.day(at, "read"), r.oneOf(at, "confidence", bookConfidences)
	switch {
	case confidence == "high" && (!primary || read == ""):
		r.bad(at, "confidence high needs a primary source and the day it was read")
	case strings.Contains(at.cells["source"], "general knowledge") && confidence != "low" && confidence != "medium-low":
		r.bad(at, "confidence %s on general knowledge: it is at most medium-low", confidence)
	case read != "" && !primary:
		r.bad(at, "read %s: only a primary source has a day on which it was read", read)
	}
	return primary, read, confidence
}

func (r *reader) requirements() {
	for _, at := range r.table("profiles.tsv") {
		q := &Requirement{Book: at.cells["profile"], ID: at.cells["requirement"], Kind: r.oneOf(at, "kind", rowKinds), Summary: at.cells["summary"],
			Provisions: r.list(at, "provisions"), Source: at.cells["source"]}
		q.Primary, q.Read, q.Confidence = r.sourced(at)
		if r.required[q.Key()] {
			r.bad(at, "requirement %s stands twice", q.Key())
		}
		r.required[q.Key()] = true
		for _, ref := range q.Provisions {
			if !r.profileRef(ref) {
				r.bad(at, "unknown provision %q", ref)
			}
		}
		switch m := r.oneOf(at, "map", []string{"ours", "theirs", "-"}); {
		case m == "-" && len(q.Provisions) > 0:
			r.bad(at, "map is -, yet it names provisions: say whose mapping it is, ours or theirs")
		case m != "-" && len(q.Provisions) == 0:
			r.bad(at, "map is %s, and no provision is named", m)
		case q.Kind == RowMaps && len(q.Provisions) == 0:
			r.bad(at, "kind row names no provision: make it ask, or note")
		default:
			q.Ours = m == "ours"
		}
		q.Maps = expand(q.Provisions)
		r.cat.requirements = append(r.cat.requirements, q)
	}
}

// profiles binds rule books to rows; each id that they name must be of the profile's edition.
func (r *reader) profiles() {
	for _, at := range r.table("rulebooks.tsv") {
		p := &Profile{Name: at.cells["profile"], Title: at.cells["title"], Kind: r.oneOf(at, "kind", profileKinds),
			Rule: r.oneOf(at, "rule", profileRules), AsOf: r.day(at, "as_of")}
		e, ok := r.edition(at, at.cells["edition"])
		if !ok {
			continue
		}
		p.Edition = e
		if slices.ContainsFunc(r.cat.profiles, func(o *Profile) bool { return o.Name == p.Name }) {
			r.bad(at, "profile %s stands twice", p.Name)
		}
		for _, book := range r.list(at, "books") {
			n := len(p.Requirements)
			for _, q := range r.cat.requirements {
				if q.Book == book {
					p.Requirements = append(p.Requirements, q)
				}
			}
			if len(p.Requirements) == n {
				r.bad(at, "books names %s, which profiles.tsv does not have", book)
			}
		}
		for _, q := range p.of(RowMaps, RowAsks) {
			for _, m := range q.Maps {
				if _, ok := r.cat.Provision(e, m.ID); !ok {
					r.bad(at, "row %s names provision %s, which %s does not have", q.Key(), m.ID, e)
				}
			}
		}
		if (p.Rule == RuleDevice) != (len(p.Requirements) == 0) {
			r.bad(at, "rule %s: the device's verdict alone goes with no books", p.Rule)
		}
		r.cat.profiles = append(r.cat.profiles, p)
	}
}

func (r *reader) recognitions() {
	for _, at := range r.table("recognition.tsv") {
		e := &Recognition{ID: at.cells["id"], From: r.list(at, "from"), To: at.cells["to"], Scope: at.cells["scope"],
			Since: r.day(at, "since"), Source: at.cells["source"]}
		if strings.HasPrefix(at.cells["from"], "(") {
			e.From = []string{at.cells["from"]}
		}
		e.Primary, e.Read, e.Confidence = r.sourced(at)
		for _, name := range append(slices.Clone(e.From), e.To) {
			known := slices.ContainsFunc(r.cat.profiles, func(p *Profile) bool { return p.Name == name })
			if !known && !strings.HasPrefix(name, "(") {
				r.bad(at, "%s is no profile: name one of rulebooks.tsv, or write it in brackets", name)
			}
		}
		if r.required["mutual-recognition:"+e.ID] {
			r.bad(at, "recognition %s stands twice", e.ID)
		}
		r.required["mutual-recognition:"+e.ID] = true
		r.cat.recognitions = append(r.cat.recognitions, e)
	}
}

// supported notes at each requirement the provisions beyond the standard whose methods say that they support it.
func (r *reader) supported() {
	by := map[string]*Requirement{}
	for _, q := range r.cat.requirements {
		by[q.Key()] = q
	}
	for _, p := range r.cat.Beyond() {
		for _, u := range p.Units() {
			for _, n := range u.Method.Needs {
				for _, name := range n.Names {
					if q := by[name]; n.Kind == NeedsProfile && q != nil && !slices.Contains(q.Beyond, p.ID) {
						q.Beyond = append(q.Beyond, p.ID)
					}
				}
			}
		}
	}
}

// profileRef accepts a provision of any edition, "5.2-3(p)" (in part), "5.4-1..5.4-4",
// and "HG7.3-1": home-gateway provisions of TS 103 848, which are not in the tables.
func (r *reader) profileRef(ref string) bool {
	ref = strings.TrimSuffix(ref, "(p)")
	if strings.HasPrefix(ref, "HG") && idPattern.MatchString(ref[2:]) {
		return true
	}
	if m := rangePattern.FindStringSubmatch(ref); m != nil {
		from, _ := strconv.Atoi(m[2])
		to, _ := strconv.Atoi(m[4])
		return m[1] == m[3] && from < to && r.known(ID(m[1]+m[2])) && r.known(ID(m[3]+m[4]))
	}
	return r.known(ID(ref))
}
