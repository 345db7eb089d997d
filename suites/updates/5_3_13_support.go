package updates

import (
	"context"
	"regexp"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-13", func(dut *DUT) {
	TestCase("5.3-13-1", func() {
		Unit("a", "where and how the support period is published, a buyer finds and understands it", func(ctx context.Context) {
			if dut.Edition() == provisions.V31 {
				Declared(ctx, dut, "6-SoftComp")
			}
			row := form(ctx, dut, "2-UserInfo")
			f := supported(row, given(dut.IXIT().UserInfo))
			if f.standing >= fitting {
				f = legible(ctx, dut, f)
			}
			f.say()
		}, Climbs(provisions.Declared, provisions.Web))
	})

	TestCase("5.3-13-2", func() { supportPage(dut) })
})

var (
	// vague are the words of a support period without an end.
	vague = []string{"as long as", "lifetime", "life time", "product life", "service life", "indefinite*", "reasonable", "depends", "until further notice", "best effort", "unlimited", "for now", "expected life*", "Lebensdauer", "solange"}
	// dated is a date, a year, or a number of years or months.
	dated = regexp.MustCompile(`(?i)\b(?:19|20)\d\d\b|(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|zwei|drei|vier|fünf))[\s-]*(?:years?|months?|Jahre?n?|Monate?n?)\b`)
	// hidden are the words of a place that a buyer does not get to.
	hidden = []string{"on request", "upon request", "after purchase", "after the purchase", "login required", "log-in required", "with an account", "after login", "after log-in", "registered users", "in the app only", "only in the app"}
)

// supported is whether the publication gives a period that a buyer can read an end from.
func supported(row device.Row, typed device.UserInfo) finding {
	period, hasPeriod := stated(row, "Support Period")
	place, hasPlace := stated(row, "Publication of Support Period")
	if f := worst(hasPeriod, hasPlace); f.standing != met {
		return f
	}
	until := typed.DefinedSupportUntil
	blurred := declared.Affirms(period, vague...)
	switch {
	case declared.Affirms(place, hidden...) != "":
		return is(contrary, "the support period is published where a buyer does not get to (2-UserInfo, Publication of Support Period): %q", place)
	case blurred != "" && !dated.MatchString(period):
		return is(contrary, "the support period has no end that a buyer can read (2-UserInfo, Support Period, %q): %q", blurred, period)
	case !dated.MatchString(period) && until == "":
		return is(open, "whether the support period has an end that a buyer can read is to be judged (2-UserInfo, Support Period): %q", period)
	}
	return is(fitting, "the support period reads %q, and is published so: %q; whether a buyer comes by there and understands it is to be judged", period, place)
}
