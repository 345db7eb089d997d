// Package clock is the time that a run and the reference device share.
//
// Its one idea is the jump clock: time passes at real speed while anyone is
// busy and leaps to the next wake-up when everyone waits. An hour's lock-out
// costs nothing, yet no latency is scaled, so no fault hides behind a clock
// that runs too fast. Against a foreign device the clock is Real.
//
//	c := clock.NewJump()
//	c.Busy(1)                     // somebody works
//	c.Sleep(ctx, time.Hour)       // returns at once: all who work, wait
//	c.Busy(-1)
package clock

import (
	"context"
	"sync"
	"time"
)

// A Clock tells the time and waits. Code of Assay sleeps nowhere else.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or until ctx ends and then returns its cause. The
	// caller must be counted as busy; it is not while it sleeps.
	Sleep(ctx context.Context, d time.Duration) error
	// Busy changes the number of those who work, rather than wait, by n.
	Busy(n int)
}

// Idle sleeps for somebody who was not counted as busy: a device's own timer.
func Idle(ctx context.Context, c Clock, d time.Duration) error {
	c.Busy(1)
	defer c.Busy(-1)
	return c.Sleep(ctx, d)
}

type wall struct{}

// Real is the wall clock.
func Real() Clock { return wall{} }

func (wall) Now() time.Time { return time.Now() }
func (wall) Busy(int)       {}
func (wall) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// A Jump clock leaps to the next wake-up when nobody is busy. Harness and
// device must share it, and so live in one process.
type Jump struct {
	mu     sync.Mutex
	ahead  time.Duration
	busy   int
	sleeps map[chan struct{}]time.Time
}

// NewJump returns a jump clock that stands at the present.
func NewJump() *Jump { return &Jump{sleeps: map[chan struct{}]time.Time{}} }

// Now is the wall clock's time and all that was jumped.
func (c *Jump) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Jump) now() time.Time { return time.Now().Add(c.ahead) }

// Busy counts those who work; when none is left, the clock may jump.
func (c *Jump) Busy(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += n
	c.jump()
}

// Sleep never takes longer than d of real time, even if somebody stays busy.
func (c *Jump) Sleep(ctx context.Context, d time.Duration) error {
	woken := make(chan struct{})
	c.mu.Lock()
	c.sleeps[woken] = c.now().Add(d)
	c.busy--
	c.jump()
	c.mu.Unlock()
	real := time.AfterFunc(d, func() { c.wake(woken) })
	defer real.Stop()
	select {
	case <-woken:
		return nil
	case <-ctx.Done():
		c.wake(woken)
		return context.Cause(ctx)
	}
}

// wake ends one sleep; its sleeper is busy from then on.
func (c *Jump) wake(s chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(s)
}

func (c *Jump) end(s chan struct{}) {
	if _, asleep := c.sleeps[s]; !asleep {
		return
	}
	delete(c.sleeps, s)
	c.busy++
	close(s)
}

func (c *Jump) jump() {
	if c.busy > 0 || len(c.sleeps) == 0 {
		return
	}
	var next time.Time
	for _, at := range c.sleeps {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if d := next.Sub(c.now()); d > 0 {
		c.ahead += d
	}
	for s, at := range c.sleeps {
		if !at.After(c.now()) {
			c.end(s)
		}
	}
}
