package passwords

import (
	"context"
	"fmt"
	"math"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var (
	guessesBeyond = Parameter("5.1-5-2b: wrong guesses beyond the declared limit", 10)
	guessesNone   = Parameter("5.1-5-2b: wrong guesses where no limit is declared", 110)
	guessesQuick  = Parameter("5.1-5-2b: wrong guesses beyond the declared limit, quick", 2)
	rateSlack     = Parameter("5.1-5-2b: times the declared rate that convict", 2.0)
)

// guesses is how many wrong passwords a log-in gets.
func guesses(dut *DUT, bf *device.BF) int {
	switch {
	case bf == nil || bf.Attempts == 0:
		return guessesNone
	case dut.Quick():
		return bf.Attempts + guessesQuick
	}
	return bf.Attempts + guessesBeyond
}

var _ = Provision("5.1-5", func(dut *DUT) {
	TestCase("5.1-5-1", func() {
		Unit("a", "what is declared against guessing over the network makes it impracticable", func(ctx context.Context) {
			rows := among(inScope(ctx, dut), mechanism.networked)
			if len(rows) == 0 {
				noneStated(dut, "no authentication over a network", "F(e)")
			}
			Each("row of 1-AuthMech over a network", rows, func(m mechanism) { prevents(ctx, m) })
		}, Climbs(provisions.Declared))
	})

	TestCase("5.1-5-2", func() {
		Unit("a", "no authentication over the network is missing from the IXIT", func(ctx context.Context) {
			rows := mechanisms(dut)
			found := Found(ctx, dut)
			Each("log-in or service without one", everything(found), func(at fmt.Stringer) {
				if l, is := at.(login.Login); is {
					_, declared := row(rows, l)
					Expect(declared).To(BeTrue(), "%s authenticates over the network, and no row of 1-AuthMech declares it", l)
				}
			})
			Lack("run it in the factory state and in the set-up too, and have UDP and radios looked at",
				"every log-in that TCP shows in the state %s is declared; other states, UDP and radios were not looked at", dut.State())
		}, Climbs(provisions.LAN))

		Unit("b", "guessing at each declared log-in is impracticable", func(ctx context.Context) {
			if all := network(dut, every); dut.Quick() && len(all) > 1 { // each series may have to sit a lock out
				guessed(ctx, dut, all[0], "")
				Note(ctx, "a quick run guesses at %s alone, not at %d more log-ins, and not after a restart", all[0], len(all)-1)
				return
			}
			Each("network log-in with a password", network(dut, every), func(l declaredLogin) {
				guessed(ctx, dut, l, "")
				if l.Protocol != "ssh" {
					guessed(ctx, dut, l, "forwarded-for")
				}
			})
			locksOutliveARestart(ctx, dut)
		}, Quota("the declared limit and ten guesses more at each log-in"), Climbs(provisions.LAN, provisions.Operator))
	})
})

const prevention = "Brute Force Prevention"

// byConnection are words of a count that an attacker sets back himself.
var byConnection = []string{"per connection", "each connection", "in a connection", "of a connection", "per session", "of the session", "per TCP connection"}

// prevents judges what one row declares against guessing. The numbers are for a person to judge; none of them convicts.
func prevents(ctx context.Context, m mechanism) {
	text := m.text(prevention)
	unclear([]mechanism{m})
	switch {
	case !m.guessable():
		Propose(Pass, "%s has the factor %q, whose space is the key's: nothing to guess", m.ID, m.Factor)
	case declared.None(text) && m.BF == nil:
		Expect(m.guessable()).To(BeFalse(), "%s can be guessed over the network (%s), and nothing prevents it: %q (Brute Force Prevention)", m.ID, m.Factor, text)
	case text == "" && m.BF == nil:
		Lack("write in 1-AuthMech what prevents guessing: Brute Force Prevention, bf:", "%s says nothing in %q", m.ID, prevention)
	}
	if m.BF != nil {
		Expect(m.BF.Scope).NotTo(Equal("connection"), "%s counts wrong tries per connection, and whoever guesses opens another (bf: scope)", m.ID)
	}
	if w := declared.Affirms(text, byConnection...); w != "" {
		Propose(Fail, "%s speaks of %q where it tells what prevents guessing; confirm that whoever guesses can set the count back: %q", m.ID, w, text)
	}
	rate := rateOf(m.BF)
	if rate == 0 {
		if tries := lifetime(m); tries > 0 {
			Propose(Pass, "%s takes %.0f tries in all; judge whether that fits what it opens", m.ID, tries)
		}
		Propose(Inconclusive, "%s gives no numbers from which a rate follows (bf:); judge its words: %q", m.ID, text)
	}
	if m.BF.Scope == "address" {
		Note(ctx, "%s counts wrong tries per address, and who guesses may have many", m.ID)
	}
	own := ""
	if bits := space(m); bits > 0 {
		own = fmt.Sprintf(", of its own %.0f bits %s", bits, spoken(login.TimeToHalf(math.Pow(2, bits), rate)))
	}
	Propose(Pass, "%s takes %.1f tries a minute: half of 10^4 values takes %s, of 10^6 %s%s; NIST SP 800-63B caps wrong tries at 100: judge whether it fits", m.ID, rate,
		spoken(login.TimeToHalf(1e4, rate)), spoken(login.TimeToHalf(1e6, rate)), own)
}

// rateOf is how many tries a minute the declared numbers allow in the long run; 0 where they do not say.
func rateOf(bf *device.BF) float64 {
	switch {
	case bf == nil:
		return 0
	case bf.MaxRate > 0:
		return bf.MaxRate
	case bf.Attempts > 0 && bf.LockS > 0:
		return float64(bf.Attempts) / (bf.LockS / 60)
	}
	return 0
}

// guessed guesses at one log-in and says what limits it.
func guessed(ctx context.Context, dut *DUT, l declaredLogin, variant string) {
	g := Ask(ctx, dut, login.Guess{At: l.Login, User: l.User, Right: l.Right, Attempts: guesses(dut, l.BF), Variant: variant, Beside: another(dut, l)})
	switch {
	case g.Before != login.Accepted:
		Inconclude("the right password was not accepted at %s before the first guess (%s): %s", l, g.Before, g.Why)
	case g.Attempts == 0, g.Attempts < 5 && g.Limits == 0:
		Inconclude("only %d guesses were judged at %s: %s", g.Attempts, l, g.Why)
	}
	by := ""
	if variant != "" {
		by = ", when each claims another source (X-Forwarded-For)"
	}
	Expect(g.Leaky && !g.Slower).To(BeFalse(), "%s took %d wrong passwords in %v%s, and what it calls a limit is none: %s", l, g.Attempts, g.Took.Round(time.Millisecond), by, g.Why)
	Expect(g.Limits > 0 || g.Slower).To(BeTrue(), "%s took %d wrong passwords in %v and never slowed down, locked or put off%s: half of a million values is tried in %s",
		l, g.Attempts, g.Took.Round(time.Millisecond), by, spoken(login.TimeToHalf(1e6, g.PerMinute)))
	if !dut.Quick() && l.BF != nil && l.BF.MaxRate > 0 && g.Limits > 1 { // a few guesses show no long run
		Expect(g.PerMinute <= rateSlack*l.BF.MaxRate).To(BeTrue(), "%s takes %.1f wrong passwords a minute%s, and at most %.1f are declared", l, g.PerMinute, by, l.BF.MaxRate)
	}
	switch {
	case g.Leaky:
		Note(ctx, "%s%s: %s; it slows wrong passwords down all the same", l, by, g.Why)
	case g.Silent:
		Note(ctx, "%s%s: %s", l, by, g.Why)
	case g.Unclear > 0:
		Note(ctx, "%s%s: %d guesses were not clearly answered, the last: %s", l, by, g.Unclear, g.Why)
	}
	if g.After != login.Accepted {
		Inconclude("%s still refuses the right password %v after the guesses: the account did not recover", l, g.RecoveredWithin.Round(time.Second))
	}
	measured(ctx, l, by, g)
}

// spoken says a long time in words.
func spoken(d time.Duration) string {
	switch days := d.Hours() / 24; {
	case days > 365*100:
		return "more than a century"
	case days > 365:
		return fmt.Sprintf("%.0f years", days/365)
	case days > 2:
		return fmt.Sprintf("%.0f days", days)
	}
	return d.Round(time.Second).String()
}

// locksOutliveARestart locks the account of a guest, restarts the device, and looks whether it is locked still.
func locksOutliveARestart(ctx context.Context, dut *DUT) {
	guests := network(dut, func(m device.AuthMech) bool { return m.Login == "guest" })
	if len(guests) == 0 || dut.File == nil || !operate.Declared(dut.File, "power-cycle") {
		NotClimbed(ctx, provisions.Operator, "no second account and operation power-cycle to show that a lock outlives a restart")
		return
	}
	l := guests[0]
	g := Ask(ctx, dut, login.Guess{At: l.Login, User: l.User, Right: l.Right, Attempts: guesses(dut, l.BF), Stay: true})
	if g.Limits == 0 {
		return // judged above
	}
	Do(ctx, dut, operate.PowerCycle{})
	after := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: l.Right})
	back := Ask(ctx, dut, login.Recovered{At: l.Login, User: l.User, Right: l.Right, After: "the restart"})
	Expect(after.Outcome).NotTo(Equal(login.Accepted), "%s was locked after %d wrong passwords, and a restart of the device unlocked it", l, g.FirstLimit)
	Note(ctx, "the lock of %s outlives a restart (%s); it recovered within %v", l, after.Outcome, back.Within.Round(time.Second))
}
