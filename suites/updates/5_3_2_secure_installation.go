// Package updates holds the units of clause 5.3: keep software updated.
//
// Its one idea: an image that is refused proves nothing until the genuine one is installed by the same way. So each attack
// differs from a genuine image in one property and claims a version above the installed one, and the genuine image comes last.
// What is declared of a mechanism is read key by key: a key that says the contrary convicts, a text that reads so is shown to a
// person, and one that is not written is asked for.
//
//	withstand(ctx, dut, authenticity)
//	eachMechanism(ctx, dut, func(m mechanism) finding { return worst(altered(m), foreign(m), older(m)) })
package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-2", func(dut *DUT) {
	TestCase("5.3-2-1", func() {
		Unit("a", "at least one update mechanism withstands misuse by its design", func(ctx context.Context) {
			all := declaredMechanisms(ctx, dut)
			if len(all) == 0 {
				Inconclude("7-UpdMech declares that there is no update mechanism, and one is needed here")
			}
			var designs []finding
			for _, m := range all {
				designs = append(designs, design(m))
			}
			best(designs...).say()
		}, Climbs(provisions.Declared))
	})

	TestCase("5.3-2-2", func() {
		Unit("a", "attacks are drawn up for each update mechanism", func(ctx context.Context) {
			mechanisms(dut)
			list := Ask(ctx, dut, operate.Attacks{})
			if len(applying(ctx, list, every)) == 0 {
				Inconclude("of %d attacks none can be made from the images of the device file", len(list))
			}
		}, Climbs(provisions.Firmware))

		Unit("b", "every altered, foreign and older image is refused", func(ctx context.Context) {
			withstand(ctx, dut, every)
		}, Quota("an image of each kind of attack"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})
