package dataprotection

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("6-3", func(dut *DUT) {
	TestCase("6-3-1", func() {
		Unit("a", "consent can be withdrawn by configuring device or service", func(ctx context.Context) {
			data := onConsent(ctx, dut)
			Each("datum that is processed on consent", data, withdrawable)
			Propose(Pass, "each consent has a setting by which it is withdrawn; judge whether it is there at any time, and asks for no reason: %s", grid(data, "Withdrawing Consent"))
		}, Climbs(provisions.Declared))
	})
})
