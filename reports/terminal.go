package reports

import (
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// Options of the terminal.
type Options struct {
	Width   int  // columns; 0 means 100
	Color   bool // and other styling
	Verbose bool // every unit, not each provision alone
}

// Terminal shows a matrix to a person: plain text, coloured where that is wanted.
func Terminal(w io.Writer, m *harness.Matrix, o Options) error {
	if o.Width == 0 {
		o.Width = 100
	}
	t := &sheet{o: o}
	t.header(m)
	t.rows(m)
	t.roots(m)
	t.settle(m)
	t.findings(m)
	t.line(m)
	_, err := io.WriteString(w, t.b.String())
	return err
}

// sheet is the text as it grows.
type sheet struct {
	o Options
	b strings.Builder
}

var styles = map[string]lipgloss.Style{
	"PASS": lipgloss.NewStyle().Foreground(lipgloss.Color("2")), "FAIL": lipgloss.NewStyle().Foreground(lipgloss.Color("1")).Bold(true),
	"INCONCLUSIVE": lipgloss.NewStyle().Foreground(lipgloss.Color("3")), "bold": lipgloss.NewStyle().Bold(true), "faint": lipgloss.NewStyle().Faint(true),
}

func (t *sheet) style(name, s string) string {
	st, ok := styles[name]
	if !t.o.Color || !ok {
		return s
	}
	return st.Render(s)
}

func (t *sheet) say(format string, a ...any) { fmt.Fprintf(&t.b, format, a...) }

func (t *sheet) header(m *harness.Matrix) {
	t.say("\n%s\n", t.style("bold", Safe(title(m))))
	for _, f := range facts(m) {
		t.say("%-11s %s\n", f[0], fill(Safe(f[1]), t.o.Width-12, 12))
	}
}

// title names the device.
func title(m *harness.Matrix) string {
	return strings.Join(words(m.Identity.Manufacturer, m.Identity.Model, either(m.Identity.Name, m.Target)), " ")
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func words(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// facts are what a reader must know of the run before its verdicts.
func facts(m *harness.Matrix) (out [][2]string) {
	add := func(k, v string) {
		if v != "" {
			out = append(out, [2]string{k, v})
		}
	}
	add("at", strings.Join(m.Identity.Addresses, " "))
	add("device", strings.Join(words(m.Identity.Firmware, m.Identity.Serial, m.Identity.MAC), ", "))
	if m.Twin != nil {
		add("twin", strings.Join(words(m.Twin.Name, strings.Join(m.Twin.Addresses, " ")), ", "))
	}
	add("edition", string(m.Edition))
	add("state", fmt.Sprintf("%s, shown by %s", m.State, m.StateShownBy))
	if a := m.Authorisation; a != nil {
		s := "by " + either(a.By, "nobody named")
		if a.For != "" {
			s += " for " + a.For
		}
		add("tested", s+"; right: "+either(a.Right, "not stated"))
	}
	add("effort", fmt.Sprintf("%s, up to %v", m.Effort, m.Allowed))
	add("reduced", strings.Join(m.Reduced, "; "))
	if !m.Complete {
		add("cut short", either(m.Cut, "the record has no end"))
	}
	return out
}

func (t *sheet) rows(m *harness.Matrix) {
	clause, hidden := "", 0
	for _, r := range m.Rows {
		if quiet(r) && !t.o.Verbose {
			hidden++
			continue
		}
		if c := r.Provision.Clause(); c != clause {
			clause = c
			t.say("\n%s\n", t.style("bold", strings.TrimSpace(c+"  "+provisions.ClauseTitle(c))))
		}
		t.row(r)
	}
	if hidden > 0 {
		t.say("\n%s\n", t.style("faint", fmt.Sprintf("%d more provisions were not looked at: --verbose shows them, and matrix.json has all %d", hidden, len(m.Rows))))
	}
}

// quiet rows were not looked at: no unit rests on an answer.
func quiet(r harness.Row) bool {
	for _, u := range r.Units {
		if u.Attempts > 0 || u.Verdict == harness.Fail || u.Verdict == harness.Pass {
			return false
		}
	}
	return true
}

// glyph tells verdicts apart without colour.
var glyph = map[harness.Verdict]string{harness.Pass: "✓", harness.Fail: "✗", harness.Inconclusive: "?", harness.Done: "·", harness.NotDone: "·"}

// word is what is said of a row: its verdict, or one of the three words where nothing is claimed.
func word(v harness.Verdict, w string) string { return either(w, string(v)) }

func (t *sheet) row(r harness.Row) {
	duty := strings.TrimSpace(string(r.Obligation) + " " + r.Claim)
	t.say("  %s %-8s %s %s  %s\n", t.style(string(r.Verdict), glyph[r.Verdict]), r.Provision, t.style(string(r.Verdict), fmt.Sprintf("%-20s", word(r.Verdict, r.Word))),
		fmt.Sprintf("%-5s", duty), t.style("faint", fmt.Sprintf("%d/%d units judged", r.Judged, r.Planned)))
	if t.o.Verbose {
		for _, u := range r.Units {
			t.unit(u)
		}
		return
	}
	if r.Verdict != harness.Pass && r.Reason != "" {
		t.say("      %s\n", fill(clip(Safe(r.Reason), 400), t.o.Width-6, 6))
	}
}

func (t *sheet) unit(u harness.UnitRow) {
	t.say("      %s %-11s %s %s\n", glyph[u.Verdict], u.Unit, t.style(string(u.Verdict), fmt.Sprintf("%-20s", word(u.Verdict, u.Word))), fill(Safe(u.Purpose), t.o.Width-41, 41))
	if u.Reason != "" {
		t.say("          %s\n", fill(Safe(u.Reason), t.o.Width-10, 10))
	}
	if u.Attempts > 0 && u.Cap != "" && u.Cap != "-" {
		t.say("          %s\n", t.style("faint", fill("not shown: "+u.Cap, t.o.Width-10, 10)))
	}
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (t *sheet) roots(m *harness.Matrix) {
	if len(m.Roots) == 0 {
		return
	}
	t.say("\n%s\n", t.style("bold", "One cause, several units"))
	for _, r := range m.Roots {
		t.say("  %s\n    breaks %s\n", fill(Safe(r.Cause), t.o.Width-2, 2), fill(strings.Join(r.Units, ", "), t.o.Width-11, 11))
	}
}

// settle lists what a person can do about the inconclusive, what settles most first.
func (t *sheet) settle(m *harness.Matrix) {
	var order []string
	units := map[string][]string{}
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Next == "" || !u.Automatic || u.Verdict == harness.Fail {
				continue
			}
			if units[u.Next] == nil {
				order = append(order, u.Next)
			}
			units[u.Next] = append(units[u.Next], u.Unit)
		}
	}
	if len(order) == 0 {
		return
	}
	t.say("\n%s\n", t.style("bold", "What would settle more"))
	for i, n := range order {
		if i == 8 && !t.o.Verbose {
			t.say("  and %d more\n", len(order)-i)
			break
		}
		t.say("  %s\n    %s\n", fill(Safe(n), t.o.Width-2, 2), t.style("faint", fill("for "+strings.Join(units[n], ", "), t.o.Width-4, 4)))
	}
}

func (t *sheet) findings(m *harness.Matrix) {
	for i, f := range m.Findings {
		if i == 0 {
			t.say("\n%s\n", t.style("bold", "Findings"))
		}
		t.say("  %s\n", fill(Safe(strings.TrimSpace(f.Text+" "+f.Question)), t.o.Width-2, 2))
	}
}

func (t *sheet) line(m *harness.Matrix) {
	name := string(m.Verdict)
	if m.Exit == harness.ExitFail {
		name = "FAIL"
	}
	t.say("\n%s\n", t.style(name, fill(Safe(m.Line), t.o.Width, 0)))
}

// fill breaks text into lines of a width; those after the first are set in.
func fill(s string, width, in int) string {
	var b strings.Builder
	n := 0
	for i, w := range strings.Fields(s) {
		l := len([]rune(w))
		switch {
		case i > 0 && n+1+l > max(width, 24):
			b.WriteString("\n" + strings.Repeat(" ", in))
			n = 0
		case i > 0:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(w)
		n += l
	}
	return b.String()
}
