package page

import (
	"strings"
	"unicode"
)

// Bounds of what is kept of a page.
const (
	maxText  = 400 << 10 // bytes: a manual of two hundred pages
	maxLinks = 300
	maxForms = 16
	maxHeads = 400
)

// Text is what a page says.
type Text struct {
	Unread   string // why it is not read here, beginning with its type: "PDF: it is damaged"
	Title    string
	Lang     string // as its source says
	Said     string // paragraphs, parted by newlines
	SaidCut  bool   // more was said
	Headings []Heading
	Links    []Link
	Forms    []Form
	Scripted bool // it says next to nothing and runs scripts: a browser shows more

	Language string // guessed of the words: "en", "de", …; "" where they are too few
	Ease     Ease
}

// A Heading stands at an offset of Said, in bytes.
type Heading struct {
	Offset, Level int
	Text          string
}

// A Link leads on, to an address that is complete.
type Link struct {
	Offset    int
	URL, Text string
}

// A Form asks for something.
type Form struct {
	Offset int
	Fields []Field
}

// A Field is one that a visitor fills in.
type Field struct {
	Name, Type, Label string
	Required          bool
}

// Password tells of a form that asks for one.
func (f Form) Password() bool {
	for _, in := range f.Fields {
		if in.Type == "password" {
			return true
		}
	}
	return false
}

// Under is the heading under which an offset stands: the nearest above it; "" where there is none.
func (t Text) Under(offset int) (heading string) {
	for _, h := range t.Headings {
		if h.Offset > offset {
			break
		}
		heading = h.Text
	}
	return heading
}

// Plain reads a text without marks.
func Plain(b []byte) Text {
	w := writer{}
	for line := range strings.Lines(strings.ToValidUTF8(string(b), "�")) {
		w.say(line)
		w.end()
	}
	return w.finish()
}

// writer gathers text, with its white space made single and its paragraphs parted.
type writer struct {
	t     Text
	said  strings.Builder
	space bool
}

func (w *writer) say(s string) {
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			w.space = true
			continue
		case !unicode.IsPrint(r): // soft hyphens, zero widths, controls, marks of direction
			continue
		case w.said.Len() > maxText:
			w.t.SaidCut = true
			return
		}
		if w.space && w.said.Len() > 0 && !strings.HasSuffix(w.said.String(), "\n") {
			w.said.WriteByte(' ')
		}
		w.space = false
		w.said.WriteRune(r)
	}
}

// end ends a paragraph.
func (w *writer) end() {
	w.space = false
	if s := w.said.String(); s != "" && s[len(s)-1] != '\n' {
		w.said.WriteByte('\n')
	}
}

func (w *writer) finish() Text {
	w.t.Said = w.said.String()
	w.t.Language = language(w.t.Said)
	w.t.Ease = ease(w.t.Said, w.t.Language)
	return w.t
}

// printable shows what came from a server.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, "�"))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func contains(text, word string) bool { return strings.Contains(strings.ToLower(text), word) }
