package dataprotection

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-5", func(dut *DUT) {
	TestCase("6-5-1", func() {
		Unit("a", "the way to the information on telemetry has no hurdle", func(ctx context.Context) {
			if rows := dut.IXIT().TelData; rows != nil && len(*rows) == 0 {
				telemetry(ctx, dut)
			}
			open(ctx, dut, ofTelemetry, "what is collected, how it is used, by whom, for what")
		}, Climbs(provisions.Declared, provisions.Web))
	})

	TestCase("6-5-2", func() {
		Unit("a", "the information is got as is described", func(ctx context.Context) {
			leads(ctx, dut, ofTelemetry)
		}, Climbs(provisions.Declared, provisions.Web))

		Unit("b", "the information names the purposes that are declared", func(ctx context.Context) {
			rows := telemetry(ctx, dut)
			look := "see that it has each of these purposes, and no other: %s"
			d := read(ctx, dut, ofTelemetry, look, listed(rows, "Purpose"))
			names(d, items(rows, "Purpose"), look, listed(rows, "Purpose"))
		}, Climbs(provisions.Declared, provisions.Web))

		Unit("c", "the information names what is collected", func(ctx context.Context) {
			rows := telemetry(ctx, dut)
			d := read(ctx, dut, ofTelemetry, "see that it names these data: %s", listed(rows, "Description"))
			if whole(ctx, d, items(rows, "Description")) {
				return
			}
			names(d, items(rows, "Description"), "see that these are all: %s", listed(rows, "Description"))
		}, Climbs(provisions.Declared, provisions.Web))

		Unit("d", "the information says how telemetry is used, by whom and for what", func(ctx context.Context) {
			rows := telemetry(ctx, dut)
			look := "see that it says for each how it is used, by whom and for what: %s"
			d := read(ctx, dut, ofTelemetry, look, listed(rows, "Description", "Purpose"))
			says(d, []declared.Topic{how, byWhom, forWhat}, look, listed(rows, "Description", "Purpose"))
		}, Climbs(provisions.Declared, provisions.Web))
	})
})

// telemetry are the rows of 24-TelData. Where there is none the criterion speaks of nothing.
func telemetry(ctx context.Context, dut *DUT) []device.Row {
	rows := Declared(ctx, dut, "24-TelData")
	if len(rows) == 0 {
		Vacuous("24-TelData declares no telemetry")
	}
	return rows
}

func listed(rows []device.Row, fields ...string) string {
	var out []string
	for _, r := range rows {
		line := r.ID
		for _, f := range fields {
			line += fmt.Sprintf("; %.120s", declared.Text(r, f))
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}
