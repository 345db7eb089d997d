package installation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// The operations that carry out the checks of the guides.
const (
	setupCheck       = "setup-check"
	maintenanceCheck = "maintenance-check"
)

// A setting is a decision that can be made less safe.
type setting struct {
	row   device.UserDec
	risky string // the option that is not the safe one
	now   string // the option that held at first
	known bool   // words that speak of it are known here
}

// settings are the decisions on security that a check has to look at: those with a safe option, but for consents and those of
// which each answer is safe enough. Each needs an operation.
func settings(ctx context.Context, dut *DUT) (out []setting) {
	for _, row := range asked(ctx, dut) {
		t, known := topicOf(row)
		if known && t.either || row.On == "consent" || row.Safe == "" {
			continue
		}
		i := slices.IndexFunc(row.Choices, func(c device.Choice) bool { return c.Text != row.Safe })
		if i < 0 {
			continue
		}
		for _, op := range []string{"set-option/" + row.ID, "settings-read/" + row.ID} {
			if !operate.Declared(dut.File, op) {
				Lack("declare the operation "+op, "%s (%s) cannot be decided by a machine: the operation %s is not declared", row.ID, row.Description, op)
			}
		}
		was := Ask(ctx, dut, operate.Reading{Name: "settings-read", Kind: row.ID}).Values["state"]
		if !slices.ContainsFunc(row.Choices, func(c device.Choice) bool { return c.Text == was }) {
			was = preset(row)
		}
		out = append(out, setting{row, row.Choices[i].Text, was, known})
	}
	if len(out) == 0 {
		Inconclude("26-UserDec has no decision with a safe option and another one, of which a check could tell")
	}
	return out
}

// set decides, and ends the unit where that is not shown to hold.
func (s setting) set(ctx context.Context, dut *DUT, option string) {
	out := Do(ctx, dut, operate.SetOption{Row: s.row.ID, Option: option, Back: s.now})
	if !out.OK || !out.Proved {
		Inconclude("%s (%s) could not be set to %q: %s", s.row.ID, s.row.Description, option, out.Proof)
	}
}

// spokenOf tells whether a report speaks of the setting.
func (s setting) spokenOf(report string) bool {
	t, _ := topicOf(s.row)
	if len(t.words) > 0 && declared.Says(report, t.words...) {
		return true
	}
	d := pages.Doc{}
	d.Said = report
	_, ok := d.About(s.row.Description)
	return ok
}

// under has a look taken while each setting is as one wants it, and puts back what held before.
func under(ctx context.Context, dut *DUT, all []setting, option func(setting) string, look func()) {
	defer func() {
		for _, s := range all {
			s.set(ctx, dut, s.now)
		}
	}()
	for _, s := range all {
		s.set(ctx, dut, option(s))
	}
	look()
}

func safest(s setting) string   { return s.row.Safe }
func riskiest(s setting) string { return s.risky }

func spoken(all []setting) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%s to %q", s.row.ID, s.risky))
	}
	return strings.Join(out, ", ")
}

func recommended(all []setting) string {
	var out []string
	for _, s := range all {
		out = append(out, fmt.Sprintf("%s %q", s.row.ID, s.row.Safe))
	}
	return strings.Join(out, ", ")
}

// byGuide holds that there is a guide to the check, and says by what it is carried out.
func byGuide(ctx context.Context, dut *DUT, field string) {
	text := guide(ctx, dut, field)
	Note(ctx, "cap: the check is carried out by an operation of the device file; whoever judges the guide (%q) sees that it tells the same", text)
}

// check carries a check out, and gives what it reports. One that is not to be carried out, or says nothing, ends the unit.
func check(ctx context.Context, dut *DUT, name string, look int) []string {
	if !operate.Declared(dut.File, name) {
		Lack("declare the operation "+name+", which captures found: what the check reports; or carry it out by the guide, and answer: assay answer RUN", "the device file does not say how the check is carried out (%s)", name)
	}
	a := Ask(ctx, dut, operate.Reading{Name: name, Look: look})
	text, told := a.Values["found"]
	switch {
	case a.OK && told:
		return reports(text)
	case look == 0:
		return check(ctx, dut, name, 1)
	case a.OK:
		Propose(Fail, "the check gave no result, twice; confirm that it is the check of the guide (operation %s): %.200q", name, a.Answer)
	}
	Propose(Fail, "the check was not to be carried out, twice; confirm that it is the check of the guide (operation %s): %s", name, a.Why)
	return nil
}

// again are what a check reports, and again: what it says once and not twice ends the unit.
func again(ctx context.Context, dut *DUT, name string) []string {
	first, second := check(ctx, dut, name, 0), check(ctx, dut, name, 2)
	if !slices.Equal(first, second) {
		Inconclude("the check says %s, and right after %s", quoted(first), quoted(second))
	}
	return first
}

// well are ways to say that nothing was found.
var well = []string{"none", "nothing", "no problems", "no problem", "ok", "okay", "all is well", "all good", "in order", "secure", "up to date", "everything is fine", "keine", "alles in ordnung", "sicher"}

// reports are the items of an answer: a list in JSON, or sentences. An answer that is short and says that all is well reports nothing.
func reports(text string) (out []string) {
	var list []any
	if json.Unmarshal([]byte(text), &list) == nil {
		for _, v := range list {
			if s, ok := v.(string); ok {
				out = append(out, s)
			} else {
				b, _ := json.Marshal(v)
				out = append(out, string(b))
			}
		}
		return out
	}
	d := pages.Doc{}
	d.Said = text
	for _, s := range d.Sentences() {
		if !declared.Says(s.Quote, "not", "off", "open", "insecure", "nicht") && declared.Says(s.Quote, well...) {
			continue
		}
		out = append(out, s.Quote)
	}
	return out
}

// news are the reports that were not there before.
func news(found, before []string) []string {
	return slices.DeleteFunc(slices.Clone(found), func(f string) bool { return slices.Contains(before, f) })
}

// madeFaults are the kinds of fault that the device file can make, with a way back.
func madeFaults(dut *DUT) (kinds []string) {
	for _, name := range slices.Sorted(maps.Keys(dut.File.Operations)) {
		if kind, ok := strings.CutPrefix(name, "make-fault/"); ok {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
