package passwords

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.1-2", func(dut *DUT) {
	TestCase("5.1-2-1", func() {
		judged := func(judge func(mechanism), kinds []string) func(context.Context) {
			return func(ctx context.Context) {
				rows := preInstalled(ctx, dut)
				if len(rows) == 0 {
					unclear(inScope(ctx, dut))
					undecided(withPassword(ctx, dut))
					noneStated(dut, "no pre-installed password", "C(2)", "F(b)")
				}
				Each("row of 1-AuthMech with a pre-installed password", rows, func(m mechanism) {
					ofSamples(ctx, dut, m.AuthMech, kinds)
					judge(m)
				})
			}
		}
		Unit("a", "pre-installed passwords do not follow one another", judged(notCounted, following), Climbs(provisions.Declared))
		Unit("b", "pre-installed passwords are no common strings", judged(notCommon, common), Climbs(provisions.Declared))
		Unit("c", "pre-installed passwords cannot be worked out from what is public", judged(notDerived, derived), Climbs(provisions.Declared))
		Unit("d", "pre-installed passwords have enough values", judged(complexEnough, nil), Climbs(provisions.Declared))
	})

	TestCase("5.1-2-2", func() {
		Unit("a", "pre-installed passwords of units at hand are as declared and tell nothing of one another", func(ctx context.Context) {
			valuesAtHand(ctx, dut)
		}, Binds(device.Initialised), Climbs(provisions.Operator, provisions.Twin))
	})
})
