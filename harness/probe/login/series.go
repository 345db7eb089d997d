package login

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// A series is the wrong passwords of one Guess.
type series struct {
	Guess
	on     *dial.Device
	g      *Guessed
	took   []time.Duration // of those that were judged
	unsaid time.Duration   // how long the next limit is waited for that does not say how long it lasts
	leaks  int
}

// run tries wrong passwords until enough were judged.
func (s *series) run(ctx context.Context) error {
	for n := 0; s.g.Attempts < s.Attempts && s.g.Unclear < 10; n++ {
		t, err := s.wrong(ctx, n)
		if err != nil {
			return fmt.Errorf("guess %d at %s: %w", n+1, s.At, err)
		}
		switch {
		case t.Outcome == Refused, t.Outcome == Limited && s.g.Leaky:
			s.g.Attempts++
			s.took, s.unsaid = append(s.took, t.Took), unsaid
		case t.Outcome == Limited:
			more, err := s.limit(ctx, n, t)
			if !more || err != nil {
				return err
			}
		default:
			s.g.Unclear++
			s.g.Why = fmt.Sprintf("guess %d: %s: %s", n+1, t.Outcome, t.Why)
		}
	}
	return nil
}

// cutsInARow make a limit, or as many answers that the service is unavailable: one alone may be a service that is unreliable,
// and would pass for a defence.
const cutsInARow = 3

// vague tells what may be a limit and may be trouble: the connection was cut, or the service is unavailable, and nobody says to
// whom (RFC 9110 clause 15.6.4).
func (t Tried) vague() bool {
	return t.Cut || t.Outcome == Limited && t.Status == http.StatusServiceUnavailable
}

// repeat makes a try again where what came of it is vague, cutsInARow times in all.
func repeat(ctx context.Context, on *dial.Device, once func() (Tried, error)) (Tried, error) {
	for cuts := 1; ; cuts++ {
		t, err := once()
		if err != nil || !t.vague() || cuts == cutsInARow {
			return t, err
		}
		if err := on.Clock.Sleep(ctx, unsaid); err != nil {
			return t, err
		}
	}
}

// wrong is one wrong try. Connections that are cut in a row after others were judged, by a device that lives, are a limit.
func (s *series) wrong(ctx context.Context, n int) (Tried, error) {
	t, err := repeat(ctx, s.on, func() (Tried, error) {
		return try(ctx, s.on, s.At, s.User, fmt.Sprintf("wrong-guess-%d", n), s.header(n))
	})
	if err == nil && t.Cut && s.g.Attempts > 0 {
		if err := s.on.Alive(ctx); err != nil {
			return t, err
		}
		t.Outcome = Limited
	}
	return t, err
}

// limit notes a limit and sits it out. It tells whether the series goes on.
func (s *series) limit(ctx context.Context, n int, t Tried) (bool, error) {
	g := s.g
	g.Limits++
	if g.Limits == 1 {
		g.FirstLimit = max(g.Attempts, 1)
		if err := s.beside(ctx); err != nil {
			return false, err
		}
	}
	if s.Stay {
		return false, nil
	}
	if g.Limits <= 2 {
		if err := s.leak(ctx, n, t); err != nil || g.Leaky {
			return err == nil, err
		}
	}
	pause := max(t.Wait, s.unsaid) + 100*time.Millisecond
	if t.Wait == 0 {
		s.unsaid += s.unsaid / 4 // so that an hour is reached in some thirty tries, and the length known to a quarter
	}
	g.Longest = max(g.Longest, pause)
	if g.Waited += pause; g.Waited > MaxLocked {
		g.Why = fmt.Sprintf("it was locked for %v in all; the series ends there", MaxLocked)
		return false, nil
	}
	return true, s.on.Clock.Sleep(ctx, pause)
}

// beside tries the other account while this one is put off: who comes in shows that the limit is the account's, who is put off too
// that it is the caller's, or everybody's.
func (s *series) beside(ctx context.Context) error {
	if s.Beside.User == "" {
		return nil
	}
	t, err := s.Beside.Ask(ctx, s.on)
	s.g.Besides = t.Outcome
	return err
}

// leak looks whether the right password is taken while wrong ones are put off: who guesses would see the difference, and the limit
// is none. The limit must be in force around the try: it said that it lasts, or it meets the next wrong one too.
func (s *series) leak(ctx context.Context, n int, t Tried) error {
	began := s.on.Clock.Now()
	r, err := s.right(ctx, s.on, s.header(n))
	if err != nil || r.Outcome != Accepted {
		return err
	}
	if t.Wait < 2*time.Second || s.on.Clock.Now().Sub(began) > t.Wait/2 {
		next, err := s.wrong(ctx, n)
		if err != nil || next.Outcome != Limited {
			return err
		}
	}
	if s.leaks++; s.leaks == 2 {
		s.g.Leaky, s.g.Limits, s.g.FirstLimit = true, 0, 0
		s.g.Why = "while it puts wrong passwords off, it takes the right one at once"
	}
	return nil
}
