package updates

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// The fields of 2-UserInfo that say where these publications are.
const (
	periodPage = "Publication of Support Period"
	fixedPage  = "Publication of Non-Updatable"
)

// supportWords are those of passages on how long a device is supported.
var supportWords = []string{"support", "supported", "supports", "support period", "security update*", "software update*", "firmware update*", "updates", "maintain*", "end of life", "Unterstützung*", "Support-Zeitraum", "Supportzeitraum", "Sicherheitsupdate*",
	"Sicherheitsaktualisierung*", "Aktualisierung*", "Update-Zeitraum"}

// supportPage are the units of 5.3-13-2: what the supplier really publishes of the period.
func supportPage(dut *DUT) {
	Unit("a", "the period is published where it is said to be", func(ctx context.Context) {
		p := reached(ctx, dut, periodPage)
		if model := model(dut); p.Unread == "" && model != "" && !declared.Says(p.Title+"\n"+p.Said, model) && pages.Wall(p, false) == "" {
			Propose(Inconclusive, "%s does not name the model %q; whether it names its range is to be judged", p.Asked, model)
		}
	}, Climbs(provisions.Web))

	Unit("b", "anybody reads it", func(ctx context.Context) {
		unrestricted(ctx, dut, periodPage, "5.3-13-2a", func(p page.Page) bool { return len(periods(pages.Doc{Page: p}, "")) > 0 })
	}, Climbs(provisions.Web))

	Unit("c", "the page gives the period that is declared", func(ctx context.Context) {
		d := pages.Text(ctx, dut, periodPage, "5.3-13-2a and b")
		samePeriod(ctx, dut, d, begins...)
	}, Climbs(provisions.Web))
}

// begins are words of when a period of support starts.
var begins = []string{"began", "begins", "begin", "starts", "started", "from", "since", "after the sale", "after the last sale", "first sale", "purchase", "launch*", "beginnt", "begann", "ab", "seit", "Kauf*", "Verkauf*"}

// reached is a page that stands where it is said to, whatever it shows.
func reached(ctx context.Context, dut *DUT, field string) page.Page {
	p := pages.Fetch(ctx, dut, field)
	pages.Served(p)
	pages.Seen(ctx, p)
	return p
}

// unrestricted ends the unit where something stands before the text of a page.
func unrestricted(ctx context.Context, dut *DUT, field, decides string, shown func(page.Page) bool) {
	p := pages.Fetch(ctx, dut, field)
	if p.Gone() {
		Lack("mend the page, and run again", "%s answers %d, which is judged by %s", p.Asked, p.Status, decides)
	}
	pages.Open(p, !p.Given() || shown(p))
	pages.Served(p)
	pages.Seen(ctx, p)
	if p.Unread == "" && len(p.Said) < pages.Shortest {
		Propose(Inconclusive, "%s says very little (%d characters): read it in a browser, and see whether anything stands before the text", p.Asked, len(p.Said))
	}
}

// model is the model as the device file names it.
func model(dut *DUT) string {
	if dut.File == nil {
		return ""
	}
	return dut.File.Device.Model
}

// Published are the terms that the page of the support period sets, in words, and whether one is an end: a day, a month or a year. A
// page that was not served ends the unit: 5.3-13-2a and b judge that.
func Published(ctx context.Context, dut *DUT) (d pages.Doc, terms []string, end bool) {
	d = pages.Text(ctx, dut, periodPage, "5.3-13-2a and b")
	for _, t := range periods(d, model(dut)) {
		terms = append(terms, fmt.Sprintf("%s in %v", t.Term, t.in))
		end = end || t.Year > 0
	}
	return d, terms, end
}

// periods are the terms that a page sets for support: those beside the model, where it is named with any, else all.
func periods(d pages.Doc, model string) (out []supportTerm) {
	var of []supportTerm
	for _, p := range d.Paragraphs() {
		if !declared.Says(p.Quote+"\n"+d.Under(p.Offset)+"\n"+d.Title, supportWords...) {
			continue
		}
		for _, t := range pages.Terms(p.Quote) {
			out = append(out, supportTerm{t, p})
			if model != "" && declared.Says(p.Quote, model) {
				of = append(of, supportTerm{t, p})
			}
		}
	}
	if of != nil {
		return of
	}
	return out
}

// A supportTerm is a term, with the passage that sets it.
type supportTerm struct {
	pages.Term
	in pages.Passage
}

// samePeriod holds the periods of a page against the declared one. A day that is the declared one, and the only one, is decided here;
// where the start of the period must be told too, one of some words must stand on the page. All else is a person's.
func samePeriod(ctx context.Context, dut *DUT, d pages.Doc, start ...string) {
	row := form(ctx, dut, "2-UserInfo")
	said := declared.Text(row, "Support Period")
	want := pages.Terms(typedUntil(dut))
	if len(want) == 0 {
		want = pages.Terms(said)
	}
	found := periods(d, model(dut))
	if len(found) == 0 {
		var more []pages.Doc
		d, more = d.More(ctx, dut, supportWords...)
		for _, m := range more {
			found = append(found, periods(m, model(dut))...)
		}
	}
	if len(found) == 0 {
		if d.Unread != "" || len(d.Said) < pages.Shortest && len(d.Forms) > 0 {
			Lack("open it in a browser, and attach what you see: assay answer RUN", "%s shows little to read", d.Asked)
		}
		d.Absent("%s gives no period of support: no day and no length of time stands beside such words", d.Asked)
	}
	var others []string
	for _, f := range found {
		for _, w := range want {
			if f.Same(w) {
				if only(found, want) && (len(start) == 0 || declared.Says(d.Said, start...)) {
					Note(ctx, "the page says %s, as is declared (%q), and no other day: %v; %s", f.Term, said, f.in, d.Reads())
					return
				}
				Propose(Pass, "the page says %s, as is declared (%q): %v; %s", f.Term, said, f.in, d.Reads())
			}
		}
		others = append(others, fmt.Sprintf("%s in %v", f.Term, f.in))
	}
	if len(want) == 0 {
		Propose(Inconclusive, "2-UserInfo names no day and no length of time to compare with (Support Period: %q); the page says %s", said, strings.Join(others, "; "))
	}
	if mixed(found, want) {
		Propose(Inconclusive, "the page gives a day where 2-UserInfo gives a length of time, or the other way round, which are to be compared: %q; the page says %s", said, strings.Join(others, "; "))
	}
	pages.Steady(d.Page)
	Propose(Fail, "the page gives another period of support than is declared (%q): %s", said, strings.Join(others, "; "))
}

// only tells that all terms of a page are whole days, and one that is declared.
func only(found []supportTerm, want []pages.Term) bool {
	return !slices.ContainsFunc(found, func(f supportTerm) bool {
		return f.Day == 0 || !slices.ContainsFunc(want, func(w pages.Term) bool { return w.Day > 0 && f.Same(w) })
	})
}

// typedUntil is the end of support that is typed.
func typedUntil(dut *DUT) string { return given(dut.IXIT().UserInfo).DefinedSupportUntil }

// mixed tells that no two terms are of one kind.
func mixed(found []supportTerm, want []pages.Term) bool {
	for _, f := range found {
		for _, w := range want {
			if (f.Months > 0) == (w.Months > 0) {
				return false
			}
		}
	}
	return true
}

// legible adds to a finding of the declaration what the page itself shows: how it reads, and whether it blurs the period.
func legible(ctx context.Context, dut *DUT, f finding) finding {
	d, why := pages.Try(ctx, dut, periodPage)
	if why != "" {
		NotClimbed(ctx, provisions.Web, "%s", why)
		return f
	}
	for _, s := range d.Find(supportWords...) {
		if word := declared.Affirms(s.Quote, vague...); word != "" && len(periods(d, "")) == 0 {
			return is(contrary, "the page blurs the period of support (%q), and no end is to be read there: %v; read %s to confirm", word, s, d.Asked)
		}
	}
	f.why += "; the page that was read at " + d.Asked + ": " + d.Reads()
	return f
}
