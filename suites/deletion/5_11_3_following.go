package deletion

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/pages"
)

// following is the unit in which somebody erases by the guide alone. A machine sees beforehand whether what it names is there.
func following(dut *DUT) {
	Unit("c", "who follows the guide erases, and it says no more and no less than is needed", func(ctx context.Context) {
		d := pages.Text(ctx, dut, guide, "5.11-3-1b")
		found, told := d.Followed(ctx, dut)
		if !told {
			NotClimbed(ctx, provisions.Operator, "%s", found)
		}
		steps := d.Steps()
		Lack("erase by the guide alone, step by step, and answer: assay answer RUN", "nobody has erased by the guide at %s alone; %s; %d of its sentences name a control (%s); whether the data are gone then is shown by 5.11-1-2c", d.Asked, found, len(steps), d.Reads())
	}, Climbs(provisions.Web, provisions.Operator))
}
