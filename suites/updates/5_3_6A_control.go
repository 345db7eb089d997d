package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-6A", func(dut *DUT) {
	TestCase("5.3-6A-1", func() {
		Unit("a", "the automatic update mechanisms, and what their user decides about them, are listed", func(ctx context.Context) {
			Note(ctx, "install by themselves: %s", named(installing(ctx, dut)))
			about := deciding(ctx, dut)
			if len(about) == 0 {
				Lack("add the user's decisions about updates to 26-UserDec", "26-UserDec ties no decision to automatic updates")
			}
			for _, d := range about {
				Note(ctx, "decided by the user: %s (%s): %s", d.ID, d.Description, d.Options)
			}
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("b", "the user can disable or postpone automatic updates", func(ctx context.Context) {
			Declared(ctx, dut, "26-UserDec")
			all := installing(ctx, dut)
			if len(all) == 0 {
				Inconclude("7-UpdMech declares no mechanism that installs by itself: feature h does not hold, and the provision does not apply")
			}
			Each("automatic update mechanism", all, func(m mechanism) { controlled(m, "config.update", m.config.Update).say() })
			Note(ctx, "our reading of the standard's \"enable, disable or postpone\": %s", controls)
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.3-6A-2", func() {
		Unit("a", "each state that the user can set of automatic updates has its effect, over a restart", func(ctx context.Context) {
			obeys(ctx, dut)
		}, In(provisions.V31), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})
