// Package udp asks which UDP ports of a device are open.
//
// Its one idea is that silence says nothing by itself: each port is sent a real request of its protocol, and what stays silent is asked
// again at the pace at which the device is seen to refuse closed ports, until silence is known from a lost refusal. A kernel such
// as Linux refuses six at once and then one a second; who asks faster learns nothing of the rest.
//
//	scan, err := udp.Ports{}.Ask(ctx, on)
//	// scan.Open(): [192.0.2.7:161 snmp], scan.Undecided(): each with its reason
package udp

import (
	"context"
	_ "embed"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Ports asks about the ports of the package's list, or those that the scope names, at each address of the device.
type Ports struct {
	Most int      // of the list, the first ones are the likeliest; 0: all 100
	Also []uint16 // ports that are declared, besides
}

// States of a port.
const (
	Open      = "open"      // it answered
	Closed    = "closed"    // it was refused
	Undecided = "undecided" // Why says what is not known
)

// A Port is what became of one.
type Port struct {
	Addr      netip.AddrPort
	Elsewhere bool // at another address than other questions use
	State     string
	Protocol  string // that it answered in, or "": an answer in no known protocol; of other states: the one it was asked in
	Said      string // the printable part of the answer, at most 200 characters
	Asked     int    // times
	Why       string // of one that is undecided
}

func (p Port) String() string {
	if p.Protocol == "" {
		return fmt.Sprintf("UDP %d", p.Addr.Port())
	}
	return fmt.Sprintf("%s on UDP %d", p.Protocol, p.Addr.Port())
}

// A Scan is what became of every port; none is left out.
type Scan struct {
	Ports    []Port
	Refill   time.Duration // between two refusals, as measured; 0: they are not limited, or none came
	Complete bool          // it was not stopped and the device was well
	Why      string
	Took     time.Duration // real
}

// Open are the ports that answered.
func (s Scan) Open() []Port { return s.in(Open) }

// Closed are the ports that were refused.
func (s Scan) Closed() []Port { return s.in(Closed) }

// Undecided are the ports of which neither is known.
func (s Scan) Undecided() []Port { return s.in(Undecided) }

func (s Scan) in(state string) (out []Port) {
	for _, p := range s.Ports {
		if p.State == state {
			out = append(out, p)
		}
	}
	return out
}

// Ask scans. It fails where the device shows no sign of life at all, or the scan was stopped.
func (q Ports) Ask(ctx context.Context, on *dial.Device) (Scan, error) {
	began := time.Now()
	all := Scan{Complete: true}
	scans := q.scans(on)
	var wg sync.WaitGroup
	for _, family := range scans { // each family has a limit of its own, its addresses share one
		wg.Go(func() {
			for _, s := range family {
				s.run(ctx)
			}
		})
	}
	wg.Wait()
	heard := false
	for _, s := range slices.Concat(scans...) {
		on.Evidence("scan of "+s.at.String(), s.trace)
		heard = heard || s.heard
		all.Ports = append(all.Ports, s.result()...)
		all.Refill = max(all.Refill, s.refill)
		if s.stopped != nil {
			all.Complete, all.Why = false, fmt.Sprintf("%v: %v", s.at, s.stopped)
		}
	}
	all.Took = time.Since(began)
	if ctx.Err() != nil {
		return all, fmt.Errorf("scan the UDP ports of %v: stopped: %w", on.Address(), context.Cause(ctx))
	}
	if !heard {
		if err := on.Alive(ctx); err != nil {
			return all, fmt.Errorf("scan the UDP ports of %v: %w; check that it is on, and that this host may reach it", on.Address(), err)
		}
	}
	return all, nil
}

// scans are those of the addresses, by family.
func (q Ports) scans(on *dial.Device) [][]*scan {
	out := make([][]*scan, 2)
	for _, a := range on.Addresses() {
		s := &scan{on: on.At(a), at: a}
		for _, r := range q.list(on.Ports()) {
			s.ports = append(s.ports, &port{Port: Port{Addr: netip.AddrPortFrom(a, r.port), Elsewhere: a != on.Address(), State: Undecided, Protocol: r.protocol}})
		}
		family := 0
		if a.Is6() {
			family = 1
		}
		out[family] = append(out[family], s)
	}
	return out
}

// A row is one of ports.tsv.
type row struct {
	port     uint16
	protocol string // "": not known
}

//go:embed ports.tsv
var table string

// rows are the list, the likeliest first.
var rows = sync.OnceValue(func() (out []row) {
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		f := strings.Split(line, "\t")
		if n, err := strconv.ParseUint(f[0], 10, 16); err == nil {
			out = append(out, row{uint16(n), strings.Trim(f[1], "-")})
		}
	}
	slices.SortStableFunc(out, func(a, b row) int { return likely(a) - likely(b) })
	return out
})

// first are the ports that are asked first, for they are open most often.
var first = []uint16{1900, 5353, 161, 53, 123, 5683, 69, 67, 3702, 137, 5684, 443, 5540, 500, 4500, 9999, 5351, 5060, 49152, 3478}

func likely(r row) int {
	if i := slices.Index(first, r.port); i >= 0 {
		return i
	}
	if r.protocol != "" {
		return len(first)
	}
	return len(first) + 1
}

// list is what is asked: where the scope names ports, just those.
func (q Ports) list(scope []uint16) (out []row) {
	known := map[uint16]row{}
	for _, r := range rows() {
		known[r.port] = r
	}
	add := func(p uint16) {
		if !slices.ContainsFunc(out, func(r row) bool { return r.port == p }) && (scope == nil || slices.Contains(scope, p)) {
			out = append(out, row{p, known[p].protocol})
		}
	}
	for _, p := range q.Also {
		add(p)
	}
	if scope != nil {
		for _, p := range scope {
			add(p)
		}
		return out
	}
	for i, r := range rows() {
		if q.Most == 0 || i < q.Most {
			add(r.port)
		}
	}
	return out
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Ports) Lasting() {}

func (q Ports) String() string {
	if q.Most > 0 {
		return fmt.Sprintf("which of %d likely UDP ports are open", q.Most)
	}
	return "which UDP ports are open"
}
