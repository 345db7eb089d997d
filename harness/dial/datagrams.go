package dial

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Datagrams are UDP from one socket to any port of one address of the device: unconnected, so that answers from other ports
// arrive too (a TFTP transfer, some SSDP stacks), and told by ICMP which port refused. What comes from another address is dropped
// unseen. It passes the door like a connection: scope, pace, health watch; it is one line in the log. For one goroutine.
//
//	g, err := on.Datagrams(ctx)
//	defer g.Close()
//	err = g.Send(ctx, 161, request)
//	a, ok := g.Receive(time.Second) // a.Port == 161, a.Outcome == dial.Refused
type Datagrams struct {
	door           *Door
	at             time.Time
	to             netip.Addr
	conn           *net.UDPConn
	counts         map[Outcome]int
	sent, received int64
	ready          []Datagram
	buf            []byte
}

// A Datagram is what came back from a port.
type Datagram struct {
	Port    uint16
	Outcome Outcome // Opened: an answer. Refused, Unreachable: what ICMP said of the port
	Bytes   []byte  // of an answer
}

// maxStrangers bounds the datagrams of other addresses that one Receive drops.
const maxStrangers = 1000

// Datagrams opens a UDP socket to Address.
func (d *Device) Datagrams(ctx context.Context) (*Datagrams, error) {
	return d.door.datagrams(ctx, d.Address())
}

func (d *Door) datagrams(ctx context.Context, to netip.Addr) (*Datagrams, error) {
	fail := func(err error) (*Datagrams, error) {
		err = fmt.Errorf("open a UDP socket to %v: %w", to, err)
		d.log.whole(Conn{At: d.now(), Network: "udp", To: netip.AddrPortFrom(to, 0), Outcome: Classify(err), Why: err.Error()})
		return nil, err
	}
	if !slices.Contains(d.scope.Addresses, to) {
		return fail(fmt.Errorf("%w: name the address as the target's if it is", ErrScope))
	}
	if err := d.health.pass(ctx, d); err != nil {
		return fail(err)
	}
	if d.begun.Add(1) > int64(d.opt.Total) {
		return fail(fmt.Errorf("%w: %d were made", ErrConnections, d.opt.Total))
	}
	if err := d.enter(ctx); err != nil {
		return fail(err)
	}
	network, level, option := "udp4", unix.IPPROTO_IP, unix.IP_RECVERR
	if to.Is6() {
		network, level, option = "udp6", unix.IPPROTO_IPV6, unix.IPV6_RECVERR
	}
	c, err := net.ListenUDP(network, nil)
	if err != nil {
		d.leave()
		return fail(bare(err))
	}
	g := &Datagrams{door: d, at: d.now(), to: to, conn: c, counts: map[Outcome]int{}, buf: make([]byte, 65535)}
	if err := g.control(func(fd int) error { return unix.SetsockoptInt(fd, level, option, 1) }); err != nil {
		c.Close()
		d.leave()
		return fail(err)
	}
	return g, nil
}

// control does something with the socket's descriptor.
func (g *Datagrams) control(do func(fd int) error) error {
	raw, err := g.conn.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	return errors.Join(raw.Control(func(fd uintptr) { inner = do(int(fd)) }), inner)
}

// Send sends one datagram to a port, when the pace allows. The error is not nil where it was not sent.
func (g *Datagrams) Send(ctx context.Context, port uint16, b []byte) error {
	d, to := g.door, netip.AddrPortFrom(g.to, port)
	fail := func(err error) error { return fmt.Errorf("send to udp %v: %w", to, err) }
	if err := d.allow("udp", to); err != nil {
		err = fail(err)
		d.log.whole(Conn{At: d.now(), Network: "udp", To: to, Outcome: OutOfScope, Why: err.Error()})
		return err
	}
	if err := ended(ctx); err != nil {
		return fail(err)
	}
	if err := d.health.pass(ctx, d); err != nil {
		return fail(err)
	}
	if err := d.pace.wait(ctx, d.clock()); err != nil {
		return fail(err)
	}
	d.log.sending(d.now(), "udp", to, b)
	var err error
	for range 16 { // what ICMP said of an earlier datagram is told here, instead of sending
		_, err = g.conn.WriteToUDPAddrPort(b, to)
		if !g.drain() || err == nil {
			break
		}
	}
	if err != nil {
		return fail(bare(err))
	}
	g.sent += int64(len(b))
	return nil
}

// Receive returns what came next, waiting for it at most so long of real time. It is false where nothing came.
func (g *Datagrams) Receive(most time.Duration) (Datagram, bool) {
	end := time.Now().Add(most)
	for range maxStrangers {
		g.drain()
		if len(g.ready) > 0 {
			a := g.ready[0]
			if g.ready = g.ready[1:]; len(g.ready) == 0 {
				g.ready = nil
			}
			g.counts[a.Outcome]++
			return a, true
		}
		_ = g.conn.SetReadDeadline(end)
		n, from, err := g.conn.ReadFromUDPAddrPort(g.buf)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, net.ErrClosed):
			return Datagram{}, false
		case err != nil: // told more exactly by the error queue
		case from.Addr().Unmap() != g.to:
			g.counts[OutOfScope]++
		case g.received+int64(n) > g.door.opt.MaxReceived:
			g.counts[TooMuch]++
			return Datagram{}, false
		default:
			g.received += int64(n)
			g.ready = append(g.ready, Datagram{Port: from.Port(), Outcome: Opened, Bytes: append([]byte(nil), g.buf[:n]...)})
		}
	}
	return Datagram{}, false
}

// drain takes what ICMP said from the socket's error queue, and tells whether there was anything.
func (g *Datagrams) drain() (some bool) {
	oob, b := make([]byte, 512), make([]byte, 1)
	_ = g.control(func(fd int) error {
		for range 1024 {
			_, n, _, from, err := unix.Recvmsg(fd, b, oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
			if err != nil {
				return nil
			}
			some = true
			if a, ok := refusal(oob[:n], g.to); ok {
				a.Port = portOf(from)
				g.ready = append(g.ready, a)
			}
		}
		return nil
	})
	return some
}

// refusal reads a control message that holds a sock_extended_err (ip(7)) and the address that sent the ICMP message.
// A port is refused by the device alone; what somebody on the way says is "unreachable".
func refusal(oob []byte, device netip.Addr) (Datagram, bool) {
	const originICMP, originICMP6, size = 2, 3, 16
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return Datagram{}, false
	}
	for _, m := range messages {
		four := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		six := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !four && !six || len(m.Data) < size {
			continue
		}
		code, origin, offender := unix.Errno(binary.NativeEndian.Uint32(m.Data)), m.Data[4], m.Data[size:]
		var who netip.Addr
		switch {
		case four && len(offender) >= 8: // family, port, address
			who, _ = netip.AddrFromSlice(offender[4:8])
		case six && len(offender) >= 24: // family, port, flow, address
			who, _ = netip.AddrFromSlice(offender[8:24])
		}
		switch {
		case origin != originICMP && origin != originICMP6:
			return Datagram{Outcome: Classify(code)}, true
		case code == unix.ECONNREFUSED && who == device.WithZone(""):
			return Datagram{Outcome: Refused}, true
		}
		return Datagram{Outcome: Unreachable}, true
	}
	return Datagram{}, false
}

func portOf(a unix.Sockaddr) uint16 {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return uint16(a.Port)
	case *unix.SockaddrInet6:
		return uint16(a.Port)
	}
	return 0
}

// Close gives the place back and logs: the line counts what came by outcome; its port is 0.
func (g *Datagrams) Close() error {
	err := g.conn.Close()
	g.door.leave()
	g.door.log.whole(Conn{At: g.at, Network: "udp", To: netip.AddrPortFrom(g.to, 0), Outcome: Swept, Sent: g.sent, Received: g.received,
		Took: g.door.now().Sub(g.at), Sweep: maps.Clone(g.counts)})
	return err
}
