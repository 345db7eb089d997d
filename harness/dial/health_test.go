package dial

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
)

// A mute is a service that can fall silent: its backlog is full, so that the kernel drops connects.
type mute struct {
	at   netip.AddrPort
	mu   sync.Mutex
	fd   int
	held []net.Conn
}

func newMute(t *testing.T) *mute {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err == nil {
		err = errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), syscall.Listen(fd, 8))
	}
	if err != nil {
		t.Fatal(err)
	}
	a, _ := syscall.Getsockname(fd)
	m := &mute{at: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(a.(*syscall.SockaddrInet4).Port)), fd: fd}
	t.Cleanup(m.close)
	return m
}

// silence fills the backlog until a connect gets no answer.
func (m *mute) silence(t *testing.T) {
	t.Helper()
	for range 20 {
		c, err := net.DialTimeout("tcp", m.at.String(), 100*time.Millisecond)
		if err != nil {
			return
		}
		m.held = append(m.held, c)
	}
	t.Fatal("the service does not fall silent")
}

// speak accepts whoever waits.
func (m *mute) speak() {
	for {
		fd, _, err := syscall.Accept(m.fd)
		if err != nil {
			return
		}
		syscall.Close(fd)
	}
}

func (m *mute) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fd != 0 {
		syscall.Close(m.fd)
	}
	m.fd = 0
	for _, c := range m.held {
		c.Close()
	}
}

// hooked is a clock that does something whenever somebody sleeps.
type hooked struct {
	clock.Clock
	slept func(n int)
	n     int
}

func (h *hooked) Sleep(ctx context.Context, d time.Duration) error {
	h.n++
	h.slept(h.n)
	return h.Clock.Sleep(ctx, d)
}

func jump(slept func(n int)) clock.Clock {
	c := clock.NewJump()
	c.Busy(1)
	return &hooked{Clock: c, slept: slept}
}

func TestADeviceFallsSilentAndReturns(t *testing.T) {
	t.Parallel()
	m := newMute(t)
	d := door(t, Options{Quiet: 50 * time.Millisecond, Timeout: 200 * time.Millisecond, Clock: jump(func(n int) {
		if n == 3 {
			m.speak()
		}
	})}, m.at)
	c, err := d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("the last words"))
	c.Close()
	m.speak()
	if err := d.Alive(t.Context()); err != nil || len(d.Downs()) != 0 {
		t.Fatalf("a device that is well: %v, %v", err, d.Downs())
	}
	m.speak()
	m.silence(t)
	pace := d.pace.perSecond
	if err := d.Alive(t.Context()); err != nil {
		t.Fatalf("it came back: %v", err)
	}
	downs := d.Downs()
	if len(downs) != 1 || !downs[0].Back || downs[0].Services || downs[0].Away < 3*time.Second || string(downs[0].Last.Bytes) != "the last words" || downs[0].Last.To != m.at {
		t.Errorf("%+v", downs)
	}
	if d.pace.perSecond != pace/2 {
		t.Errorf("the pace is %v, was %v", d.pace.perSecond, pace)
	}
	if d.Sweep().AtOnce() > 2048 {
		t.Error("sweeps are as fast as before")
	}
}

func TestADeviceThatStaysSilentIsDown(t *testing.T) {
	t.Parallel()
	m := newMute(t)
	c := jump(func(int) {})
	d := door(t, Options{Quiet: 20 * time.Millisecond, Timeout: 100 * time.Millisecond, Clock: c}, m.at)
	conn, err := d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	m.silence(t)
	if _, err := d.Dial(t.Context(), "tcp", m.at); !errors.Is(err, ErrDown) || Classify(err) != Gone {
		t.Fatalf("a connect to a port that was open: %v", err)
	}
	if downs := d.Downs(); len(downs) != 1 || downs[0].Back || downs[0].Away < 3*time.Minute {
		t.Errorf("%+v", downs)
	}
	lines := len(d.Log())
	if _, err := d.Dial(t.Context(), "tcp", m.at); !errors.Is(err, ErrDown) || len(d.Log()) != lines+1 {
		t.Errorf("at once after that: %v", err)
	}
	m.speak()
	if err := c.Sleep(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	conn, err = d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatalf("it is looked at again later: %v", err)
	}
	conn.Close()
}

func TestOthersAreHeldMeanwhile(t *testing.T) {
	t.Parallel()
	m := newMute(t)
	other := serve(t, hold)
	waits := make(chan struct{})
	goOn := make(chan struct{})
	d := door(t, Options{Quiet: 20 * time.Millisecond, Timeout: 100 * time.Millisecond, Clock: jump(func(n int) {
		if n == 1 {
			close(waits)
			<-goOn
			m.speak()
		}
	})}, m.at, other)
	conn, err := d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	m.silence(t)
	alive := make(chan error, 1)
	go func() { alive <- d.Alive(t.Context()) }()
	<-waits
	brief, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := d.Dial(brief, "tcp", other); Classify(err) != Timeout {
		t.Errorf("a connect while the watch waits: %v", err)
	}
	close(goOn)
	if err := <-alive; err != nil {
		t.Error(err)
	}
	if conn, err := d.Dial(t.Context(), "tcp", other); err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
}

func TestServicesGoneIsNotDown(t *testing.T) {
	t.Parallel()
	m := newMute(t)
	d := door(t, Options{Clock: jump(func(int) {})}, m.at)
	conn, err := d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	m.close() // the host answers with resets
	if err := d.Alive(t.Context()); err != nil {
		t.Fatalf("a device whose service ended: %v", err)
	}
	if downs := d.Downs(); len(downs) != 1 || !downs[0].Services || downs[0].Back || downs[0].Away < 20*time.Second {
		t.Errorf("%+v", downs)
	}
	if _, err := d.Dial(t.Context(), "tcp", m.at); Classify(err) != Refused {
		t.Errorf("its port: %v", err)
	}
	if err := d.Alive(t.Context()); err != nil || len(d.Downs()) != 1 {
		t.Errorf("afterwards: %v, %v", err, d.Downs())
	}
}

func TestOneServiceOfTwoEnds(t *testing.T) {
	t.Parallel()
	m, other := newMute(t), serve(t, hold)
	d := door(t, Options{Clock: jump(func(int) { t.Error("waits") })}, m.at, other)
	for _, at := range []netip.AddrPort{m.at, other} {
		conn, err := d.Dial(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	m.close()
	if err := d.Alive(t.Context()); err != nil || len(d.Downs()) != 0 {
		t.Errorf("%v, %v", err, d.Downs())
	}
}

func TestAWaitIsStopped(t *testing.T) {
	t.Parallel()
	m := newMute(t)
	ctx, cancel := context.WithCancel(t.Context())
	d := door(t, Options{Quiet: 20 * time.Millisecond, Clock: jump(func(int) { cancel() })}, m.at)
	conn, err := d.Dial(t.Context(), "tcp", m.at)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	m.silence(t)
	if err := d.Alive(ctx); !errors.Is(err, context.Canceled) || Classify(err) != Cancelled {
		t.Errorf("%v", err)
	}
	if d.health.held != nil {
		t.Error("the door stays shut")
	}
}

func TestEchoOnLoopback(t *testing.T) {
	t.Parallel()
	d := door(t, Options{}, netip.MustParseAddrPort("127.0.0.1:1"))
	switch said := d.echo(t.Context(), netip.MustParseAddr("127.0.0.1")); said {
	case "answered":
	case "not allowed to this user":
		if os.Getuid() == 0 {
			t.Error(said)
		}
		t.Skip(said)
	default:
		t.Error(said)
	}
}

func FuzzIsEcho(f *testing.F) {
	mark := []byte("0123456789abcdef")
	for _, typ := range []icmp.Type{ipv4.ICMPTypeEchoReply, ipv4.ICMPTypeEcho, ipv4.ICMPTypeDestinationUnreachable} {
		m := icmp.Message{Type: typ, Body: &icmp.Echo{ID: 1, Seq: 1, Data: mark}}
		if b, err := m.Marshal(nil); err == nil {
			f.Add(1, b)
		}
	}
	f.Add(58, []byte{129, 0, 0, 0})
	f.Fuzz(func(t *testing.T, proto int, b []byte) {
		if isEcho(proto, b, mark) && len(b) < 8+len(mark) {
			t.Errorf("%x", b)
		}
	})
}
