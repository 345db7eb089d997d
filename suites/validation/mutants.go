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
	perSecond = Parameter("5.13: odd requests a second, to begin with", 100)
	fastest   = Parameter("5.13: odd requests a second, while it answers as fast as ordinary ones", 1000)
	quota     = map[Effort]int{
		Quick:  Parameter("5.13: odd requests to each part of an interface, quick", 200),
		Normal: Parameter("5.13: odd requests to each part of an interface, normal", 2000),
		Long:   Parameter("5.13: odd requests to each part of an interface, long", 20000),
	}
)

// withstands sends odd input to parts of each web interface, and to each broker as requests. What brings it down or is executed convicts, 3 times of 3; silence is
// not yet a PASS, since other protocols and what lies behind a log-in were not tried.
func withstands(ctx context.Context, dut *DUT, parts ...string) {
	var takers []service.Service
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" || s.Protocol == "mqtt" && slices.Contains(parts, mutate.Requests) {
			takers = append(takers, s)
		}
	}
	if len(takers) == 0 {
		Inconclude("neither a web server nor a broker answers on TCP; this version sends odd input to no other protocol")
	}
	sent, bound := 0, ""
	Each("interface that takes input", takers, func(s service.Service) {
		for _, part := range parts {
			if s.Protocol == "mqtt" && part != mutate.Requests {
				continue
			}
			n := tried(ctx, dut, s, part)
			if sent += n; n > 0 {
				bound += fmt.Sprintf("; %s: %d odd %s, which bounds what brings it down to %.2g of such input", seen.Name(s), n, part, 3/float64(n))
			}
		}
	})
	NotClimbed(ctx, provisions.Operator, "nobody was logged in, and nothing was looked at by hand")
	Inconclude("%d odd requests, of seed %d, neither brought an interface down nor were executed%s; what lies behind a log-in, files, other protocols and values that are stored were not tried", sent, seed, bound)
}

// tried sends odd input to one part of an interface and judges what came of it.
func tried(ctx context.Context, dut *DUT, s service.Service, part string) int {
	name := seen.Name(s)
	var t mutate.Tried
	if at, most := seen.Of(dut, s), quota[dut.Effort()]; s.Protocol == "mqtt" {
		t = Ask(ctx, at, mutate.MQTT{Port: s.Addr.Port(), TLS: s.TLS, Seed: seed, Most: most, PerSecond: perSecond, Fastest: fastest})
	} else {
		t = Ask(ctx, at, mutate.HTTP{Port: s.Addr.Port(), TLS: s.TLS, Part: part, Seed: seed, Most: most, PerSecond: perSecond, Fastest: fastest})
	}
	if !t.Open {
		Inconclude("%s does not answer any more", name)
	}
	Note(ctx, "%s: %d odd %s to %d inputs, %d looks whether it lives: %d answers below 400, %d from 400, of them %d from 500; %d connections ended without one", name, t.Sent, part, len(t.Inputs), t.Checks, t.Accepted, t.Refused, t.Errors, t.Dropped)
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
