package provisions

import (
	"regexp"
	"slices"
	"strings"
)

var (
	faultParts  = []string{"device", "declaration", "statement", "web", "hook", "service", "flash", "twin"}
	honestParts = []string{"device", "declaration", "statement", "web", "service", "bench"}
	namePattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

func (r *reader) faults() {
	seen := map[string]int{}
	for _, at := range r.table("faults.tsv") {
		f := &Fault{Name: at.cells["fault"], Part: at.cells["part"], Behaviour: at.cells["behaviour"],
			Breaks: r.unitRefs(at, "breaks"), Contradicts: r.unitRefs(at, "contradicts")}
		r.named(at, seen, f.Name, f.Part, faultParts)
		if len(f.Breaks)+len(f.Contradicts) == 0 {
			r.bad(at, "fault %s breaks and contradicts nothing", f.Name)
		}
		for _, ref := range slices.Concat(f.Breaks, f.Contradicts) {
			if all := r.touching[ref.Unit]; len(all) == 0 || all[len(all)-1] != f {
				r.touching[ref.Unit] = append(all, f)
			}
		}
		for _, ref := range f.Breaks {
			if slices.Contains(f.Contradicts, ref) {
				r.bad(at, "fault %s both breaks and contradicts %s", f.Name, ref)
			}
		}
		r.cat.faults = append(r.cat.faults, f)
	}
}

func (r *reader) honest() {
	seen := map[string]int{}
	for _, at := range r.table("honest.tsv") {
		h := &Honest{Variant: at.cells["variant"], Spares: r.unitRefs(at, "spares")}
		h.Part, h.Behaviour, _ = strings.Cut(at.cells["behaviour"], ": ")
		r.named(at, seen, h.Variant, h.Part, honestParts)
		if len(h.Spares) == 0 {
			r.bad(at, "variant %s spares nothing", h.Variant)
		}
		r.cat.honest = append(r.cat.honest, h)
	}
}

func (r *reader) named(at row, seen map[string]int, name, part string, parts []string) {
	if first := seen[name]; first != 0 {
		r.bad(at, "%s stands twice, first in line %d", name, first)
	}
	seen[name] = at.line
	if !namePattern.MatchString(name) {
		r.bad(at, "%q is no name: want small letters, digits and dashes", name)
	}
	if !slices.Contains(parts, part) {
		r.bad(at, "unknown part %q: say one of %s", part, strings.Join(parts, ", "))
	}
}

// unitRefs reads "5.6-1-2b@V2.1, LOST-10".
func (r *reader) unitRefs(at row, column string) []Ref {
	var refs []Ref
	for _, name := range r.list(at, column) {
		unit, edition, bound := strings.Cut(name, "@")
		ref := Ref{Unit: unit}
		editions := Editions()
		if bound {
			e, ok := r.edition(at, edition)
			if !ok {
				continue
			}
			ref.Edition, editions = e, []Edition{e}
		}
		if !slices.ContainsFunc(editions, func(e Edition) bool { _, ok := r.cat.Unit(e, unit); return ok }) {
			r.bad(at, "%s names the unknown unit %s", column, name)
			continue
		}
		refs = append(refs, ref)
	}
	return refs
}
