package pages

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
)

// A Step is a sentence of a guide that names something to press or to open.
type Step struct {
	Passage
	Names string // "Factory reset"
}

// acting are words by which a guide sends its reader to a control; between them and its name may stand fillers, and after it comes
// one of those that end it.
var (
	acting  = []string{"press", "click", "tap", "choose", "select", "open", "push"}
	fillers = []string{"on", "the", "a", "page", "menu", "button", "tab", "entry", "item", "called", "section", "icon"}
	ending  = []string{"under", "and", "then", "in", "at", "to", "on", "of", "or", "if", "for", "with", "until", "where", "unless", "button", "page", "menu", "tab", "below", "above", "again", "once", "twice", "there"}
)

// Steps are the sentences that name a control by a capital letter, as guides in English do. Others are a person's to follow.
func (d Doc) Steps() (out []Step) {
	for _, s := range d.Sentences() {
		words := strings.Fields(s.Quote)
		for i, w := range words {
			if slices.Contains(acting, strings.ToLower(bareWord(w))) {
				if name := control(words[i+1:]); name != "" {
					out = append(out, Step{s, name})
				}
			}
		}
	}
	return out
}

// control is the name with which words begin; "" where they begin with none.
func control(words []string) string {
	for len(words) > 0 && slices.Contains(fillers, strings.ToLower(words[0])) {
		words = words[1:]
	}
	var name []string
	for _, w := range words {
		bare := bareWord(w)
		first, _ := utf8.DecodeRuneInString(bare)
		if len(name) == 0 && !unicode.IsUpper(first) || len(name) == 4 || slices.Contains(ending, bare) {
			break
		}
		name = append(name, bare)
		if bare != strings.TrimLeft(w, `"“‘'(`) { // a mark ends it
			break
		}
	}
	return strings.Join(name, " ")
}

func bareWord(w string) string {
	return strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// ReadControls is the operation that reads the pages on which a guide's controls stand.
const ReadControls = "read-controls"

// Followed holds what a guide names against the pages of the device: a control that none of them has is proposed as FAIL. It says in
// a sentence what was found; told is false where the device file has no such operation.
func (d Doc) Followed(ctx context.Context, dut *harness.DUT) (found string, told bool) {
	if !operate.Declared(dut.File, ReadControls) {
		return "the device file does not say on which pages the controls stand (operation " + ReadControls + ")", false
	}
	c := harness.Ask(ctx, dut, operate.Controls{})
	steps := d.Steps()
	switch {
	case !c.OK:
		return "the pages of the device were not to be read: " + c.Why, false
	case c.Alike:
		return fmt.Sprintf("all of %d pages of the device are the same, so that perhaps none of those that the guide means was read", c.Pages), false
	case d.Language != "en" || len(steps) == 0 || len(c.Labels) == 0:
		return "no step names a control in words that are known here", false
	}
	for _, s := range steps {
		if !slices.ContainsFunc(c.Labels, func(l string) bool { return alike(l, s.Names) }) {
			Steady(d.Page)
			harness.Propose(harness.Fail, "%s tells the reader to use %q, and none of the %d pages that were read of the device has it: confirm it on the device. %v", d.Asked, s.Names, c.Pages, s.Passage)
		}
	}
	return fmt.Sprintf("each of %d controls that it names is on a page of the device", len(steps)), true
}

func alike(label, name string) bool {
	label, name = strings.ToLower(label), strings.ToLower(name)
	return strings.Contains(" "+label+" ", " "+name+" ") || len(label) > 3 && strings.Contains(" "+name+" ", " "+label+" ")
}
