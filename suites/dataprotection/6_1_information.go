// Package dataprotection holds the units of clause 6: data protection.
//
// Its one idea: each datum is followed through its row of 21-PersData, from the consent to the end. What a row leaves out, or
// what it says in words that mean the opposite, convicts; whether the rest is fair is a person's to say.
package dataprotection

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

var _ = Provision("6-1", func(dut *DUT) {
	TestCase("6-1-1", func() {
		Unit("a", "the way to the information on personal data has no hurdle", func(ctx context.Context) {
			open(ctx, dut, ofPersonalData, "what is processed, by whom, for what"+also(dut, " and for how long"))
		}, Climbs(provisions.Declared, provisions.Web))
	})

	TestCase("6-1-2", func() {
		Unit("a", "the information is got as is described", func(ctx context.Context) {
			leads(ctx, dut, ofPersonalData)
		}, In(provisions.V21), Climbs(provisions.Declared, provisions.Web))

		Unit("b", "the information names the processing that is declared", func(ctx context.Context) {
			data := personal(ctx, dut)
			look := "see that it has a passage for each row, and none for what has no row: %s"
			d := read(ctx, dut, ofPersonalData, look, grid(data, "Processing Activities"))
			names(d, items(bare(data), "Processing Activities"), look, grid(data, "Processing Activities"))
		}, In(provisions.V21), Climbs(provisions.Declared, provisions.Web))

		Unit("c", "the information names what data are processed", func(ctx context.Context) {
			data := personal(ctx, dut)
			d := pages.Text(ctx, dut, ofPersonalData, "6-1-2a")
			ofDevice(dut, d)
			names(d, items(bare(data), "Description"), "judge whether each is understandable: %s", grid(data))
		}, In(provisions.V21), Climbs(provisions.Web))

		Unit("d", "the information says how, by whom and for what data are processed", func(ctx context.Context) {
			data := personal(ctx, dut)
			d := pages.Text(ctx, dut, ofPersonalData, "6-1-2a")
			ofDevice(dut, d)
			says(d, []declared.Topic{how, byWhom, forWhat}, "see that it does so for each: %s", grid(data))
		}, In(provisions.V21), Climbs(provisions.Web))

		Unit("a", "the information is clear and whole for each datum", func(ctx context.Context) {
			data := personal(ctx, dut)
			look := "see that it says clearly for each datum how, by whom, for what and for how long: %s"
			missing(ctx, dut, ofPersonalData)
			d := read(ctx, dut, ofPersonalData, look, grid(data))
			if _, missing := d.Covered(items(bare(data), "Description")); len(missing) > 0 {
				d.Absent("%s does not speak of: %s", d.Asked, strings.Join(missing, "; "))
			}
			says(d, []declared.Topic{how, byWhom, forWhat, howLong}, look, grid(data))
		}, In(provisions.V31), Climbs(provisions.Declared, provisions.Web))

		Unit("b", "the information says what 21-PersData says", func(ctx context.Context) {
			data := personal(ctx, dut)
			all := grid(data, "Processing Activities", "Purpose", "Authorized Parties", "Lifecycle")
			d := read(ctx, dut, ofPersonalData, "see that they agree, both ways: %s", all)
			names(d, append(items(bare(data), "Processing Activities"), items(bare(data), "Purpose")...), "see that they agree, both ways: %s", all)
		}, In(provisions.V31), Climbs(provisions.Declared, provisions.Web))
	})
})

// personal are the rows of 21-PersData. Where there is none the criterion speaks of nothing.
func personal(ctx context.Context, dut *DUT) []declared.Datum {
	data := declared.Personal(ctx, dut)
	if len(data) == 0 {
		Vacuous("21-PersData declares no personal data")
	}
	return data
}

// grid lists data with what their rows say in some fields.
func grid(data []declared.Datum, fields ...string) string {
	var out []string
	for _, d := range data {
		line := d.Named()
		for _, f := range fields {
			line += fmt.Sprintf("; %s: %.120s", f, declared.Text(d.Row, f))
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}

// also is what V3.1 asks in addition.
func also(dut *DUT, what string) string {
	if dut.Edition() == provisions.V31 {
		return what
	}
	return ""
}
