package updates

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-6", func(dut *DUT) {
	TestCase("5.3-6-1", func() {
		Unit("a", "update mechanisms are sorted into automatic and notifying ones", func(ctx context.Context) {
			sorted(ctx, dut)
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("b", "the user can disable or postpone what is installed automatically", func(ctx context.Context) {
			of(ctx, installing(ctx, dut), "no mechanism installs by itself", func(m mechanism) finding { return controlled(m, "config.update", m.config.Update) })
			Note(ctx, "our reading of the standard's \"enable, disable or postpone\": %s", controls)
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("c", "automatic updates are on in the initialised state", func(ctx context.Context) {
			of(ctx, installing(ctx, dut), "no mechanism installs by itself", func(m mechanism) finding { return on(m, "config.update_default", m.config.UpdateDefault) })
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("d", "the user can disable or postpone notices of updates", func(ctx context.Context) {
			of(ctx, notifying(ctx, dut), "no mechanism gives notices", func(m mechanism) finding { return controlled(m, "config.notify", m.config.Notify) })
			Note(ctx, "our reading of the standard's \"enable, disable or postpone\": %s", controls)
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("e", "notices of updates are on in the initialised state", func(ctx context.Context) {
			of(ctx, notifying(ctx, dut), "no mechanism gives notices", func(m mechanism) finding { return on(m, "config.notify_default", m.config.NotifyDefault) })
		}, In(provisions.V21), Climbs(provisions.Declared))
	})

	TestCase("5.3-6-2", func() {
		Unit("a", "automatic updates are on after a set-up in which nothing is chosen", func(ctx context.Context) {
			settled(ctx, dut, "", "on")
		}, In(provisions.V21), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))

		Unit("b", "each state that the user can set of automatic updates has its effect, over a restart", func(ctx context.Context) {
			obeys(ctx, dut)
		}, In(provisions.V21), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))

		Unit("c", "a new version is told of after a set-up in which nothing is chosen", func(ctx context.Context) {
			toldByDefault(ctx, dut)
		}, In(provisions.V21), Quota("the declared intervals of looking"), Climbs(provisions.LAN, provisions.Operator))

		Unit("d", "notices come and stay out as the user sets them", func(ctx context.Context) {
			tellsAsSet(ctx, dut)
		}, In(provisions.V21), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Operator))
	})
})

// sorted notes which mechanisms install by themselves and which give notices. One that cannot be sorted leaves it undone.
func sorted(ctx context.Context, dut *DUT) {
	Note(ctx, "install by themselves: %s", named(installing(ctx, dut)))
	Note(ctx, "give notices: %s", named(notifying(ctx, dut)))
}

func named(mechanisms []mechanism) string {
	var out []string
	for _, m := range mechanisms {
		out = append(out, fmt.Sprintf("%s (%s)", m.ID, m.Description))
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}
