package dial

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A Sweep is the passage of very many connects through the door: kept within the scope and held by the health watch like
// any other, but one line in the log. The pace is the caller's: at most AtOnce in flight, fewer while the device suffers.
// It is for one goroutine: the kernel's event queue serves thousands of connects where goroutines would wait for each other.
//
//	s := on.Sweep()
//	defer s.End()
//	id, err := s.Begin(ctx, to, time.Second)
//	knock, ok := s.Wait(ctx, time.Second) // knock.ID == id, knock.Outcome == dial.Refused
type Sweep struct {
	door   *Door
	at     time.Time
	to     netip.AddrPort
	counts map[Outcome]int

	last    uint64 // id
	queue   int    // the kernel's event queue; 0: not yet
	flights map[int32]*flight
	ends    deadlines
	ready   []Knocked
	events  []unix.EpollEvent
	zones   map[string]uint32
}

// A Knocked is how a connect of a sweep came out. The connection is closed already.
type Knocked struct {
	ID      uint64
	To      netip.AddrPort
	Outcome Outcome
	Took    time.Duration
}

// flight is a connect that has not come out yet.
type flight struct {
	id         uint64
	fd         int
	to         netip.AddrPort
	began, end time.Time
	place      int // in the heap
}

// Sweep begins one.
func (d *Door) Sweep() *Sweep {
	return &Sweep{door: d, at: d.now(), counts: map[Outcome]int{}, flights: map[int32]*flight{}, events: make([]unix.EpollEvent, 256), zones: map[string]uint32{}}
}

// AtOnce is how many connects may be in flight: what the options say, halved each time the device went down, and never
// more than a quarter of the descriptors that this process may have.
func (s *Sweep) AtOnce() int {
	most := s.door.opt.Knocks
	var files unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &files) == nil { // Go raised the soft limit to the hard one at the start
		most = min(most, int(min(files.Cur, 1<<20))/4)
	}
	return max(most>>s.door.pace.slow(), 1)
}

// Flying is how many connects have not come out yet.
func (s *Sweep) Flying() int { return len(s.flights) + len(s.ready) }

// Begin starts a connect that ends within timeout, of real time. The error is not nil where nothing was tried: the scope,
// the context, a device that is down.
func (s *Sweep) Begin(ctx context.Context, to netip.AddrPort, timeout time.Duration) (id uint64, err error) {
	d := s.door
	if err := d.allow("tcp", to); err != nil {
		err = fmt.Errorf("knock at tcp %v: %w", to, err)
		d.log.whole(Conn{At: d.now(), Network: "tcp", To: to, Outcome: OutOfScope, Why: err.Error()})
		return 0, err
	}
	if err := ended(ctx); err != nil {
		return 0, err
	}
	if err := d.health.pass(ctx, d); err != nil {
		return 0, fmt.Errorf("knock at tcp %v: %w", to, err)
	}
	d.log.sending(d.now(), "tcp", to, nil)
	s.last++
	f := &flight{id: s.last, to: to, began: time.Now()}
	f.end = f.began.Add(timeout)
	if err := s.start(f); !errors.Is(err, unix.EINPROGRESS) {
		s.land(f, err)
	}
	return f.id, nil
}

// start asks the kernel for a connect. It is EINPROGRESS where the event queue will tell.
func (s *Sweep) start(f *flight) (err error) {
	if s.queue == 0 {
		if s.queue, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
			s.queue = 0
			return err
		}
	}
	family, to, err := s.sockaddr(f.to)
	if err != nil {
		return err
	}
	f.fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return err
	}
	if err := unix.Connect(f.fd, to); !errors.Is(err, unix.EINPROGRESS) {
		return err
	}
	if err := unix.EpollCtl(s.queue, unix.EPOLL_CTL_ADD, f.fd, &unix.EpollEvent{Events: unix.EPOLLOUT, Fd: int32(f.fd)}); err != nil {
		return err
	}
	s.flights[int32(f.fd)] = f
	heap.Push(&s.ends, f)
	return unix.EINPROGRESS
}

func (s *Sweep) sockaddr(to netip.AddrPort) (family int, a unix.Sockaddr, err error) {
	if to.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}, nil
	}
	six := &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
	if zone := to.Addr().Zone(); zone != "" {
		n, known := s.zones[zone]
		if !known {
			if i, err := net.InterfaceByName(zone); err == nil {
				n = uint32(i.Index)
			} else if i, err := strconv.ParseUint(zone, 10, 32); err == nil {
				n = uint32(i)
			} else {
				return 0, nil, unix.ENETUNREACH
			}
			s.zones[zone] = n
		}
		six.ZoneId = n
	}
	return unix.AF_INET6, six, nil
}

// land closes a connect and has its outcome ready.
func (s *Sweep) land(f *flight, err error) {
	if err == nil && s.metItself(f) {
		err = errSelf
	}
	if f.fd > 0 {
		unix.Close(f.fd)
	}
	k := Knocked{ID: f.id, To: f.to, Outcome: Classify(err), Took: time.Since(f.began)}
	if k.Outcome.Answered() {
		s.door.health.heard(k.To, k.Outcome)
	}
	s.to = k.To
	s.counts[k.Outcome]++
	s.ready = append(s.ready, k)
}

// metItself tells whether both ends of a connection are one socket, as may happen on loopback: nobody is there.
func (s *Sweep) metItself(f *flight) bool {
	if !f.to.Addr().IsLoopback() {
		return false
	}
	switch a, _ := unix.Getsockname(f.fd); a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port)) == f.to
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port)) == f.to
	}
	return false
}

// Wait returns a connect that came out, waiting for one at most so long of real time. It is false where none did.
func (s *Sweep) Wait(ctx context.Context, most time.Duration) (Knocked, bool) {
	const slice = 50 * time.Millisecond // after which the context is looked at
	end := time.Now().Add(most)
	for len(s.ready) == 0 {
		now := time.Now()
		wait := min(end.Sub(now), slice)
		if len(s.ends) > 0 {
			wait = min(wait, s.ends[0].end.Sub(now))
		}
		if ended(ctx) != nil || s.queue == 0 {
			return Knocked{}, false
		}
		s.poll(max(wait, 0))
		if len(s.ready) == 0 && !time.Now().Before(end) {
			return Knocked{}, false
		}
	}
	k := s.ready[0]
	if s.ready = s.ready[1:]; len(s.ready) == 0 {
		s.ready = nil // and with it what was read
	}
	return k, true
}

// poll takes what the kernel has to tell. What came is looked at before the deadlines are: this process may itself have been late.
func (s *Sweep) poll(wait time.Duration) {
	n, err := unix.EpollWait(s.queue, s.events, int((wait+time.Millisecond-1)/time.Millisecond))
	if err != nil {
		n = 0 // interrupted: the next look will do
	}
	for _, e := range s.events[:n] {
		f := s.flights[e.Fd]
		if f == nil {
			continue
		}
		code, err := unix.GetsockoptInt(f.fd, unix.SOL_SOCKET, unix.SO_ERROR)
		if err == nil && code != 0 {
			err = unix.Errno(code)
		}
		s.drop(f)
		s.land(f, err)
	}
	if n == len(s.events) {
		return // there is more
	}
	for now := time.Now(); err == nil && len(s.ends) > 0 && !s.ends[0].end.After(now); {
		f := s.ends[0]
		s.drop(f)
		s.land(f, unix.ETIMEDOUT)
	}
}

func (s *Sweep) drop(f *flight) {
	delete(s.flights, int32(f.fd))
	heap.Remove(&s.ends, f.place)
}

// Knock is one connect, alone: what is in flight goes on meanwhile.
func (s *Sweep) Knock(ctx context.Context, to netip.AddrPort, timeout time.Duration) (Outcome, error) {
	id, err := s.Begin(ctx, to, timeout)
	if err != nil {
		return Classify(err), err
	}
	var others []Knocked
	for {
		k, ok := s.Wait(ctx, timeout)
		switch {
		case ok && k.ID == id:
			s.ready = append(others, s.ready...)
			return k.Outcome, nil
		case ok:
			others = append(others, k)
		case ended(ctx) != nil:
			s.ready = append(others, s.ready...)
			return Cancelled, ended(ctx)
		}
	}
}

// End closes what is still in flight, and logs the sweep: its line has counts by outcome; the address is the last one's,
// and the port is 0.
func (s *Sweep) End() {
	for _, f := range s.flights {
		unix.Close(f.fd)
	}
	s.flights, s.ends, s.ready = map[int32]*flight{}, nil, nil
	if s.queue != 0 {
		unix.Close(s.queue)
		s.queue = 0
	}
	s.door.log.whole(Conn{At: s.at, Network: "tcp", To: netip.AddrPortFrom(s.to.Addr(), 0), Outcome: Swept,
		Took: s.door.now().Sub(s.at), Sweep: maps.Clone(s.counts)})
}

// deadlines is a heap of flights, the next to end first.
type deadlines []*flight

func (d deadlines) Len() int           { return len(d) }
func (d deadlines) Less(i, j int) bool { return d[i].end.Before(d[j].end) }
func (d deadlines) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].place, d[j].place = i, j
}
func (d *deadlines) Push(x any) {
	f := x.(*flight)
	f.place = len(*d)
	*d = append(*d, f)
}
func (d *deadlines) Pop() any {
	old := *d
	f := old[len(old)-1]
	*d = old[:len(old)-1]
	return f
}
