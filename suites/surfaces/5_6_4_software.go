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

var _ = Provision("5.6-4", func(dut *DUT) {
	TestCase("5.6-4-1", func() {
		Unit("a", "each debug interface within reach is switched off by software", func(ctx context.Context) {
			rows := where(debugRows(ctx, dut, "15-Intf"), not(logical))
			for _, r := range rows {
				if r.Accessible == "" {
					Doubt(ctx, "%s (%s) does not say whether it is reached without opening the device (accessible: yes or no)", r.ID, r.Description)
				}
			}
			rows = where(rows, func(r device.Intf) bool { return r.Accessible != device.No })
			if len(rows) == 0 {
				Vacuous("15-Intf declares no debug interface that is physically accessible")
			}
			Each("debug interface within reach", rows, switchedOff)
			Propose(Pass, "%s name what of the software switches them off; judge whether it does", named(rows))
		}, Climbs(provisions.Declared))

		Unit("b", "a debug interface that is never needed is disabled for good", func(ctx context.Context) {
			neverDebugged(ctx, debugRows(ctx, dut, "15-Intf"))
		}, Climbs(provisions.Declared))

		Unit("c", "a debug interface that is needed at times is off by default", func(ctx context.Context) {
			debuggedAtTimes(ctx, debugRows(ctx, dut, "15-Intf"))
		}, Climbs(provisions.Declared))
	})
})

// debugRows are the rows of tables that are for debugging. One that does not say raises a doubt.
func debugRows(ctx context.Context, dut *DUT, tables ...string) (out []device.Intf) {
	for _, t := range tables {
		for _, r := range interfaces(ctx, dut, t) {
			if r.IsDebug == "" && declared.Placeholder(r.Debug) {
				Doubt(ctx, "%s (%s) does not say whether it is for debugging (Debug Interface)", r.ID, r.Description)
			}
			if debugs(r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// switchedOff demands of a debug interface that something of software switches it off: a part that is not fitted is none.
func switchedOff(r device.Intf) {
	name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
	text := r.Protection + ". " + r.Status + ". " + r.Description
	if declared.Affirms(text, switches...) != "" {
		return
	}
	hardware := declared.Placeholder(r.Protection) || declared.None(r.Protection) || declared.Says(r.Protection, barriers...)
	Expect(hardware).To(BeFalse(), "%s is for debugging, and names nothing of the software that switches it off (Protection, Status): %q", name, r.Protection)
	Propose(Inconclusive, "%s is for debugging; judge whether this is a mechanism of the software that switches it off: %q", name, r.Protection)
}

// neverDebugged demands that debug interfaces that are never needed are off for good.
func neverDebugged(ctx context.Context, rows []device.Intf) {
	stated(ctx, rows, true)
	never := where(rows, needs("never"))
	if len(never) == 0 {
		Vacuous("no debug interface is declared that is never needed")
	}
	Each("debug interface that is never needed", never, func(r device.Intf) {
		Expect(forGood(r)).To(BeTrue(), "%s (%s) is for debugging and never needed, and is not disabled for good: its Status is %s", r.ID, r.Description, or(status(r), "not given"))
	})
}

// debuggedAtTimes demands that debug interfaces that are needed at times are off by default.
func debuggedAtTimes(ctx context.Context, rows []device.Intf) {
	stated(ctx, rows, true)
	atTimes(where(rows, needs("intermittent")), "no debug interface is declared that is needed at times")
}
