package updates

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-6B", func(dut *DUT) {
	TestCase("5.3-6B-1", func() {
		Unit("a", "the user can enable and disable notices of updates", func(ctx context.Context) {
			Declared(ctx, dut, "26-UserDec")
			all := notifying(ctx, dut)
			if len(all) == 0 {
				Inconclude("7-UpdMech declares no mechanism that gives notices: feature i does not hold, and the provision does not apply")
			}
			Each("notifying update mechanism", all, func(m mechanism) { switchable(m).say() })
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.3-6B-2", func() {
		Unit("a", "notices come and stay out as the user sets them", func(ctx context.Context) {
			tellsAsSet(ctx, dut)
		}, In(provisions.V31), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Operator))
	})
})

// switchable is whether notices can be enabled and disabled.
func switchable(m mechanism) finding {
	list := m.config.Notify
	switch {
	case list == nil:
		return m.unsaidAlone("config.notify")
	case slices.Contains(list, "enable") && slices.Contains(list, "disable"):
		return is(met, "notices of %s can be switched", m.ID)
	case len(list) == 0:
		return is(broken, "%s gives its user no control over notices (config.notify of 7-UpdMech is empty)", m.ID)
	}
	return is(broken, "the user of %s can %s notices, not enable and disable them (config.notify of 7-UpdMech)", m.ID, strings.Join(list, " or "))
}
