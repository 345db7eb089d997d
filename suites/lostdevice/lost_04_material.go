package lostdevice

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("LOST-04", func(dut *DUT) {
	TestCase("LOST-04", func() {
		Unit("", "what a found unit tells opens no other", func(ctx context.Context) {
			twin := dut.Twin()
			material := disclosed(ctx, dut)
			logins := seen.DeclaredLogins(twin, func(device.AuthMech) bool { return true })
			for _, v := range material {
				Each("log-in of the other unit", logins, func(l seen.DeclaredLogin) {
					for _, user := range []string{l.User, "service"} {
						first := Ask(ctx, twin, login.As{At: l.Login, User: user, Password: v.Secret, Look: 40})
						if first.Outcome != login.Accepted {
							continue
						}
						again := Ask(ctx, twin, login.As{At: l.Login, User: user, Password: v.Secret, Look: 41})
						Expect(again.Outcome).NotTo(Equal(login.Accepted), "%s of one unit, which it gives to anybody at %s, opens %s of another as %s", v.Name, v.Path, l.Login, user)
					}
				})
			}
			Note(ctx, "%d secrets that the unit gives to anybody over TCP were tried at %d log-ins of the other", len(material), len(logins))
			NotClimbed(ctx, provisions.Bench, "no decoy hub, broker or file server was placed, to see what the unit hands to an impostor")
			Inconclude("nothing that the unit tells over TCP opens the other; without decoys it was not seen what it hands to an impostor")
		}, Climbs(provisions.Twin, provisions.LAN))
	})
})

// disclosed is the material that a finder without a log-in gets.
func disclosed(ctx context.Context, dut *DUT) (out []web.Value) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "http" {
			out = append(out, Ask(ctx, seen.Of(dut, s), web.Secrets{Port: s.Addr.Port(), TLS: s.TLS}).Values...)
		}
	}
	return out
}
