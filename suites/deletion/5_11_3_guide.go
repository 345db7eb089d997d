package deletion

import (
	"context"
	"regexp"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

const guide = "Documentation of Deletion"

var _ = Provision("5.11-3", func(dut *DUT) {
	TestCase("5.11-3-1", func() {
		Unit("b", "the guide describes each deletion function", func(ctx context.Context) {
			text := declared.Document(ctx, dut, guide)
			Expect(declared.NoDocument(text)).To(BeFalse(), "2-UserInfo says that there is no guide to deletion: %q (%s)", text, guide)
			Declared(ctx, dut, "25-DelFunc")
			functions := *dut.IXIT().DelFunc
			if pages.Address(dut, guide) == "" || !dut.May(provisions.Gentle) {
				NotClimbed(ctx, provisions.Web, "the guide itself was not fetched")
				Propose(Inconclusive, "the guide was not read; find it (%q), and see that it has a section for each function: %s", text, started(functions))
			}
			p := pages.Fetch(ctx, dut, guide)
			pages.Open(p, !p.Given() || len(p.Said) >= pages.Shortest)
			pages.Served(p)
			d := pages.Text(ctx, dut, guide, "this unit")
			found, missing := d.Covered(called(functions))
			if len(missing) > 0 {
				d.Absent("the guide does not describe %s", strings.Join(missing, ", nor "))
			}
			Propose(Pass, "the guide describes each function: %s; judge whether its steps lead there: %s (%s)", strings.Join(found, "; "), started(functions), d.Reads())
		}, Climbs(provisions.Declared, provisions.Web))
		following(dut)
	})
})

// called are deletion functions by their names, which stand at the beginning of their descriptions.
func called(functions []device.DelFunc) (out []pages.Item) {
	for _, f := range functions {
		name := upTo.Split(f.Description, 2)[0]
		out = append(out, pages.Item{Name: f.ID + " (" + name + ")", Text: name})
	}
	return out
}

var upTo = regexp.MustCompile(`[,;:(.]|\bwhich\b|\bthat\b`)
