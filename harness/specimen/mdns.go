package specimen

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// group is where mDNS speaks (RFC 6762).
var group = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}

// announce answers mDNS questions on the device's interface. It sends from the device's own address, so that whoever
// hears it knows whose word it is.
func (d *Device) announce() error {
	ifi, err := net.InterfaceByName(d.Iface)
	if err != nil {
		return fmt.Errorf("announce on %s: %w", d.Iface, err)
	}
	v := &voice{d: d, ifi: ifi}
	if err := v.open(); err != nil {
		return fmt.Errorf("announce on %s: %w", d.Iface, err)
	}
	v.say(d.records(120), group)
	d.close = append(d.close, func() { v.say(d.records(0), group); v.close() })
	return nil
}

// A voice is the sockets of a responder, which a fault closes until the watchdog opens them again.
type voice struct {
	d        *Device
	ifi      *net.Interface
	mu       sync.Mutex
	own, all net.PacketConn // of the device's address, and of the group
}

func (v *voice) open() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.d.ctx.Err() != nil {
		return nil // it is being stopped
	}
	own, err := shared(v.d.ctx, netip.AddrPortFrom(v.d.Options.Addr, 5353).String())
	if err != nil {
		return err
	}
	all, err := grouped()
	if err != nil {
		own.Close()
		return err
	}
	if err := ipv4.NewPacketConn(all).JoinGroup(v.ifi, group); err != nil {
		own.Close()
		all.Close()
		return err
	}
	out := ipv4.NewPacketConn(own)
	out.SetMulticastInterface(v.ifi)
	out.SetMulticastLoopback(true)
	out.SetMulticastTTL(255)
	v.own, v.all = own, all
	spin := sync.OnceFunc(func() { v.d.revive(v.close, func() { v.open() }) })
	for _, c := range []net.PacketConn{own, all} {
		v.d.wg.Go(func() {
			if v.d.answerAll(c, v.say) && v.d.ctx.Err() == nil {
				spin()
			}
		})
	}
	return nil
}

func (v *voice) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.own.Close()
	v.all.Close()
}

func (v *voice) say(m *dns.Msg, to net.Addr) {
	b, err := m.Pack()
	if err != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.own.WriteTo(b, to)
}

// shared binds an address that other responders of this machine use as well.
func shared(ctx context.Context, at string) (net.PacketConn, error) {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		})
	}}
	return lc.ListenPacket(ctx, "udp4", at)
}

// grouped binds the group's own address, which the net package does not: bound to any, it would hear what is sent to others of this
// machine.
func grouped() (net.PacketConn, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "mDNS")
	defer f.Close() // the connection has a descriptor of its own
	at := &unix.SockaddrInet4{Port: group.Port, Addr: [4]byte(group.IP.To4())}
	err = errors.Join(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1), unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1), unix.Bind(fd, at))
	if err != nil {
		return nil, err
	}
	return net.FilePacketConn(f)
}

// answerAll answers until the socket is closed, or until it spins.
func (d *Device) answerAll(c net.PacketConn, say func(*dns.Msg, net.Addr)) (spun bool) {
	b := make([]byte, 9000)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return false
		}
		if d.is("mdns-pointer-loop-hang") && spins(b[:n]) {
			return true
		}
		var q dns.Msg
		if q.Unpack(b[:n]) != nil || q.Response {
			continue
		}
		if m := d.answers(&q); m != nil {
			u, ok := from.(*net.UDPAddr)
			legacy := ok && u.Port != 5353 // a resolver of one shot (RFC 6762, 6.7): it hears no multicast
			if !legacy {
				say(m, group)
			}
			if legacy || ok && q.Question[0].Qclass&0x8000 != 0 { // or asked for unicast
				m.Id, m.Question = q.Id, q.Question
				say(m, from)
			}
		}
	}
}

// kinds are the services that it announces.
func (d *Device) kinds() map[string]uint16 {
	return map[string]uint16{"_https._tcp.local.": HTTPS, "_http._tcp.local.": HTTP, "_ssh._tcp.local.": SSH, "_secure-mqtt._tcp.local.": MQTTS}
}

func (d *Device) answers(q *dns.Msg) *dns.Msg {
	all := d.records(120)
	var m dns.Msg
	m.Response, m.Authoritative = true, true
	for _, ask := range q.Question {
		for _, rr := range append(all.Answer, all.Extra...) {
			h := rr.Header()
			if strings.EqualFold(h.Name, ask.Name) && (ask.Qtype == h.Rrtype || ask.Qtype == dns.TypeANY) {
				m.Answer = append(m.Answer, rr)
			}
		}
	}
	if len(m.Answer) == 0 {
		return nil
	}
	m.Extra = all.Extra
	return &m
}

// records are all that it says of itself, for ttl seconds; 0 is goodbye.
func (d *Device) records(ttl uint32) *dns.Msg {
	var m dns.Msg
	m.Response, m.Authoritative = true, true
	head := func(name string, t uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: t, Class: dns.ClassINET, Ttl: ttl}
	}
	host := d.hostname()
	for kind, port := range d.kinds() {
		instance := escape(d.Options.Name) + "." + kind
		m.Answer = append(m.Answer, &dns.PTR{Hdr: head("_services._dns-sd._udp.local.", dns.TypePTR), Ptr: kind}, &dns.PTR{Hdr: head(kind, dns.TypePTR), Ptr: instance})
		txt := []string{"md=" + model}
		if d.is("mdns-leaks-ssid") {
			d.mu.Lock()
			txt = append(txt, "ssid=HomeNet-"+d.serial)
			d.mu.Unlock()
		}
		m.Extra = append(m.Extra, &dns.SRV{Hdr: head(instance, dns.TypeSRV), Port: port, Target: host}, &dns.TXT{Hdr: head(instance, dns.TypeTXT), Txt: txt})
	}
	m.Extra = append(m.Extra, &dns.A{Hdr: head(host, dns.TypeA), A: d.Options.Addr.AsSlice()})
	return &m
}

// escape writes a name as one label of a domain name.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, ".", `\.`, " ", `\ `).Replace(s)
}
