package communication

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
)

var (
	tokensQuick  = Parameter("5.1-3-2a, 5.5-4-2c: sessions opened to look at their tokens, quick", 8)
	tokensNormal = Parameter("5.1-3-2a, 5.5-4-2c: sessions opened to look at their tokens", 200)
)

// TokensAreRandom opens sessions at a log-in and looks at their tokens: none twice, no constant step, no counter, 64 bits at least.
func TokensAreRandom(ctx context.Context, dut *DUT, at login.Login, user string, right evidence.Secret) {
	n := tokensNormal
	if dut.Quick() {
		n = tokensQuick
	}
	t := Ask(ctx, dut, login.Tokens{At: at, User: user, Password: right, Of: n})
	if t.Opened < 2 {
		Inconclude("only %d sessions could be opened at %s: %s", t.Opened, at, t.Why)
	}
	Expect(t.Predictable).To(BeEmpty(), "the session tokens of %s can be predicted: %s (%d sessions)", at, t.Predictable, t.Opened)
	Note(ctx, "%d session tokens of %s: no regularity was seen in them; this bounds their randomness and does not prove it", t.Opened, at)
}
