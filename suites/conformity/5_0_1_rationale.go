package conformity

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.0-1", func(dut *DUT) {
	TestCase("5.0-1-1", func() {
		Unit("a", purpose, func(ctx context.Context) { reasons(ctx, dut) }, In(provisions.V31), Climbs(provisions.Declared))
	})
})
