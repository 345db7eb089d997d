package tcp

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

func device(t testing.TB, o dial.Options, ports []uint16, at ...netip.Addr) *dial.Device {
	t.Helper()
	door, err := o.Door(dial.Scope{Addresses: at, Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

// upTo are the ports 1 to n.
func upTo(n int) (out []uint16) {
	for p := range n {
		out = append(out, uint16(p+1))
	}
	return out
}

func opens(s Scan) (out []uint16) {
	for _, p := range s.Open {
		out = append(out, p.Port())
	}
	return out
}

// adds checks that every port is accounted for.
func adds(t testing.TB, s Scan, all int) {
	t.Helper()
	if n := len(s.Open) + len(s.Unsteady) + s.Closed + s.Filtered + s.Silent + s.Undecided; n != all {
		t.Errorf("%d ports of %d are accounted for: %+v", n, all, s)
	}
	b, err := json.Marshal(s)
	var back Scan
	if err != nil || json.Unmarshal(b, &back) != nil || len(back.Open) != len(s.Open) {
		t.Errorf("does not survive JSON: %v", err)
	}
}

func TestAPeer(t *testing.T) {
	t.Parallel()
	want := []uint16{1, 22, 443, 8443, 32768, 40000, 65535}
	a := peer(t, 1, want...)
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, append(upTo(10000), 32768, 40000, 65535), a))
	if err != nil {
		t.Fatal(err)
	}
	adds(t, s, 10003)
	if !slices.Equal(opens(s), want) || !s.Complete || s.Closed != 10003-len(want) || s.Scanned != 10003 || s.Peak < Start || len(s.Downs) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestAllPortsAreAsked(t *testing.T) {
	t.Parallel()
	seen := map[uint16]bool{}
	for _, j := range ports(netip.MustParseAddr("192.0.2.1"), nil) {
		seen[j.to.Port()] = true
	}
	if len(seen) != 65535 || seen[0] {
		t.Errorf("%d ports", len(seen))
	}
}

func TestOnLoopbackOnlyTheScope(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.5:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := l.Addr().(*net.TCPAddr).AddrPort()
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, []uint16{p.Port(), 1, 2}, p.Addr()))
	if err != nil || !slices.Equal(s.Open, []netip.AddrPort{p}) || s.Closed != 2 || s.Scanned != 3 || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
	for port, want := range map[uint16]Door{p.Port(): {true, []dial.Outcome{dial.Opened, dial.Opened}}, 1: {false, []dial.Outcome{dial.Refused, dial.Refused}}} {
		d, err := Open{Port: port}.Ask(t.Context(), device(t, dial.Options{}, []uint16{p.Port(), 1}, p.Addr()))
		if err != nil || !reflect.DeepEqual(d, want) {
			t.Errorf("port %d: %+v, %v", port, d, err)
		}
	}
	if _, err := (Open{Port: 2}).Ask(t.Context(), device(t, dial.Options{}, []uint16{1}, p.Addr())); !errors.Is(err, dial.ErrScope) {
		t.Errorf("a port out of scope: %v", err)
	}
}

// A firewall drops all but two ports.
func TestASilentDevice(t *testing.T) {
	t.Parallel()
	d := newStack(t, func(p uint16) byte {
		if p == 22 || p == 3999 {
			return 'a'
		}
		return 0
	})
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{Knocks: 1024}, upTo(4000), d.addr))
	if err != nil {
		t.Fatal(err)
	}
	adds(t, s, 4000)
	if !slices.Equal(opens(s), []uint16{22, 3999}) || s.Silent != 3998 || !s.Complete || s.Controls < 10 || (s.Rescanned > 0) != (s.Lost > 0) {
		t.Errorf("%+v", s)
	}
	if s.Peak != 1024 {
		t.Errorf("slow: %d at once, %v", s.Peak, s.Took)
	}
}

// Nobody is there: that is no scan with 100 closed ports.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	d := newStack(t, func(uint16) byte { return 0 })
	o := dial.Options{Quiet: 100 * time.Millisecond}
	if s, err := (Ports{}).Ask(t.Context(), device(t, o, upTo(100), d.addr)); !errors.Is(err, dial.ErrDown) {
		t.Errorf("%+v, %v", s, err)
	}
}

// Every fifth SYN is lost on the way: silence among answers is asked again.
func TestLossyLink(t *testing.T) {
	t.Parallel()
	n := 0
	d := newStack(t, func(p uint16) byte {
		if n++; n%5 == 0 {
			return 0
		}
		if p%100 == 0 {
			return 'a'
		}
		return 'r'
	})
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, upTo(1000), d.addr))
	if err != nil {
		t.Fatal(err)
	}
	adds(t, s, 1000)
	if !slices.Equal(opens(s), []uint16{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}) || s.Rescanned < 50 || s.Rescanned > 500 || s.Silent > 4 {
		t.Errorf("%+v", s)
	}
}

// patient is a clock that tells when somebody waits by it.
type patient struct {
	clock.Clock
	waits func()
}

func (p patient) Sleep(ctx context.Context, d time.Duration) error {
	p.waits()
	return p.Clock.Sleep(ctx, d)
}

// More than 1,200 SYNs and it dies, until it is left alone: what was silent meanwhile is void.
func TestAWeakDevice(t *testing.T) {
	t.Parallel()
	var dead atomic.Bool
	n := 0
	d := newStack(t, func(p uint16) byte {
		if n++; n == 1200 {
			dead.Store(true)
		}
		switch {
		case dead.Load():
			return 0
		case p%300 == 0 || p == 80:
			return 'a'
		}
		return 'r'
	})
	on := device(t, dial.Options{Quiet: 300 * time.Millisecond, Clock: patient{clock.Real(), func() { dead.Store(false) }}}, upTo(3000), d.addr)
	s, err := Ports{}.Ask(t.Context(), on)
	if err != nil {
		t.Fatal(err)
	}
	adds(t, s, 3000)
	want := []uint16{80}
	for p := uint16(300); p <= 3000; p += 300 {
		want = append(want, p)
	}
	if !slices.Equal(opens(s), want) || s.Silent != 0 || !s.Complete {
		t.Errorf("%+v", s)
	}
	if len(s.Downs) != 1 || !s.Downs[0].Back || s.Downs[0].Last.Network != "tcp" {
		t.Errorf("downs: %+v", s.Downs)
	}
}

// It dies for good: the answer says what was not decided.
func TestADeviceThatDies(t *testing.T) {
	t.Parallel()
	n := 0
	d := newStack(t, func(p uint16) byte {
		if n++; n > 500 {
			return 0
		}
		return 'r'
	})
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{Quiet: 100 * time.Millisecond, Patience: time.Second}, upTo(3000), d.addr))
	if err != nil {
		t.Fatal(err)
	}
	adds(t, s, 3000)
	if s.Complete || s.Undecided < 2000 || !strings.Contains(s.Why, "does not answer any more") || len(s.Downs) != 1 || s.Downs[0].Back {
		t.Errorf("%+v", s)
	}
}

func TestAPortThatOpensOnce(t *testing.T) {
	t.Parallel()
	seen := false
	d := newStack(t, func(p uint16) byte {
		if p == 77 && !seen {
			seen = true
			return 'a'
		}
		return 'r'
	})
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, upTo(100), d.addr))
	if err != nil || len(s.Open) != 0 || len(s.Unsteady) != 1 || s.Unsteady[0].Port() != 77 || s.Closed != 99 {
		t.Errorf("%+v, %v", s, err)
	}
	adds(t, s, 100)
}

func TestAScanIsStopped(t *testing.T) {
	t.Parallel()
	d := newStack(t, func(uint16) byte { return 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	s, err := Ports{}.Ask(ctx, device(t, dial.Options{}, nil, d.addr))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	adds(t, s, 65535)
	if s.Silent > 0 || s.Complete {
		t.Errorf("%+v", s)
	}
}

// This host runs out of descriptors: the scan slows down, and no port is called silent for that.
func TestOutOfDescriptors(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.6:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	few := was
	few.Cur = 800
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Skip(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	var held []int
	for fd, err := syscall.Dup(0); err == nil; fd, err = syscall.Dup(0) {
		held = append(held, fd)
	}
	for i, fd := range held { // leave five
		if i < 5 {
			syscall.Close(fd)
		} else {
			defer syscall.Close(fd)
		}
	}
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, append(upTo(1000), at.Port()), at.Addr()))
	adds(t, s, 1001)
	if err != nil || s.Silent > 0 || s.Closed != 1000 || !slices.Equal(s.Open, []netip.AddrPort{at}) || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip(err)
	}
	defer l.Close()
	p := l.Addr().(*net.TCPAddr).AddrPort()
	s, err := Ports{}.Ask(t.Context(), device(t, dial.Options{}, []uint16{p.Port(), 1}, p.Addr(), netip.MustParseAddr("127.0.0.5")))
	if err != nil || !slices.Equal(s.Open, []netip.AddrPort{p}) || s.Closed != 3 || !s.Complete {
		t.Errorf("%+v, %v", s, err)
	}
}

// BenchmarkPorts compares with nmap, where it is installed: go test -bench Ports -run ^$ ./harness/probe/tcp
func BenchmarkPorts(b *testing.B) {
	want := []uint16{22, 80, 8443, 40000}
	b.Run("peer", func(b *testing.B) { compare(b, peer(b, 2, want...), want, "-sT") })
	b.Run("silent", func(b *testing.B) {
		d := newStack(b, func(p uint16) byte {
			if slices.Contains(want, p) {
				return 'a'
			}
			return 0
		})
		compare(b, d.addr, want, "-sS")
	})
}

// compare scans every port, and has nmap do so once for all repetitions. It is run beside us, for the benchmark alone.
func compare(b *testing.B, a netip.Addr, want []uint16, how string) {
	var ours time.Duration
	for b.Loop() {
		began := time.Now()
		s, err := Ports{}.Ask(b.Context(), device(b, dial.Options{}, nil, a))
		ours = time.Since(began)
		if err != nil || !slices.Equal(opens(s), want) || !s.Complete {
			b.Fatalf("%+v, %v", s, err)
		}
	}
	b.ReportMetric(ours.Seconds(), "s/scan")
	nmap, err := exec.LookPath("nmap")
	if err != nil {
		b.Log("nmap is not installed: no ratio")
		return
	}
	began := time.Now()
	out, err := exec.CommandContext(b.Context(), nmap, how, "-p-", "-n", "-Pn", a.String()).CombinedOutput()
	if err != nil {
		b.Fatalf("nmap: %v\n%s", err, out)
	}
	theirs := time.Since(began)
	b.ReportMetric(theirs.Seconds(), "s/nmap")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "ratio")
}
