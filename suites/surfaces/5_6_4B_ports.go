package surfaces

import (
	"context"
	"fmt"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.6-4B", func(dut *DUT) {
	TestCase("5.6-4B-1", func() {
		Unit("a", "each debug port is kept from hands", func(ctx context.Context) {
			rows := debugRows(ctx, dut, "15-PhyIntf")
			if len(rows) == 0 {
				if holds, stated := dut.File.States("F(r)"); stated && holds {
					Inconclude("15-PhyIntf declares no debug port, and the device file states feature r: debug interfaces that are physical ports")
				}
				Vacuous("15-PhyIntf declares no debug port")
			}
			Each("debug port", rows, func(r device.Intf) {
				physical := r.Guard == "casing" || declared.Says(r.Protection, barriers...)
				empty := declared.Placeholder(r.Protection) || declared.None(r.Protection)
				soft := r.Guard == "auth" || declared.Affirms(r.Protection, append([]string{"password*", "authmech*", "authenti*", "certificate*", "log-in", "login"}, switches...)...) != ""
				name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
				Expect(empty && !physical).To(BeFalse(), "%s is a debug port, and has no Protection", name)
				Expect(soft && !physical).To(BeFalse(), "%s is a debug port, and its Protection names nothing that keeps hands off: %q", name, r.Protection)
				if !physical {
					Propose(Inconclusive, "%s is a debug port; judge whether its Protection is a physical means: %q", name, r.Protection)
				}
			})
			Propose(Pass, "%s name a physical means; judge it by the supplier's photo", named(rows))
		}, Climbs(provisions.Declared))
	})
})
