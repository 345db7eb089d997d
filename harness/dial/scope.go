package dial

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
)

// What a door answers besides a connection.
var (
	ErrScope       = errors.New("out of scope")
	ErrBudget      = errors.New("the lock-out budget of the account is spent")
	ErrConnections = errors.New("the connection budget is spent")
	ErrDown        = errors.New("the device does not answer any more")
	ErrTooMuch     = errors.New("more bytes than the bound")
)

// A Scope is the addresses of a device and, where needed, its ports.
type Scope struct {
	Addresses []netip.Addr
	Ports     []uint16 // nil: all; on this host's own addresses never nil, since its services live there too
}

// Allows tells whether an address and port lie within the scope.
func (s Scope) Allows(to netip.AddrPort) bool {
	return to.Port() != 0 && slices.Contains(s.Addresses, to.Addr()) && (s.Ports == nil || slices.Contains(s.Ports, to.Port()))
}

// check refuses scopes that would let the harness reach more than one device.
func (s Scope) check() error {
	if len(s.Addresses) == 0 {
		return errors.New("open the door to a device: no address")
	}
	for _, a := range s.Addresses {
		switch {
		case !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
			return fmt.Errorf("open the door to a device: %v is no address of one device", a)
		case a.Is4In6():
			return fmt.Errorf("open the door to a device: %v is an IPv4 address in IPv6 clothes: name it as %v", a, a.Unmap())
		case a.Is6() && a.IsLinkLocalUnicast() && a.Zone() == "":
			return fmt.Errorf("open the door to a device: %v needs its interface: %v%%eth0", a, a)
		case s.Ports == nil && ours(a):
			return fmt.Errorf("open the door to a device: %v is an address of this host, whose own services answer there: name the device's ports", a)
		}
	}
	return nil
}

// ours tells whether an address is one of this host.
func ours(a netip.Addr) bool {
	if a.IsLoopback() {
		return true
	}
	own, _ := net.InterfaceAddrs() // where they can not be read, loopback is known all the same
	return slices.ContainsFunc(own, func(n net.Addr) bool {
		p, err := netip.ParsePrefix(n.String())
		return err == nil && p.Addr() == a.WithZone("")
	})
}
