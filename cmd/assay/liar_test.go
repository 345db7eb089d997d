package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"github.com/secure-by-design/assay/harness"
)

var mdnsGroup = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: 5353}

// announce answers mDNS on loopback, from one address, whatever is asked with all of the records.
func announce(t *testing.T, from netip.Addr, records ...string) {
	t.Helper()
	var m dns.Msg
	m.Response, m.Authoritative = true, true
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatalf("record %q: %v", s, err)
		}
		m.Answer = append(m.Answer, rr)
	}
	answer, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	shared := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		})
	}}
	var socks [2]net.PacketConn
	for i, at := range []string{netip.AddrPortFrom(from, 5353).String(), mdnsGroup.String()} {
		if socks[i], err = shared.ListenPacket(context.Background(), "udp4", at); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { socks[i].Close() })
	}
	lo, err := net.InterfaceByName("lo")
	if err == nil {
		err = ipv4.NewPacketConn(socks[1]).JoinGroup(lo, mdnsGroup)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := ipv4.NewPacketConn(socks[0])
	out.SetMulticastInterface(lo)
	out.SetMulticastLoopback(true)
	for _, s := range socks {
		go func() {
			b := make([]byte, 9000)
			for {
				n, asker, err := s.ReadFrom(b)
				if err != nil {
					return
				}
				var q dns.Msg
				if q.Unpack(b[:n]) == nil && !q.Response {
					socks[0].WriteTo(answer, mdnsGroup)
					socks[0].WriteTo(answer, asker)
				}
			}
		}()
	}
}

// A device that gives itself a name of escape codes and markup, and a neighbour's address as its own, is shown with neither, and
// leads nobody to the neighbour.
func TestLyingNames(t *testing.T) {
	t.Parallel()
	liar, neighbour := loopback(250), loopback(251)
	var touched atomic.Int32
	misbehave(t, netip.AddrPortFrom(neighbour, 8080).String(), func(net.Conn) { touched.Add(1) })
	l, err := net.Listen("tcp", netip.AddrPortFrom(liar, 8080).String())
	if err != nil {
		t.Fatal(err)
	}
	page := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<title>\x1b[2J<script>alert(2)</script></title><a href='http://%v:8080/x'>next</a>", neighbour)
	})}
	go page.Serve(l)
	t.Cleanup(func() { page.Close() })

	pid := os.Getpid()
	name := fmt.Sprintf(`Cam\ %d\027[31m<script>alert\(1\)</script>`, pid)
	announce(t, liar, "_services._dns-sd._udp.local. 120 IN PTR _http._tcp.local.",
		"_http._tcp.local. 120 IN PTR "+name+"._http._tcp.local.", name+"._http._tcp.local. 120 IN SRV 0 0 8080 liar.local.",
		name+`._http._tcp.local. 120 IN TXT "md=\027[41m<img src=x onerror=alert(3)>"`,
		"liar.local. 120 IN A "+liar.String(), "liar.local. 120 IN A "+neighbour.String())

	discover, err := exec.CommandContext(t.Context(), "assay", "discover", "--iface", "lo", "--for", "1500ms").CombinedOutput()
	if err != nil || !bytes.Contains(discover, []byte(fmt.Sprintf("Cam %d", pid))) || bytes.Contains(discover, []byte("\x1b")) {
		t.Errorf("%v\n%q", err, discover)
	}
	if !bytes.Contains(discover, []byte("names "+neighbour.String()+", which is not shown to be its own")) {
		t.Errorf("that it claims the neighbour's address is not said:\n%s", discover)
	}

	c := begin(t, fmt.Sprintf("Cam %d", pid), "--iface", "lo", "--only", "5.1-1,5.5-1,5.6-1,5.6-2")
	if code := c.ends(t, 30*time.Second); code != harness.ExitInconclusive && code != harness.ExitFail { // its pages may well be a finding
		t.Errorf("exit %d\n%s", code, c.said())
	}
	if strings.Contains(c.said(), "\x1b") {
		t.Errorf("the terminal was sent the device's escape codes:\n%q", c.said())
	}
	dir := c.record(t, "")
	past, err := harness.Read(dir)
	if err != nil || len(past.Opening.Addresses) != 1 || past.Opening.Addresses[0] != liar {
		t.Errorf("%v: the scope is %v", err, past.Opening.Addresses)
	}
	clear := false
	for _, o := range past.Outcomes {
		clear = clear || o.Unit == "5.5-1-2a" && slices.ContainsFunc(o.Notes, func(n string) bool { return strings.HasPrefix(n, "http on TCP 8080 speaks in clear") })
	}
	if !clear {
		t.Error("5.5-1-2a does not name what speaks in clear")
	}
	html, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !bytes.Contains(html, []byte("&lt;script&gt;alert(1)")) || bytes.Contains(html, []byte("<script>alert")) || bytes.Contains(html, []byte("<img src=x")) || bytes.Contains(html, []byte("\x1b")) {
		t.Errorf("the page does not escape what the device says of itself (%v)", err)
	}

	if n := touched.Load(); n > 0 {
		t.Errorf("the neighbour was touched %d times", n)
	}
}
