package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// Options are the parameters of a door. A zero field has its default.
type Options struct {
	PerSecond   float64       // connections begun a second, in the long run: 250. The health watch halves it when the device went down
	Burst       int           // connections begun without waiting after a pause: 250. Halved with it
	Open        int           // connections open at once; a further one waits up to Timeout: 64
	Total       int           // connections in all, sweeps apart: 500,000, a run that never ends
	Knocks      int           // connects of a sweep in flight at most: 4,096. Halved with the pace
	Timeout     time.Duration // of a connect, real time: 5 s, time for three SYNs (at 0, 1 and 3 s)
	MaxReceived int64         // bytes from one connection: 64 MiB

	WrongPerAccount int // wrong tries of an account whose lock-out is not declared: 3

	Quiet    time.Duration // how long a sign of life may take, real time: 1.5 s, time for two SYNs
	Settle   time.Duration // how long services that are all gone are waited for: 20 s
	Patience time.Duration // how long a silent device is waited for: 3 min, a slow reboot

	Kept int        // lines of the log kept in memory: 4,096
	Log  func(Conn) // told each line when it is over

	Clock clock.Clock // for pace and waiting; nil: that of the Device
}

func (o Options) filled() Options {
	set(&o.PerSecond, 250)
	set(&o.Burst, 250)
	set(&o.Open, 64)
	set(&o.Total, 500_000)
	set(&o.Knocks, 4096)
	set(&o.Timeout, 5*time.Second)
	set(&o.MaxReceived, 64<<20)
	set(&o.WrongPerAccount, 3)
	set(&o.Quiet, 1500*time.Millisecond)
	set(&o.Settle, 20*time.Second)
	set(&o.Patience, 3*time.Minute)
	set(&o.Kept, 4096)
	return o
}

func set[T comparable](field *T, to T) {
	if zero := *new(T); *field == zero {
		*field = to
	}
}

// A Door leads to one device.
type Door struct {
	opt    Options
	scope  Scope
	log    journal
	pace   pace
	places chan struct{} // one for each open connection
	begun  atomic.Int64  // connections in all
	wrong  wrong
	health health
	learnt sync.Map // hints, see Device.Learn
}

// Open makes the door to a scope, with default options.
func Open(s Scope) (*Door, error) { return Options{}.Door(s) }

// Door makes the door to a scope.
func (o Options) Door(s Scope) (*Door, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	o = o.filled()
	return &Door{
		opt: o, scope: s,
		log:    journal{max: o.Kept, tell: o.Log},
		pace:   pace{perSecond: o.PerSecond, burst: float64(o.Burst), saved: float64(o.Burst)},
		places: make(chan struct{}, o.Open),
		wrong:  wrong{spent: map[string]int{}, allowed: map[string]int{}},
		health: health{watching: make(chan struct{}, 1)},
	}, nil
}

// adopt gives the door the clock of its device, if its options named none. It comes before the door's first use.
func (d *Door) adopt(c clock.Clock) {
	if d.opt.Clock == nil {
		d.opt.Clock = c
	}
}

func (d *Door) now() time.Time { return d.clock().Now() }

func (d *Door) clock() clock.Clock {
	if d.opt.Clock == nil {
		return clock.Real()
	}
	return d.opt.Clock
}

// Dial connects, or says why not: Classify tells the kinds apart. network is "tcp" or "udp". It waits for the pace, for
// a place and for a device that is silent for the moment.
func (d *Door) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	c, err := d.dial(ctx, network, to)
	if err == nil || network != "tcp" || ended(ctx) != nil || !d.health.wasOpen(to) {
		return c, err
	}
	if o := Classify(err); o != Timeout && o != Unreachable {
		return nil, err
	}
	// A port that was open is silent: is it the port, or the device?
	downs := d.health.count()
	if alive := d.Alive(ctx); alive != nil {
		return nil, fmt.Errorf("connect to tcp %v: %w", to, alive)
	}
	if d.health.count() == downs {
		return nil, err
	}
	return d.dial(ctx, network, to) // it was away and is back
}

func (d *Door) dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	fail := func(err error) (net.Conn, error) {
		err = fmt.Errorf("connect to %s %v: %w", network, to, err)
		d.log.whole(Conn{At: d.now(), Network: network, To: to, Outcome: Classify(err), Why: err.Error()})
		return nil, err
	}
	if err := d.allow(network, to); err != nil {
		return fail(err)
	}
	if err := d.health.pass(ctx, d); err != nil {
		return fail(err)
	}
	if d.begun.Add(1) > int64(d.opt.Total) {
		return fail(fmt.Errorf("%w: %d were made", ErrConnections, d.opt.Total))
	}
	if err := d.enter(ctx); err != nil {
		return fail(err)
	}
	if err := d.pace.wait(ctx, d.clock()); err != nil {
		d.leave()
		return fail(err)
	}
	at := d.now()
	d.log.sending(at, network, to, nil)
	raw, err := connect(ctx, network, to, d.opt.Timeout)
	took := d.now().Sub(at)
	if err != nil {
		d.leave()
		if network == "tcp" {
			d.health.heard(to, Classify(err))
		}
		err = fmt.Errorf("connect to %s %v: %w", network, to, err)
		d.log.whole(Conn{At: at, Network: network, To: to, Outcome: Classify(err), Why: err.Error(), Took: took})
		return nil, err
	}
	if network == "tcp" {
		d.health.heard(to, Opened)
	}
	c := &conn{Conn: raw, door: d, born: at.Add(took), line: &line{Conn: Conn{At: at, Network: network, To: to, Outcome: Opened, Took: took}}}
	d.log.begin(c.line)
	return c, nil
}

func (d *Door) allow(network string, to netip.AddrPort) error {
	if network != "tcp" && network != "udp" {
		return fmt.Errorf("%w: the door knows tcp and udp", ErrScope)
	}
	if !d.scope.Allows(to) {
		return fmt.Errorf("%w: name the address and port as the target's if they are", ErrScope)
	}
	return nil
}

// connect is the bare connect: no keep-alives of ours, and the error without Go's own words around it.
func connect(ctx context.Context, network string, to netip.AddrPort, timeout time.Duration) (net.Conn, error) {
	n := net.Dialer{Timeout: timeout, KeepAlive: -1}
	if network == "udp" {
		c, err := n.DialUDP(ctx, network, netip.AddrPort{}, to)
		if err != nil {
			return nil, bare(err)
		}
		return c, nil
	}
	c, err := n.DialTCP(ctx, network, netip.AddrPort{}, to)
	if err != nil {
		return nil, bare(err)
	}
	if c.LocalAddr().(*net.TCPAddr).AddrPort() == to { // on loopback a port of ours may meet itself: nobody is there
		c.Close()
		return nil, errSelf
	}
	return c, nil
}

func bare(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}

// enter takes a place among the open connections.
func (d *Door) enter(ctx context.Context) error {
	select {
	case d.places <- struct{}{}:
		return nil
	default:
	}
	d.clock().Busy(-1) // who waits for another to close does not hold up the clock
	defer d.clock().Busy(1)
	t := time.NewTimer(d.opt.Timeout)
	defer t.Stop()
	select {
	case d.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	case <-t.C:
		return fmt.Errorf("%w: %d are open at once and none ended within %v", ErrConnections, d.opt.Open, d.opt.Timeout)
	}
}

func (d *Door) leave() { <-d.places }

// stopped is a context's end as an error that Classify knows.
func stopped(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != ctx.Err() {
		return fmt.Errorf("%w: %w", ctx.Err(), cause)
	}
	return ctx.Err()
}

// ended is stopped where the context is over, and nil where it is not. A connect may see the deadline before the context does.
func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	if end, ok := ctx.Deadline(); ok && !time.Now().Before(end) {
		return context.DeadlineExceeded
	}
	return nil
}
