package udp

import (
	"net/netip"
	"testing"

	"github.com/secure-by-design/assay/harness/dial"
)

// FuzzAnswer takes any answer to any port: no answer breaks a scan, and what is kept of it is short and printable.
func FuzzAnswer(f *testing.F) {
	for _, s := range []string{"", "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\n\r\n", "\x00\x05\x00\x01none\x00", "\x60\x45\x2a\x2b", "\x16\xfe\xfd\x00"} {
		f.Add(uint16(161), []byte(s))
		f.Add(uint16(40000), []byte(s))
	}
	f.Fuzz(func(t *testing.T, from uint16, b []byte) {
		s := &scan{}
		for _, r := range (Ports{}).list(nil) {
			s.ports = append(s.ports, &port{Port: Port{Addr: netip.AddrPortFrom(loopback, r.port), State: Undecided, Protocol: r.protocol}})
		}
		s.take(dial.Datagram{Port: from, Outcome: dial.Opened, Bytes: b})
		for _, p := range s.result() {
			if len(p.Said) > 200 || unprintable.MatchString(p.Said) {
				t.Errorf("%q", p.Said)
			}
		}
	})
}

func TestList(t *testing.T) {
	if n := len((Ports{}).list(nil)); n != 100 {
		t.Errorf("%d ports", n)
	}
	for _, r := range rows() {
		if _, ok := named(r.protocol); r.protocol != "" && !ok {
			t.Errorf("port %d: no protocol %q", r.port, r.protocol)
		}
	}
	if got := (Ports{Most: 2, Also: []uint16{7777, 161}}).list(nil); len(got) != 4 || got[0].port != 7777 || got[1].protocol != "snmp" {
		t.Errorf("%v", got)
	}
	if got := (Ports{Also: []uint16{7777}}).list([]uint16{161}); len(got) != 1 || got[0].port != 161 {
		t.Errorf("out of scope: %v", got)
	}
	for _, p := range protocols {
		if b := p.request(netip.AddrPortFrom(loopback, 1)); len(b) == 0 || len(b) > 1200 {
			t.Errorf("%s: a request of %d bytes", p.name, len(b))
		}
	}
}
