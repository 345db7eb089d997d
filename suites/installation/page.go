package installation

import (
	"context"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/pages"
)

// advice are words by which a guide recommends.
var advice = []string{"recommend*", "we advise", "advise you", "should", "safer", "safest", "best", "better", "must", "avoid", "do not", "never", "empfehl*", "sollt*", "sicherer", "besser"}

// read is a guide, read. One that is not there speaks against the supplier, unless another unit decides that; one that is not on the
// web, or was not to be read from here, is a person's to find, with what to look for.
func read(ctx context.Context, dut *DUT, field, decides string, look ...string) pages.Doc {
	if pages.Address(dut, field) == "" || !dut.May(provisions.Gentle) {
		text := guide(ctx, dut, field)
		NotClimbed(ctx, provisions.Web, "the guide itself was not fetched")
		Propose(Inconclusive, "the guide was not read; find it (%q), and see that it has a passage for each of: %s", text, strings.Join(look, " "))
	}
	p := pages.Fetch(ctx, dut, field)
	if decides == "" {
		pages.Open(p, !p.Given() || len(p.Said) >= pages.Shortest)
		pages.Served(p)
		decides = "this unit"
	}
	return pages.Text(ctx, dut, field, decides)
}

// covers ends a unit that looks for a passage on each decision.
func covers(d pages.Doc, rows []device.UserDec) {
	found, missing := d.Covered(decisions(rows))
	if len(missing) > 0 {
		d.Absent("the guide does not speak of %s", strings.Join(missing, ", nor of "))
	}
	Propose(Pass, "the guide speaks of each decision: %s; judge whether that is enough for a layman (%s)", strings.Join(found, "; "), d.Reads())
}

// checked ends the unit where a guide to a check is not there, or leaves a decision out. One that was not to be read is a person's.
func checked(ctx context.Context, dut *DUT, field string) {
	rows := asked(ctx, dut)
	if pages.Address(dut, field) == "" || !dut.May(provisions.Gentle) {
		NotClimbed(ctx, provisions.Web, "the guide itself was not fetched")
		return
	}
	if p := pages.Fetch(ctx, dut, field); p.Gone() {
		pages.Served(p)
	}
	d, why := pages.Try(ctx, dut, field)
	if why != "" {
		NotClimbed(ctx, provisions.Web, "%s", why)
		return
	}
	if _, missing := d.Covered(decisions(rows)); len(missing) > 0 {
		d.Absent("the guide does not speak of %s", strings.Join(missing, ", nor of "))
	}
	Note(ctx, "the guide at %s speaks of each decision of 26-UserDec (%s)", d.Asked, d.Reads())
}

func decisions(rows []device.UserDec) (out []pages.Item) {
	for _, r := range rows {
		out = append(out, pages.Item{Name: r.ID + " (" + r.Description + ")", Text: r.Description})
	}
	return out
}

// A passage is what a guide says of a decision.
type passage struct {
	pages.Passage
	row device.UserDec
}

func passages(d pages.Doc, rows []device.UserDec) (out []passage) {
	for _, r := range rows {
		if p, ok := d.About(r.Description); ok {
			out = append(out, passage{p, r})
		}
	}
	return out
}
