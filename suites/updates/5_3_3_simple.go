package updates

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-3", func(dut *DUT) {
	TestCase("5.3-3-1", func() {
		Unit("a", "each updated component has a way of updating that anybody can go", func(ctx context.Context) {
			eachComponent(ctx, dut, simple)
		}, Climbs(provisions.Declared))
	})
})

var (
	// lay are ways of updating that anybody can go.
	lay = []string{"automatic", "app", "web-ui", "device-ui"}
	// expert are ways that need tools and knowledge. A file on a USB stick and a service centre may be shown to be as easy.
	expert = []string{"serial", "cli"}
)

// simple is whether one of the ways to begin an update is for anybody.
func simple(m mechanism) finding {
	ways := m.upd.Initiation
	layWay := slices.IndexFunc(ways, func(w string) bool { return slices.Contains(lay, w) })
	switch {
	case len(ways) == 0:
		return m.unsaid("upd.initiation", "Initiation and Interaction")
	case layWay >= 0:
		return is(fitting, "%s is begun by a way for anybody (%s); its steps are for a person to see: %q", m.ID, ways[layWay], m.says("Initiation and Interaction"))
	case slices.Contains(ways, "other"):
		return is(open, "%s is begun in a way of its own; whether it is simple for its user is to be judged: %q", m.ID, m.says("Initiation and Interaction"))
	case slices.ContainsFunc(ways, func(w string) bool { return !slices.Contains(expert, w) }):
		return is(contrary, "%s is begun by %s alone, and is not shown to be as easy as an app or a page", m.ID, strings.Join(ways, " or "))
	}
	return is(broken, "%s is begun by %s alone (upd.initiation): only who is versed can update", m.ID, strings.Join(ways, " or "))
}
