package mdns

import (
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
	if err != nil || !r.Answers || len(r.Types) != 4 || !slices.Contains(r.Lines, "md=AX-1") {
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
