package mutate

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// A responder that spins at a name which points to itself is convicted by that packet; one that drops what it does not understand is not.
func TestAResponderSpins(t *testing.T) {
	t.Parallel()
	for name, proven := range map[string]bool{"spins": true, "drops": false} {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		on, port := behind(t, c.LocalAddr().String())
		go func() {
			buf := make([]byte, 9000)
			var until time.Time
			for {
				n, from, err := c.ReadFrom(buf)
				if err != nil {
					return
				}
				b := string(buf[:n])
				if name == "spins" && strings.Contains(b, "\xc0\x0c") && !strings.Contains(b, "_services") {
					until = on.Clock.Now().Add(20 * time.Second)
				}
				q := new(dns.Msg)
				if on.Clock.Now().Before(until) || q.Unpack(buf[:n]) != nil || q.Response {
					continue
				}
				r := new(dns.Msg).SetReply(q)
				if b, err := r.Pack(); err == nil {
					c.WriteTo(b, from)
				}
			}
		}()
		got, err := Packets{Protocol: "mdns", Port: port, Seed: 1, Most: 100, PerSecond: 100, Fastest: 1000}.Ask(t.Context(), on)
		if err != nil {
			t.Fatal(err)
		}
		if proven != (len(got.Losses) == 1 && got.Losses[0].Proven()) || !proven && got.Sent != 100 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
