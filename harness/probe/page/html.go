package page

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"github.com/secure-by-design/assay/harness/web"
)

// HTML reads a page of marks, token by token, so that no nesting costs more than its length. charset is of its
// Content-Type, base its address.
func HTML(b []byte, set, base string) Text {
	kind := "text/html"
	if set != "" {
		kind += "; charset=" + set
	}
	in, err := charset.NewReader(bytes.NewReader(b), kind)
	if err != nil {
		in = bytes.NewReader(b)
	}
	at, _ := url.Parse(base)
	p := &reader{base: at, tokens: html.NewTokenizer(in)}
	p.tokens.SetMaxBuf(1 << 20)
	p.read()
	t := p.finish()
	const little = 200 // characters
	t.Scripted = p.scripts > 0 && len(t.Said) < little
	return t
}

// reader is a page that is being read.
type reader struct {
	writer
	base    *url.URL
	tokens  *html.Tokenizer
	scripts int
	mute    atom.Atom // within this element nothing is shown
	depth   int       // of it
	heading int       // index into Headings plus one; 0 outside
	link    int
	form    bool
	label   int // where the text before a field begins
	title   bool
}

func (p *reader) read() {
	for {
		switch p.tokens.Next() {
		case html.ErrorToken:
			return // the end, or what the tokenizer does not hold: what was read stays
		case html.TextToken:
			p.words(string(p.tokens.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			p.begin(p.tokens.Token())
		case html.EndTagToken:
			p.close(p.tokens.Token().DataAtom)
		}
	}
}

func (p *reader) words(s string) {
	switch {
	case p.title:
		p.t.Title = printable(p.t.Title+s, 300)
	case p.mute == 0:
		p.say(html.UnescapeString(s))
	}
}

// silent are elements whose content no reader sees.
var silent = []atom.Atom{atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Iframe, atom.Object, atom.Select}

// flowing are elements that stand within a line.
var flowing = []atom.Atom{atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Bdo, atom.Cite, atom.Code, atom.Data, atom.Dfn, atom.Em, atom.Font, atom.I, atom.Img, atom.Input, atom.Ins, atom.Kbd, atom.Label, atom.Mark,
	atom.Q, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr}

func (p *reader) begin(t html.Token) {
	if p.mute != 0 {
		if t.DataAtom == p.mute && t.Type == html.StartTagToken {
			p.depth++
		}
		return
	}
	if t.DataAtom == atom.Select && p.form {
		p.field(t, "select")
	}
	if slices.Contains(silent, t.DataAtom) && t.Type == html.StartTagToken {
		p.mute, p.depth = t.DataAtom, 1
		if t.DataAtom == atom.Script {
			p.scripts++
		}
		return
	}
	switch t.DataAtom {
	case atom.Html:
		p.t.Lang = printable(attribute(t, "lang"), 20)
	case atom.Title:
		p.title = t.Type == html.StartTagToken
		return
	case atom.Td, atom.Th:
		p.say(" ")
		return
	case atom.A:
		p.follow(t)
	case atom.Form:
		p.end()
		if p.form = len(p.t.Forms) < maxForms; p.form {
			p.t.Forms = append(p.t.Forms, Form{Offset: p.said.Len()})
		}
		p.label = p.said.Len()
	case atom.Input, atom.Textarea:
		p.field(t, strings.ToLower(attribute(t, "type")))
	}
	if level := headingLevel(t.DataAtom); level > 0 && len(p.t.Headings) < maxHeads {
		p.end()
		p.t.Headings = append(p.t.Headings, Heading{Offset: p.said.Len(), Level: level})
		p.heading = len(p.t.Headings)
	} else if !slices.Contains(flowing, t.DataAtom) {
		p.end()
	}
}

func (p *reader) close(a atom.Atom) {
	if p.mute != 0 {
		if a == p.mute {
			if p.depth--; p.depth == 0 {
				p.mute = 0
			}
		}
		return
	}
	switch {
	case a == atom.Title:
		p.title = false
	case a == atom.A && p.link > 0:
		l := &p.t.Links[p.link-1]
		l.Text, p.link = printable(p.said.String()[min(l.Offset, p.said.Len()):], 160), 0
	case a == atom.Form:
		p.form = false
	case headingLevel(a) > 0 && p.heading > 0:
		h := &p.t.Headings[p.heading-1]
		h.Text, p.heading = printable(p.said.String()[min(h.Offset, p.said.Len()):], 160), 0
	}
	if a != atom.Td && a != atom.Th && !slices.Contains(flowing, a) {
		p.end()
	}
}

// follow notes a link to a page.
func (p *reader) follow(t html.Token) {
	href := strings.TrimSpace(attribute(t, "href"))
	if href == "" || p.base == nil || len(p.t.Links) == maxLinks {
		return
	}
	u, err := p.base.Parse(href)
	if err != nil {
		return
	}
	to := u.String()
	if u.Scheme != "mailto" && u.Scheme != "tel" {
		if u, err = web.Parse(to); err != nil {
			return
		}
		to = u.String()
	}
	p.t.Links = append(p.t.Links, Link{Offset: p.said.Len(), URL: printable(to, 600)})
	p.link = len(p.t.Links)
}

// field notes what a form asks for. Its label is what stands before it.
func (p *reader) field(t html.Token, kind string) {
	if slices.Contains([]string{"hidden", "submit", "button", "image", "reset"}, kind) {
		return
	}
	if len(p.t.Forms) == 0 || !p.form {
		if kind != "password" || len(p.t.Forms) == maxForms {
			return
		}
		p.t.Forms = append(p.t.Forms, Form{Offset: p.said.Len()}) // one that scripts send
	}
	f := &p.t.Forms[len(p.t.Forms)-1]
	const most = 40
	if len(f.Fields) == most {
		return
	}
	if kind == "" {
		kind = "text"
	}
	_, required := find(t, "required")
	label := attribute(t, "aria-label") + " " + attribute(t, "placeholder") + " " + p.said.String()[min(p.label, p.said.Len()):]
	f.Fields = append(f.Fields, Field{Name: printable(attribute(t, "name"), 60), Type: printable(kind, 20), Label: printable(label, 80), Required: required})
	p.label = p.said.Len()
}

func headingLevel(a atom.Atom) int {
	return slices.Index([]atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}, a) + 1
}

func find(t html.Token, name string) (string, bool) {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func attribute(t html.Token, name string) string {
	v, _ := find(t, name)
	return v
}
