package installation

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.12-2", func(dut *DUT) {
	TestCase("5.12-2-1", func() {
		Unit("a", "the guide to the set-up is reached, and can be followed", func(ctx context.Context) {
			d := read(ctx, dut, setUp, "")
			found, told := d.Followed(ctx, dut)
			if !told {
				NotClimbed(ctx, provisions.Operator, "%s", found)
			}
			Lack("set the device up by it from its factory state, step by step, and answer: assay answer RUN", "the guide is reached at %s, and nobody has set the device up by it alone; %s", d.Asked, found)
		}, Climbs(provisions.Web, provisions.Operator))

		Unit("b", "the guide to the set-up speaks of each decision", func(ctx context.Context) {
			guide(ctx, dut, setUp)
			rows := asked(ctx, dut)
			covers(read(ctx, dut, setUp, "5.12-2-1a", listed(rows)), rows)
		}, Climbs(provisions.Declared, provisions.Web))

		Unit("c", "the guide recommends a safe choice for each decision", func(ctx context.Context) {
			rows := asked(ctx, dut)
			d := read(ctx, dut, setUp, "5.12-2-1a", listed(rows))
			Each("decision with a passage in the guide", passages(d, rows), func(p passage) {
				if !declared.Says(p.Quote, advice...) {
					d.Absent("the guide gives no advice on %s (%s): %v", p.row.ID, p.row.Description, p.Passage)
				}
				Propose(Pass, "the guide advises on %s: %v; judge whether that is the safe choice (%q)", p.row.ID, p.Passage, p.row.Safe)
			})
		}, Climbs(provisions.Web))
	})
})
