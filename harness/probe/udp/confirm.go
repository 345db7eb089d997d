package udp

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Confirm asks one port of the device's address until it answers twice, refuses twice, or was silent three times.
type Confirm struct {
	Port     uint16
	Protocol string // of Port.Protocol; "": known from the list, or tried
}

// A Confirmed is what it came to. Neither Open nor Refused is undecided.
type Confirmed struct {
	Open     bool // two requests were answered
	Refused  bool // two were refused
	Protocol string
	Said     string
	Answers  int
	Refusals int
	Silences int
}

// waits are how long each asking waits, real time.
var waits = []time.Duration{2 * time.Second, 5 * time.Second, 10 * time.Second}

// Ask asks.
func (q Confirm) Ask(ctx context.Context, on *dial.Device) (Confirmed, error) {
	protocol := q.Protocol
	if protocol == "" {
		for _, r := range rows() {
			if r.port == q.Port {
				protocol = r.protocol
			}
		}
	}
	at := netip.AddrPortFrom(on.Address(), q.Port)
	p := &port{Port: Port{Addr: at, State: Undecided, Protocol: protocol}}
	s := &scan{on: on, at: on.Address(), ports: []*port{p}}
	var c Confirmed
	for c.Answers < 2 && c.Refusals < 2 && c.Silences < len(waits) {
		if ctx.Err() != nil {
			return c, fmt.Errorf("ask UDP %v: stopped: %w", at, context.Cause(ctx))
		}
		if err := s.once(ctx, p, waits[c.Silences], c.Silences); err != nil {
			return c, fmt.Errorf("ask UDP %v: %w", at, err)
		}
		switch p.State {
		case Open:
			c.Answers++
			c.Protocol, c.Said = p.Protocol, p.Said
		case Closed:
			c.Refusals++
		default:
			c.Silences++
		}
	}
	c.Open, c.Refused = c.Answers >= 2, c.Refusals >= 2
	return c, nil
}

// once asks the port from a new socket, so that no late answer counts twice.
func (s *scan) once(ctx context.Context, p *port, wait time.Duration, before int) (err error) {
	if s.socket, err = s.on.Datagrams(ctx); err != nil {
		return err
	}
	defer s.socket.Close()
	asked := p.Protocol
	p.State, p.shown = Undecided, before
	s.ask(ctx, p)
	s.until(time.Now().Add(wait), func() bool { return !undecided(p) })
	if p.State != Open {
		p.Protocol = asked
	}
	return s.stopped
}

func (q Confirm) String() string { return fmt.Sprintf("whether UDP %d answers", q.Port) }
