package dataprotection

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-4", func(dut *DUT) {
	TestCase("6-4-1", func() {
		Unit("a", "telemetry holds no personal data that its purpose does not need", func(ctx context.Context) {
			rows := Declared(ctx, dut, "24-TelData")
			if len(rows) == 0 {
				Vacuous("24-TelData declares no telemetry")
			}
			data := declared.Personal(ctx, dut)
			NotClimbed(ctx, provisions.Bench, "what the device really sends was not looked at")
			Each("row of 24-TelData", rows, func(row device.Row) { needed(dut, row, data) })
			Propose(Pass, "no telemetry references personal data that its purpose does not speak of; judge whether each needs what it references: %s", references(rows))
		}, Climbs(provisions.Declared))
	})
})

// needed holds the personal data that a row of telemetry references, or holds in its typed fields, against its purpose.
func needed(dut *DUT, row device.Row, data []declared.Datum) {
	refs, given := row.Lists["Personal Data"]
	if !given {
		Lack("name in 24-TelData the personal data that it holds, or [] for none", "%s does not say which personal data it holds (Personal Data)", row.ID)
	}
	purpose := declared.Text(row, "Purpose")
	if purpose == "" {
		Lack("write in 24-TelData what the telemetry is for", "%s does not say what it is for (Purpose)", row.ID)
	}
	for _, id := range refs {
		at := slices.IndexFunc(data, func(d declared.Datum) bool { return d.ID == id })
		Expect(at).NotTo(Equal(-1), "%s references %s, which 21-PersData does not have", row.ID, id)
		for _, c := range unneeded(declared.Text(data[at].Row, "Description"), purpose) {
			Propose(Fail, "%s holds %s, %s, of which its purpose does not speak; would %s do? (Purpose: %q)", row.ID, data[at].Named(), c.name, c.coarser, purpose)
		}
	}
	if len(refs) > 0 {
		return
	}
	held := strings.Join(append(fields(dut, row.ID), declared.Text(row, "Description")), ", ")
	for _, c := range unneeded(held, "") {
		Propose(Inconclusive, "%s references no personal data, and seems to hold %s: %q; say whose it is", row.ID, c.name, held)
	}
}

// fields are what a row of telemetry holds by its typed key.
func fields(dut *DUT, id string) []string {
	if rows := dut.IXIT().TelData; rows != nil {
		for _, r := range *rows {
			if r.ID == id {
				return slices.Clone(r.Fields)
			}
		}
	}
	return nil
}

func references(rows []device.Row) string {
	var out []string
	for _, r := range rows {
		held := declared.Text(r, "Personal Data")
		if held == "" {
			held = "none"
		}
		out = append(out, r.ID+": "+held+", for: "+declared.Text(r, "Purpose"))
	}
	return strings.Join(out, " | ")
}
