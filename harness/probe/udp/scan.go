package udp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Parameters of a scan. Times are real.
const (
	Volley    = 8                      // ports asked at once in the first round
	Moment    = 50 * time.Millisecond  // that an answer may take at least; four times the usual one where that is longer
	Slowest   = 500 * time.Millisecond // that is waited for one
	Grace     = 1200 * time.Millisecond
	Poll      = 20 * time.Millisecond // between two askings while the refill is measured
	Burst     = 7                     // refusals in a row that show that there is no limit: one more than Linux saves
	Saved     = 5                     // refusals that a device is taken to save while none is due
	Tries     = 3                     // silences that are known not to be lost refusals
	Doubtful  = 3                     // silences in a row, after which a port that is known to be closed is asked
	MaxRefill = 5 * time.Second
	MaxTime   = 5 * time.Minute // of one address
	maxTrace  = 64 << 10
)

// A port and what is known of it.
type port struct {
	Port
	shown int       // silences while refusals were to be had
	sent  time.Time // last
}

// A scan is that of one address.
type scan struct {
	on     *dial.Device
	at     netip.Addr
	socket *dial.Datagrams
	ports  []*port
	trace  []byte

	began    time.Time
	usual    time.Duration // running mean of the time to an answer or refusal
	refill   time.Duration // between two refusals; 0: not limited
	full     time.Time     // when one more refusal is due
	last     time.Time     // of the last refusal
	control  *port         // known to be closed
	told     bool          // the control was refused, since it was last asked
	doubt    []*port       // silent since the last refusal, though one was due
	refusals int
	heard    bool
	stopped  error
}

var errQuiet = errors.New("the device ceased to refuse")

func (s *scan) run(ctx context.Context) {
	s.began = time.Now()
	if s.socket, s.stopped = s.on.Datagrams(ctx); s.stopped != nil {
		return
	}
	defer s.socket.Close()
	s.volley(ctx)
	if s.refusals == 0 && len(s.pending()) > 0 {
		s.unrefused(ctx)
	}
	if s.refusals > 0 && len(s.pending()) > 0 {
		s.measure(ctx)
		s.drain(ctx)
		s.grace()
	}
	s.say("%d refusals, one in %v, after %v", s.refusals, s.refill, time.Since(s.began).Round(time.Millisecond))
}

// volley asks every port once, a few at a time.
func (s *scan) volley(ctx context.Context) {
	for some := range slices.Chunk(s.ports, Volley) {
		for _, p := range some {
			s.ask(ctx, p)
		}
		s.until(time.Now().Add(Moment), func() bool { return !slices.ContainsFunc(some, undecided) })
	}
	s.until(time.Now().Add(s.moment()), func() bool { return len(s.pending()) == 0 })
}

// unrefused asks twice more where nothing was refused: silence shows nothing then, and only answers count.
func (s *scan) unrefused(ctx context.Context) {
	for try := 1; try < Tries && s.refusals == 0; try++ {
		for some := range slices.Chunk(s.pending(), Volley) {
			for _, p := range some {
				p.shown = try // for other guesses, if its protocol is not known
				s.ask(ctx, p)
			}
			s.until(time.Now().Add(Moment), func() bool { return !slices.ContainsFunc(some, undecided) })
		}
		s.grace()
	}
	for _, p := range s.pending() {
		p.shown = 0
	}
}

// measure finds the time between two refusals, by asking what is pending until one comes, and until the next one comes.
func (s *scan) measure(ctx context.Context) {
	row := 0
	for ; row < Burst && s.controlled(ctx); row++ { // what is saved is spent first
	}
	if row == Burst {
		s.refill, s.full = 0, time.Now()
		return
	}
	edge := s.nextRefusal(ctx)
	next := s.nextRefusal(ctx)
	if s.stopped == nil {
		s.refill = max(next.Sub(edge), time.Millisecond)
		s.full = next.Add(s.refill + s.refill*3/10) // a little late: what is due is saved, not lost
		s.say("a refusal every %v", s.refill)
	}
}

// nextRefusal asks until something is refused.
func (s *scan) nextRefusal(ctx context.Context) time.Time {
	n, end := s.refusals, time.Now().Add(MaxRefill)
	for s.refusals == n && s.stopped == nil {
		s.ask(ctx, s.seldom())
		s.until(time.Now().Add(Poll), func() bool { return s.refusals > n })
		if time.Now().After(end) {
			s.stopped = errQuiet
		}
	}
	return s.last
}

// seldom is the pending port that was asked least often; where all were asked three times, the control.
func (s *scan) seldom() *port {
	p := s.control
	for _, o := range s.pending() {
		if o.Asked < Tries && (p == s.control || o.Asked < p.Asked) {
			p = o
		}
	}
	return p
}

// drain asks one port each time that a refusal is due.
func (s *scan) drain(ctx context.Context) {
	for s.stopped == nil {
		p := s.next()
		if p == nil && len(s.doubt) == 0 {
			return
		}
		if time.Since(s.began) > MaxTime {
			s.stopped = fmt.Errorf("%v passed", MaxTime)
			return
		}
		if long := time.Now().Add(-Saved * s.refill); s.full.Before(long) {
			s.full = long
		}
		s.until(s.full, func() bool { return false })
		if p == nil || len(s.doubt) >= Doubtful {
			s.settle(ctx)
			continue
		}
		n := s.refusals
		s.ask(ctx, p)
		s.until(time.Now().Add(s.moment()), func() bool { return !undecided(p) })
		switch {
		case s.refusals > n:
			s.believe()
		case undecided(p):
			s.doubt = append(s.doubt, p)
		}
	}
}

// next is the pending port that was shown silent least often, and is not in doubt now.
func (s *scan) next() (out *port) {
	for _, p := range s.pending() {
		if p.shown < Tries && !slices.Contains(s.doubt, p) && (out == nil || p.shown < out.shown) {
			out = p
		}
	}
	return out
}

// settle asks the control whether refusals were to be had while the ports in doubt were silent.
func (s *scan) settle(ctx context.Context) {
	if s.controlled(ctx) {
		s.believe()
		return
	}
	s.doubt = nil
	switch {
	case time.Since(s.last) > 2*MaxRefill:
		s.stopped = errQuiet
	case s.refill == 0: // so there is a limit
		s.measure(ctx)
	default:
		s.refill += s.refill / 50
		s.full = time.Now().Add(s.refill + s.refill*3/10)
	}
}

// believe counts the silences since the last refusal: one more was due all the time.
func (s *scan) believe() {
	for _, p := range s.doubt {
		p.shown++
	}
	s.doubt = nil
}

// controlled asks the control, and tells whether it was refused.
func (s *scan) controlled(ctx context.Context) bool {
	s.told = false
	s.ask(ctx, s.control)
	s.until(time.Now().Add(s.moment()), func() bool { return s.told })
	return s.told
}

// ask sends a port its request; where it was silent, what else it may speak.
func (s *scan) ask(ctx context.Context, p *port) {
	if s.stopped != nil {
		return
	}
	request, known := neutral, false
	if proto, ok := named(p.Protocol); ok {
		request, known = proto.request(p.Addr), true
	}
	if err := s.socket.Send(ctx, p.Addr.Port(), request); err != nil {
		s.stopped = err
		return
	}
	p.Asked++
	p.sent = time.Now()
	if known || p.shown == 0 || !undecided(p) {
		return
	}
	for _, name := range guesses[p.shown] {
		if g, ok := named(name); ok && s.stopped == nil {
			s.stopped = s.socket.Send(ctx, p.Addr.Port(), g.request(p.Addr))
		}
	}
}

// until takes what comes, until a time or until it is enough.
func (s *scan) until(end time.Time, enough func() bool) {
	for !enough() {
		left := time.Until(end)
		if left <= 0 || s.stopped != nil {
			return
		}
		if a, ok := s.socket.Receive(left); ok {
			s.take(a)
		}
	}
}

// grace waits for late answers, of SSDP for example, which may take its second.
func (s *scan) grace() {
	var end time.Time
	for _, p := range s.ports {
		if undecided(p) && p.sent.Add(Grace).After(end) {
			end = p.sent.Add(Grace)
		}
	}
	s.until(end, func() bool { return !slices.ContainsFunc(s.ports, undecided) })
}

// take sorts an answer in.
func (s *scan) take(a dial.Datagram) {
	p := s.whose(a)
	if p == nil {
		return
	}
	switch a.Outcome {
	case dial.Opened:
		s.heard = true
		s.learn(p)
		s.answered(p, a.Bytes)
	case dial.Refused:
		s.heard = true
		s.refusals++
		s.last = time.Now()
		s.full = s.full.Add(s.refill)
		s.learn(p)
		if p == s.control {
			s.told = true
		}
		if p.State == Undecided {
			p.State, p.Why = Closed, ""
			s.control = p
		}
	case dial.Unreachable:
		p.Why = "a router or firewall on the way says that it is unreachable"
	}
}

// learn takes in how long an answer took.
func (s *scan) learn(p *port) {
	if took := time.Since(p.sent); !p.sent.IsZero() && took < Slowest {
		s.usual += (took - s.usual) / 8
	}
}

func (s *scan) moment() time.Duration { return min(Moment+4*s.usual, Slowest) }

// whose is the port that an answer belongs to. TFTP, SSDP and WS-Discovery may answer from another.
func (s *scan) whose(a dial.Datagram) *port {
	for _, p := range s.ports {
		if p.Addr.Port() == a.Port {
			return p
		}
	}
	for _, p := range s.ports {
		switch p.Protocol {
		case "tftp", "ssdp", "wsd":
			if proto, _ := named(p.Protocol); a.Outcome == dial.Opened && proto.fits(a.Bytes) {
				return p
			}
		}
	}
	return nil
}

// answered keeps the first answer that tells the protocol, or the first at all.
func (s *scan) answered(p *port, b []byte) {
	if p.State == Open && p.Protocol != "" {
		return
	}
	proto, ok := named(p.Protocol)
	if !ok || !proto.fits(b) {
		proto = recognised(b)
	}
	if p.State != Open {
		p.Said = said(b)
	}
	p.State, p.Protocol, p.Why = Open, proto.name, ""
}

// recognised is the guess that an answer fits.
func recognised(b []byte) protocol {
	for _, name := range []string{"snmp", "dtls", "ssdp", "dns", "coap", "stun"} {
		if p, _ := named(name); p.fits(b) {
			return p
		}
	}
	return protocol{}
}

func undecided(p *port) bool { return p.State == Undecided }

// pending are the ports that may still be decided.
func (s *scan) pending() (out []*port) {
	for _, p := range s.ports {
		if undecided(p) && p.shown < Tries {
			out = append(out, p)
		}
	}
	return out
}

// result gives each port that is undecided its reason.
func (s *scan) result() (out []Port) {
	for _, p := range s.ports {
		switch {
		case p.State != Undecided || p.Why != "":
		case p.shown >= Tries:
			p.Why = fmt.Sprintf("it was silent %d times while other ports were refused: it is open and does not answer, or it is filtered", p.shown)
		case s.stopped != nil:
			p.Why = "the scan ended early: " + s.stopped.Error()
		case s.refusals == 0:
			p.Why = "it is silent, and no port was refused: closed ports are silent too"
		default:
			p.Why = "its refusals may have been lost"
		}
		out = append(out, p.Port)
	}
	return out
}

func (s *scan) say(format string, a ...any) {
	if len(s.trace) < maxTrace {
		s.trace = fmt.Appendf(s.trace, format+"\n", a...)
	}
}
