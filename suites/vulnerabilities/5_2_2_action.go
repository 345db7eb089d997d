// Package vulnerabilities holds the units of clause 5.2: implement a means to manage reports of vulnerabilities.
//
// Its one idea: a process is judged by the chain that its description makes, from whoever finds something to the update that
// ends it. A link that is missing convicts; whether the links hold is a person's to say.
package vulnerabilities

import (
	"context"
	"regexp"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.2-2", func(dut *DUT) {
	TestCase("5.2-2-1", func() {
		Unit("a", "each kind of vulnerability has an action and a time frame", func(ctx context.Context) {
			Each("kind of vulnerability in 3-VulnTypes", Declared(ctx, dut, "3-VulnTypes"), func(row device.Row) {
				missing := declared.Empty(row, "Action", "Time Frame")
				Expect(missing).To(BeEmpty(), "%s (%s) does not say: %s", row.ID, row.Fields["Description"], strings.Join(missing, ", "))
				frame := declared.Text(row, "Time Frame")
				open := declared.Says(frame, vague...) && !span.MatchString(frame)
				Expect(open).To(BeFalse(), "%s sets no time frame: %q binds to nothing", row.ID, frame)
				if !span.MatchString(frame) {
					Propose(Inconclusive, "%s has the time frame %q, in which no number with a unit of time was found; see whether it has an end", row.ID, frame)
				}
				if at := long.FindString(frame); at != "" {
					Note(ctx, "%s: %s is more than the usual 90 days, which is a custom and no rule", row.ID, at)
				}
			})
			Propose(Pass, "each kind of vulnerability has an action and a time frame with an end; whether they are timely is to be judged")
		}, Climbs(provisions.Declared))

		Unit("b", "the supplier confirms that it acts so", func(ctx context.Context) {
			Expect(declared.Confirmed(ctx, dut, "Confirmation of Vulnerability Actions")).To(BeTrue(), "4-Conf says that the actions on vulnerabilities are not in place")
		}, Climbs(provisions.Declared))
	})
})

// span is a number with a unit of time, long one of more than 90 days.
var (
	span = regexp.MustCompile(`(?i)\b(?:\d+|a|an|one|two|three|four|five|six|seven|ten|fourteen|thirty|sixty|ninety)[ -]*(?:working |business |calendar )?(?:h|d|hours?|days?|weeks?|months?|quarters?|years?|night)\b`)
	long = regexp.MustCompile(`(?i)\b(?:9[1-9]|[1-9]\d{2,}) *d(?:ays?)?\b|\b(?:1[3-9]|[2-9]\d) *weeks?\b|\b(?:[4-9]|\d\d) *months?\b|\byears?\b`)
)

// vague are words of a time frame that set none.
var vague = []string{"as soon as possible", "asap", "timely", "in time", "soon", "promptly", "when possible", "where possible", "if necessary", "as needed"}
