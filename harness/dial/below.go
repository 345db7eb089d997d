package dial

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// lookBelow looks for life below TCP services: an echo, any answer to a connect, the link address. Each is asked only
// where the one before said nothing.
func (d *Door) lookBelow(ctx context.Context) (vital, []string) {
	a := d.scope.Addresses[0]
	if ours(a) {
		return well, []string{"the address is this host's own"}
	}
	began := time.Now()
	nudge(a)
	said := d.echo(ctx, a)
	signs := []string{"echo: " + said}
	if said == "answered" {
		return well, signs
	}
	to := netip.AddrPortFrom(a, 443)
	if len(d.scope.Ports) > 0 {
		to = netip.AddrPortFrom(a, d.scope.Ports[0])
	}
	o := d.touch(ctx, to)
	d.health.heard(to, o)
	signs = append(signs, fmt.Sprintf("tcp %v: %s", to, o))
	if o.Answered() {
		return well, signs
	}
	if n := neighbour(a, began); n != "" {
		signs = append(signs, "neighbour: "+n)
		if n == "answered" {
			return well, signs
		}
	}
	return silent, signs
}

// echo sends one echo request (RFC 792, RFC 4443) and says what came within Quiet. Without the right to, it says so.
func (d *Door) echo(ctx context.Context, to netip.Addr) string {
	network, raw, any, proto := "udp4", "ip4:icmp", "0.0.0.0", 1
	request := icmp.Message{Type: ipv4.ICMPTypeEcho}
	if to.Is6() {
		network, raw, any, proto = "udp6", "ip6:ipv6-icmp", "::", 58
		request.Type = ipv6.ICMPTypeEchoRequest
	}
	var peer net.Addr = &net.UDPAddr{IP: to.AsSlice(), Zone: to.Zone()}
	c, err := icmp.ListenPacket(network, any)
	if err != nil {
		peer = &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()}
		if c, err = icmp.ListenPacket(raw, any); err != nil {
			return "not allowed to this user"
		}
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	mark := make([]byte, 16)
	for i := range mark {
		mark[i] = byte(rand.Uint32())
	}
	request.Body = &icmp.Echo{ID: int(rand.Uint32() & 0xffff), Seq: 1, Data: mark}
	b, _ := request.Marshal(nil) // for IPv6 the kernel fills in the checksum
	line := Conn{At: d.now(), Network: "icmp", To: netip.AddrPortFrom(to, 0), Outcome: Timeout, Sent: int64(len(b))}
	defer func() { line.Took = d.now().Sub(line.At); d.log.whole(line) }()
	_ = c.SetDeadline(time.Now().Add(d.opt.Quiet))
	if _, err := c.WriteTo(b, peer); err != nil {
		line.Outcome, line.Why = Classify(err), err.Error()
		return string(line.Outcome)
	}
	buf := make([]byte, 1500)
	for {
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			line.Outcome = Classify(err)
			return string(line.Outcome)
		}
		if addrOf(from) == to.WithZone("") && isEcho(proto, buf[:n], mark) {
			line.Outcome, line.Received = Opened, int64(n)
			return "answered"
		}
	}
}

func addrOf(a net.Addr) netip.Addr {
	var ip net.IP
	switch a := a.(type) {
	case *net.UDPAddr:
		ip = a.IP
	case *net.IPAddr:
		ip = a.IP
	}
	n, _ := netip.AddrFromSlice(ip)
	return n.Unmap()
}

// isEcho tells whether an ICMP message is the reply that carries mark. The id is the kernel's where it owns the socket.
func isEcho(proto int, b, mark []byte) bool {
	m, err := icmp.ParseMessage(proto, b)
	if err != nil || m.Type != ipv4.ICMPTypeEchoReply && m.Type != ipv6.ICMPTypeEchoReply {
		return false
	}
	e, ok := m.Body.(*icmp.Echo)
	return ok && len(mark) > 0 && string(e.Data) == string(mark)
}

// neighbour says what the kernel heard of the link address since began: "answered", "failed", or "" where nobody knows,
// as for a device behind a router.
func neighbour(a netip.Addr, began time.Time) string {
	const tick = 10 * time.Millisecond // of the kernel's times as userspace sees them
	n := entry(a)
	switch {
	case n == nil:
		return ""
	case n.State&(netlink.NUD_FAILED|netlink.NUD_INCOMPLETE) != 0:
		return "failed"
	// An entry stays reachable for half a minute after the device was unplugged: only a fresh confirmation is a sign of life.
	case n.State&netlink.NUD_REACHABLE != 0 && time.Duration(n.Confirmed)*tick <= time.Since(began)+tick:
		return "answered"
	}
	return ""
}

// nudge has the kernel ask the neighbour anew (RFC 4861 clause 7.3.3 and the like for ARP). Without the right to, an old
// entry just stays undecided.
func nudge(a netip.Addr) {
	if n := entry(a); n != nil && len(n.HardwareAddr) == 6 {
		_ = netlink.NeighSet(&netlink.Neigh{LinkIndex: n.LinkIndex, Family: n.Family, State: netlink.NUD_PROBE, IP: n.IP, HardwareAddr: n.HardwareAddr})
	}
}

// entry is the kernel's entry for an address; nil where there is none.
func entry(a netip.Addr) *netlink.Neigh {
	table, _ := netlink.NeighList(0, family(a)) // what an interrupted listing gave serves
	for _, n := range table {
		if got, ok := netip.AddrFromSlice(n.IP); ok && got.Unmap() == a.WithZone("") {
			return &n
		}
	}
	return nil
}

func family(a netip.Addr) int {
	if a.Is4() {
		return netlink.FAMILY_V4
	}
	return netlink.FAMILY_V6
}

// Link is the link-layer address under which the device's address answers, as this host's neighbour table has it;
// empty on loopback and behind a router.
func (d *Device) Link() string {
	n := entry(d.Address())
	if n == nil || n.State&(netlink.NUD_FAILED|netlink.NUD_INCOMPLETE|netlink.NUD_NOARP) != 0 || len(n.HardwareAddr) == 0 {
		return ""
	}
	return n.HardwareAddr.String()
}
