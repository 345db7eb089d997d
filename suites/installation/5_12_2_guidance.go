package installation

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.12-2", func(dut *DUT) {
	TestCase("5.12-2-1", func() {
		Unit("b", "the guide to the set-up speaks of each decision", func(ctx context.Context) {
			text := guide(ctx, dut, setUp)
			Propose(Inconclusive, "the guide was not read; find it (%q), and see that it has a passage for each decision: %s", text, listed(asked(ctx, dut)))
		}, Climbs(provisions.Declared))
	})
})
