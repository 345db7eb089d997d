package operate

import (
	"bytes"
	"context"
	"slices"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Controls reads what a user can press or open, by the operation read-controls: each of its steps gives a page.
type Controls struct{ Look int }

// Controlled is what was read.
type Controlled struct {
	OK     bool
	Pages  int
	Alike  bool     // several pages, and all are the same: perhaps a log-in stands in their place
	Labels []string // of buttons, links, headings, fields and options
	Why    string   // not OK: why
}

const maxLabels = 1000

// Ask reads. A device that gives no such page is an answer.
func (Controls) Ask(ctx context.Context, on *dial.Device) (Controlled, error) {
	const name = "read-controls"
	op, err := find(on.File, name, "")
	if err != nil {
		return Controlled{}, err
	}
	var c Controlled
	var first []byte
	out, err := run(ctx, on, name, op, op.Steps, parameters{}, func(b []byte) {
		if c.Pages++; c.Pages == 1 {
			first = bytes.Clone(b)
		} else {
			c.Alike = (c.Alike || c.Pages == 2) && bytes.Equal(b, first)
		}
		for _, l := range controls(b) {
			if len(c.Labels) < maxLabels && !slices.Contains(c.Labels, l) {
				c.Labels = append(c.Labels, l)
			}
		}
	})
	c.OK, c.Why = err == nil && out.OK, out.why()
	return c, err
}

// Level is gentle.
func (Controls) Level() provisions.Level { return provisions.Gentle }
func (Controls) String() string          { return "what a user can press on the device's pages" }

// controls finds what a page names.
func controls(b []byte) (out []string) {
	const most = 1 << 20
	root, err := html.Parse(bytes.NewReader(b[:min(len(b), most)]))
	if err != nil {
		return nil
	}
	f := form{left: 200_000}
	for n := range root.Descendants() {
		label := ""
		switch n.DataAtom {
		case atom.Button, atom.A, atom.H1, atom.H2, atom.H3, atom.H4, atom.Label, atom.Legend, atom.Option, atom.Summary, atom.Th, atom.Title:
			label = f.words(n)
		case atom.Input:
			if k := attr(n, "type"); k == "submit" || k == "button" || k == "reset" {
				label = printable(attr(n, "value"), 200)
			}
		}
		if label != "" && len(out) < maxLabels {
			out = append(out, label)
		}
	}
	return out
}
