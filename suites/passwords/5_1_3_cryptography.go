package passwords

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/communication"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.1-3", func(dut *DUT) {
	TestCase("5.1-3-2", func() {
		Unit("a", "users are authenticated with the declared cryptography, or stronger", func(ctx context.Context) {
			rows := mechanisms(dut)
			Each("declared log-in over the network", declaredAt(rows), func(p place) {
				var weak []string
				seenThere := false
				for _, s := range seen.TLS(ctx, dut) {
					if seen.At([]device.Endpoint{p.Endpoint}, "", s.Service) {
						seenThere = true
						weak = append(weak, communication.Weaknesses(ctx, dut, s, p.Strength)...)
					}
				}
				for _, s := range seen.SSH(ctx, dut) {
					if seen.At([]device.Endpoint{p.Endpoint}, "", s.Service) {
						seenThere = true
						weak = append(weak, communication.WeakSSH(ctx, dut, s, p.Strength)...)
					}
				}
				for _, w := range weak {
					Expect(w).To(BeEmpty(), "%s declares the log-in there, and %s", p.ID, w)
				}
				if !seenThere {
					Inconclude("%s: nothing protected was seen at %s port %d", p.ID, p.Proto, p.Port)
				}
			})
			inClear(ctx, dut)
			for _, l := range network(dut, every) {
				if l.Protocol == "json" || l.Protocol == "form" {
					communication.TokensAreRandom(ctx, dut, l.Login, l.User, l.Right)
					break // one log-in of the web stands for its sessions
				}
			}
		}, Climbs(provisions.LAN, provisions.Operator))
	})
})

// A place is where a mechanism is offered.
type place struct {
	device.AuthMech
	device.Endpoint
}

func declaredAt(rows []device.AuthMech) (out []place) {
	for _, m := range rows {
		for _, e := range m.At {
			out = append(out, place{m, e})
		}
	}
	return out
}

// inClear convicts a log-in that takes the password where everybody on the way reads it.
func inClear(ctx context.Context, dut *DUT) {
	for _, l := range Found(ctx, dut).Logins {
		clear := !l.TLS && l.Protocol != "ssh" && l.Protocol != "digest"
		Expect(clear).To(BeFalse(), "%s takes the password in clear", l)
	}
}
