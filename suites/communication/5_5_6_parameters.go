package communication

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.5-6", func(dut *DUT) {
	TestCase("5.5-6-1", func() {
		Unit("a", "critical parameters have mechanisms that keep them confidential", func(ctx context.Context) {
			rows := carriers(ctx, dut)
			if len(rows) == 0 {
				stays(dut, "10-SecParam lets no critical parameter leave the device")
			}
			every(ctx, dut, "mechanism that carries critical parameters", rows, append(slices.Clone(designed), keepsSecret)...)
			Propose(Pass, "%s, which carry critical parameters, guarantee confidentiality and meet the criteria of 5.5-1-1 as far as a machine sees; judge the rest there", ids(rows))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.5-6-2", func() {
		Unit("a", "critical parameters travel by mechanisms that keep them confidential", func(ctx context.Context) {
			var carriers []device.ComMech
			all := seen.ComMechs(dut)
			for _, p := range seen.Table(dut, "10-SecParam", "10-SecParam", dut.IXIT().SecParam) {
				if !strings.EqualFold(p.Type, "critical") {
					continue
				}
				for _, m := range all {
					if slices.Contains(p.ComMechs, m.ID) && !slices.ContainsFunc(carriers, func(c device.ComMech) bool { return c.ID == m.ID }) {
						carriers = append(carriers, m)
					}
				}
			}
			Each("mechanism that carries critical parameters", carriers, func(m device.ComMech) { gives(ctx, dut, m) })
			clearLogins(ctx, dut)
			NotClimbed(ctx, provisions.Bench, "the transfers themselves were not captured")
			Inconclude("the mechanisms give what they declare; the transfers themselves were not captured")
		}, Climbs(provisions.LAN))
	})
})
