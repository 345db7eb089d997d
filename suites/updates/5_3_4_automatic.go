package updates

import (
	"context"
	"slices"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-4", func(dut *DUT) {
	TestCase("5.3-4-1", func() {
		Unit("a", "each updated component has a mechanism that looks and installs without its user", func(ctx context.Context) {
			eachComponent(ctx, dut, automatic)
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("b", "where that can be switched, it is on from the start", func(ctx context.Context) {
			var switches []finding
			for _, m := range declaredMechanisms(ctx, dut) {
				switch f := automatic(m); f.standing {
				case met:
					switches = append(switches, switchedOn(m))
				case lacking:
					switches = append(switches, f)
				}
			}
			if len(switches) == 0 {
				Inconclude("no mechanism of 7-UpdMech is automatic (5.3-4-1a), so that none can be on")
			}
			best(switches...).say()
		}, In(provisions.V21), Climbs(provisions.Declared))
	})
})

// switchedOn is whether an automatic mechanism is on where its user can switch it.
func switchedOn(m mechanism) finding {
	switchable := m.upd.Apply == "auto-configurable" || m.upd.Check == "auto-configurable" || slices.Contains(m.config.Update, "disable") || slices.Contains(m.config.Update, "enable")
	if text := m.says("Configuration"); !switchable && m.Config == nil && text != "" && !declared.None(text) {
		return m.unsaidAlone("config.update_default")
	}
	if !switchable {
		return is(met, "%s cannot be switched off", m.ID)
	}
	return on(m, "config.update_default", m.config.UpdateDefault)
}
