package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-4A", func(dut *DUT) {
	TestCase("5.3-4A-1", func() {
		Unit("a", "each updated component has a mechanism that can look, fetch and install without its user", func(ctx context.Context) {
			eachComponent(ctx, dut, automatable)
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.3-4A-2", func() {
		Unit("a", "an update comes by itself where it is set to", func(ctx context.Context) {
			ready(ctx, dut)
			if len(installing(ctx, dut)) == 0 {
				Inconclude("7-UpdMech declares no mechanism that installs by itself")
			}
			comes(ctx, dut, "on", automaticOn(ctx, dut))
		}, In(provisions.V31), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})
