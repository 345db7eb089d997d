package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-1", func(dut *DUT) {
	TestCase("5.3-1-1", func() {
		Unit("a", "each software component is updated, or has a reason of security not to be", func(ctx context.Context) {
			Each("software component", components(ctx, dut), func(c component) { excused(c, dut.Edition()).say() })
			Propose(Pass, "each software component names an update mechanism")
		}, Climbs(provisions.Declared))

		Unit("b", "each updated component has a mechanism whose design withstands misuse", func(ctx context.Context) {
			eachComponent(ctx, dut, design)
		}, Climbs(provisions.Declared))
	})

	TestCase("5.3-1-2", func() {
		Unit("a", "no misuse succeeds of a mechanism that a component is updated by", func(ctx context.Context) {
			for _, c := range components(ctx, dut) {
				for _, m := range c.mechanisms {
					Note(ctx, "%s (%s) is updated by %s", c.ID, c.Description, m.ID)
				}
			}
			withstand(ctx, dut, every)
			Note(ctx, "cap: the one mechanism that the operation offer-update reaches")
		}, Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})

// convenience are words of a reason that is none: it costs, or is a trouble.
var convenience = []string{"cost*", "expens*", "effort", "price", "budget", "cheap*", "convenien*", "time to market", "not worth", "too much work", "not planned", "Kosten", "Aufwand"}

// immutable are words of a reason of security: what cannot be changed is trusted for that.
var immutable = []string{"immutab*", "unchangeable", "root of trust", "boot ROM", "mask ROM", "read-only", "fused", "one-time programmable", "OTP", "unveränderlich"}

// excused is whether a component is updated, or why it need not be.
func excused(c component, e provisions.Edition) finding {
	if c.UpdMechs == nil || len(c.UpdMechs) > 0 {
		return c.any(func(m mechanism) finding { return is(met, "%s updates it", m.ID) })
	}
	secure := declared.Says(c.Description, immutable...)
	cheap := declared.Affirms(c.Description, convenience...)
	switch {
	case (c.Reason == "" || c.Reason == "other") && cheap != "":
		return is(contrary, "%s (%s) is not updated, and its reason is one of cost or effort (%q), which is none", c.ID, c.Description, cheap)
	case c.Reason == "boot-rom" || c.Reason == "root-of-trust" || secure:
		return is(fitting, "%s (%s) is not updated, since it is immutable for security; whether that is so is to be judged", c.ID, c.Description)
	case c.Reason == "":
		return is(contrary, "%s (%s) names no update mechanism in 6-SoftComp, and no reason (key reason)", c.ID, c.Description)
	case c.Reason == "other":
		return is(open, "%s (%s) is not updated for another reason than those known; whether it counts is to be judged", c.ID, c.Description)
	case e == provisions.V31:
		return is(contrary, "%s (%s) is not updated because of %s, and V3.1 excuses only what is immutable for security", c.ID, c.Description, c.Reason)
	}
	return is(fitting, "%s (%s) is not updated because of %s; whether no practicable way is left is to be judged", c.ID, c.Description, c.Reason)
}
