package page

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness/probe/page/pdf"
	"github.com/secure-by-design/assay/harness/web"
)

// PDF reads a document of pages. What of it was not to be read makes its text a cut one, so that nothing is proved absent.
func PDF(ctx context.Context, b []byte) Text {
	d, err := pdf.Read(ctx, b)
	if err != nil {
		return Text{Unread: "PDF: " + printable(err.Error(), 160)}
	}
	p := paper{usual: usual(d.Lines)}
	for _, l := range d.Lines {
		p.longest = max(p.longest, len(l.Text))
	}
	for i, l := range d.Lines {
		if i == 0 || !p.goesOn(d.Lines[i-1], l) {
			p.end()
			p.heads(l)
		}
		p.words(l)
	}
	p.end()
	t := p.finish()
	t.Title = printable(d.Title, 300)
	t.SaidCut = t.SaidCut || len(d.Missing) > 0
	t.Links = links(d, t.Said)
	return t
}

// paper is a document that is being read.
type paper struct {
	writer
	usual   float64 // size of most of its letters
	longest int     // bytes of its longest line
	head    int     // index into Headings plus one, while a heading is read
}

// usual is the size in which most of a text is set: the median of its letters.
func usual(lines []pdf.Line) float64 {
	byLength := slices.Clone(lines)
	slices.SortFunc(byLength, func(a, b pdf.Line) int { return int(100 * (a.Size - b.Size)) })
	all, n := 0, 0
	for _, l := range byLength {
		all += len(l.Text)
	}
	for _, l := range byLength {
		if n += len(l.Text); 2*n >= all {
			return l.Size
		}
	}
	return 0
}

// goesOn tells whether a line goes on with the paragraph of the one before.
func (p *paper) goesOn(a, b pdf.Line) bool {
	near := a.Y-b.Y > 0 && a.Y-b.Y < 1.6*a.Size || a.Y == b.Y
	over := strings.ContainsAny(last(a.Text), ".!?:;") && len(a.Text)*10 < p.longest*7 // a sentence that ends early ends a paragraph
	return a.Page == b.Page && near && !over && a.Size > 0.95*b.Size && a.Size < 1.05*b.Size && a.Bold == b.Bold && !begins(b.Text)
}

func last(s string) string {
	s = strings.TrimSpace(s)
	return s[max(0, len(s)-1):]
}

// begins tells of an item of a list.
func begins(s string) bool {
	r, n := utf8.DecodeRuneInString(strings.TrimSpace(s))
	if strings.ContainsRune("•◦▪‣·–—-*□✓", r) {
		return true
	}
	digits := strings.TrimLeft(s, "0123456789")
	return n == 1 && unicode.IsDigit(r) && (strings.HasPrefix(digits, ". ") || strings.HasPrefix(digits, ") "))
}

// heads notes a heading: a line in larger letters, or a short bold one that is no sentence.
func (p *paper) heads(l pdf.Line) {
	p.head = 0
	large, bold := l.Size > 1.15*p.usual, l.Bold && len(l.Text) < 100 && !strings.HasSuffix(strings.TrimSpace(l.Text), ".")
	if !large && !bold || len(p.t.Headings) == maxHeads {
		return
	}
	level := 3
	if l.Size > 1.8*p.usual {
		level = 1
	} else if large {
		level = 2
	}
	p.t.Headings = append(p.t.Headings, Heading{Offset: p.said.Len(), Level: level})
	p.head = len(p.t.Headings)
}

var ligatures = strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st")

// words says a line. A word that was parted at the end of the line before is whole again.
func (p *paper) words(l pdf.Line) {
	s := ligatures.Replace(l.Text)
	said := p.said.String()
	if r, _ := utf8.DecodeRuneInString(strings.TrimSpace(s)); unicode.IsLower(r) && strings.HasSuffix(said, "-") && len(said) > 1 && unicode.IsLetter(rune(said[len(said)-2])) {
		p.said.Reset()
		p.said.WriteString(strings.TrimSuffix(said, "-"))
		p.space = false
	} else {
		p.space = true
	}
	p.say(strings.TrimSpace(s))
	if p.head > 0 {
		h := &p.t.Headings[p.head-1]
		h.Text = printable(p.said.String()[min(h.Offset, p.said.Len()):], 160)
	}
}

// links are those that lead to the web. Each is put where its words stand first.
func links(d pdf.Document, said string) (out []Link) {
	for _, l := range d.Links {
		to := l.URL
		if !strings.HasPrefix(to, "mailto:") && !strings.HasPrefix(to, "tel:") {
			u, err := web.Parse(to)
			if err != nil {
				continue
			}
			to = u.String()
		}
		text := printable(ligatures.Replace(l.Text), 160)
		if out = append(out, Link{max(0, strings.Index(said, text)), printable(to, 600), text}); len(out) == maxLinks {
			break
		}
	}
	return out
}
