package pages

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// A Doc is a document that was read.
type Doc struct {
	page.Page
	Field string
}

// Text is the document that 2-UserInfo names, read. Where it was not served the unit ends, and says which unit decides that.
func Text(ctx context.Context, dut *harness.DUT, field, decides string) Doc {
	p := Fetch(ctx, dut, field)
	if p.Gone() || len(p.Said) < Shortest && Wall(p, false) != "" {
		harness.Lack("mend the page, and run again", "%s was not to be read, which is judged by %s", p.Asked, decides)
	}
	unseen(p)
	if p.Unread != "" {
		harness.Lack("read it, and answer: assay answer RUN", "%s is %s, which is kept as evidence and not read here", p.Asked, p.Unread)
	}
	Seen(ctx, p)
	return Doc{p, field}
}

// Try is the document that 2-UserInfo names, where this run can read it; else why it was not read, for a unit that can do without.
func Try(ctx context.Context, dut *harness.DUT, field string) (d Doc, why string) {
	if Address(dut, field) == "" {
		return d, "2-UserInfo types no address of the web for it"
	}
	if !dut.May(provisions.Gentle) {
		return d, "this run fetches no pages"
	}
	p := Fetch(ctx, dut, field)
	if !p.Given() || p.Unread != "" || p.Barrier != "" || p.Scripted || len(p.Said) < Shortest && Wall(p, false) != "" {
		return d, p.Asked + " was not to be read here"
	}
	Seen(ctx, p)
	return Doc{p, field}, ""
}

// OfDevice tells whether a document speaks of the device: of its model, or of a device at all.
func (d Doc) OfDevice(dut *harness.DUT) bool {
	words := []string{"device", "devices", "product", "products", "appliance", "camera", "app", "Gerät*", "Produkt*"}
	if dut.File != nil && dut.File.Device.Model != "" {
		words = append(words, dut.File.Device.Model)
	}
	return declared.Says(d.Title+"\n"+d.Said, words...)
}

// A Passage is a sentence of a document, with its place.
type Passage struct {
	Quote  string
	Offset int
	under  string
}

func (p Passage) String() string {
	if p.under == "" || p.under == p.Quote {
		return fmt.Sprintf("%q (at character %d)", p.Quote, p.Offset)
	}
	return fmt.Sprintf("%q (under %q, at character %d)", p.Quote, p.under, p.Offset)
}

func place(p page.Page, offset int) string {
	if h := p.Under(offset); h != "" {
		return fmt.Sprintf(" (under %q)", h)
	}
	return ""
}

var sentence = regexp.MustCompile(`[^\n]*?(?:[.!?](?:\s|$)|\n|$)`)

// Sentences are those of the document, in order.
func (d Doc) Sentences() (out []Passage) {
	for _, at := range sentence.FindAllStringIndex(d.Said, -1) {
		if s := strings.TrimSpace(d.Said[at[0]:at[1]]); s != "" {
			out = append(out, Passage{clip(s), at[0], d.Under(at[0])})
		}
	}
	return out
}

// Paragraphs are the lines of the document: a paragraph, an item of a list, a row of a table.
func (d Doc) Paragraphs() (out []Passage) {
	offset := 0
	for line := range strings.Lines(d.Said) {
		if s := strings.TrimSpace(line); s != "" {
			out = append(out, Passage{clip(s), offset, d.Under(offset)})
		}
		offset += len(line)
	}
	return out
}

func clip(s string) string {
	const most = 400
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// Find gives the sentences that hold one of several words, as declared.Says knows them.
func (d Doc) Find(words ...string) (out []Passage) {
	for _, s := range d.Sentences() {
		if declared.Says(s.Quote, words...) {
			out = append(out, s)
		}
	}
	return out
}

// Absent ends the unit for something that the document lacks: FAIL is proposed where the machine knows its language and read all
// of it.
func (d Doc) Absent(what string, a ...any) {
	what = fmt.Sprintf(what, a...)
	Steady(d.Page)
	switch {
	case d.Language != "en" && d.Language != "de":
		harness.Propose(harness.Inconclusive, "%s: it is neither in English nor in German, or short, so that words show little: read %s", what, d.Asked)
	case d.Cut || d.SaidCut:
		harness.Propose(harness.Inconclusive, "%s in what was read of it, and it is longer: read %s", what, d.Asked)
	}
	harness.Propose(harness.Fail, "%s: read %s to confirm", what, d.Asked)
}

// Reads says in which language the document is and how easily it reads, for the person who judges whether a layman understands it.
func (d Doc) Reads() string {
	switch e := d.Ease; {
	case d.Language == "":
		return fmt.Sprintf("%d words, too few to tell the language", e.Words)
	case e.Flesch == 0:
		return fmt.Sprintf("%d words, in %q by its words, for which there is no measure of ease here", e.Words, d.Language)
	case e.Flesch < hard:
		return fmt.Sprintf("%d words, in %q, hard to read (Flesch %.0f, under %.0f)", e.Words, d.Language, e.Flesch, hard)
	default:
		return fmt.Sprintf("%d words, in %q, Flesch %.0f", e.Words, d.Language, e.Flesch)
	}
}

// hard is the reading ease under which a text is flagged: about that of the tenth school year.
var hard = harness.Parameter("web: Flesch reading ease under which a text is flagged as hard", 50.0)

// An Item is something that the document must speak of: a row, and the words that tell of it.
type Item struct {
	Name string
	Text string // its words
}

// Covered parts items into those of which a paragraph speaks, with the passage, and the others.
func (d Doc) Covered(items []Item) (found, missing []string) {
	for _, it := range items {
		if p, ok := d.About(it.Text); ok {
			found = append(found, it.Name+": "+p.String())
		} else {
			missing = append(missing, it.Name)
		}
	}
	return found, missing
}

// About finds the paragraph that shares most of the weighty words of a text: more than half of them.
func (d Doc) About(text string) (best Passage, ok bool) {
	want := weighty(text)
	most := len(want)
	for _, p := range d.Paragraphs() {
		n := 0
		for _, w := range want {
			if declared.Says(p.Quote, w+"*") {
				n += 2
			}
		}
		if n > most {
			best, most, ok = p, n, true
		}
	}
	return best, ok
}

// Whole tells whether each weighty word of a text stands in the document.
func (d Doc) Whole(text string) bool {
	want := weighty(text)
	for _, w := range want {
		if !declared.Says(d.Said, w+"*") {
			return false
		}
	}
	return len(want) > 0
}

// weighty are the beginnings of the words of a text that carry its meaning: five letters of those that have four at least.
func weighty(text string) (out []string) {
	seen := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		r := []rune(w)
		if len(r) < 4 || light[w] {
			continue
		}
		w = string(r[:min(5, len(r))])
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

var light = map[string]bool{"whether": true, "this": true, "that": true, "with": true, "from": true, "into": true, "which": true, "what": true, "when": true, "where": true, "they": true, "them": true, "their": true,
	"persdata": true, "userdec": true, "delfunc": true, "authmech": true, "will": true, "have": true, "been": true, "only": true, "also": true, "each": true, "every": true, "device": true, "user": true, "users": true}
