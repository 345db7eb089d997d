package dial

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// errSelf stands for a connect that met itself.
var errSelf = fmt.Errorf("the connect met itself: %w", syscall.ECONNREFUSED)

// pace is a token bucket: a burst after a pause, perSecond in the long run.
type pace struct {
	mu        sync.Mutex
	perSecond float64
	burst     float64
	saved     float64 // below zero: taken in advance by those who wait
	at        time.Time
	halved    int
}

// wait takes a token, and waits until it is there.
func (p *pace) wait(ctx context.Context, c clock.Clock) error {
	p.mu.Lock()
	now := c.Now()
	if !p.at.IsZero() {
		p.saved = min(p.burst, p.saved+now.Sub(p.at).Seconds()*p.perSecond)
	}
	p.at = now
	p.saved--
	d := time.Duration(-p.saved / p.perSecond * float64(time.Second))
	p.mu.Unlock()
	if d <= 0 {
		return nil
	}
	if c.Sleep(ctx, d) != nil {
		return stopped(ctx)
	}
	return nil
}

// halve slows down for the rest of the run; never below one connection in four seconds.
func (p *pace) halve() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.halved++
	p.perSecond = max(p.perSecond/2, 0.25)
	p.burst = max(p.burst/2, 1)
	p.saved = min(p.saved, p.burst)
}

// slow is how often it was halved.
func (p *pace) slow() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.halved
}
