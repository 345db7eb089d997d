package clock

import (
	"sync"
	"testing"
	"time"
)

// Sleeps side by side count once, and what is done between them not at all.
func TestWaits(t *testing.T) {
	jump := NewJump()
	w := &Waits{Clock: jump}
	w.Busy(1)
	var both sync.WaitGroup
	w.Busy(2)
	for _, d := range []time.Duration{time.Hour, 2 * time.Hour} {
		both.Go(func() { w.Sleep(t.Context(), d); w.Busy(-1) })
	}
	w.Busy(-1)
	both.Wait()
	w.Busy(1)
	if got := w.Total(); got < 2*time.Hour || got > 2*time.Hour+time.Minute {
		t.Errorf("an hour and two hours side by side: %v", got)
	}
	before := w.Total()
	Own(w).Sleep(t.Context(), time.Hour) // by the clock beneath: not counted
	if got := w.Total() - before; got > time.Minute {
		t.Errorf("%v was counted of what nobody slept by it", got)
	}
}
