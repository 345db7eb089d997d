// Package dial is the one door to the network: every connection and datagram
// to a device under test goes through a Device's door, which holds the scope,
// the pace, the budgets, the health watch and the log.
//
// Its one idea is that no probe can reach anything but its device: there is no
// other way to open a socket, so that neither a bug nor a hostile answer aims
// the harness at a neighbour.
//
//	conn, err := on.Dial(ctx, "tcp", 443) // on is the Device that a question was put to
package dial

import (
	"context"
	"net"
	"net/netip"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/web"
)

// A Device is what a question or an operation may touch.
type Device struct {
	Name   string        // "A", or "B" for the twin
	File   *device.File  // nil when nothing is declared
	Sample device.Sample // this unit's own logins and label
	Clock  clock.Clock
	Web    *web.Door // the door to the supplier's pages; nil: none are fetched

	door *Door
	at   netip.Addr // that probes use; zero: the first in scope
	held *evidence.Sheet
}

// New returns a device behind its door.
func New(name string, door *Door, f *device.File, c clock.Clock) *Device {
	door.adopt(c)
	d := &Device{Name: name, File: f, Clock: c, door: door}
	if f != nil {
		d.Sample = f.Samples[map[string]string{"A": "a", "B": "b"}[name]]
	}
	return d
}

// With returns the same device, whose evidence goes to s. The harness gives each question its own.
func (d *Device) With(s *evidence.Sheet) *Device {
	c := *d
	c.held = s
	return &c
}

// Evidence keeps what was sent and received for the record. name is a short word for the
// reader ("request", "answer", "certificate"). Secrets in the vault are cut out when it is written.
func (d *Device) Evidence(name string, b []byte) {
	if d.held != nil {
		d.held.Add(name, b)
	}
}

// Learn keeps what a question saw, so that a later one may begin with what is likeliest. It is never an answer: what is hinted must
// be seen again.
func (d *Device) Learn(key, value any) { d.door.learnt.Store(key, value) }

// Hint is what was learnt under a key, or nil.
func (d *Device) Hint(key any) any {
	value, _ := d.door.learnt.Load(key)
	return value
}

// Addresses are the device's own, in scope; never empty.
func (d *Device) Addresses() []netip.Addr { return d.door.scope.Addresses }

// Address is the one that probes use unless they say otherwise.
func (d *Device) Address() netip.Addr {
	if d.at.IsValid() {
		return d.at
	}
	return d.door.scope.Addresses[0]
}

// At is the same device, whose probes use another of its addresses. One out of scope is refused when it is dialled.
func (d *Device) At(a netip.Addr) *Device {
	c := *d
	c.at = a
	return &c
}

// InScope tells whether a TCP or UDP port of an address may be touched.
func (d *Device) InScope(to netip.AddrPort) bool { return d.door.scope.Allows(to) }

// Ports are those to which the scope is limited; nil when all 65,535 are in it.
func (d *Device) Ports() []uint16 { return d.door.scope.Ports }

// Dial connects to a port of Address. network is "tcp" or "udp".
func (d *Device) Dial(ctx context.Context, network string, port uint16) (net.Conn, error) {
	return d.door.Dial(ctx, network, netip.AddrPortFrom(d.Address(), port))
}

// DialAddr connects to a port of any address in scope.
func (d *Device) DialAddr(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	return d.door.Dial(ctx, network, to)
}

// Wrong spends one of the account's wrong tries, before it is made. account is a name such as
// "https:8443/login admin". Where the budget is spent it returns ErrBudget: do not try.
func (d *Device) Wrong(account string) error { return d.door.Wrong(account) }

// Declare allows an account n wrong tries in all, because its lock-out is declared (rule TRY).
func (d *Device) Declare(account string, n int) { d.door.Declare(account, n) }

// Sweep begins a sweep: very many connects that are one line in the log.
func (d *Device) Sweep() *Sweep { return d.door.Sweep() }

// Downs are the times when the device did not answer, in order.
func (d *Device) Downs() []Down { return d.door.Downs() }

// Alive proves that the device still answers, waiting as the health watch does. ErrDown says that it does not.
func (d *Device) Alive(ctx context.Context) error { return d.door.Alive(ctx) }

// Log is what went through the door, the latest last.
func (d *Device) Log() []Conn { return d.door.Log() }
