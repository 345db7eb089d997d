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
	P05, P50, P99   time.Duration // of a judged try
	Slower          bool          // tries became slower: the last ones took more than twice the first, and a second more
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
	if err := q.control(ctx, on, &g.Before); err != nil {
		return g, err
	}
	if !q.Right.IsZero() && g.Before != Accepted {
		g.Why = "the right password did not work before the first guess"
		return g, nil
	}
	began := on.Clock.Now()
	if err := q.series(ctx, on, &g); err != nil {
		return g, err
	}
	g.Took = on.Clock.Now().Sub(began)
	if g.Took > 0 {
		g.PerMinute = float64(g.Attempts-g.FirstLimit) / g.Took.Minutes()
	}
	if q.Stay {
		return g, nil
	}
	return g, q.recover(ctx, on, &g)
}

func (q Guess) control(ctx context.Context, on *dial.Device, to *Outcome) error {
	if q.Right.IsZero() {
		return nil
	}
	t, err := As{At: q.At, User: q.User, Password: q.Right}.Ask(ctx, on)
	*to = t.Outcome
	return err
}

// series tries wrong passwords until enough were judged.
func (q Guess) series(ctx context.Context, on *dial.Device, g *Guessed) error {
	var took []time.Duration
	for n := 0; g.Attempts < q.Attempts && g.Unclear < 10; n++ {
		t, err := try(ctx, on, q.At, q.User, fmt.Sprintf("wrong-guess-%d", n), q.header(n))
		if err != nil {
			return fmt.Errorf("guess %d at %s: %w", n+1, q.At, err)
		}
		switch t.Outcome {
		case Refused:
			g.Attempts++
			took = append(took, t.Took)
		case Limited:
			g.Limits++
			if g.Limits == 1 {
				g.FirstLimit = max(g.Attempts, 1)
			}
			if q.Stay {
				return nil
			}
			if more, err := q.wait(ctx, on, g, t); !more {
				return err
			}
		default:
			g.Unclear++
			g.Why = fmt.Sprintf("guess %d: %s: %s", n+1, t.Outcome, t.Why)
		}
	}
	g.spread(took)
	return nil
}

func (q Guess) header(n int) map[string]string {
	if q.Variant != "forwarded-for" {
		return nil
	}
	return map[string]string{"X-Forwarded-For": fmt.Sprintf("192.0.2.%d", n%250+1)} // TEST-NET-1, RFC 5737: said, never sent to
}

// wait sits a limit out.
func (q Guess) wait(ctx context.Context, on *dial.Device, g *Guessed, t Tried) (bool, error) {
	pause := max(t.Wait, unsaid) + 100*time.Millisecond
	g.Longest = max(g.Longest, pause)
	if g.Waited += pause; g.Waited > MaxLocked {
		g.Why = fmt.Sprintf("it was locked for %v in all; the series ends there", MaxLocked)
		return false, nil
	}
	return true, on.Clock.Sleep(ctx, pause)
}

func (g *Guessed) spread(took []time.Duration) {
	if len(took) == 0 {
		return
	}
	if n := min(5, len(took)/2); n > 0 {
		first, last := took[:n], took[len(took)-n:]
		g.Slower = slices.Min(last) > 2*slices.Max(first) && slices.Min(last) > slices.Max(first)+time.Second
	}
	slices.Sort(took)
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))] }
	g.P05, g.P50, g.P99 = at(.05), at(.5), at(.99)
}

// recover waits until the right password works again.
func (q Guess) recover(ctx context.Context, on *dial.Device, g *Guessed) error {
	if q.Right.IsZero() {
		return nil
	}
	b, err := Recovered{At: q.At, User: q.User, Right: q.Right}.Ask(ctx, on)
	g.After, g.RecoveredWithin = b.Outcome, b.Within
	return err
}
