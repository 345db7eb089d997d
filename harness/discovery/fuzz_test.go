package discovery

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/miekg/dns"
)

func pack(t testing.TB, records ...string) []byte {
	t.Helper()
	m := dns.Msg{MsgHdr: dns.MsgHdr{Response: true}, Answer: parse(t, records...), Compress: true}
	data, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// check holds what must be true of any device made of any bytes.
func check(t *testing.T, s *search, from netip.Addr) {
	t.Helper()
	devices, _ := s.devices()
	for _, d := range devices {
		for _, a := range d.Addresses {
			if a != from {
				t.Errorf("took %v, though only %v spoke", a, from)
			}
		}
		if len(d.Services) > maxServices || len(d.Claims) > maxAddresses {
			t.Errorf("%d services, %d claims", len(d.Services), len(d.Claims))
		}
		if _, err := json.Marshal(d); err != nil {
			t.Error(err)
		}
	}
}

func fuzzSearch(t *testing.T) (*search, *link, netip.Addr) {
	s := newSearch(t.Context(), Options{}, nil)
	l := &link{index: 1, name: "lo", loopback: true, prefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/8")}}
	s.links = []*link{l}
	return s, l, netip.MustParseAddr("127.83.0.1")
}

func FuzzMDNS(f *testing.F) {
	for _, m := range malformed {
		f.Add(m)
	}
	f.Add(pack(f, camera(`Cam\ One`, "cam", 8443, "127.83.0.1", "10.0.0.1", "fe80::1")...))
	f.Add(pack(f, "_https._tcp.local. 0 IN PTR a._https._tcp.local."))
	f.Add(pack(f, `\027\.\000._x._sub._https._tcp.local. 9 IN PTR a\.b._https._tcp.local.`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, l, from := fuzzSearch(t)
		now := time.Unix(0, 0)
		for range 2 {
			s.take(packet{mdns, l, from, data}, now)
			s.askMDNS(now)
			now = now.Add(2 * time.Second)
		}
		check(t, s, from)
	})
}

func FuzzSSDP(f *testing.F) {
	f.Add([]byte("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\nUSN: uuid:1::upnp:rootdevice\r\nLOCATION: http://127.83.0.9:1/\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\nST:\nUSN:uuid:1\nLOCATION: http://[fe80::1%25lo]:0/\n"))
	f.Add(mSearch)
	f.Fuzz(func(t *testing.T, data []byte) {
		s, l, from := fuzzSearch(t)
		if m, ok := parseSSDP(data); ok {
			st := s.station(from, l, time.Unix(0, 0))
			st.foreign = true // so that nothing is fetched
			s.hearSSDP(st, m)
			if u, own := st.own(m.location); own && !strings.Contains(u.Host, from.String()) {
				t.Errorf("%q is taken for the speaker's own", m.location)
			}
		}
		check(t, s, from)
	})
}

func FuzzWSD(f *testing.F) {
	f.Add([]byte(probeMatch))
	f.Add(newProbe())
	f.Add([]byte(`<e><Body><Hello><EndpointReference><Address>x</Address></EndpointReference><Scopes>onvif://www.onvif.org/name/%zz</Scopes></Hello><Bye/></Body></e>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, l, from := fuzzSearch(t)
		s.take(packet{wsd, l, from, data}, time.Unix(0, 0))
		check(t, s, from)
	})
}

func FuzzDescription(f *testing.F) {
	f.Add([]byte(cameraXML))
	f.Add([]byte(`<?xml version="1.0" encoding="iso-8859-1"?><root><device><friendlyName>` + "\xfc" + `</friendlyName></device></root>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, _ := parseDescription(data)
		for _, s := range []string{d.udn, d.name, d.vendor, d.firmware, d.model} {
			if len(s) > 2*maxText+1 {
				t.Errorf("kept %d bytes", len(s))
			}
		}
	})
}

func FuzzPrintable(f *testing.F) {
	f.Add("Cam One")
	f.Add("\x1b]0;x\a\u202e\u2066\ufeff\x9b\u009b\xff\r\n\t")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Printable(s) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q prints %U", s, r)
			}
		}
	})
}

func FuzzTarget(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "[::1]:1-3,9", "fe80::1%eth0", "127.0.0.1:8443,2222", "a:1-65535", ":", "[", "[]:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, ports, err := splitPorts(s)
		if err == nil && (name == "" || len(ports) > 65535) {
			t.Errorf("%q gives %q with %d ports", s, name, len(ports))
		}
		_, _ = parseAddress(name)
	})
}

func FuzzUnescape(f *testing.F) {
	f.Add([]byte("a.b\\c\x00\xff \""))
	f.Fuzz(func(t *testing.T, label []byte) {
		if len(label) == 0 || len(label) > 63 {
			return
		}
		wire := append(append([]byte{byte(len(label))}, label...), 0)
		name, _, err := dns.UnpackDomainName(wire, 0)
		if err != nil {
			return
		}
		if got := unescape(dns.SplitDomainName(name)[0]); got != string(label) {
			t.Errorf("label %q came back as %q", label, got)
		}
	})
}
