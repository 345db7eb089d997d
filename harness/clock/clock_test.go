package clock

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestJumpWhenAllWait(t *testing.T) {
	c := NewJump()
	began, real := c.Now(), time.Now()
	c.Busy(2)
	var wg sync.WaitGroup
	for _, d := range []time.Duration{time.Hour, 24 * time.Hour} {
		wg.Go(func() {
			defer c.Busy(-1)
			if err := c.Sleep(t.Context(), d); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if passed := c.Now().Sub(began); passed < 24*time.Hour || passed > 25*time.Hour {
		t.Errorf("a day's wait took %v on the clock", passed)
	}
	if took := time.Since(real); took > 10*time.Second {
		t.Errorf("a day's wait took %v of real time", took)
	}
}

func TestNoJumpWhileSomebodyWorks(t *testing.T) {
	c := NewJump()
	c.Busy(2) // one sleeps, one works on
	ctx, stop := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, errors.New("enough"))
	defer stop()
	began := c.Now()
	if err := c.Sleep(ctx, time.Hour); err == nil || err.Error() != "enough" {
		t.Errorf("the sleep ended with %v, want the cause of its context", err)
	}
	if passed := c.Now().Sub(began); passed > 10*time.Minute {
		t.Errorf("the clock jumped %v while somebody worked", passed)
	}
}

func TestIdleTimerOfADevice(t *testing.T) {
	c := NewJump()
	c.Busy(1) // the harness
	done := make(chan error, 1)
	go func() { done <- Idle(t.Context(), c, 10*time.Minute) }()
	if err := c.Sleep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	c.Busy(-1) // only waits from here on
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestRealSleepEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errors.New("stopped"))
	if err := Real().Sleep(ctx, time.Hour); err == nil || err.Error() != "stopped" {
		t.Errorf("got %v", err)
	}
}
