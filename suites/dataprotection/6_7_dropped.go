package dataprotection

import (
	"context"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Undoable[operate.CreateUserData]()

// patience is how long this run waits for single data to be dropped.
var patience = Parameter("aggregation: longest wait for single data to be dropped", time.Hour)

// dropped is the unit that looks for single data after their aggregate was made.
func dropped(dut *DUT) {
	Unit("b", "single data are dropped when they are declared to be", func(ctx context.Context) {
		Each("datum for an aggregate", aggregated(ctx, dut), func(d declared.Datum) {
			after := keeping(dut, d)
			canary := Ask(ctx, dut, Canary{Name: "single datum of " + d.ID})
			if out := Do(ctx, dut, operate.CreateUserData{Kind: d.ID, Canary: canary}); !out.Proved {
				Inconclude("a single datum of %s was made and not shown right after, so that nothing tells when it is dropped: %s", d.Named(), out.Proof)
			}
			for look := range 2 {
				wait := after
				if look > 0 {
					wait = time.Second
				}
				found := Ask(ctx, dut, operate.ReadUserData{Kind: d.ID, Canary: canary, After: wait})
				if !found.Read {
					Inconclude("%s was not to be read after %v: %s", d.Named(), after, found.Why)
				}
				if !found.Found {
					return
				}
			}
			Expect(after).To(BeZero(), "a single datum of %s is still given out %v after it was made, although its window and its keeping are over by then (interval_s, retention_s of 21-PersData)", d.Named(), after)
		})
		Note(ctx, "cap: what lies in storage and no way gives out is not seen")
	}, In(provisions.V31), Climbs(provisions.LAN, provisions.Operator))
}

// keeping is how long a single datum may be kept: its window, and the declared time after it.
func keeping(dut *DUT, d declared.Datum) time.Duration {
	for _, op := range []string{"create-user-data/" + d.ID, "read-user-data/" + d.ID} {
		if !operate.Declared(dut.File, op) {
			Lack("declare the operation "+op, "single data of %s cannot be made and read back: the operation %s is not declared", d.Named(), op)
		}
	}
	if d.Typed.IntervalS <= 0 || d.Typed.RetentionS <= 0 {
		Lack("write interval_s and retention_s in 21-PersData, in seconds", "%s does not say how long its window is, and how long single data are kept", d.Named())
	}
	after := time.Duration((d.Typed.IntervalS + d.Typed.RetentionS) * float64(time.Second))
	if after > patience {
		Lack("make a datum by hand, look after that time, and answer: assay answer RUN", "single data of %s are kept for %v, and this run waits for %v at most", d.Named(), after, patience)
	}
	return after + 5*time.Second
}
