package harness

import (
	"context"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// resets are what came of a factory reset; the device may not have taken it.
type resets struct{ OK bool }

type reset struct{ Taken bool }

func (r reset) Do(context.Context, *dial.Device) (resets, error) { return resets{r.Taken}, nil }
func (reset) Leaves() device.State                               { return device.Factory }
func (reset) Level() provisions.Level                            { return provisions.Disruptive }

// A reset that the device did not take leaves it in the state that it was in.
func TestAFailedOperationLeavesTheState(t *testing.T) {
	for taken, want := range map[bool]Verdict{true: Inconclusive, false: Pass} {
		suite(t, func(dut *DUT) {
			Unit("b", "", func(ctx context.Context) { Do(ctx, dut, reset{taken}) })
			Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}) }, Binds(device.Initialised))
		})
		_, out := live(t, opening())
		if len(out) != 2 || out[1].Verdict != want {
			t.Errorf("taken %v: %+v", taken, out)
		}
	}
}
