package validation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/mutate"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// What is sent, to each part of each interface.
var (
	seed      = Parameter("5.13: seed of the odd input", uint64(51301))
	perSecond = Parameter("5.13: odd requests a second, to begin with", 200)
	fastest   = Parameter("5.13: odd requests a second, while it answers as fast as ordinary ones", 1000)
	quota     = map[Effort]int{
		Quick:  Parameter("5.13: odd requests to each part of a web interface, quick", 200),
		Normal: Parameter("5.13: odd requests to each part of a web interface, normal", 2000),
		Long:   Parameter("5.13: odd requests to each part of a web interface, long", 20000),
	}
	packets = map[Effort]int{
		Quick:  Parameter("5.13: odd packets to each other interface, quick", 60),
		Normal: Parameter("5.13: odd packets to each other interface, normal", 2000),
		Long:   Parameter("5.13: odd packets to each other interface, long", 20000),
	}
)

// A taker is an interface that takes input, and one way to send it what is odd.
type taker struct {
	name string
	what string // "requests", "forms", "mdns packets"
	at   *DUT
	ask  func(ctx context.Context, at *DUT) mutate.Tried
}

// web sends odd requests, or what users enter, to a web server.
func web(dut *DUT, s service.Service, part string) taker {
	q := mutate.HTTP{Port: s.Addr.Port(), TLS: s.TLS, Part: part, Seed: seed, Most: quota[dut.Effort()], PerSecond: perSecond, Fastest: fastest}
	return taker{seen.Name(s), part, seen.Of(dut, s), func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) }}
}

// packetsTo sends odd packets of a protocol.
func packetsTo(name string, at *DUT, q mutate.Packets) taker {
	q.Seed, q.Most, q.PerSecond, q.Fastest = seed, packets[at.Effort()], perSecond, fastest
	if q.Protocol == "tls" { // what is within it has a quota of its own
		q.Most /= 4
	}
	return taker{name, q.Protocol + " packets", at, func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) }}
}

// fromUsers are the web pages: what users enter reaches them.
func fromUsers(ctx context.Context, dut *DUT) (out []taker) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" {
			out = append(out, web(dut, s, mutate.Forms))
		}
	}
	return append(out, fields(dut)...)
}

// fields are those that 29-InpVal names: they are set by whoever is logged in, and put back.
func fields(dut *DUT) (out []taker) {
	if dut.File == nil || dut.IXIT().InpVal == nil {
		return nil
	}
	for _, r := range *dut.IXIT().InpVal {
		if len(r.Fields) == 0 {
			continue
		}
		q := mutate.Fields{Row: r.ID, Seed: seed, Most: packets[dut.Effort()], PerSecond: perSecond, Fastest: fastest}
		out = append(out, taker{"the fields of " + r.ID, "values", dut, func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) }})
	}
	return out
}

// fromNetwork are the services whose protocols are known. What takes something else raises a doubt.
func fromNetwork(ctx context.Context, dut *DUT) (out []taker) {
	for _, s := range seen.Services(ctx, dut) {
		port := s.Addr.Port()
		switch {
		case s.Protocol == "http":
			out = append(out, web(dut, s, mutate.Requests))
		case slices.Contains(mutate.Grammars(), s.Protocol):
			out = append(out, packetsTo(seen.Name(s), seen.Of(dut, s), mutate.Packets{Protocol: s.Protocol, Port: port, TLS: s.TLS}))
		default:
			Doubt(ctx, "%s was sent nothing odd: its protocol is none of %s", seen.Name(s), strings.Join(append(mutate.Grammars(), "http"), ", "))
		}
		if s.TLS {
			out = append(out, packetsTo(seen.Name(s), seen.Of(dut, s), mutate.Packets{Protocol: "tls", Port: port}))
		}
	}
	scan := seen.UDP(ctx, dut)
	for _, p := range scan.Open() {
		if !slices.Contains(mutate.Grammars(), p.Protocol) {
			Doubt(ctx, "%s was sent nothing odd: its protocol is none of %s", seen.NameUDP(p), strings.Join(mutate.Grammars(), ", "))
			continue
		}
		out = append(out, packetsTo(seen.NameUDP(p), seen.There(dut, p), mutate.Packets{Protocol: p.Protocol, Port: p.Addr.Port()}))
	}
	return out
}

// withstands sends odd input to each interface. What brings it down or is executed convicts, 3 times of 3.
func withstands(ctx context.Context, dut *DUT, takers []taker) {
	if len(takers) == 0 {
		Inconclude("nothing answers that takes input by a protocol of %s", strings.Join(append(mutate.Grammars(), "http"), ", "))
	}
	sent, bound := 0, ""
	Each("interface that takes input", takers, func(t taker) {
		n := tried(ctx, t)
		if sent += n; n > 0 {
			bound += fmt.Sprintf("; %s: %d odd %s, which bounds what brings it down to %.2g of such input", t.name, n, t.what, 3/float64(n))
		}
	})
	NotClimbed(ctx, provisions.Operator, "nobody was logged in, and nothing was looked at by hand")
	Inconclude("%d odd requests and packets, of seed %d, neither brought an interface down nor were executed%s; what lies behind a log-in and values that are stored were not tried", sent, seed, bound)
}

// tried sends odd input to one part of an interface and judges what came of it.
func tried(ctx context.Context, to taker) int {
	name, t := to.name, to.ask(ctx, to.at)
	if !t.Open {
		Inconclude("%s does not answer any more", name)
	}
	Note(ctx, "%s: %d odd %s to %d inputs, %d looks whether it lives: %d answers below 400, %d from 400, of them %d from 500; %d ended without one", name, t.Sent, to.what, len(t.Inputs), t.Checks, t.Accepted, t.Refused, t.Errors, t.Dropped)
	if len(t.Left) > 0 {
		Note(ctx, "%s, left out: %s", name, strings.Join(t.Left, "; "))
	}
	if len(t.Traces) > 0 {
		Note(ctx, "%s shows the inside of its program: %s", name, strings.Join(t.Traces, "; "))
	}
	for _, h := range t.Hits {
		Expect(h.Proven()).To(BeFalse(), "%s executes its input (%s, %s), 3 times of 3 with a fresh mark, while a control shows nothing: %.200q is answered with %.120q", name, h.Oracle, h.Input, h.Sent, h.Shown)
	}
	for _, l := range t.Losses {
		Expect(l.Proven()).To(BeFalse(), "%s %s for %v after %d of our requests (%d bytes), %d times of %d, and lives through as many ordinary ones: %s", name, l.Kind, l.Away, len(l.Sequence), l.Length, l.Repeated, l.Of, first(l.Sequence))
	}
	for _, h := range t.Hits {
		Note(ctx, "%s seems to execute its input (%s, %s), %d times of 3", name, h.Oracle, h.Input, h.Times)
	}
	for _, l := range t.Losses {
		if !l.Back {
			Lack("restart the device, and run again with the sequence of the record alone", "%s %s after odd input, and did not come back: %s", name, l.Kind, first(l.Sequence))
		}
		if l.Repeated > 0 {
			Lack("look from another address whether it is down, or shuts out whoever sends bad input", "%s %s after odd input, %d times of %d, and came back; it may shut us out: %s", name, l.Kind, l.Repeated, l.Of, first(l.Sequence))
		}
		Note(ctx, "%s: it %s once, and the same input did not do that again", name, l.Kind)
	}
	if t.Why != "" {
		Inconclude("%s was not sent all: %s", name, t.Why)
	}
	return t.Sent
}

func first(seq []string) string {
	if len(seq) == 0 {
		return ""
	}
	return seq[0]
}
