package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
)

// serve accepts connections at an address of loopback and gives each to handle.
func serve(t *testing.T, handle func(net.Conn)) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); handle(c) }()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func hold(c net.Conn) { io.Copy(io.Discard, c) }

func door(t *testing.T, o Options, ports ...netip.AddrPort) *Door {
	t.Helper()
	s := Scope{Ports: []uint16{}}
	for _, p := range ports {
		s.Addresses = append(s.Addresses, p.Addr())
		s.Ports = append(s.Ports, p.Port())
	}
	d, err := o.Door(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestScopeOfOneDevice(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "0.0.0.0", "::", "224.0.0.251", "ff02::fb", "255.255.255.255", "::ffff:192.0.2.1", "fe80::1", "127.0.0.1", "127.9.8.7", "::1"} {
		s := Scope{}
		if bad != "" {
			s.Addresses = []netip.Addr{netip.MustParseAddr(bad)}
		}
		if _, err := Open(s); err == nil {
			t.Errorf("the door opens to %q without ports", bad)
		}
	}
	for _, good := range []string{"192.0.2.1", "2001:db8::1", "fe80::1%lo"} {
		if _, err := Open(Scope{Addresses: []netip.Addr{netip.MustParseAddr(good)}}); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	if _, err := Open(Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{80}}); err != nil {
		t.Errorf("loopback with ports: %v", err)
	}
}

func TestOutOfScopeIsRefusedAndLogged(t *testing.T) {
	t.Parallel()
	reached := make(chan struct{}, 10)
	neighbour := serve(t, func(net.Conn) { reached <- struct{}{} })
	own := serve(t, hold)
	d := door(t, Options{}, own)
	for _, c := range []struct {
		network string
		to      netip.AddrPort
	}{
		{"tcp", neighbour},
		{"udp", neighbour},
		{"tcp", netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), own.Port())},
		{"tcp", netip.AddrPortFrom(netip.AddrFrom16(own.Addr().As16()), own.Port())}, // the same host in IPv6 clothes
		{"tcp", netip.AddrPortFrom(own.Addr(), 0)},
		{"unix", own},
		{"ip4:icmp", own},
	} {
		if conn, err := d.Dial(t.Context(), c.network, c.to); !errors.Is(err, ErrScope) || conn != nil || Classify(err) != OutOfScope {
			t.Errorf("%s %v: %v", c.network, c.to, err)
		}
	}
	s := d.Sweep()
	if _, err := s.Knock(t.Context(), neighbour, time.Second); !errors.Is(err, ErrScope) {
		t.Errorf("knock: %v", err)
	}
	if log := d.Log(); len(log) != 8 || log[0].Outcome != OutOfScope || log[0].To != neighbour || log[7].To != neighbour {
		t.Errorf("log: %+v", log)
	}
	if len(reached) != 0 {
		t.Error("the neighbour was reached")
	}
}

func TestEachConnectionIsLogged(t *testing.T) {
	t.Parallel()
	at := serve(t, func(c net.Conn) { io.CopyN(c, c, 5) })
	var told []Conn
	d := door(t, Options{Kept: 3, Log: func(c Conn) { told = append(told, c) }}, at)
	for range 5 {
		c, err := d.Dial(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "hello")
		if got, err := io.ReadAll(c); string(got) != "hello" || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		c.Close()
		c.Close() // a second one gives back no second place
	}
	log := d.Log()
	if len(log) != 3 || len(told) != 5 {
		t.Fatalf("%d lines kept, %d told", len(log), len(told))
	}
	for _, c := range append(log, told...) {
		if c.Sent != 5 || c.Received != 5 || c.Outcome != Opened || c.Took <= 0 || c.Lasted <= 0 || c.At.IsZero() {
			t.Errorf("%+v", c)
		}
	}
	if !log[0].At.Before(log[2].At) {
		t.Error("not in order")
	}
}

func TestPaceWaitsByTheClock(t *testing.T) {
	t.Parallel()
	at := serve(t, func(net.Conn) {})
	c := clock.NewJump()
	c.Busy(1)
	d := door(t, Options{PerSecond: 2, Burst: 3, Clock: c}, at)
	began, real := c.Now(), time.Now()
	for range 3 + 20 {
		conn, err := d.Dial(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	if took := c.Now().Sub(began); took < 9*time.Second || took > 11*time.Second {
		t.Errorf("20 connections beyond the burst at 2 a second took %v", took)
	}
	if time.Since(real) > 5*time.Second {
		t.Error("the wait was real")
	}
	d.pace.halve()
	began = c.Now()
	for range 10 {
		conn, err := d.Dial(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	if took := c.Now().Sub(began); took < 9*time.Second || took > 11*time.Second {
		t.Errorf("10 connections at half the pace took %v", took)
	}
}

func TestConnectionBudget(t *testing.T) {
	t.Parallel()
	at := serve(t, hold)
	d := door(t, Options{Open: 2, Total: 4, Timeout: 50 * time.Millisecond}, at)
	a, _ := d.Dial(t.Context(), "tcp", at)
	b, _ := d.Dial(t.Context(), "tcp", at)
	if _, err := d.Dial(t.Context(), "tcp", at); !errors.Is(err, ErrConnections) || !strings.Contains(err.Error(), "2 are open") {
		t.Fatalf("a third at once: %v", err)
	}
	a.Close()
	c, err := d.Dial(t.Context(), "tcp", at)
	if err != nil {
		t.Fatalf("after one ended: %v", err)
	}
	b.Close()
	c.Close()
	if _, err := d.Dial(t.Context(), "tcp", at); Classify(err) != Spent || !strings.Contains(err.Error(), "4 were made") {
		t.Fatalf("a fifth in all: %v", err)
	}
}

func TestLockOutBudget(t *testing.T) {
	t.Parallel()
	d := door(t, Options{}, netip.MustParseAddrPort("127.0.0.1:1"))
	tries := func(account string) (n int) {
		for n < 100 && d.Wrong(account) == nil {
			n++
		}
		return n
	}
	if n := tries("https:443/ admin"); n != 3 {
		t.Errorf("%d wrong tries of an account whose lock-out is not declared", n)
	}
	if err := d.Wrong("https:443/ admin"); !errors.Is(err, ErrBudget) || Classify(err) != Spent {
		t.Errorf("beyond: %v", err)
	}
	d.Declare("https:443/ admin", 10)
	if n := tries("https:443/ admin"); n != 7 || d.Tried("https:443/ admin") != 10 {
		t.Errorf("%d more after 10 were declared", n)
	}
	d.Declare("ssh root", 1)
	if n := tries("ssh root"); n != 3 {
		t.Errorf("a small declaration left %d", n)
	}
}

func TestClassify(t *testing.T) {
	t.Parallel()
	gone := serve(t, func(net.Conn) {})
	shut, _ := net.Listen("tcp", "127.0.0.1:0")
	refused := shut.Addr().(*net.TCPAddr).AddrPort()
	shut.Close()
	d := door(t, Options{}, gone, refused)
	_, err := d.Dial(t.Context(), "tcp", refused)
	if Classify(err) != Refused || err.Error() != fmt.Sprintf("connect to tcp %v: connect: connection refused", refused) {
		t.Errorf("refused: %v", err)
	}
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the user had enough"))
	if _, err := d.Dial(cancelled, "tcp", gone); Classify(err) != Cancelled {
		t.Errorf("cancelled: %v", err)
	}
	c, err := d.Dial(t.Context(), "tcp", gone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); Classify(err) != Closed {
		t.Errorf("closed: %v", err)
	}
	c.Close()
	if _, err := c.Read(make([]byte, 1)); Classify(err) != Cancelled {
		t.Errorf("closed by us: %v", err)
	}
	for err, want := range map[error]Outcome{
		nil: Opened, syscall.EMFILE: Ours, syscall.ENETUNREACH: Ours, syscall.EHOSTUNREACH: Unreachable, os.ErrDeadlineExceeded: Timeout,
		syscall.ETIMEDOUT: Timeout, syscall.ECONNRESET: Reset, ErrDown: Gone, ErrTooMuch: TooMuch, errors.New("tls: bad"): Other, context.DeadlineExceeded: Timeout,
	} {
		if got := Classify(&net.OpError{Op: "read", Err: err}); err != nil && got != want || err == nil && Classify(err) != want {
			t.Errorf("%v: %s, not %s", err, got, want)
		}
	}
}

func TestBounded(t *testing.T) {
	t.Parallel()
	endless := serve(t, func(c net.Conn) {
		for {
			if _, err := c.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	})
	drip := serve(t, func(c net.Conn) {
		for tick := time.NewTicker(2 * time.Millisecond); ; <-tick.C {
			if _, err := c.Write([]byte{'.'}); err != nil {
				return
			}
		}
	})
	exact := serve(t, func(c net.Conn) { c.Write(make([]byte, 1000)) })
	d := door(t, Options{MaxReceived: 100_000}, endless, drip, exact)
	open := func(to netip.AddrPort) net.Conn {
		c, err := d.Dial(t.Context(), "tcp", to)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	b, err := io.ReadAll(Bounded(open(endless), 1000, time.Now().Add(5*time.Second)))
	if len(b) != 1000 || !errors.Is(err, ErrTooMuch) {
		t.Errorf("endless: %d bytes, %v", len(b), err)
	}
	if b, err := io.ReadAll(Bounded(open(exact), 1000, time.Now().Add(5*time.Second))); len(b) != 1000 || err != nil {
		t.Errorf("as much as allowed: %d bytes, %v", len(b), err)
	}
	if b, err := io.ReadAll(open(endless)); len(b) > 100_000 || !errors.Is(err, ErrTooMuch) {
		t.Errorf("the door's own bound: %d bytes, %v", len(b), err)
	}
	began := time.Now()
	c := Bounded(open(drip), 1<<20, time.Now().Add(100*time.Millisecond))
	c.SetReadDeadline(time.Now().Add(time.Hour)) // moves nothing
	if _, err := io.ReadAll(c); Classify(err) != Timeout || time.Since(began) > 3*time.Second {
		t.Errorf("drip: %v after %v", err, time.Since(began))
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	at := serve(t, func(c net.Conn) { io.CopyN(c, c, 1) })
	d := door(t, Options{Open: 8, Kept: 10, PerSecond: 1e6}, at)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			c, err := d.Dial(t.Context(), "tcp", at)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			c.Write([]byte("x"))
			c.Read(make([]byte, 1))
			d.Log()
		})
	}
	all.Wait()
}
