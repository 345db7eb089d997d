package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-9", func(dut *DUT) {
	TestCase("5.3-9-2", func() {
		Unit("a", "the device itself refuses images that are not the maker's, or not for it", func(ctx context.Context) {
			withstand(ctx, dut, authenticity)
			Note(ctx, "cap: the maker's own keys are not at hand; that a signer is abused was not tried")
		}, In(provisions.V31), Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))

		Unit("b", "the device itself refuses images that were altered, and starts again", func(ctx context.Context) {
			withstand(ctx, dut, integrity)
			Note(ctx, "cap: the places that were altered are a sample")
		}, In(provisions.V31), Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})
