package provisions

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:generate go test . -run TestCatalog -update

const catalogHead = `<!-- Generated from provisions/data by "go test ./provisions -run TestCatalog -update"; do not edit. -->

# Catalogue

Every provision of both editions, and how each test unit of it is tested here. ` + "`V2.1`" + ` is TS 103 645 V2.1.2 / EN 303 645 V2.1.1, tested by
TS 103 701 V1.1.1; ` + "`V3.1`" + ` is TS 103 645 V3.1.1 / EN 303 645 V3.1.3, tested by TS 103 701 V2.1.1. Sentences are ours, never the standard's.

M is mandatory, R recommended; C(n) and F(x) are the conditions and features under which a provision applies. A unit judges with the *rungs* at
hand and names those it lacked; *level* is how much it disturbs the device; *needs* are the tables, operations and things without which
it is INCONCLUSIVE (a trailing ? only widens); *cap* is what a PASS cannot show. A unit marked (?) has a doubtful letter and one marked (prepares)
ends DONE and never PASS. Confidence below high: check against the document. The procedures are in provisions/data/methods.tsv and METHODS.md.

`

// WriteCatalog writes CATALOG.md: a section a clause with a table of its
// provisions by edition, and a table of its units, one row a unit.
func WriteCatalog(w io.Writer, c *Catalogue) error {
	b := bufio.NewWriter(w)
	b.WriteString(catalogHead)
	writeTotals(b, c)
	for _, clause := range clauseTitles {
		fmt.Fprintf(b, "\n## %s %s\n\n", clause.clause, clause.title)
		var ps []*Provision
		for _, p := range slices.Concat(c.Provisions(V21), c.Provisions(V31), c.Beyond()) {
			if p.ID.Clause() == clause.clause {
				ps = append(ps, p)
			}
		}
		slices.SortStableFunc(ps, func(a, b *Provision) int { return natural(string(a.ID), string(b.ID)) })
		writeProvisions(b, ps)
		writeUnits(b, ps)
	}
	return b.Flush()
}

func writeTotals(b *bufio.Writer, c *Catalogue) {
	b.WriteString("| | Provisions | M | R | Cases | Units |\n|---|--:|--:|--:|--:|--:|\n")
	for _, e := range Editions() {
		var m, cases, units int
		for _, p := range c.Provisions(e) {
			if p.Obligation == Mandatory {
				m++
			}
			cases += len(p.Cases)
			units += len(p.Units())
		}
		all := len(c.Provisions(e))
		fmt.Fprintf(b, "| %s | %d | %d | %d | %d | %d |\n", e, all, m, all-m, cases, units)
	}
	fmt.Fprintf(b, "| beyond | %d | | | | %[1]d |\n", len(c.Beyond()))
}

// writeProvisions writes a row an id; where the editions differ it shows both summaries.
func writeProvisions(b *bufio.Writer, ps []*Provision) {
	b.WriteString("| Provision | V2.1 | V3.1 | What it asks for |\n|---|---|---|---|\n")
	for i := 0; i < len(ps); i++ {
		p, duties, what := ps[i], map[Edition]string{V21: "–", V31: "–"}, ps[i].Summary
		duties[p.Edition] = duty(p)
		if i+1 < len(ps) && ps[i+1].ID == p.ID {
			i++
			next := ps[i]
			if duties[next.Edition] = duty(next); next.Summary != p.Summary {
				what = fmt.Sprintf("%s: %s. %s: %s", p.Edition, p.Summary, next.Edition, next.Summary)
			}
		}
		if p.Beyond {
			duties[V21], duties[V31] = "ours", "ours"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", p.ID, duties[V21], duties[V31], cell(what))
	}
	b.WriteString("\n")
}

func duty(p *Provision) string {
	s := strings.Join(append([]string{string(p.Obligation)}, p.Conditions...), " ")
	if p.Confidence.ToCheck() {
		s += " (" + string(p.Confidence) + ")"
	}
	return s
}

// writeUnits writes a row a unit; a unit that both editions test alike has one.
func writeUnits(b *bufio.Writer, ps []*Provision) {
	var units []*Unit
	for _, p := range ps {
		units = append(units, p.Units()...)
	}
	slices.SortStableFunc(units, func(a, b *Unit) int { return natural(a.ID, b.ID) })
	b.WriteString("| Unit | Edition | Rungs | Level | Needs | Cap |\n|---|---|---|---|---|---|\n")
	for i := 0; i < len(units); i++ {
		u, edition := units[i], string(units[i].Edition)
		if i+1 < len(units) && units[i+1].ID == u.ID && units[i+1].Method.line == u.Method.line {
			i++
			edition = ""
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", unitName(u, units[i]), cmp.Or(edition, "both"),
			join(u.Method.Rungs), u.Method.Level, needsInShort(u.Method), cell(u.Method.Cap))
	}
}

// unitName marks a unit whose letter is in doubt in the newer edition.
func unitName(u, newer *Unit) string {
	name := u.ID
	if newer.Confidence.Doubtful() {
		name += " (?)"
	}
	if u.Method.Prepares {
		name += " (prepares)"
	}
	return name
}

// needsInShort writes what the row needs in either edition, fields left out.
func needsInShort(m Method) string {
	needs, _ := parseNeeds(m.NeedsText) // was read without error
	var short []string
	for _, n := range needs {
		if n.Kind == NeedsSupports || n.Kind == NeedsProfile {
			continue
		}
		if s := n.String(); !slices.Contains(short, s) {
			short = append(short, s)
		}
	}
	return cell(strings.Join(short, "; "))
}

func join(rungs []Rung) string {
	names := make([]string, len(rungs))
	for i, r := range rungs {
		names[i] = string(r)
	}
	return strings.Join(names, " ")
}

// cell escapes what Markdown would take for mark-up inside a table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`).Replace(s)
}

// natural compares ids so that 5.3-10 comes after 5.3-9, and 5.3-4A after 5.3-4.
func natural(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			if c := cmp.Or(cmp.Compare(x, y), cmp.Compare(a[:x], b[:y])); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits counts the digits that s begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
