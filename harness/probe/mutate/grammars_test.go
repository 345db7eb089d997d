package mutate

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/specimen"
)

// The reference device answers the ordinary packet of each protocol that it speaks, and lives through all that is odd.
func TestTheSpecimenLives(t *testing.T) {
	t.Parallel()
	at, c := netip.MustParseAddr("127.89.0.1"), clock.NewJump()
	u, err := specimen.StartOne(t.Context(), specimen.Options{Addr: at, Clock: c, MDNS: true, Faults: []string{"coap-unauthenticated", "snmp-default-community", "rtsp-unauthenticated"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	for _, q := range []Packets{
		{Protocol: "mdns", Port: 5353}, {Protocol: "coap", Port: specimen.CoAP}, {Protocol: "snmp", Port: specimen.SNMP}, {Protocol: "rtsp", Port: specimen.RTSP},
		{Protocol: "tls", Port: specimen.HTTPS}, {Protocol: "ssh", Port: specimen.SSH}, {Protocol: "mqtt", Port: specimen.MQTTS, TLS: true},
	} {
		t.Run(q.Protocol, func(t *testing.T) {
			door, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: []netip.Addr{at}, Ports: u.Devices()[0].Ports()})
			if err != nil {
				t.Fatal(err)
			}
			c.Busy(1)
			defer c.Busy(-1)
			q.Seed, q.Most, q.PerSecond, q.Fastest = 1, 300, 100, 1000
			got, err := q.Ask(t.Context(), dial.New("A", door, nil, c))
			if err != nil || got.Sent != q.Most || len(got.Losses) > 0 || got.Accepted == 0 || got.Why != "" {
				t.Errorf("%v %+v", err, got)
			}
		})
	}
}

// Mutants are the same for the same seed, differ from one another, and fit into what carries them.
func TestGrammars(t *testing.T) {
	t.Parallel()
	for _, name := range Grammars() {
		g := grammars[name]
		spell := func(seed uint64) (all []string) {
			rng := rand.New(rand.NewPCG(seed, 1))
			for n := range 2000 {
				all = append(all, g.odd(n, rng))
			}
			return all
		}
		once, again, other := spell(7), spell(7), spell(8)
		if strings.Join(once, "|") != strings.Join(again, "|") || strings.Join(once, "|") == strings.Join(other, "|") {
			t.Errorf("%s: the seed does not decide the packets", name)
		}
		different, plain := map[string]bool{}, 0
		for n, m := range once {
			different[m] = true
			if m == g.ordinary(n) {
				plain++
			}
			if g.datagrams && len(m) > 20<<10 {
				t.Errorf("%s: %d bytes are no datagram", name, len(m))
			}
		}
		if len(different) < 500 || plain > 20 {
			t.Errorf("%s: %d of 2000 differ, %d are ordinary", name, len(different), plain)
		}
	}
}

// No datagram changes anything by its protocol's words: no method but GET, no SET, no announcement.
func TestOddDatagramsChangeNothing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 3000 {
		if b := oddCoAP(n, rng); len(b) > 1 && b[0]>>6 == 1 && b[1] >= 2 && b[1] <= 4 {
			t.Errorf("CoAP changes: %x", b)
		}
		if b := oddSSDP(n, rng); strings.HasPrefix(b, "NOTIFY") {
			t.Errorf("SSDP announces: %q", b)
		}
		if b := oddRTSP(n, rng); strings.HasPrefix(b, "PLAY") || strings.HasPrefix(b, "RECORD") || strings.HasPrefix(b, "TEARDOWN") {
			t.Errorf("RTSP does: %q", b)
		}
	}
}
