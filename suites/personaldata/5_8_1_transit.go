// Package personaldata holds the units of clause 5.8: personal data are secure.
//
// Its one idea: a datum is as safe as the weakest way that it takes. Its row names the ways, each of them promises
// confidentiality, and meets the criteria of 5.5-1 once more, for this datum.
package personaldata

import (
	"context"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.8-1", func(dut *DUT) {
	TestCase("5.8-1-1", func() {
		Unit("a", "personal data that leave the device stay confidential on their way", func(ctx context.Context) {
			data := personal(ctx, dut)
			ways := mechanisms(ctx, dut)
			Each("criterion", []func(){
				func() { Each("datum of 21-PersData", data, func(d declared.Datum) { confidential(d, ways) }) },
				func() { bestPractice(ctx, dut, data, ways) },
			}, func(judge func()) { judge() })
			Note(ctx, "cap: best practice is what the catalogue of algorithms says, on %s", At(ctx).Format(time.DateOnly))
			Propose(Pass, "each way of personal data guarantees confidentiality, and meets the criteria of 5.5-1-1 as far as a machine sees; judge the rest there: %s", travels(data))
		}, Climbs(provisions.Declared))
	})
})
