package storage

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.4-3", func(dut *DUT) {
	TestCase("5.4-3-1", func() {
		Unit("a", "each critical parameter that lies in the software is flagged as hard-coded", func(ctx context.Context) {
			rows := among(parameters(ctx, dut), critical)
			for _, r := range Declared(ctx, dut, "1-AuthMech") {
				if w := declared.Affirms(declared.Text(r, "Description")+". "+declared.Text(r, "Password Generation Mechanism"), inSoftware...); w != "" {
					Note(ctx, "%s of 1-AuthMech speaks of %q: see that 10-SecParam has a flagged row of it", r.ID, w)
				}
			}
			suspects := among(rows, func(r device.Row) bool { return isHardCoded(r) || declared.Affirms(all(r), inSoftware...) != "" })
			unflaggedInImage(ctx, dut, slices.ContainsFunc(rows, isHardCoded))
			if len(suspects) == 0 {
				provisioned(rows)
				none(dut, "no critical parameter that lies in the software")
			}
			Each("critical parameter in the software", suspects, func(r device.Row) {
				Expect(isHardCoded(r) || isIdentity(r)).To(BeTrue(), "%s is critical and %s, and is not flagged as hard-coded (Description, Provisioning Mechanism)", r.ID, declared.Affirms(all(r), inSoftware...))
			})
		}, Climbs(provisions.Declared, provisions.Firmware))

		Unit("b", "no hard-coded critical parameter is in use once the device works", func(ctx context.Context) {
			all := among(parameters(ctx, dut), critical)
			rows := among(all, isHardCoded)
			if len(rows) == 0 {
				provisioned(all)
				none(dut, "no critical parameter that is hard-coded")
			}
			Each("hard-coded critical parameter", rows, replaced)
			Propose(Pass, "%s are replaced before the device works; judge whether a way around that is left", named(rows))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.4-3-2", func() {
		Unit("a", "no hard-coded critical parameter works once the device does", func(ctx context.Context) {
			hardCodedIsGone(ctx, dut)
		}, Binds(device.Initialised), Climbs(provisions.Firmware, provisions.LAN, provisions.Twin))
	})
})

// provisioned asks of each critical parameter where it comes from: who says nothing has not said that it is not hard-coded.
func provisioned(rows []device.Row) {
	silent := among(rows, func(r device.Row) bool { return declared.Text(r, "Provisioning Mechanism") == "" })
	if len(silent) > 0 {
		Lack("say in 10-SecParam where each comes from: Provisioning Mechanism", "whether %s lie in the software is open: nothing stands in %q", named(silent), "Provisioning Mechanism")
	}
}

// Words of a parameter that lies in the software, of one that is always replaced, and of one that may be.
var (
	inSoftware = []string{"compiled in", "compiled into", "in the source", "source code", "constant value", "a constant", "default password", "default key", "default value", "default credential*",
		"same in all units", "same in all devices", "same on all units", "same on all devices", "same for all units", "same for all devices"}
	always  = []string{"first boot", "first start", "at initialisation", "at initialization", "in the factory", "at the factory", "in production", "each unit", "each device", "forced", "forces", "must change", "must be changed", "before first use", "before it works", "cannot be used until", "is replaced", "are replaced"}
	perhaps = []string{"may change", "can change", "may be changed", "can be changed", "may replace", "can replace", "if he wants", "if wanted", "optional*", "recommended", "is advised", "after the first update", "after first update"}
)

// replaced judges whether a hard-coded parameter is always replaced before the device works.
func replaced(r device.Row) {
	text := declared.Text(r, "Provisioning Mechanism")
	if text == "" {
		Lack("describe in 10-SecParam what replaces it: Provisioning Mechanism", "%s is hard-coded and says nothing in %q", r.ID, "Provisioning Mechanism")
	}
	forced := declared.Affirms(text, always...)
	option := declared.Affirms(text, perhaps...)
	if declared.None(text) {
		option = text
	}
	switch {
	case option != "" && forced == "":
		Expect(option).To(BeEmpty(), "%s is hard-coded, and nothing but %q replaces it before the device works: %q (Provisioning Mechanism)", r.ID, option, text)
	case forced == "":
		Propose(Fail, "%s is hard-coded, and no step that is known here replaces it; confirm that none does: %q", r.ID, text)
	case option != "":
		Propose(Inconclusive, "%s is hard-coded and speaks of %q and of %q; judge whether it is always replaced: %q", r.ID, forced, option, text)
	}
}
