package communication

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/login"
)

// AnswersAreSpent convicts a log-in by challenge in clear that twice takes an answer which it has taken already: whoever hears it
// on the way needs no password. An answer to an invented challenge, with a wrong password, is the control.
func AnswersAreSpent(ctx context.Context, dut *DUT) {
	for _, l := range logins(dut, "owner") {
		if l.Protocol != "digest" || l.TLS {
			continue
		}
		taken := 0
		for look := range 2 {
			r := Ask(ctx, dut, login.Replay{At: l.Login, User: l.User, Right: l.Right, Look: look})
			if r.First.Outcome != login.Accepted || r.Invented.Outcome != login.Refused {
				Inconclude("at %s the right answer to its challenge gave %s, and a wrong one %s, so that a repeated one shows nothing (%s%s)", l, r.First.Outcome, r.Invented.Outcome, r.First.Why, r.Invented.Why)
			}
			if r.Again.Outcome == login.Accepted {
				taken++
			}
		}
		Expect(taken).To(BeNumerically("<", 2), "%s takes the same answer to a challenge again, twice: who hears it on the way logs in without the password", l)
		if taken > 0 {
			Inconclude("%s took the same answer to a challenge again once, and not another time", l)
		}
	}
}
