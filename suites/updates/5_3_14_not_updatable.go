package updates

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-14", func(dut *DUT) {
	TestCase("5.3-14-1", func() {
		Unit("a", "a layman understands what is published of software that cannot be updated", func(ctx context.Context) {
			fixed := notUpdatable(components(ctx, dut))
			text, f := stated(form(ctx, dut, "2-UserInfo"), "Publication of Non-Updatable")
			if f.standing == met {
				f = explained(text, fixed)
			}
			f.say()
		}, Climbs(provisions.Declared))
	})

	TestCase("5.3-14-2", func() { notUpdatablePage(dut) })
})

// notUpdatable are the components without an update mechanism.
func notUpdatable(all []component) (out []string) {
	for _, c := range all {
		if c.UpdMechs != nil && len(c.UpdMechs) == 0 {
			out = append(out, fmt.Sprintf("%s (%s)", c.ID, c.Description))
		}
	}
	return out
}

// passages of such a publication, and words by which they are found.
var passages = []struct {
	name  string
	words []string
}{
	{"why there are no updates", []string{"why", "because", "since", "cannot", "not updat*", "read-only", "immutab*", "constrained", "rationale", "reason*", "warum", "weil"}},
	{"how and until when a unit is replaced", []string{"replac*", "exchang*", "return*", "swap*", "Ersatz", "Austausch", "ersetzt", "getauscht"}},
	{"until when it is supported", []string{"until", "support*", "years", "months", "bis", "Jahre", "Monate"}},
}

// explained lays the publication before the person who judges it, with what was not found in its description.
func explained(text string, fixed []string) finding {
	if len(fixed) == 0 {
		return is(open, "6-SoftComp names an update mechanism for each component, so that nothing is to be explained; whether the provision applies is to be judged")
	}
	var missing []string
	for _, p := range passages {
		if !declared.Says(text, p.words...) {
			missing = append(missing, p.name)
		}
	}
	if len(missing) > 0 {
		return is(open, "of %s the declaration of what is published does not say %s; the publication itself is to be read: %q", strings.Join(fixed, ", "), strings.Join(missing, ", nor "), text)
	}
	return is(fitting, "of %s it is published why, how units are replaced, and until when; whether a layman understands it is to be judged: %q", strings.Join(fixed, ", "), text)
}
