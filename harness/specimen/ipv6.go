package specimen

import (
	"net"
	"net/netip"
)

var _ = shows("ipv6-only-admin-port")

// admin opens a maintenance port at an address of IPv6 alone, as a fault: on loopback that is ::1, at a port that is free there, and
// later the same.
func (d *Device) admin() error {
	if !d.is("ipv6-only-admin-port") || d.doors[d.away.Port()] != nil {
		return nil
	}
	at := netip.AddrPortFrom(netip.IPv6Loopback(), d.away.Port())
	l, err := net.Listen("tcp6", at.String())
	if err != nil {
		return err
	}
	d.away = l.Addr().(*net.TCPAddr).AddrPort()
	d.doors[d.away.Port()] = l
	d.greeting(l)
	return nil
}

// Addresses are all at which it is reached, its own first.
func (d *Device) Addresses() []netip.Addr {
	if d.away.IsValid() {
		return []netip.Addr{d.Options.Addr, d.away.Addr()}
	}
	return []netip.Addr{d.Options.Addr}
}
