package dial

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"syscall"
	"time"
)

// A Sweep is the passage of very many connects through the door: kept within the scope and held by the health watch like
// any other, but one line in the log. The pace is the caller's: at most AtOnce in flight, fewer while the device suffers.
//
//	s := on.Sweep()
//	defer s.End()
//	outcome, took := s.Knock(ctx, to, time.Second)
type Sweep struct {
	door *Door
	at   time.Time

	mu     sync.Mutex
	to     netip.AddrPort
	counts map[Outcome]int
}

// Sweep begins one.
func (d *Door) Sweep() *Sweep {
	return &Sweep{door: d, at: d.now(), counts: map[Outcome]int{}}
}

// AtOnce is how many connects may be in flight: what the options say, halved each time the device went down, and never
// more than a quarter of the descriptors that this process may have.
func (s *Sweep) AtOnce() int {
	most := s.door.opt.Knocks
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil { // Go raised the soft limit to the hard one at the start
		most = min(most, int(min(files.Cur, 1<<20))/4)
	}
	return max(most>>s.door.pace.slow(), 1)
}

// Knock connects and closes at once. The error is not nil where nothing was tried: the scope, the context, a device that is down.
func (s *Sweep) Knock(ctx context.Context, to netip.AddrPort, timeout time.Duration) (Outcome, time.Duration, error) {
	d := s.door
	if err := d.allow("tcp", to); err != nil {
		err = fmt.Errorf("knock at tcp %v: %w", to, err)
		d.log.whole(Conn{At: d.now(), Network: "tcp", To: to, Outcome: OutOfScope, Why: err.Error()})
		return OutOfScope, 0, err
	}
	if err := d.health.pass(ctx, d); err != nil {
		return Classify(err), 0, fmt.Errorf("knock at tcp %v: %w", to, err)
	}
	began := time.Now()
	d.log.sending(d.now(), "tcp", to, nil)
	c, err := connect(ctx, "tcp", to, timeout)
	took := time.Since(began)
	if err == nil {
		c.Close()
	}
	if err := ended(ctx); err != nil { // cut short: it is not the device that was slow
		return Cancelled, took, err
	}
	o := Classify(err)
	if o.Answered() {
		d.health.heard(to, o)
	}
	s.mu.Lock()
	s.to = to
	s.counts[o]++
	s.mu.Unlock()
	return o, took, nil
}

// End logs the sweep. Its line has counts by outcome; the address is the last one's, and the port is 0.
func (s *Sweep) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door.log.whole(Conn{At: s.at, Network: "tcp", To: netip.AddrPortFrom(s.to.Addr(), 0), Outcome: Swept,
		Took: s.door.now().Sub(s.at), Sweep: maps.Clone(s.counts)})
}
