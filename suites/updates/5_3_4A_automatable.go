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
})
