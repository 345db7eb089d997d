package discovery

import (
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
)

// readNeighbours takes over what the kernel knows of who has which address. Nothing is sent for it.
func (s *search) readNeighbours(now time.Time) {
	const answered = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY | netlink.NUD_PROBE | netlink.NUD_PERMANENT
	for _, l := range s.links {
		if l.loopback {
			continue
		}
		table, _ := netlink.NeighList(l.index, netlink.FAMILY_ALL) // what an interrupted listing gave serves; the next goes on
		for _, n := range table {
			a, ok := netip.AddrFromSlice(n.IP)
			if !ok || n.State&answered == 0 || len(n.HardwareAddr) != 6 || n.HardwareAddr[0]&1 != 0 || isZero(n.HardwareAddr) {
				continue
			}
			if a = l.local(a); !l.onLink(a) {
				continue
			}
			if st := s.station(a, l, now); st != nil {
				st.mac, st.neighbour = n.HardwareAddr.String(), true
			}
		}
	}
}

func isZero(mac net.HardwareAddr) bool {
	for _, b := range mac {
		if b != 0 {
			return false
		}
	}
	return true
}

// madeFrom says whether an IPv6 address ends in the interface identifier formed from that link-layer address (RFC 4291, appendix A).
func madeFrom(a netip.Addr, mac string) bool {
	m, err := net.ParseMAC(mac)
	if err != nil || len(m) != 6 || !a.Is6() {
		return false
	}
	b := a.As16()
	return [8]byte(b[8:]) == [8]byte{m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]}
}
