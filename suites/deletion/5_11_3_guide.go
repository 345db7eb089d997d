package deletion

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const guide = "Documentation of Deletion"

var _ = Provision("5.11-3", func(dut *DUT) {
	TestCase("5.11-3-1", func() {
		Unit("b", "the guide describes each deletion function", func(ctx context.Context) {
			text := declared.Document(ctx, dut, guide)
			Expect(declared.NoDocument(text)).To(BeFalse(), "2-UserInfo says that there is no guide to deletion: %q (%s)", text, guide)
			Declared(ctx, dut, "25-DelFunc")
			NotClimbed(ctx, provisions.Web, "the guide itself was not fetched")
			Propose(Inconclusive, "the guide was not read; find it (%q), and see that it has a section for each function: %s", text, started(*dut.IXIT().DelFunc))
		}, Climbs(provisions.Declared))
	})
})
