// Package tcp asks which TCP ports of a device are open.
//
// Its one idea is that a scan listens to the device: it begins with 64 connects
// at once and speeds up only while the device shows that it is well, so that a
// fast device is scanned in a second and a weak one is not knocked out. What is
// silent among answers, or while signs of life were lost, is asked again.
//
//	scan, err := tcp.Ports{}.Ask(ctx, on)
//	// scan.Open: [192.0.2.7:22 192.0.2.7:443], scan.Complete: every port was decided
package tcp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Ports asks about every TCP port in scope: all 65,535 of each address, or those that the scope names.
type Ports struct{}

// A Scan is what became of every port. Open, Closed, Filtered, Silent, Undecided and Unsteady add up to all that were to be asked.
type Scan struct {
	Open      []netip.AddrPort // in order; each accepted two connects
	Unsteady  []netip.AddrPort // accepted one connect of three
	Closed    int              // refused
	Filtered  int              // a router or firewall said "unreachable"
	Silent    int              // no answer: dropped by a firewall, as far as can be told
	Undecided int              // not asked, or asked in vain for a reason of ours

	Asked     []netip.Addr // the addresses, the one that other questions use first
	Scanned   int          // ports that were asked
	Rescanned int          // askings once more, of ports that were silent
	Complete  bool         // every port was decided, and the device was well at the end
	Why       string
	Controls  int // connects to a port that answers, among those of a silent stretch. 0: nothing shows whether connects were lost there
	Lost      int // controls and signs of life that did not come at the first try; what was silent was asked again then
	Downs     []dial.Down
	Peak      int           // connects in flight at most
	Took      time.Duration // by the run's clock
}

// Ask scans. It fails where the device shows no sign of life at all: then silence says nothing about its ports.
func (q Ports) Ask(ctx context.Context, on *dial.Device) (Scan, error) {
	began, downs := on.Clock.Now(), len(on.Downs())
	sweep := on.Sweep()
	defer sweep.End()
	all, heard := Scan{Complete: true, Asked: on.Addresses()}, false
	for _, a := range on.Addresses() {
		s := &scan{on: on, sweep: sweep, at: a}
		s.run(ctx)
		all.add(s)
		heard = heard || s.heard
		on.Evidence("scan of "+a.String(), s.trace)
	}
	all.Took = on.Clock.Now().Sub(began)
	all.Downs = on.Downs()[downs:]
	switch {
	case ctx.Err() != nil:
		return all, fmt.Errorf("scan the TCP ports of %v: stopped after %d ports: %w", on.Address(), all.Scanned, context.Cause(ctx))
	case heard:
		return all, nil
	}
	if err := on.Alive(ctx); err != nil {
		return all, fmt.Errorf("scan the TCP ports of %v: %w; check that it is on, and that this host may reach it", on.Address(), err)
	}
	return all, nil
}

// add counts a scan in.
func (a *Scan) add(s *scan) {
	a.Open = append(a.Open, s.open...)
	a.Unsteady = append(a.Unsteady, s.unsteady...)
	slices.SortFunc(a.Open, netip.AddrPort.Compare)
	slices.SortFunc(a.Unsteady, netip.AddrPort.Compare)
	a.Closed += s.closed
	a.Filtered += s.filtered
	a.Silent += len(s.silent)
	undecided := s.all - len(s.open) - len(s.unsteady) - s.closed - s.filtered - len(s.silent)
	a.Undecided += undecided
	a.Scanned += s.scanned
	a.Rescanned += s.rescanned
	a.Controls += s.controls
	a.Lost += s.lost
	a.Peak = max(a.Peak, s.peak)
	switch {
	case s.stopped != nil:
		a.Complete, a.Why = false, fmt.Sprintf("%v: %v", s.at, s.stopped)
	case undecided > 0:
		a.Complete, a.Why = false, fmt.Sprintf("%v: this host lacked descriptors, ports or a route for %d ports", s.at, undecided)
	}
}

// Open asks about one port of the device's address, by two connects.
type Open struct{ Port uint16 }

// A Door is the state of one port.
type Door struct {
	Open bool           // both connects were accepted
	Each []dial.Outcome // how each connect ended
}

// PortTimeout bounds each connect of Open: time for two SYNs.
const PortTimeout = 1500 * time.Millisecond

// Ask connects twice.
func (q Open) Ask(ctx context.Context, on *dial.Device) (Door, error) {
	s := on.Sweep()
	defer s.End()
	d := Door{Open: true}
	for range 2 {
		o, err := s.Knock(ctx, netip.AddrPortFrom(on.Address(), q.Port), PortTimeout)
		if err != nil {
			return d, err
		}
		if o == dial.Ours {
			return d, fmt.Errorf("connect to tcp %v port %d: this host has no descriptor, port or route for it: free some, or check its network", on.Address(), q.Port)
		}
		d.Each = append(d.Each, o)
		d.Open = d.Open && o == dial.Opened
	}
	return d, nil
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Ports) Lasting() {}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Open) Lasting() {}

func (Ports) String() string  { return "which TCP ports are open" }
func (q Open) String() string { return fmt.Sprintf("whether TCP %d is open", q.Port) }
