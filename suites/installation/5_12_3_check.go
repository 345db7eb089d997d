package installation

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.12-3", func(dut *DUT) {
	TestCase("5.12-3-1", func() {
		Unit("a", "a guide tells how to check that the set-up is secure", func(ctx context.Context) {
			text := guide(ctx, dut, setUpCheck)
			checked(ctx, dut, setUpCheck)
			Propose(Pass, "2-UserInfo names a guide (%q); read it, and see that it says for each of these where to look, what is secure and what to do otherwise: %s", text, parameters(ctx, dut))
		}, In(provisions.V31), Climbs(provisions.Declared, provisions.Web))

		Unit("b", "a guide tells how to check that the set-up is secure", func(ctx context.Context) {
			rows := asked(ctx, dut)
			covers(read(ctx, dut, setUpCheck, "", listed(rows)), rows)
		}, In(provisions.V21), Climbs(provisions.Web))

		Unit("b", "a guide tells how to check later that all is still well", func(ctx context.Context) {
			text := guide(ctx, dut, maintenance)
			checked(ctx, dut, maintenance)
			Propose(Pass, "2-UserInfo names a guide (%q); read it, and see that it says how often to look, and what to do about updates, the end of support, accounts and sessions, paired devices, and: %s", text, parameters(ctx, dut))
		}, In(provisions.V31), Climbs(provisions.Declared, provisions.Web))
		applied(dut)
	})
	TestCase("5.12-3-2", func() { onBoth(dut) })
})
