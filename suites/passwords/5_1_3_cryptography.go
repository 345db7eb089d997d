package passwords

import (
	"context"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/communication"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.1-3", func(dut *DUT) {
	TestCase("5.1-3-1", func() {
		each := func(ctx context.Context, judge func(mechanism)) int {
			rows := inScope(ctx, dut)
			if len(rows) == 0 {
				noneStated(dut, "no authentication of users", "C(8)", "F(c)")
			}
			Each("row of 1-AuthMech", rows, judge)
			return len(rows)
		}
		Unit("a", "what each authentication guarantees fits", func(ctx context.Context) {
			n := each(ctx, guarantees)
			Propose(Pass, "each of %d mechanisms promises integrity and authenticity, and confidentiality where a password crosses a network; judge whether its use needs more", n)
		}, Climbs(provisions.Declared))

		Unit("b", "each authentication can give what it guarantees", func(ctx context.Context) {
			n := each(ctx, delivers)
			Propose(Pass, "each guarantee of %d mechanisms is one that the protocol named gives by its design; judge what is the maker's own", n)
		}, Climbs(provisions.Declared))

		Unit("c", "the cryptography of each authentication is best practice", func(ctx context.Context) {
			n := each(ctx, func(m mechanism) { accepted(ctx, m) })
			Propose(Pass, "the catalogue has nothing against what %d mechanisms name, on %s; judge what it does not know, and how passwords are kept", n, At(ctx).Format(time.DateOnly))
		}, Climbs(provisions.Declared))

		Unit("d", "no feasible attack is known against an authentication", func(ctx context.Context) {
			n := each(ctx, withstands)
			Propose(Pass, "no attack of the register works against what %d mechanisms name; judge whether another is known", n)
		}, Climbs(provisions.Declared))
	})

	TestCase("5.1-3-2", func() {
		Unit("a", "users are authenticated with the declared cryptography, or stronger", func(ctx context.Context) {
			rows := mechanisms(dut)
			Each("property of log-ins", []func(){func() {
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
					for _, s := range seen.DTLS(ctx, dut) {
						if seen.AtUDP([]device.Endpoint{p.Endpoint}, "", s.Port) {
							seenThere = true
							weak = append(weak, communication.WeakDTLS(ctx, dut, s, p.Strength)...)
						}
					}
					for _, w := range weak {
						Expect(w).To(BeEmpty(), "%s declares the log-in there, and %s", p.ID, w)
					}
					if !seenThere {
						Inconclude("%s: nothing protected was seen at %s port %d", p.ID, p.Proto, p.Port)
					}
				})
			}, func() { inClear(ctx, dut) }, func() { communication.AnswersAreSpent(ctx, dut) }}, func(judge func()) { judge() })
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
		clear, sure := l.InClear()
		Expect(clear && sure).To(BeFalse(), "%s takes the password in clear", l)
		if clear {
			Doubt(ctx, "%s takes the password without TLS; whether a script disguises it before was not seen", l)
		}
	}
}
