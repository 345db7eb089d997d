package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-15B", func(dut *DUT) {
	TestCase("5.3-15B-1", func() {
		Unit("a", "its hardware can be replaced", func(ctx context.Context) {
			replaced(ctx, dut).say()
		}, In(provisions.V31), Climbs(provisions.Declared))
	})
})
