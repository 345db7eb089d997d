package mutate

import (
	"context"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// A pace begins at a rate that no device minds, doubles while answers come as fast as those to ordinary requests, and halves when
// they come later. In between, the device rests after each answer for as long as it took it: it never works more than half the time.
type pace struct {
	rate, most float64       // requests a second
	usual      time.Duration // median of the ordinary answers
	began      time.Time     // the last request, by the clock
	rest       time.Duration
	took       []time.Duration // of the answers since the rate was looked at
}

// Bounds of a pace.
const (
	step      = 10 // answers between two looks at the rate
	leastRate = 1.0
	noise     = 2 * time.Millisecond // that an answer may be late by without the device being slower
	longest   = 5 * time.Second      // of a rest
)

// wait waits until the next request is due.
func (p *pace) wait(ctx context.Context, c clock.Clock) error {
	if !p.began.IsZero() {
		gap := max(time.Duration(float64(time.Second)/p.rate), p.rest)
		if due := gap - c.Now().Sub(p.began); due > 0 {
			if err := c.Sleep(ctx, due); err != nil {
				return err
			}
		}
	}
	p.began = c.Now()
	return nil
}

// answered learns from what came. What never came, or not in time, slows down at once.
func (p *pace) answered(a answer) {
	p.rest = min(2*a.took, longest)
	if a.status == 0 && (a.took == 0 || late(a.err)) {
		p.slower()
		return
	}
	if p.took = append(p.took, a.took); len(p.took) < step {
		return
	}
	slices.Sort(p.took)
	switch m := p.took[step/2]; {
	case m > 3*p.usual+noise:
		p.slower()
	case m <= 3*p.usual/2+noise:
		p.rate = min(2*p.rate, p.most)
	}
	p.took = p.took[:0]
}

func (p *pace) slower() { p.rate, p.took = max(p.rate/2, leastRate), p.took[:0] }
