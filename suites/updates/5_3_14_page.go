package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// Words of passages that give the reason for no updates, and of those on the replacement of hardware.
var (
	reasons   = []string{"because", "since", "reason*", "therefore", "cannot be changed", "cannot be updated", "can not be updated", "not updat*", "read-only", "burnt", "burned", "mask", "immutab*", "constrained", "weil", "Grund", "Gründe", "nicht aktualisier*", "unveränderlich*"}
	exchanged = []string{"replac*", "exchang*", "swap*", "return it", "send it back", "take back", "new unit", "new device", "Ersatz*", "ersetz*", "Austausch*", "tausch*", "umtausch*", "zurückgeben"}
)

// notUpdatablePage are the units of 5.3-14-2: what the supplier really publishes of what is not updated.
func notUpdatablePage(dut *DUT) {
	Unit("a", "it is published where it is said to be", func(ctx context.Context) {
		reached(ctx, dut, fixedPage)
	}, Climbs(provisions.Web))

	Unit("b", "anybody reads it", func(ctx context.Context) {
		unrestricted(ctx, dut, fixedPage, "5.3-14-2a", func(p page.Page) bool { return declared.Says(p.Said, append(reasons, exchanged...)...) })
	}, Climbs(provisions.Web))

	Unit("c", "it says why there are no updates", func(ctx context.Context) {
		d := notUpdated(ctx, dut)
		found := d.Find(reasons...)
		if len(found) == 0 {
			d.Absent("%s gives no reason why there are no updates", d.Asked)
		}
		Propose(Pass, "the reason is %v; confirm that it is one, and no mere disclaimer (%s)", found[0], d.Reads())
	}, Climbs(provisions.Web))

	Unit("d", "it says how and until when hardware is replaced", func(ctx context.Context) {
		d := notUpdated(ctx, dut)
		how := d.Find(exchanged...)
		if len(how) == 0 {
			d.Absent("%s says nothing of how hardware is replaced", d.Asked)
		}
		for _, s := range d.Paragraphs() {
			if terms := pages.Terms(s.Quote); len(terms) > 0 && declared.Says(s.Quote, exchanged...) {
				replacement(ctx, dut, s, terms)
			}
		}
		d.Absent("%s says how hardware is replaced, and not until when: %v", d.Asked, how[0])
	}, Climbs(provisions.Web))

	Unit("e", "it gives the period of support that is declared", func(ctx context.Context) {
		samePeriod(ctx, dut, notUpdated(ctx, dut))
	}, In(provisions.V21), Climbs(provisions.Web))
}

func notUpdated(ctx context.Context, dut *DUT) pages.Doc {
	return pages.Text(ctx, dut, fixedPage, "5.3-14-2a and b")
}

// replacement lays the plan of a page beside that of 9-ReplSup.
func replacement(ctx context.Context, dut *DUT, plan pages.Passage, terms []pages.Term) {
	said := declared.Text(form(ctx, dut, "9-ReplSup"), "Hardware Replacement")
	want := pages.Terms(said)
	for _, w := range want {
		for _, t := range terms {
			if w.Same(t) {
				Propose(Pass, "hardware is replaced until %s, as 9-ReplSup says: %v; compare the method with %q", t, plan, said)
			}
		}
	}
	if len(want) == 0 {
		Propose(Pass, "the page gives a method and a period: %v; compare them with 9-ReplSup, which names no period: %q", plan, said)
	}
	Propose(Inconclusive, "the page and 9-ReplSup name different times, which are to be compared: %v; %q", plan, said)
}
