package reports

import (
	"cmp"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports/profiles"
)

// BooksFormat names the form of profiles.json.
const BooksFormat = "assay.profiles/1"

// BooksJSON writes what a run came to by rule books, for machines.
func BooksJSON(w io.Writer, m *harness.Matrix, books []profiles.Result) error {
	b, err := json.MarshalIndent(struct {
		Format  string             `json:"format"`
		Run     string             `json:"run"`
		Target  string             `json:"target"`
		Edition provisions.Edition `json:"edition"`
		Began   time.Time          `json:"began"`
		Head    string             `json:"head"` // of the record
		Results []profiles.Result  `json:"results"`
	}{BooksFormat, m.Run, m.Target, m.Edition, m.Began, m.Head, books}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(escape(b), '\n'))
	return err
}

// inertBooks are results whose strings are safe to show.
func inertBooks(books []profiles.Result) []profiles.Result {
	return harmless(reflect.ValueOf(books)).Interface().([]profiles.Result)
}

// outcomeKind is the look of an outcome; readiness and guidance have none that could pass for a mark.
func outcomeKind(r profiles.Result) string {
	switch {
	case r.Outcome == profiles.NotMet:
		return "fail"
	case r.Outcome == profiles.NotShown:
		return "untried"
	case r.Badge:
		return "pass"
	}
	return "observed"
}

// Books shows on the terminal how a run came out by rule books: a line each, then what is still missing; verbose, their rows.
func Books(w io.Writer, books []profiles.Result, o Options) error {
	o.Width = max(cmp.Or(o.Width, 100), 40)
	t := &sheet{o: o}
	t.heading("Rule books")
	id := 0
	books = inertBooks(books)
	for _, r := range books {
		id = max(id, width(r.Profile))
	}
	for _, r := range books {
		t.book(r, id, o.Verbose || len(books) == 1)
	}
	_, err := io.WriteString(w, t.b.String())
	return err
}

func (t *sheet) book(r profiles.Result, id int, rows bool) {
	s := colours[outcomeKind(r)]
	in := id + 4
	said := r.Says()
	if !rows {
		said = clip(said, 200)
	}
	t.text("  "+t.paint(bold, pad(r.Profile, id))+"  ", in, s, said)
	t.also(in, faint, r.Title)
	if !rows {
		t.also(in, faint, strings.Join(r.Cautions, " · "))
		var ids []string
		for _, g := range r.Missing {
			ids = append(ids, strings.TrimPrefix(g.What, r.Profile+":"))
		}
		if r.Outcome != profiles.Met {
			t.also(in, plain, prefixed("still missing: ", strings.Join(ids, ", ")))
		}
		return
	}
	for _, c := range r.Cautions {
		t.also(in, yellow, c)
	}
	t.also(in, faint, "rule: "+r.Rule)
	for _, l := range r.Lines {
		t.bookLine(l)
	}
	if len(r.Missing) > 0 {
		t.heading("Still missing for " + r.Profile)
		for _, what := range r.Missing {
			t.text("  • ", 4, plain, what.String())
		}
	}
	for _, e := range r.Opens {
		t.text("  → ", 4, faint, e.To+": "+e.Scope+" ("+e.Confidence+" confidence, does not chain)")
	}
}

var bookGlyphs = map[profiles.Outcome]struct {
	glyph string
	style lipgloss.Style
}{profiles.Met: {"✓", green}, profiles.NotMet: {"✗", red}, profiles.NotShown: {"?", yellow}, profiles.NotApplicable: {"–", faint}, profiles.Noted: {"·", faint}}

func (t *sheet) bookLine(l profiles.Line) {
	if l.Kind == provisions.RowRule {
		return
	}
	g := bookGlyphs[l.Outcome]
	t.beside("    "+t.paint(g.style, g.glyph+" "+pad(string(l.Outcome), 14))+" "+t.paint(bold, pad(l.Row, 12))+" ", 8, l.Summary)
	t.also(8, g.style, l.Because)
	t.also(8, faint, prefixed("rests on ", strings.Join(l.Rests, "; ")))
	for _, b := range l.Besides {
		t.also(8, faint, b)
	}
	t.also(8, faint, mapping(l))
}

// mapping says how sure a row is and whose mapping it is.
func mapping(l profiles.Line) string {
	said := []string{l.Confidence + " confidence"}
	if l.Confidence == "ours" {
		said = []string{"asked by us alone"}
	}
	if l.OurMapping {
		said = append(said, "mapped to provisions by us")
	}
	if l.Hearsay {
		said = append(said, "from general knowledge, no statement of the law")
	} else if l.Read == "" {
		said = append(said, "no primary source on file with the day it was read")
	}
	return strings.Join(said, ", ")
}

// clip keeps the beginning of a text.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n])) + "…"
	}
	return s
}
