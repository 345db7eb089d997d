package passwords

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/login"
)

// short and long are spaces of values beside the declared one: PINs of four and of six digits.
var (
	short = Parameter("5.1-5-2b: a short space of values, for the time that half of it takes", 1e4)
	long  = Parameter("5.1-5-2b: a longer space of values, for the time that half of it takes", 1e6)
)

// another is a second account of the device, with its own password; none: zero.
func another(dut *DUT, l declaredLogin) login.As {
	for _, o := range network(dut, func(m device.AuthMech) bool { return m.Login != l.AuthMech.Login }) {
		if o.User != l.User && o.Port == l.Port {
			return login.As{At: o.Login, User: o.User, Password: o.Right}
		}
	}
	return login.As{}
}

// measured notes what a series of guesses came to, in numbers that another tester can measure again.
func measured(ctx context.Context, l declaredLogin, by string, g login.Guessed) {
	limit := "no limit, but a delay"
	if g.Limits > 0 {
		limit = fmt.Sprintf("put off %d times, first after %d wrong passwords, for %v at most", g.Limits, g.FirstLimit, g.Longest.Round(time.Second))
	}
	Note(ctx, "%s%s: %d wrong passwords were judged in %v; a judged one took %s (p05), %s (p50), %s (p95), %s (p99); %s; %s", l, by, g.Attempts,
		g.Took.Round(time.Second), ms(g.P05), ms(g.P50), ms(g.P95), ms(g.P99), limit, holds(g))
	spaces := fmt.Sprintf("half of %.0g values takes %s, of %.0g %s", short, spoken(login.TimeToHalf(short, g.PerMinute)), long, spoken(login.TimeToHalf(long, g.PerMinute)))
	if bits := space(mechanism{AuthMech: l.AuthMech}); bits > 0 {
		spaces += fmt.Sprintf(", of the declared space of %.0f bits %s", bits, spoken(login.TimeToHalf(math.Pow(2, bits), g.PerMinute)))
	}
	Note(ctx, "%s%s: in the long run %.1f a minute; %s; the account recovered within %v", l, by, g.PerMinute, spaces, g.RecoveredWithin.Round(time.Second))
}

// holds says for whom a limit holds, as far as a second account shows it. Each try has a connection of its own.
func holds(g login.Guessed) string {
	switch {
	case g.Limits == 0:
		return "for whom it holds was not tried"
	case g.Besides == login.Accepted:
		return "it is the account's: another came in meanwhile, and new connections did not help"
	case slices.Contains([]login.Outcome{login.Limited, login.Refused}, g.Besides):
		return "it is the caller's, or everybody's: another account was kept out too; another source address was not tried"
	}
	return "whether it is the account's or the caller's was not tried, for lack of a second account"
}

// ms is a time of an answer.
func ms(d time.Duration) string {
	if d >= 10*time.Second {
		return d.Round(time.Second).String()
	}
	return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
}
