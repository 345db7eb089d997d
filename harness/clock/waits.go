package clock

import (
	"context"
	"sync"
	"time"
)

// Waits is a clock that adds up how long somebody slept by it: what a method makes a run wait, apart from what its questions take.
// Sleeps side by side count once.
type Waits struct {
	Clock
	mu     sync.Mutex
	asleep int
	since  time.Time
	total  time.Duration
}

// Sleep sleeps.
func (w *Waits) Sleep(ctx context.Context, d time.Duration) error {
	w.turn(1)
	defer w.turn(-1)
	return w.Clock.Sleep(ctx, d)
}

func (w *Waits) turn(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.Now()
	if w.asleep > 0 {
		w.total += now.Sub(w.since)
	}
	w.asleep, w.since = w.asleep+n, now
}

// Total is how long it was so far, of sleeps that ended or began.
func (w *Waits) Total() time.Duration {
	w.turn(0)
	return w.total
}

// Own is the clock beneath one that adds up, for waits of our own: those by which a question keeps its pace.
func Own(c Clock) Clock {
	if w, ok := c.(*Waits); ok {
		return w.Clock
	}
	return c
}
