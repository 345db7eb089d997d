package validation

import (
	"context"
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
	name   string
	what   string // "requests", "forms", "mdns packets"
	most   int
	at     *DUT
	ask    func(ctx context.Context, at *DUT) mutate.Tried
	covers func(declaredPlace) bool
}

// web sends odd requests, or what users enter, to a web server.
func web(dut *DUT, s service.Service, part string) taker {
	q := mutate.HTTP{Port: s.Addr.Port(), TLS: s.TLS, Part: part, Seed: seed, Most: quota[dut.Effort()], PerSecond: perSecond, Fastest: fastest}
	return taker{seen.Name(s), part, q.Most, seen.Of(dut, s), func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) },
		func(r declaredPlace) bool { return seen.At(r.at, r.text, s) }}
}

// packetsTo sends odd packets of a protocol.
func packetsTo(name string, at *DUT, q mutate.Packets, covers func(declaredPlace) bool) taker {
	q.Seed, q.Most, q.PerSecond, q.Fastest = seed, packets[at.Effort()], perSecond, fastest
	if q.Protocol == "tls" { // what is within it has a quota of its own
		q.Most /= 4
	}
	return taker{name, q.Protocol + " packets", q.Most, at, func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) }, covers}
}

// fromUsers are the web pages, and the fields that 29-InpVal names: what users enter reaches them.
func fromUsers(ctx context.Context, dut *DUT) (out []taker) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" {
			out = append(out, web(dut, s, mutate.Forms))
		}
	}
	if dut.File == nil || dut.IXIT().InpVal == nil {
		return out
	}
	for _, r := range *dut.IXIT().InpVal { // they are set by whoever is logged in, and put back
		if n := len(r.Fields); n > 0 {
			q := mutate.Fields{Row: r.ID, Seed: seed, Most: packets[dut.Effort()], PerSecond: perSecond, Fastest: fastest}
			out = append(out, taker{"the fields of " + r.ID, "values", n * q.Most, dut, func(ctx context.Context, at *DUT) mutate.Tried { return Ask(ctx, at, q) },
				func(declaredPlace) bool { return false }})
		}
	}
	return out
}

// fromNetwork are the services whose protocols are known. What takes something else raises a doubt.
func fromNetwork(ctx context.Context, dut *DUT) (out []taker) {
	if !seen.Ports(ctx, dut).Complete {
		Doubt(ctx, "the scan of TCP is not complete")
	}
	known := strings.Join(append(mutate.Grammars(), "http"), ", ")
	for _, s := range seen.Services(ctx, dut) {
		port, covers := s.Addr.Port(), func(r declaredPlace) bool { return seen.At(r.at, r.text, s) }
		switch {
		case s.Protocol == "http":
			out = append(out, web(dut, s, mutate.Requests))
		case slices.Contains(mutate.Grammars(), s.Protocol):
			out = append(out, packetsTo(seen.Name(s), seen.Of(dut, s), mutate.Packets{Protocol: s.Protocol, Port: port, TLS: s.TLS}, covers))
		default:
			Doubt(ctx, "%s was sent nothing odd: its protocol is none of %s", seen.Name(s), known)
		}
		if s.TLS {
			out = append(out, packetsTo(seen.Name(s), seen.Of(dut, s), mutate.Packets{Protocol: "tls", Port: port}, covers))
		}
	}
	scan := seen.UDP(ctx, dut)
	if !scan.Complete {
		Doubt(ctx, "the scan of UDP is not complete")
	}
	for _, p := range scan.Open() {
		if !slices.Contains(mutate.Grammars(), p.Protocol) {
			Doubt(ctx, "%s was sent nothing odd: its protocol is none of %s", seen.NameUDP(p), known)
			continue
		}
		out = append(out, packetsTo(seen.NameUDP(p), seen.There(dut, p), mutate.Packets{Protocol: p.Protocol, Port: p.Addr.Port()}, func(r declaredPlace) bool { return seen.AtUDP(r.at, r.text, p) }))
	}
	return out
}

// withstands sends odd input to each interface. What brings it down or is executed convicts, 3 times of 3. What took less than its
// quota raises a doubt. It tells how much was sent of each sort.
func withstands(ctx context.Context, dut *DUT, takers []taker) map[string]int {
	if len(takers) == 0 {
		Inconclude("nothing answers that takes input by a protocol of %s", strings.Join(append(mutate.Grammars(), "http"), ", "))
	}
	sent, of := map[string]int{}, map[string]int{}
	Each("interface that takes input", takers, func(t taker) {
		got := tried(ctx, t)
		of[t.what] += got.Sent
		if sent[t.name] += got.Sent; got.Sent > 0 {
			Note(ctx, "%s: %d odd %s of seed %d bound what brings it down to %.2g of such input", t.name, got.Sent, t.what, seed, 3/float64(got.Sent))
		}
		if got.Sent < t.most && (len(got.Inputs) > 0 || t.what != mutate.Forms) { // a server may show no form to anybody
			Doubt(ctx, "%s took %d of %d odd %s", t.name, got.Sent, t.most, t.what)
		}
	})
	if !slices.ContainsFunc(takers, func(t taker) bool { return sent[t.name] > 0 }) {
		Inconclude("nothing that answers shows anybody where it takes input")
	}
	if dut.File == nil {
		Inconclude("nothing convicts; which interfaces there are, and what lies behind a log-in, is not declared")
	}
	NotClimbed(ctx, provisions.Bench, "what the device is answered as a client was not made odd")
	NotClimbed(ctx, provisions.Operator, "nothing was entered by hand")
	return of
}

// tried sends odd input to one part of an interface and judges what came of it.
func tried(ctx context.Context, to taker) mutate.Tried {
	name, t := to.name, to.ask(ctx, to.at)
	if !t.Open {
		Inconclude("%s does not answer any more", name)
	}
	Note(ctx, "%s: %d odd %s to %d inputs, %d looks whether it lives: %d answers below 400, %d from 400, of them %d from 500; %d ended without one", name, t.Sent, to.what, len(t.Inputs), t.Checks, t.Accepted, t.Refused, t.Errors, t.Dropped)
	if len(t.Left) > 0 {
		Doubt(ctx, "of %s was left out %s", name, strings.Join(t.Left[:min(5, len(t.Left))], "; "))
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
		Doubt(ctx, "%s seems to execute its input (%s, %s), %d times of 3", name, h.Oracle, h.Input, h.Times)
	}
	for _, l := range t.Losses {
		if !l.Back {
			Lack("restart the device, and run again with the sequence of the record alone", "%s %s after odd input, and did not come back: %s", name, l.Kind, first(l.Sequence))
		}
		if l.Repeated > 0 {
			Lack("look from another address whether it is down, or shuts out whoever sends bad input", "%s %s after odd input, %d times of %d, and came back; it may shut us out: %s", name, l.Kind, l.Repeated, l.Of, first(l.Sequence))
		}
		Doubt(ctx, "%s %s once, and the same input did not do that again", name, l.Kind)
	}
	if t.Why != "" {
		Inconclude("%s was not sent all: %s", name, t.Why)
	}
	return t
}

func first(seq []string) string {
	if len(seq) == 0 {
		return ""
	}
	return seq[0]
}
