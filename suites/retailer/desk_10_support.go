package retailer

import (
	"context"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/pages"
	"github.com/secure-by-design/assay/suites/updates"
)

const supportPage = "Publication of Support Period"

var _ = Provision("DESK-10", func(dut *DUT) {
	TestCase("DESK-10", func() {
		Unit("", "the support period of this model is published with its end", func(ctx context.Context) {
			d, terms, end := updates.Published(ctx, dut)
			if !end && len(terms) > 0 {
				pages.Steady(d.Page)
				Propose(Fail, "%s gives a length and no end: %s; say until which day security updates are made", d.Asked, strings.Join(terms, "; "))
			}
			if !end {
				d.Absent("%s gives no day until which security updates are made", d.Asked)
			}
			Propose(Pass, "the end of support stands there: %s; confirm that it is of this model (%s)", strings.Join(terms, "; "), d.Reads())
		}, Climbs(provisions.Web))
	})
})

var _ = Provision("DESK-12", func(dut *DUT) {
	TestCase("DESK-12", func() {
		Unit("", "the support information is open to anybody, in English, and understandable", func(ctx context.Context) {
			open(ctx, dut, supportPage, "5.3-13-2a")
		}, Climbs(provisions.Web))
	})
})

// open judges whether a page is read by anybody, in English. A page that is not there is another unit's affair.
func open(ctx context.Context, dut *DUT, field, decides string) pages.Doc {
	p := pages.Fetch(ctx, dut, field)
	if p.Gone() {
		Lack("mend the page, and run again", "%s answers %d, which is judged by %s", p.Asked, p.Status, decides)
	}
	pages.Open(p, !p.Given() || len(p.Said) >= pages.Shortest)
	d := pages.Text(ctx, dut, field, decides)
	switch d.Language {
	case "en":
	case "":
		Propose(Inconclusive, "%s has too few words to tell its language: read it", d.Asked)
	default:
		pages.Steady(d.Page)
		Propose(Inconclusive, "%s is in %q by its words; see whether it is given in English too, which is asked for", d.Asked, d.Language)
	}
	Propose(Pass, "%s is served to anybody, without a form before it, and in English; judge whether it is understood without technical knowledge (%s)", d.Asked, d.Reads())
	return d
}
