package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-15A", func(dut *DUT) {
	TestCase("5.3-15A-1", func() {
		Unit("a", "a user can isolate the device, which protects the others", func(ctx context.Context) {
			isolated(ctx, dut).say()
		}, In(provisions.V31), Climbs(provisions.Declared))
	})
})
