package resilience

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.9-2", func(dut *DUT) {
	TestCase("5.9-2-1", func() {
		Unit("a", "the mechanisms protect, as judged for 5.9-1", func(ctx context.Context) {
			rows := Declared(ctx, dut, "23-ResMech")
			bothKinds(rows)
			Each("mechanism of 23-ResMech", rows, func(r device.Row) {
				Expect(declared.Text(r, "Description")).NotTo(BeEmpty(), "%s says nothing of its means: describe how its guarantee is kept", r.ID)
			})
			Note(ctx, "the findings of 5.9-1-1a and b are those of the same device file; what a person says of them holds here too")
		}, Climbs(provisions.Declared))

		Unit("b", "without a network the device works on locally", func(ctx context.Context) {
			eachOf(ctx, dut, "network", func(r device.Row, text string) {
				Expect(declared.Says(text, needsService...)).To(BeFalse(), "%s: without the network nothing works on locally: %q", r.ID, text)
				if !declared.Says(text, local...) {
					Propose(Inconclusive, "%s does not say which functions go on without the network, and which stop: %q", r.ID, text)
				}
				Propose(Pass, "%s says what goes on without the network: %q; hold it against the functions on the box", r.ID, text)
			})
		}, Climbs(provisions.Declared))

		Unit("c", "after a loss of power the state is the same or better", func(ctx context.Context) {
			eachOf(ctx, dut, "power", func(r device.Row, text string) {
				Expect(declared.Says(text, worse...)).To(BeFalse(), "%s: after a loss of power the device is worse than before: %q", r.ID, text)
				if !declared.Says(text, same...) {
					Propose(Inconclusive, "%s does not say in which state the device returns (connectivity, functions, settings, security settings, time): %q", r.ID, text)
				}
				Propose(Pass, "%s says in which state the device returns: %q; connectivity, functions, settings, security settings and time are to be held against it", r.ID, text)
			})
		}, Climbs(provisions.Declared))
	})
})

// Words of what goes on without a network, of functions that all need a service, of a return to less, and of one to the same.
var (
	local        = []string{"local*", "at home", "go on", "goes on", "continue*", "keep* working", "works on", "offline", "without the internet"}
	needsService = []string{"all functions need", "every function needs", "nothing works without", "no function without", "requires the cloud for all", "needs the service for all"}
	worse        = []string{"set-up mode", "setup mode", "factory state", "default settings", "factory settings", "open access", "unprotected until", "without a password until"}
	same         = []string{"last *", "same *", "as before", "as it was", "as they were", "resume*", "restor*", "whole state", "settings", "previous"}
)

// eachOf judges the mechanisms of a type.
func eachOf(ctx context.Context, dut *DUT, kind string, judge func(r device.Row, text string)) {
	var rows []device.Row
	for _, r := range Declared(ctx, dut, "23-ResMech") {
		if declared.Names(r, "Type", kind) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		Lack("declare a mechanism of the type "+kind+" in 23-ResMech", "23-ResMech has no mechanism of the type %s (that is 5.9-1's affair)", kind)
	}
	Each("mechanism of the type "+kind, rows, func(r device.Row) {
		text := declared.Text(r, "Description")
		if text == "" {
			Lack("describe it in 23-ResMech: Description", "%s has no description (that is 5.9-1's affair)", r.ID)
		}
		judge(r, text)
	})
}
