package discovery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"
)

// A protocol is one way to ask a whole link who is there.
type protocol struct {
	name           string
	port           uint16
	group4, group6 netip.Addr
	ttl            int // of packets sent: RFC 6762, 11; UPnP Device Architecture 2.0, 1.3; WS-Discovery 1.1, 3.1
}

var (
	mdns = &protocol{"mdns", 5353, netip.MustParseAddr("224.0.0.251"), netip.MustParseAddr("ff02::fb"), 255}
	ssdp = &protocol{"ssdp", 1900, netip.MustParseAddr("239.255.255.250"), netip.MustParseAddr("ff02::c"), 2}
	wsd  = &protocol{"wsd", 3702, netip.MustParseAddr("239.255.255.250"), netip.MustParseAddr("ff02::c"), 1}
)

// maxDatagram is the longest datagram read: RFC 6762, 17, allows 9000 bytes. Longer ones are dropped.
const maxDatagram = 9000

// A link is one interface of ours and what is open on it.
type link struct {
	index    int
	name     string
	loopback bool
	prefixes []netip.Prefix
	conns    []*conn
}

// A conn is one socket on one link. An asker has a port of its own, so that answers come back to nobody else; a
// listener is bound to the group, so that it takes no unicast packet away from another program at the same port.
type conn struct {
	*net.UDPConn
	link  *link
	proto *protocol
	v6    bool
	asker bool
	p4    *ipv4.PacketConn
	p6    *ipv6.PacketConn
}

// A packet is one datagram that came in by a link.
type packet struct {
	proto *protocol
	link  *link
	from  netip.Addr // with the link as zone, where link-local
	data  []byte
}

// findLinks picks the interfaces that o names, or all that serve.
func findLinks(o Options) ([]*link, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing the network interfaces: %w", err)
	}
	wanted := slices.Clone(o.Interfaces)
	for _, a := range o.Unicast {
		if i := slices.IndexFunc(all, func(i net.Interface) bool { return i.Flags&net.FlagLoopback != 0 }); a.IsLoopback() && i >= 0 {
			wanted = append(wanted, all[i].Name)
		}
	}
	var links []*link
	for _, i := range all {
		serves := i.Flags&net.FlagMulticast != 0 && i.Flags&net.FlagLoopback == 0 && len(o.Interfaces) == 0
		if slices.Contains(wanted, i.Name) || serves {
			if i.Flags&net.FlagUp == 0 {
				if !serves {
					return nil, fmt.Errorf("interface %s is down\nbring it up, or name another", i.Name)
				}
				continue
			}
			links = append(links, newLink(i))
		}
	}
	for _, name := range wanted {
		if !slices.ContainsFunc(links, func(l *link) bool { return l.name == name }) {
			return nil, fmt.Errorf("no interface %q\nthere are: %s", name, interfaceNames(all))
		}
	}
	if len(links) == 0 {
		return nil, fmt.Errorf("no interface is up and knows multicast\nname one of: %s", interfaceNames(all))
	}
	return links, nil
}

func interfaceNames(all []net.Interface) string {
	var names []string
	for _, i := range all {
		names = append(names, i.Name)
	}
	return strings.Join(names, ", ")
}

func newLink(i net.Interface) *link {
	l := &link{index: i.Index, name: i.Name, loopback: i.Flags&net.FlagLoopback != 0}
	addrs, _ := i.Addrs() // none: no prefix, so nothing counts as on link
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			l.prefixes = append(l.prefixes, p)
		}
	}
	return l
}

// onLink says whether an address, without zone or with this link's, can be a neighbour here.
func (l *link) onLink(a netip.Addr) bool {
	if a.Zone() != "" && a.Zone() != l.name {
		return false
	}
	a = a.WithZone("")
	if !a.IsValid() || a.IsMulticast() || a.IsUnspecified() || a.IsLoopback() != l.loopback {
		return false
	}
	return a.Is6() && a.IsLinkLocalUnicast() || slices.ContainsFunc(l.prefixes, func(p netip.Prefix) bool { return p.Contains(a) })
}

// local gives an address the form it has everywhere here: unmapped, link-local IPv6 with the zone of the link, else none.
func (l *link) local(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if a.Is6() && a.IsLinkLocalUnicast() {
		a = a.WithZone(l.name)
	}
	return a
}

// open opens an asker and a listener of p in each family that the link has an address in.
func (l *link) open(p *protocol) error {
	var problems []error
	for _, v6 := range []bool{false, true} {
		if !slices.ContainsFunc(l.prefixes, func(q netip.Prefix) bool { return q.Addr().Is6() == v6 }) {
			continue
		}
		for _, asker := range []bool{true, false} {
			c, err := l.socket(p, v6, asker)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s on %s: %w", p.name, l.name, err))
				continue
			}
			l.conns = append(l.conns, c)
		}
	}
	return errors.Join(problems...)
}

func (l *link) socket(p *protocol, v6, asker bool) (*conn, error) {
	at := &unixAddress{v6: v6, zone: l.index}
	if !asker {
		at.addr, at.port = p.group(v6), p.port
	}
	udp, err := at.listen()
	if err != nil {
		return nil, err
	}
	c := &conn{UDPConn: udp, link: l, proto: p, v6: v6, asker: asker}
	if err := c.attach(); err != nil {
		udp.Close()
		return nil, err
	}
	return c, nil
}

func (p *protocol) group(v6 bool) netip.Addr {
	if v6 {
		return p.group6
	}
	return p.group4
}

// attach joins the group, and sends with the protocol's TTL out of this link, seen on this machine too.
func (c *conn) attach() error {
	iface := &net.Interface{Index: c.link.index, Name: c.link.name}
	group := &net.UDPAddr{IP: c.proto.group(c.v6).AsSlice(), Zone: ""}
	var join error
	if c.v6 {
		c.p6 = ipv6.NewPacketConn(c.UDPConn)
		if !c.asker {
			join = c.p6.JoinGroup(iface, group)
		}
		return cmp.Or(join, c.p6.SetMulticastInterface(iface), c.p6.SetMulticastLoopback(true),
			c.p6.SetMulticastHopLimit(c.proto.ttl), c.p6.SetControlMessage(ipv6.FlagInterface, true))
	}
	c.p4 = ipv4.NewPacketConn(c.UDPConn)
	if !c.asker {
		join = c.p4.JoinGroup(iface, group)
	}
	return cmp.Or(join, c.p4.SetMulticastInterface(iface), c.p4.SetMulticastLoopback(true),
		c.p4.SetMulticastTTL(c.proto.ttl), c.p4.SetControlMessage(ipv4.FlagInterface, true))
}

// A unixAddress is where a socket listens; the zero address is the wildcard.
type unixAddress struct {
	addr netip.Addr
	port uint16
	v6   bool
	zone int
}

// listen binds to the very address, which net.ListenPacket refuses for a group: it takes the wildcard instead.
func (u *unixAddress) listen() (*net.UDPConn, error) {
	family, sa := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Port: int(u.port)})
	if u.v6 {
		family = unix.AF_INET6
		in6 := &unix.SockaddrInet6{Port: int(u.port)}
		if u.addr.IsValid() {
			in6.Addr, in6.ZoneId = u.addr.As16(), uint32(u.zone)
		}
		sa = in6
	} else if u.addr.IsValid() {
		sa.(*unix.SockaddrInet4).Addr = u.addr.As4()
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a UDP socket: %w", err)
	}
	file := os.NewFile(uintptr(fd), "udp")
	defer file.Close() // FilePacketConn takes a copy
	if u.v6 {
		err = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if u.port != 0 {
		err = cmp.Or(err, unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1))
	}
	if err = cmp.Or(err, unix.Bind(fd, sa)); err != nil {
		return nil, fmt.Errorf("binding UDP port %d: %w", u.port, err)
	}
	pc, err := net.FilePacketConn(file)
	if err != nil {
		return nil, fmt.Errorf("opening a UDP socket: %w", err)
	}
	return pc.(*net.UDPConn), nil
}

// ask sends data to the group.
func (c *conn) ask(data []byte) {
	to := c.proto.group(c.v6)
	if c.v6 {
		to = to.WithZone(c.link.name)
	}
	if c.v6 && c.link.loopback { // loopback has no route for IPv6 multicast
		to = netip.IPv6Loopback()
	}
	c.send(data, to)
}

// send sends data to one address. A link that is going down loses it, as a lossy link would: the next round asks again.
func (c *conn) send(data []byte, to netip.Addr) {
	dst := net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, c.proto.port))
	if c.v6 {
		_, _ = c.p6.WriteTo(data, nil, dst)
		return
	}
	cm := &ipv4.ControlMessage{IfIndex: c.link.index}
	for _, p := range c.link.prefixes {
		if p.Addr().Is4() && cm.Src == nil { // else the kernel takes another interface's address on loopback
			cm.Src = p.Addr().AsSlice()
		}
	}
	_, _ = c.p4.WriteTo(data, cm, dst)
}

// listen hands packets on until the socket is closed or ctx ends.
func (c *conn) listen(ctx context.Context, out chan<- packet, wg *sync.WaitGroup) {
	defer wg.Done()
	buf := make([]byte, maxDatagram+1)
	for failures := 0; failures < 100; {
		n, index, from, err := c.receive(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			failures++ // an ICMP error of an earlier packet
			continue
		}
		if n == len(buf) || index != c.link.index { // a listener hears the group on all interfaces
			continue
		}
		select {
		case out <- packet{c.proto, c.link, c.link.local(from), slices.Clone(buf[:n])}:
		case <-ctx.Done():
			return
		}
	}
}

func (c *conn) receive(buf []byte) (n, index int, from netip.Addr, err error) {
	var src net.Addr
	if c.v6 {
		var cm *ipv6.ControlMessage
		if n, cm, src, err = c.p6.ReadFrom(buf); cm != nil {
			index = cm.IfIndex
		}
	} else {
		var cm *ipv4.ControlMessage
		if n, cm, src, err = c.p4.ReadFrom(buf); cm != nil {
			index = cm.IfIndex
		}
	}
	if udp, ok := src.(*net.UDPAddr); ok {
		from = udp.AddrPort().Addr()
	}
	return n, index, from, err
}
