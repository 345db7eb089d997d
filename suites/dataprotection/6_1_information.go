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
)

var _ = Provision("6-1", func(dut *DUT) {
	TestCase("6-1-1", func() {
		Unit("a", "the way to the information on personal data has no hurdle", func(ctx context.Context) {
			open(ctx, dut, ofPersonalData, "what is processed, by whom, for what"+also(dut, " and for how long"))
		}, Climbs(provisions.Declared))
	})

	TestCase("6-1-2", func() {
		Unit("a", "the information is got as is described", func(ctx context.Context) {
			unread(ctx, dut, ofPersonalData, "go the described way twice, and see that it leads to the information")
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("b", "the information names the processing that is declared", func(ctx context.Context) {
			data := personal(ctx, dut)
			unread(ctx, dut, ofPersonalData, "see that it has a passage for each row, and none for what has no row: %s", grid(data, "Processing Activities"))
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("a", "the information is clear and whole for each datum", func(ctx context.Context) {
			data := personal(ctx, dut)
			unread(ctx, dut, ofPersonalData, "see that it says clearly for each datum how, by whom, for what and for how long: %s", grid(data))
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("b", "the information says what 21-PersData says", func(ctx context.Context) {
			data := personal(ctx, dut)
			unread(ctx, dut, ofPersonalData, "see that they agree, both ways: %s", grid(data, "Processing Activities", "Purpose", "Authorized Parties", "Lifecycle"))
		}, In(provisions.V31), Climbs(provisions.Declared))
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
