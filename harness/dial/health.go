package dial

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Down is a time when a device did not answer.
type Down struct {
	At       time.Time     `json:"at"`
	Away     time.Duration `json:"away"`     // until it answered again, or until waiting ended
	Back     bool          `json:"back"`     // it came back
	Services bool          `json:"services"` // the device itself answered, but every service known to be open was gone
	Last     Last          `json:"last"`     // what it was sent last
	Signs    []string      `json:"signs"`    // what was asked, and what came
}

// vital is what a look for signs of life came to.
type vital int

const (
	well     vital = iota
	deserted       // the device answers, but every service that was open is gone
	silent
)

// health is what the door knows of the device's life.
type health struct {
	mu       sync.Mutex
	open     []netip.AddrPort // ports that were open, newest first
	shut     netip.AddrPort   // a port that refused: refusing is a sign of life too
	held     chan struct{}    // not nil: nobody passes until it is closed
	down     bool             // patience ended
	asked    time.Time        // when a device that is down was last looked at
	ever     bool             // it answered at least once
	downs    []Down
	seen     int           // downs in all
	watching chan struct{} // a place for one
}

// MaxDowns bounds how many are kept; a device that is down that often needs a person.
const MaxDowns = 100

// known is how many open ports are remembered and asked.
const known = 4

// heard learns from the outcome of a connect.
func (h *health) heard(to netip.AddrPort, o Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ever = h.ever || o.Answered()
	switch {
	case o == Opened && !slices.Contains(h.open, to):
		h.open = append([]netip.AddrPort{to}, h.open[:min(len(h.open), known-1)]...)
	case o == Refused && !slices.Contains(h.open, to):
		h.shut = to
	}
}

func (h *health) wasOpen(to netip.AddrPort) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Contains(h.open, to)
}

func (h *health) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen
}

// Downs are the times when the device did not answer, in order.
func (d *Door) Downs() []Down {
	d.health.mu.Lock()
	defer d.health.mu.Unlock()
	return slices.Clone(d.health.downs)
}

// pass lets a connection through, unless the watch holds all of them or the device is down. A device that is down is
// looked at again every Settle.
func (h *health) pass(ctx context.Context, d *Door) error {
	for {
		h.mu.Lock()
		held, down, late := h.held, h.down, d.now().Sub(h.asked) > d.opt.Settle
		h.mu.Unlock()
		switch {
		case held != nil:
			if err := d.await(ctx, held); err != nil {
				return err
			}
		case down && !late:
			return ErrDown
		case down:
			return d.Alive(ctx)
		default:
			return nil
		}
	}
}

// await waits for a channel to close without holding up the clock.
func (d *Door) await(ctx context.Context, ch <-chan struct{}) error {
	d.clock().Busy(-1)
	defer d.clock().Busy(1)
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	}
}

// Alive looks for a sign of life: a TCP port that was open; without one a port that refuses, an echo, the neighbour's link
// address. On silence it stops all connections, waits, and goes on at half the pace when the device answers again.
// ErrDown says that it did not within Patience. Where the device answers but all its services stay gone, that is recorded
// (Downs) and is no error: what follows is a fact about it.
func (d *Door) Alive(ctx context.Context) error {
	select {
	case d.health.watching <- struct{}{}:
	case <-ctx.Done():
		return stopped(ctx)
	default:
		d.clock().Busy(-1)
		select {
		case d.health.watching <- struct{}{}:
			d.clock().Busy(1)
		case <-ctx.Done():
			d.clock().Busy(1)
			return stopped(ctx)
		}
	}
	defer func() { <-d.health.watching }()
	state, signs := d.look(ctx)
	d.health.mu.Lock()
	d.health.asked = d.now()
	wasDown, ever := d.health.down, d.health.ever
	if state == well {
		d.health.down, d.health.ever = false, true
	}
	d.health.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return stopped(ctx)
	case state == well:
		return nil
	case !ever:
		return fmt.Errorf("%w: it never did (%s)", ErrDown, strings.Join(signs, ", "))
	case wasDown: // it was waited for once
		return fmt.Errorf("%w (%s)", ErrDown, strings.Join(signs, ", "))
	}
	return d.wait(ctx, state, signs)
}

// wait holds all connections until the device is well or patience ends.
func (d *Door) wait(ctx context.Context, state vital, signs []string) error {
	h := &d.health
	start := d.now()
	down := Down{At: start, Services: state == deserted, Last: d.log.lastSent(), Signs: signs}
	h.mu.Lock()
	h.held = make(chan struct{})
	h.mu.Unlock()
	for pause := 500 * time.Millisecond; ; pause = min(2*pause, 15*time.Second) {
		bound := d.opt.Patience
		if state == deserted {
			bound = d.opt.Settle
		}
		left := bound - d.now().Sub(start)
		if left <= 0 {
			break
		}
		if d.clock().Sleep(ctx, min(pause, left)) != nil {
			break
		}
		if state, signs = d.look(ctx); state == well || ctx.Err() != nil {
			break
		}
		down.Services = down.Services && state == deserted
	}
	down.Away, down.Back = d.now().Sub(start), state == well
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.seen++; len(h.downs) < MaxDowns {
		h.downs = append(h.downs, down)
	}
	h.asked = d.now()
	close(h.held)
	h.held = nil
	d.pace.halve()
	switch {
	case state == well:
		return nil
	case ctx.Err() != nil:
		return stopped(ctx)
	case state == deserted:
		h.open = nil // they are closed, and that is a fact
		return nil
	}
	h.down = true
	return fmt.Errorf("%w: waited %v (%s)", ErrDown, down.Away.Round(time.Second), strings.Join(signs, ", "))
}

// look asks all that may show life at once. signs says what came.
func (d *Door) look(ctx context.Context) (vital, []string) {
	d.health.mu.Lock()
	ports := slices.Clone(d.health.open)
	services := len(ports)
	if d.health.shut.IsValid() {
		ports = append(ports, d.health.shut)
	}
	d.health.mu.Unlock()
	if len(ports) == 0 {
		return d.lookBelow(ctx)
	}
	outcomes := make([]Outcome, len(ports))
	var all sync.WaitGroup
	for i, p := range ports {
		all.Go(func() { outcomes[i] = d.touch(ctx, p) })
	}
	all.Wait()
	var signs []string
	for i, p := range ports {
		signs = append(signs, fmt.Sprintf("tcp %v: %s", p, outcomes[i]))
	}
	switch {
	case slices.Contains(outcomes[:services], Opened):
		return well, signs
	case !slices.ContainsFunc(outcomes, Outcome.Answered):
		if services == 0 { // the port that refused may have learnt to drop: ask below it
			return d.lookBelow(ctx)
		}
		// If its link or ICMP answers, it hangs or shuts us out; that is no life that a probe could use.
		_, below := d.lookBelow(ctx)
		return silent, append(signs, below...)
	case services > 0:
		return deserted, signs
	}
	return well, signs
}

// touch connects for the watch: past the gate and the pace, for a connect is all.
func (d *Door) touch(ctx context.Context, to netip.AddrPort) Outcome {
	at := d.now()
	c, err := connect(ctx, "tcp", to, d.opt.Quiet)
	if err == nil {
		c.Close()
	}
	o := Classify(err)
	line := Conn{At: at, Network: "tcp", To: to, Outcome: o, Took: d.now().Sub(at)}
	if err != nil {
		line.Why = err.Error()
	}
	d.log.whole(line)
	return o
}
