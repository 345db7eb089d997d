package dial

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// udpServer answers each datagram from its own port and from another.
func udpServer(t *testing.T) (port, other uint16) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	o, err2 := net.ListenPacket("udp", "127.0.0.1:0")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); o.Close() })
	go func() {
		b := make([]byte, 100)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			c.WriteTo(b[:n], from)
			o.WriteTo([]byte("aside"), from)
		}
	}()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port(), o.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

func TestDatagrams(t *testing.T) {
	t.Parallel()
	port, other := udpServer(t)
	at := netip.MustParseAddr("127.0.0.1")
	door, err := Open(Scope{Addresses: []netip.Addr{at}, Ports: []uint16{port, 1}})
	if err != nil {
		t.Fatal(err)
	}
	on := New("A", door, nil, clock.Real())
	g, err := on.Datagrams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Send(t.Context(), 2, []byte("x")); !errors.Is(err, ErrScope) {
		t.Errorf("out of scope: %v", err)
	}
	// Several refusals wait in the queue at once: none may hinder what is sent after it.
	for _, p := range []uint16{1, 1, 1, port} {
		if err := g.Send(t.Context(), p, []byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	got := map[uint16][]string{}
	for range 5 {
		a, ok := g.Receive(2 * time.Second)
		if !ok {
			break
		}
		got[a.Port] = append(got[a.Port], string(a.Outcome)+" "+string(a.Bytes))
	}
	if len(got[1]) != 3 || got[1][0] != "refused " || len(got[port]) != 1 || got[port][0] != "open hello" || len(got[other]) != 1 || got[other][0] != "open aside" {
		t.Errorf("%v", got)
	}
	if _, ok := g.Receive(time.Millisecond); ok {
		t.Error("more came than was sent")
	}
	g.Close()
	log := on.Log()
	if l := log[len(log)-1]; l.Network != "udp" || l.Sweep[Refused] != 3 || l.Sweep[Opened] != 2 || l.Sent != 20 || l.Received != 10 {
		t.Errorf("%+v", l)
	}
	if _, err := on.At(netip.MustParseAddr("127.0.0.2")).Datagrams(t.Context()); !errors.Is(err, ErrScope) {
		t.Errorf("another address: %v", err)
	}
}

// Somebody else's datagram to our socket is not the device's.
func TestDatagramsOfStrangers(t *testing.T) {
	t.Parallel()
	port, _ := udpServer(t)
	at := netip.MustParseAddr("127.0.0.1")
	door, _ := Open(Scope{Addresses: []netip.Addr{at}, Ports: []uint16{port}})
	g, err := New("A", door, nil, clock.Real()).Datagrams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	ours := g.conn.LocalAddr().(*net.UDPAddr).Port
	c, err := net.DialUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)}, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: ours})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("forged"))
	if a, ok := g.Receive(100 * time.Millisecond); ok {
		t.Errorf("%v %q", a.Port, a.Bytes)
	}
}
