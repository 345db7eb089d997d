package installation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

const readWizard = "read-wizard"

// met is the unit that holds what the device asks against what is declared.
func met(dut *DUT) {
	Unit("d", "what the device asks, offers and presets is what is declared", func(ctx context.Context) {
		rows := asked(ctx, dut)
		all := questions(ctx, dut)
		taken := map[int]bool{}
		Each("criterion", []func(){
			func() {
				Each("decision of 26-UserDec", rows, func(row device.UserDec) {
					at := questionOn(all, row)
					if at < 0 {
						Inconclude("%s (%s) was not met on the pages that %s reads: %s", row.ID, row.Description, readWizard, labels(all))
					}
					taken[at] = true
					asDeclared(all[at], row)
				})
			},
			func() { undeclared(all, taken, len(rows)) },
		}, func(judge func()) { judge() })
		if len(all) == operate.MaxAsked {
			Doubt(ctx, "only the first %d questions were read", len(all))
		}
		Note(ctx, "met: %s; cap: questions on security are told by words that are known here", labels(all))
	}, Climbs(provisions.LAN, provisions.Operator))
}

// questions are what the device asks on its pages.
func questions(ctx context.Context, dut *DUT) []operate.Asked {
	if !operate.Declared(dut.File, readWizard) {
		Lack("declare the operation "+readWizard+", whose steps read the pages on which the user decides; or hold the screens against 26-UserDec, and answer: assay answer RUN",
			"the device file does not say how a machine reads what the device asks")
	}
	first, second := Ask(ctx, dut, operate.Wizard{}), Ask(ctx, dut, operate.Wizard{Look: 1})
	switch {
	case !first.OK:
		Inconclude("the pages on which the user decides were not to be read: %s", first.Why)
	case labels(first.Asked) != labels(second.Asked):
		Inconclude("the pages ask for %s, and right after for %s", labels(first.Asked), labels(second.Asked))
	case len(first.Asked) == 0:
		Inconclude("on %d pages no question with options was found, so that they may be made by scripts: hold the screens against 26-UserDec, and answer: assay answer RUN", first.Pages)
	}
	return first.Asked
}

// questionOn is the question that speaks of a row: the one that shares most of its words, and more than half of them.
func questionOn(all []operate.Asked, row device.UserDec) int {
	for i, q := range all {
		if strings.EqualFold(q.Label, row.Description) {
			return i
		}
	}
	found := -1
	for i, q := range all {
		d := pages.Doc{}
		d.Said = q.Label
		if _, ok := d.About(row.Description); !ok {
			continue
		}
		if found >= 0 {
			return -1 // two of them may: a person tells which
		}
		found = i
	}
	return found
}

// asDeclared holds a question against its row.
func asDeclared(q operate.Asked, row device.UserDec) {
	if len(row.Choices) == 0 {
		Lack("write options: of "+row.ID+" as the user reads them", "%s (%s) does not list its options one by one", row.ID, row.Description)
	}
	var want []string
	for _, c := range row.Choices {
		want = append(want, c.Text)
	}
	if !same(row, q.Options, want) {
		if len(q.Options) != len(want) { // one may be a line that is no option: "please choose"
			Propose(Fail, "%q offers %q, and %s declares %q; confirm that these are not the same options", q.Label, q.Options, row.ID, want)
		}
		Propose(Inconclusive, "%q offers %q, and %s declares %q: judge whether these are the same options", q.Label, q.Options, row.ID, want)
	}
	now, declaredNow := plain(row, q.Preset), ""
	if preset(row) != "none" {
		declaredNow = plain(row, preset(row))
	}
	Expect(now).To(Equal(declaredNow), "%q presets %q, and %s declares %q as its default", q.Label, q.Preset, row.ID, preset(row))
}

// same tells whether options are the same, in any order.
func same(row device.UserDec, a, b []string) bool {
	clean := func(all []string) (out []string) {
		for _, s := range all {
			out = append(out, plain(row, s))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(clean(a), clean(b))
}

// plain is an option as it is compared: a box that is ticked is as good as a yes.
func plain(row device.UserDec, option string) string {
	if on, clear := means(row, option); clear {
		return onOff(on)
	}
	return strings.ToLower(strings.Join(strings.Fields(option), " "))
}

// undeclared tells of a question on security that no row declares. Where a row was not met, the question may be its, in other words.
func undeclared(all []operate.Asked, taken map[int]bool, rows int) {
	for i, q := range all {
		if taken[i] {
			continue
		}
		for _, t := range topics {
			if declared.Affirms(q.Label, t.words...) == "" {
				continue
			}
			if len(taken) < rows {
				Propose(Inconclusive, "the device asks %q (%s), which is on %s: judge whether it is one of the declared decisions, in other words", q.Label, strings.Join(q.Options, ", "), t.name)
			}
			Propose(Fail, "the device asks %q (%s), which is on %s by its words and which no row of 26-UserDec declares; confirm that it decides on that", q.Label, strings.Join(q.Options, ", "), t.name)
		}
	}
}

func labels(all []operate.Asked) string {
	var out []string
	for _, q := range all {
		out = append(out, fmt.Sprintf("%q (%s)", q.Label, strings.Join(q.Options, ", ")))
	}
	return strings.Join(out, ", ")
}
