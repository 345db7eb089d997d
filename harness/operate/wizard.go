package operate

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Wizard reads what the device asks its user, by the operation read-wizard: each of its steps gives a page with forms.
type Wizard struct{ Look int }

// Wizardry is what was read.
type Wizardry struct {
	OK    bool
	Pages int
	Asked []Asked
	Why   string // not OK: why
}

// Asked is a question with options: a list, round buttons, or a box that is ticked ("on", "off").
type Asked struct {
	Label   string
	Options []string
	Preset  string // "": none is chosen before the user does
}

// MaxAsked bounds the questions that are read.
const MaxAsked, maxOptions = 100, 40

// Ask reads. A device that gives no such page is an answer.
func (Wizard) Ask(ctx context.Context, on *dial.Device) (Wizardry, error) {
	const name = "read-wizard"
	op, err := find(on.File, name, "")
	if err != nil {
		return Wizardry{}, err
	}
	var w Wizardry
	out, err := run(ctx, on, name, op, op.Steps, parameters{}, func(b []byte) {
		w.Pages++
		w.Asked = append(w.Asked, asks(b)...)
	})
	if err != nil {
		return Wizardry{}, err
	}
	w.OK, w.Why = out.OK, out.why()
	w.Asked = w.Asked[:min(len(w.Asked), MaxAsked)]
	return w, nil
}

// Level is gentle.
func (Wizard) Level() provisions.Level { return provisions.Gentle }
func (Wizard) String() string          { return "which decisions the device asks for" }

// asks finds the questions of a page.
func asks(b []byte) (out []Asked) {
	const most = 1 << 20
	root, err := html.Parse(bytes.NewReader(b[:min(len(b), most)]))
	if err != nil {
		return nil
	}
	f := form{labels: map[string]string{}, groups: map[string]int{}, left: 200_000}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Label && attr(n, "for") != "" {
			f.labels[attr(n, "for")] = f.words(n)
		}
	}
	for n := range root.Descendants() {
		switch {
		case len(f.all) == MaxAsked:
			return f.all
		case n.DataAtom == atom.Select:
			f.list(n)
		case n.DataAtom == atom.Input && attr(n, "type") == "radio":
			f.radio(n)
		case n.DataAtom == atom.Input && attr(n, "type") == "checkbox":
			preset := "off"
			if has(n, "checked") {
				preset = "on"
			}
			f.all = append(f.all, Asked{f.label(n), []string{"on", "off"}, preset})
		}
	}
	return f.all
}

// form is a page whose questions are gathered.
type form struct {
	labels map[string]string // by the ID of the field
	groups map[string]int    // of round buttons, by their name: index into all
	all    []Asked
	left   int // nodes that may still be looked at: nesting costs no more
}

// list is a select: what is chosen at first is its first option, where none is marked (HTML Standard, 4.10.7).
func (f *form) list(n *html.Node) {
	a, first := Asked{Label: f.label(n)}, true
	for o := range n.Descendants() {
		if o.DataAtom != atom.Option || len(a.Options) == maxOptions || has(o, "disabled") {
			continue
		}
		text := f.words(o)
		if has(o, "value") && attr(o, "value") == "" { // it asks to choose, and is no option
			text = ""
		} else {
			a.Options = append(a.Options, text)
		}
		if has(o, "selected") || first {
			a.Preset = text
		}
		first = false
	}
	f.all = append(f.all, a)
}

// radio is one of several round buttons, whose question is the legend of their field set, or their name.
func (f *form) radio(n *html.Node) {
	name := attr(n, "name")
	i, known := f.groups[name]
	if !known {
		i = len(f.all)
		f.groups[name] = i
		f.all = append(f.all, Asked{Label: f.legend(n, name)})
	}
	a := &f.all[i]
	if len(a.Options) == maxOptions {
		return
	}
	text := f.around(n)
	if text == "" {
		text = printable(attr(n, "value"), 100)
	}
	a.Options = append(a.Options, text)
	if has(n, "checked") {
		a.Preset = text
	}
}

// label is what stands at a field, or what it calls itself.
func (f *form) label(n *html.Node) string {
	if l := f.around(n); l != "" {
		return l
	}
	for _, key := range []string{"aria-label", "title", "name"} {
		if v := attr(n, key); v != "" {
			return printable(v, 100)
		}
	}
	return ""
}

// around is the label that names a field, or the one around it.
func (f *form) around(n *html.Node) string {
	if l := f.labels[attr(n, "id")]; l != "" {
		return l
	}
	for p := range n.Ancestors() {
		if p.DataAtom == atom.Label {
			return f.words(p)
		}
	}
	return ""
}

func (f *form) legend(n *html.Node, otherwise string) string {
	for p := range n.Ancestors() {
		if p.DataAtom != atom.Fieldset {
			continue
		}
		for l := range p.Descendants() {
			if f.left--; f.left < 0 {
				return ""
			}
			if l.DataAtom == atom.Legend {
				return f.words(l)
			}
		}
	}
	return printable(otherwise, 100)
}

// words is the text within a node, without that of lists of options.
func (f *form) words(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if f.left--; f.left < 0 || b.Len() > 1000 {
			break
		}
		if c.Type == html.TextNode && (n.DataAtom == atom.Option || c.Parent.DataAtom != atom.Option) {
			fmt.Fprintf(&b, "%s ", c.Data)
		}
	}
	return printable(strings.Join(strings.Fields(b.String()), " "), 200)
}

func attr(n *html.Node, name string) string {
	if i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }); i >= 0 {
		return strings.TrimSpace(n.Attr[i].Val)
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}
