package seen

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
)

// AfterStart restarts the device and looks at once which services answer: some do so for a short time alone. It tells whether that
// was done; where it was not, the unit says so.
func AfterStart(ctx context.Context, dut *harness.DUT) ([]service.Service, bool) {
	if !dut.Allowed(provisions.Disruptive) || dut.File == nil || !operate.Declared(dut.File, "power-cycle") {
		harness.Note(ctx, "the time right after a start was not looked at: it takes the operation power-cycle, and --allow disruptive")
		return nil, false
	}
	if out := harness.Do(ctx, dut, operate.PowerCycle{}); !out.OK {
		harness.Note(ctx, "the time right after a start was not looked at: the operation power-cycle did not work (%s)", out.Answer)
		return nil, false
	}
	return Services(ctx, dut), true
}
