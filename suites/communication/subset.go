package communication

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
)

// Designed judges rows of 11-ComMech by the criteria of 5.5-1-1, for provisions of other clauses that demand them of some
// mechanisms. It returns where it found nothing contrary.
func Designed(ctx context.Context, dut *harness.DUT, what string, rows []device.Row) {
	every(ctx, dut, what, rows, designed...)
}
