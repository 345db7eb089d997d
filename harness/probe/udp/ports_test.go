package udp

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

var loopback = netip.MustParseAddr("127.0.0.1")

func device(t testing.TB, at netip.Addr, ports ...uint16) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at}, Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

func silent([]byte) []byte { return nil }

func snmpReport([]byte) []byte { return unhex("302a 020103 300f 02024a69 020300ffe3 040100 020103") }

func coapContent(b []byte) []byte {
	if !isCoAPRequest(b) {
		return nil
	}
	return append(unhex("6045"), append(append([]byte{}, b[2:4]...), unhex("c128 ff 3c2f613e")...)...)
}

func isCoAPRequest(b []byte) bool { return len(b) > 4 && b[0] == 0x40 && b[1] == 1 }

// states is how many ports ended as what.
func states(s Scan) [3]int { return [3]int{len(s.Open()), len(s.Closed()), len(s.Undecided())} }

func TestLoopback(t *testing.T) {
	scope := []uint16{161}
	coap := serve(t, netip.AddrPortFrom(loopback, 0), coapContent).Port()
	mute := serve(t, netip.AddrPortFrom(loopback, 0), silent).Port()
	any := serve(t, netip.AddrPortFrom(loopback, 0), func([]byte) []byte { return []byte("hello\x1b[31m") }).Port()
	scope = append(scope, coap, mute, any)
	for p := uint16(20000); len(scope) < 100; p++ {
		scope = append(scope, p)
	}
	s, err := Ports{}.Ask(t.Context(), device(t, loopback, scope...))
	if err != nil || !s.Complete || states(s) != [3]int{2, 97, 1} {
		t.Fatalf("%v, %v: %+v %v", err, states(s), s, reasons(s))
	}
	if s.Took > 3*time.Second {
		t.Errorf("took %v", s.Took)
	}
	for _, p := range s.Ports {
		switch p.Addr.Port() {
		case coap:
			if p.Protocol != "coap" {
				t.Errorf("%+v", p)
			}
		case any:
			if p.Protocol != "" || p.Said != "hello [31m" {
				t.Errorf("%+v", p)
			}
		case mute:
			if p.State != Undecided || !strings.Contains(p.Why, "3 times") {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestAllClosedIsFast(t *testing.T) {
	var scope []uint16
	for p := uint16(20000); len(scope) < 100; p++ {
		scope = append(scope, p)
	}
	s, err := Ports{}.Ask(t.Context(), device(t, loopback, scope...))
	if err != nil || states(s) != [3]int{0, 100, 0} || s.Took > time.Second {
		t.Fatalf("%v, %v: %v %q", err, states(s), s.Took, s.Why)
	}
}

// TestLimitedPeer asks a Linux neighbour, which refuses six at once and one a second: just a part of the list, to be brief.
func TestLimitedPeer(t *testing.T) {
	t.Parallel()
	s, err := Ports{Most: 20}.Ask(t.Context(), device(t, peer(t, 1, map[uint16]answer{161: snmpReport, 5683: coapContent, 9999: silent})))
	if err != nil || !s.Complete || states(s) != [3]int{2, 17, 1} {
		t.Fatalf("%v, %v: %+v %v", err, states(s), s, reasons(s))
	}
	if s.Refill < 900*time.Millisecond || s.Refill > 1200*time.Millisecond || s.Took > 25*time.Second {
		t.Errorf("refill %v, took %v", s.Refill, s.Took)
	}
	if u := s.Undecided()[0]; u.Addr.Port() != 9999 || u.Asked > 2*Tries {
		t.Errorf("%v was asked %d times", u, u.Asked)
	}
}

// BenchmarkPeer scans 100 ports of a Linux neighbour. Where nmap is installed it scans 100 too, and the ratio is reported.
func BenchmarkPeer(b *testing.B) {
	for range b.N {
		at := peer(b, 9, map[uint16]answer{161: snmpReport, 5683: coapContent, 9999: silent})
		s, err := Ports{}.Ask(b.Context(), device(b, at))
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(s.Undecided())), "undecided")
		b.ReportMetric(s.Took.Seconds(), "s")
		if _, err := exec.LookPath("nmap"); err != nil {
			continue
		}
		at, began := peer(b, 10, nil), time.Now()
		if out, err := exec.CommandContext(b.Context(), "nmap", "-n", "-sU", "--top-ports", "100", at.String()).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(s.Took.Seconds()/time.Since(began).Seconds(), "of-nmap")
	}
}

// reasons are those of the undecided ports, for a reader of a failed test.
func reasons(s Scan) (out []string) {
	for _, p := range s.Undecided() {
		out = append(out, p.String()+": "+p.Why)
	}
	return out
}

// Where nothing refuses, silence says nothing: an answer counts, the rest is undecided and says why.
func TestNothingRefuses(t *testing.T) {
	t.Parallel()
	mute := serve(t, netip.AddrPortFrom(loopback, 0), silent).Port()
	asked := 0
	late := serve(t, netip.AddrPortFrom(loopback, 0), func([]byte) []byte { // the first two are lost
		if asked++; asked < 3 {
			return nil
		}
		return []byte("here")
	}).Port()
	s, err := Ports{}.Ask(t.Context(), device(t, loopback, mute, late))
	if err != nil || states(s) != [3]int{1, 0, 1} || s.Undecided()[0].Addr.Port() != mute || !strings.Contains(s.Undecided()[0].Why, "closed ports are silent too") {
		t.Errorf("%v, %v: %v", err, states(s), reasons(s))
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	once := 0
	answers := serve(t, netip.AddrPortFrom(loopback, 0), snmpReport).Port()
	unsteady := serve(t, netip.AddrPortFrom(loopback, 0), func([]byte) []byte {
		if once++; once > 1 {
			return nil
		}
		return []byte("once")
	}).Port()
	on := device(t, loopback, answers, unsteady, 9)
	if c, err := (Confirm{Port: answers, Protocol: "snmp"}).Ask(t.Context(), on); err != nil || !c.Open || c.Protocol != "snmp" || c.Answers != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := (Confirm{Port: 9}).Ask(t.Context(), on); err != nil || c.Open || !c.Refused {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := (Confirm{Port: unsteady}).Ask(t.Context(), on); err != nil || c.Open || c.Answers != 1 || c.Silences != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}
