package login

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Guess measures how fast wrong passwords can be tried at an account, and proves afterwards that the account works again.
type Guess struct {
	At       Login
	User     string
	Right    evidence.Secret // the account's own password, for the controls; zero: no control, no proof
	Attempts int             // wrong passwords that are to be judged
	Variant  string          // "" or "forwarded-for": another claimed source each time
	Stay     bool            // end at the first limit, and leave the account locked
	Beside   As              // another account, which is tried with its own password while this one is put off; zero: none
}

// Disturbs says what it does.
func (Guess) Disturbs() string { return "wrong guesses may lock the account" }

// Level is intrusive.
func (Guess) Level() provisions.Level { return provisions.Intrusive }
func (q Guess) String() string {
	s := fmt.Sprintf("guess %d times at %s as %s", q.Attempts, q.At, q.User)
	if q.Variant != "" {
		s += " (" + q.Variant + ")"
	}
	return s
}

// unsaid is how long a limit is waited for that does not say how long it lasts; it is met again and again then.
const unsaid = 200 * time.Millisecond

// MaxLocked is how long a series waits for locks in all, by the clock.
const MaxLocked = time.Hour

// Guessed is what was measured. Times are the clock's.
type Guessed struct {
	Before, After   Outcome // the right password, before and after
	Attempts        int     // wrong passwords that were judged
	Limits          int     // times when it put us off
	FirstLimit      int     // wrong passwords judged before the first limit; 0: none
	Longest         time.Duration
	P05, P50        time.Duration // of a judged try; so are P95 and P99
	P95, P99        time.Duration
	Besides         Outcome // what the other account's own password gave at the first limit: Accepted shows a limit of the account; "": not tried
	Slower          bool    // wrong tries take a second more than the right one, or than the first wrong ones and twice as long
	Silent          bool    // a limit that was not said: wrong passwords were refused as ever, and then the right one too
	Leaky           bool    // what it calls a limit lets the right password through, twice: it is counted as none
	Took            time.Duration
	Waited          time.Duration // of it, for limits
	PerMinute       float64       // judged tries a minute in the long run: waiting included, and the first ones before a limit left out
	RecoveredWithin time.Duration // from the last wrong password until the right one worked
	Unclear         int
	Why             string // why it ended early
}

// TimeToHalf is how long half of a password space takes at a rate of tries a minute.
func TimeToHalf(space, perMinute float64) time.Duration {
	if perMinute <= 0 {
		return 1<<63 - 1
	}
	minutes := space / 2 / perMinute
	if minutes > 1e8 {
		return 1<<63 - 1
	}
	return time.Duration(minutes * float64(time.Minute))
}

// Ask guesses.
func (q Guess) Ask(ctx context.Context, on *dial.Device) (g Guessed, err error) {
	ctx = acquainted(ctx)
	before, err := q.right(ctx, on, nil)
	if g.Before = before.Outcome; err != nil {
		return g, err
	}
	if !q.Right.IsZero() && g.Before != Accepted {
		g.Why = "the right password did not work before the first guess"
		return g, nil
	}
	began := on.Clock.Now()
	s := series{Guess: q, on: on, g: &g, unsaid: unsaid}
	if err := s.run(ctx); err != nil {
		return g, err
	}
	g.spread(s.took, before.Took)
	g.Took = on.Clock.Now().Sub(began)
	if g.Took > 0 {
		g.PerMinute = float64(g.Attempts-g.FirstLimit) / g.Took.Minutes()
	}
	if q.Stay || q.Right.IsZero() {
		return g, nil
	}
	return g, q.recover(ctx, on, &g)
}

// right tries the account's own password; where it is not known, nothing.
func (q Guess) right(ctx context.Context, on *dial.Device, header map[string]string) (Tried, error) {
	if q.Right.IsZero() {
		return Tried{}, nil
	}
	pw, err := q.Right.Reveal()
	if err != nil {
		return Tried{}, err
	}
	return repeat(ctx, on, func() (Tried, error) { return try(ctx, on, q.At, q.User, pw, header) })
}

func (q Guess) header(n int) map[string]string {
	if q.Variant != "forwarded-for" {
		return nil
	}
	return map[string]string{"X-Forwarded-For": fmt.Sprintf("192.0.2.%d", n%250+1)} // TEST-NET-1, RFC 5737: said, never sent to
}

// spread tells how long judged tries took, beside the right password's time; zero: not known.
func (g *Guessed) spread(took []time.Duration, right time.Duration) {
	if len(took) == 0 {
		return
	}
	if n := min(5, len(took)/2); n > 0 {
		first, last := took[:n], took[len(took)-n:]
		g.Slower = slices.Min(last) > 2*slices.Max(first) && slices.Min(last) > slices.Max(first)+time.Second
	}
	took = slices.Sorted(slices.Values(took))
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))] }
	g.P05, g.P50, g.P95, g.P99 = at(.05), at(.5), at(.95), at(.99)
	g.Slower = g.Slower || right > 0 && g.P05 > right+time.Second
}

// recover waits until the right password works again. Where no limit was seen and it does not work at once, there was one.
func (q Guess) recover(ctx context.Context, on *dial.Device, g *Guessed) error {
	if g.Limits == 0 && !g.Leaky {
		t, err := q.right(ctx, on, nil)
		if err != nil {
			return err
		}
		if g.Silent = t.Outcome == Refused || t.Outcome == Limited || t.Cut; g.Silent {
			g.Limits, g.FirstLimit = 1, max(g.Attempts, 1)
			g.Why = "after the wrong passwords, which it refused as ever, it did not take the right one: a lock that it does not say, from some guess on"
		}
	}
	b, err := Recovered{At: q.At, User: q.User, Right: q.Right}.Ask(ctx, on)
	g.After, g.RecoveredWithin = b.Outcome, b.Within
	if took := g.Took + g.RecoveredWithin; g.Silent && took > 0 {
		g.PerMinute = float64(g.Attempts) / took.Minutes() // at most: some of them were not judged
	}
	return err
}
