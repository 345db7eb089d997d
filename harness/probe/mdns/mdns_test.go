package mdns

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/miekg/dns"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/specimen"
)

func TestAnnounced(t *testing.T) {
	at := netip.MustParseAddr("127.87.0.1")
	on := func() *dial.Device {
		door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at}, Ports: []uint16{5353}})
		if err != nil {
			t.Fatal(err)
		}
		return dial.New("A", door, nil, clock.Real())
	}
	if r, err := (Announced{}).Ask(t.Context(), on()); err != nil || r.Answers {
		t.Errorf("nobody is there: %v %+v", err, r)
	}
	u, err := specimen.StartOne(t.Context(), specimen.Options{Addr: at, Clock: clock.Real(), MDNS: true, Faults: []string{"mdns-leaks-ssid"}})
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	r, err := Announced{}.Ask(t.Context(), on())
	if err != nil || !r.Answers || len(r.Types) != 4 || !slices.Contains(r.Lines, "md=AX-1") || len(r.Texts) != 4 || len(r.untold()) > 0 {
		t.Errorf("%v %+v", err, r)
	}
}

// A responder that sends PTR records alone is asked for the TXT record of each instance.
func TestTextsThatDoNotComeBeside(t *testing.T) {
	at := netip.MustParseAddr("127.87.0.9")
	c, err := net.ListenPacket("udp", "127.87.0.9:5353")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		b := make([]byte, 2000)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			q, a := new(dns.Msg), new(dns.Msg)
			if q.Unpack(b[:n]) != nil {
				continue
			}
			a.SetReply(q)
			say := map[string]string{"_services._dns-sd._udp.local.": "PTR _matterc._udp.local.", "_matterc._udp.local.": "PTR A1._matterc._udp.local.", "A1._matterc._udp.local.": `TXT "CM=1"`}
			rr, err := dns.NewRR(q.Question[0].Name + " 10 IN " + say[q.Question[0].Name])
			if err == nil && rr != nil {
				a.Answer = []dns.RR{rr}
			}
			out, _ := a.Pack()
			c.WriteTo(out, from)
		}
	}()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at}, Ports: []uint16{5353}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Announced{}.Ask(t.Context(), dial.New("A", door, nil, clock.Real()))
	if err != nil || len(r.Texts) != 1 || r.Texts[0].Instance != "A1._matterc._udp.local." || !slices.Equal(r.Texts[0].Strings, []string{"CM=1"}) {
		t.Errorf("%v %+v", err, r)
	}
}

func FuzzParse(f *testing.F) {
	m := new(dns.Msg)
	m.SetQuestion("a.local.", dns.TypePTR)
	m.Response = true
	b, _ := m.Pack()
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := parse(b); err == nil {
			var r Records
			types := []string{}
			for _, rr := range append(m.Answer, m.Extra...) {
				r.take(rr, &types)
			}
		}
	})
}
