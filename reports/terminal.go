package reports

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/secure-by-design/assay/harness"
)

// Options of the terminal.
type Options struct {
	Width   int  // columns; 0 means 100, and none is narrower than 40
	Color   bool // and other styling; the caller honours NO_COLOR
	Verbose bool // every provision at length and every unit
}

// Terminal shows a matrix to a person: plain text, coloured where that is wanted. Provisions of which nothing was tried stand
// together in a line a clause unless o.Verbose.
func Terminal(w io.Writer, m *harness.Matrix, o Options) error {
	o.Width = max(cmp.Or(o.Width, 100), 40)
	m = inert(m)
	t := &sheet{o: o}
	t.header(m)
	t.measure(m.Rows)
	for _, c := range clauses(m.Rows) {
		t.clause(c)
	}
	t.roots(m)
	t.findings(m)
	t.settle(m)
	t.end(m)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// sheet is the text as it grows, and the widths of the matrix's columns.
type sheet struct {
	o                      Options
	b                      strings.Builder
	word, id, duty, claims int
}

var (
	bold   = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	plain  = lipgloss.NewStyle()
	red    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	green  = lipgloss.NewStyle().Foreground(lipgloss.Green)
	yellow = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	blue   = lipgloss.NewStyle().Foreground(lipgloss.Cyan)
)

var colours = map[string]lipgloss.Style{"fail": red, "contrary": red, "inconclusive": yellow, "undone": yellow, "observed": blue,
	"pass": green, "done": faint, "untried": faint, "unlooked": faint, "unclaimed": faint}

// paint styles one line or a part of it.
func (t *sheet) paint(s lipgloss.Style, text string) string {
	if !t.o.Color || text == "" {
		return text
	}
	return s.Render(text)
}

func (t *sheet) say(format string, a ...any) { fmt.Fprintf(&t.b, format, a...) }

func (t *sheet) heading(s string) { t.say("\n%s\n", t.paint(bold, s)) }

// text writes text after a prefix that is `in` columns wide; further lines begin under the first.
func (t *sheet) text(prefix string, in int, s lipgloss.Style, text string) {
	for i, line := range fill(text, t.o.Width-in) {
		if i > 0 {
			prefix = strings.Repeat(" ", in)
		}
		t.say("%s\n", strings.TrimRight(prefix+t.paint(s, line), " "))
	}
}

// also is text where there may be none.
func (t *sheet) also(in int, s lipgloss.Style, text string) {
	if text != "" {
		t.text(strings.Repeat(" ", in), in, s, text)
	}
}

// beside writes text beside a prefix where there is room, else below it, and returns where the text begins.
func (t *sheet) beside(prefix string, below int, text string) int {
	in := width(prefix)
	if t.o.Width-in < 36 {
		t.say("%s\n", strings.TrimRight(prefix, " "))
		prefix, in = strings.Repeat(" ", below), below
	}
	t.text(prefix, in, plain, text)
	return in
}

// fill breaks text into lines of at most n columns, between words where that is possible. There is always one line.
func fill(text string, n int) []string {
	n = max(n, 20)
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		if *last != "" && width(*last)+1+width(word) <= n {
			*last += " " + word
			continue
		}
		if *last != "" {
			lines = append(lines, "")
		}
		for _, r := range word { // a longer word is broken
			last = &lines[len(lines)-1]
			if width(*last)+width(string(r)) > n {
				lines = append(lines, "")
				last = &lines[len(lines)-1]
			}
			*last += string(r)
		}
	}
	return lines
}

func (t *sheet) header(m *harness.Matrix) {
	t.say("\n")
	t.text("", 0, bold, title(m))
	what := "conformance matrix"
	if !m.Declared {
		what = "observations, not a conformance assessment"
	}
	if m.SelfAssessment {
		what += ", " + selfAssessment
	}
	t.say("%s\n%s\n", t.paint(faint, "Assay: "+what), t.paint(faint, strings.Repeat("─", t.o.Width)))
	for _, f := range facts(m) {
		s := plain
		if f.Warns {
			s = yellow
		}
		t.text(t.paint(faint, fmt.Sprintf("%-13s ", f.Name)), 14, s, f.Text)
	}
}

// measure sets the columns as wide as what stands in them.
func (t *sheet) measure(rows []harness.Row) {
	for _, r := range rows {
		t.id, t.claims = max(t.id, width(string(r.Provision))), max(t.claims, width(r.Claim))
		if t.o.Verbose || !quiet(r) {
			t.word, t.duty = max(t.word, width(markOfRow(r).Word)), max(t.duty, width(duty(r)))
		}
	}
}

func width(s string) int { return lipgloss.Width(s) }

// pad fills s with blanks to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-width(s), 0)) }

func (t *sheet) clause(c clause) {
	t.heading(strings.TrimSpace(c.ID + "  " + c.Title))
	var still []tally // quiet ones, by their mark
	ids := map[string][]string{}
	for _, r := range c.Rows {
		if !quiet(r) || t.o.Verbose {
			t.row(r)
			continue
		}
		k := markOfRow(r)
		if ids[k.Short] == nil {
			still = append(still, tally{k, 0})
		}
		ids[k.Short] = append(ids[k.Short], string(r.Provision))
	}
	for _, k := range still {
		said := k.Short + ": "
		if k.Kind == "untried" {
			said = k.Word + ", " + said
		}
		t.text("  "+t.paint(faint, k.Glyph)+" ", 4, faint, said+strings.Join(ids[k.Short], ", "))
	}
}

// row writes a provision: its mark, id, obligation, claim, units judged of planned; then what it asks and why it came out so.
func (t *sheet) row(r harness.Row) {
	k := markOfRow(r)
	columns := []string{t.paint(colours[k.Kind], k.Glyph+" "+pad(k.Word, t.word)), t.paint(bold, pad(string(r.Provision), t.id)),
		pad(duty(r), t.duty)}
	if t.claims > 0 {
		columns = append(columns, pad(r.Claim, t.claims))
	}
	columns = append(columns, t.paint(faint, fmt.Sprintf("%5s", fmt.Sprintf("%d/%d", r.Judged, r.Planned))))
	in := t.beside("  "+strings.Join(columns, "  ")+"  ", 6, r.Summary)
	if r.Verdict != harness.Pass || t.o.Verbose {
		t.also(in, colours[k.Kind], t.shorten(r.Reason))
	}
	for _, u := range r.Units {
		if u.Waived != nil {
			t.also(in, yellow, u.Unit+" "+waived(u))
		}
	}
	if n := r.Basis[harness.BasisAttested] + r.Basis[harness.BasisExternal]; n > 0 {
		t.also(in, faint, strings.Join(words(basis(r), attested(r)), "; "))
	}
	t.also(in, faint, doubt(r.Confidence))
	if t.o.Verbose {
		for _, u := range r.Units {
			t.unit(u)
		}
	}
}

// shorten cuts a reason to what a glance takes in; the page has all of it.
func (t *sheet) shorten(s string) string {
	if t.o.Verbose {
		return s
	}
	return clip(s, 320)
}

func (t *sheet) unit(u harness.UnitRow) {
	k := markOfUnit(u)
	t.beside("      "+t.paint(colours[k.Kind], k.Glyph+" "+k.Word)+"  "+t.paint(bold, u.Unit)+"  ", 8, u.Purpose)
	t.also(8, colours[k.Kind], u.Reason)
	for _, v := range voices(u) {
		t.also(8, plain, v.Who+": "+v.Says+named(v.Files))
	}
	t.also(8, plain, prefixed("to settle it: ", u.Next))
	for _, n := range u.Notes {
		t.also(8, faint, "note: "+n)
	}
	if u.Attempts > 0 {
		t.also(8, faint, prefixed("not shown by this method: ", limit(u)))
	}
	t.also(8, faint, doubt(u.Confidence))
}

func (t *sheet) roots(m *harness.Matrix) {
	if len(m.Roots) == 0 {
		return
	}
	t.heading("One cause, several units")
	for _, r := range m.Roots {
		t.text("  • ", 4, plain, r.Cause)
		t.text("    ", 4, faint, "breaks "+strings.Join(r.Units, ", "))
	}
}

func (t *sheet) findings(m *harness.Matrix) {
	if len(m.Findings) == 0 {
		return
	}
	t.heading("Findings that no unit judges")
	for i, f := range m.Findings {
		if i == 12 && !t.o.Verbose {
			t.text("  ", 2, faint, fmt.Sprintf("and %d more", len(m.Findings)-i))
			break
		}
		t.text("  • ", 4, plain, f.Text)
		t.also(4, faint, f.Question)
	}
}

func (t *sheet) settle(m *harness.Matrix) {
	all := settle(m)
	if len(all) == 0 {
		return
	}
	t.heading("What would settle more")
	for i, s := range all {
		if i == 8 && !t.o.Verbose {
			t.text("  ", 2, faint, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		t.text("  • ", 4, plain, s.What)
		t.text("    ", 4, faint, "for "+strings.Join(s.Units, ", "))
	}
}

// end counts and says the verdict.
func (t *sheet) end(m *harness.Matrix) {
	rows := ofEdition(m)
	var said []string
	for _, k := range count(rows) {
		said = append(said, fmt.Sprintf("%d %s", k.N, k.Name()))
	}
	t.say("\n%s\n", t.paint(faint, strings.Repeat("─", t.o.Width)))
	t.text("", 0, plain, fmt.Sprintf("%d provisions of %s: %s", len(rows), m.Edition, strings.Join(said, "; ")))
	t.text("", 0, colours[look(m)].Bold(true), m.Line)
	if !m.Complete {
		t.text("", 0, yellow, "The run was cut short: what is here is not all that was planned.")
	}
	if m.SelfAssessment {
		t.text("", 0, yellow, "This is a "+selfAssessment+".")
	}
}
