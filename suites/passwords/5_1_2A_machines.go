package passwords

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.1-2A", func(dut *DUT) {
	TestCase("5.1-2A-1", func() {
		Unit("a", "machines prove themselves to one another without passwords", func(ctx context.Context) {
			rows := among(inScope(ctx, dut), mechanism.machines)
			if len(rows) == 0 {
				unsaid(inScope(ctx, dut))
				Vacuous("1-AuthMech has no mechanism for machines")
			}
			Each("row of 1-AuthMech for machines", rows, withoutPassword)
			Propose(Pass, "each of %d mechanisms for machines rests on a key, certificate or token", len(rows))
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.1-2A-2", func() {
		Unit("a", "no way in for machines that takes a password is missing from the IXIT", func(ctx context.Context) {
			rows := mechanisms(dut)
			Each("log-in or service without one", everything(Found(ctx, dut)), func(at fmt.Stringer) {
				l, is := at.(login.Login)
				if !is {
					return
				}
				if _, declared := row(rows, l); declared {
					return
				}
				if !speaksToMachines(l) {
					Inconclude("%s asks for a password, no row of 1-AuthMech declares it, and whether machines use it was not seen", l)
				}
				takesPassword(ctx, dut, l)
			})
			NotClimbed(ctx, provisions.Bench, "what the device logs in to was not watched")
			Lack("watch start, half an hour of idling and each use at the bench", "no log-in for machines that TCP shows is undeclared; what the device itself logs in to was not watched")
		}, In(provisions.V31), Climbs(provisions.LAN))

		Unit("b", "declared ways in for machines refuse passwords", func(ctx context.Context) {
			rows := forMachines(dut)
			logins := slices.DeleteFunc(Found(ctx, dut).Logins, func(l login.Login) bool { _, own := row(rows, l); return !own })
			if len(logins) == 0 {
				Lack("give the rows of 1-AuthMech for machines their places (at:)", "none of the declared ways in for machines showed a log-in on TCP, so that no password was tried")
			}
			Each("way in for machines", logins, func(l login.Login) { refusesPasswords(ctx, dut, l) })
			NotClimbed(ctx, provisions.Bench, "no client key of the device's own world was at hand")
			Lack("bring a client with a valid key, as the control", "every password was refused; without a valid client key nothing shows that anybody is let in")
		}, In(provisions.V31), Climbs(provisions.LAN))
	})
})

// Words of mechanisms that machines use among themselves, of factors that they may, and of ways that are a password's.
var (
	machineWords = []string{"broker*", "cloud", "MQTT", "AMQP", "peer", "peers", "hub", "gateway", "backend", "machine*", "device to device", "device-to-device", "other devices", "M2M"}
	machineProof = []string{"certificate*", "key", "keys", "private key*", "public key*", "token*", "signature*", "Kerberos", "attestation*", "PSK", "pre-shared key*"}
	passwordWays = []string{"HTTP Basic", "Basic auth*", "user name and password", "username and password", "user name/password", "shared passphrase", "community string*"}
)

// machines tells whether a row is for machines: as it says, or else as its text sounds.
func (m mechanism) machines() bool {
	return m.Use == "m2m" || m.Use == "" && declared.Affirms(m.Description, machineWords...) != ""
}

// unsaid ends the unit where a row does not say who uses it.
func unsaid(rows []mechanism) {
	for _, m := range rows {
		if m.Use == "" {
			Lack("say in 1-AuthMech who uses each row: use: user or m2m", "%s does not say whether users or machines use it", m.ID)
		}
	}
}

// withoutPassword judges the factor of one mechanism for machines.
func withoutPassword(m mechanism) {
	if strings.TrimSpace(m.Factor) == "" {
		Lack("write its factor in 1-AuthMech", "%s says nothing in %q", m.ID, "Authentication Factor")
	}
	by := declared.Affirms(m.Factor, guessables...)
	if by == "" {
		by = declared.Affirms(m.text("Cryptographic Details"), passwordWays...)
	}
	if by != "" && (m.Use == "" || declared.Affirms(m.Factor, machineProof...) != "") {
		Propose(Fail, "%s seems to be for machines and speaks of %q; confirm that a machine proves itself by a password there", m.ID, by)
	}
	Expect(by).To(BeEmpty(), "%s is for machines, and its factor is a password: %q", m.ID, m.Factor)
	if declared.Affirms(m.Factor, machineProof...) == "" {
		Propose(Inconclusive, "%s is for machines, and its factor is %q: see whether that is a key, certificate or token", m.ID, m.Factor)
	}
}

// speaksToMachines tells a protocol that people do not log in by.
func speaksToMachines(l login.Login) bool { return l.Protocol == "mqtt" }

// takesPassword convicts an undeclared log-in for machines in clear, found twice: without TLS there is no client certificate that
// its refusal of a client without credentials could ask for. Within TLS it may be one.
func takesPassword(ctx context.Context, dut *DUT, l login.Login) {
	if l.TLS {
		Inconclude("%s refuses a client without credentials, and no row of 1-AuthMech declares it; whether it takes passwords or certificates was not seen", l)
	}
	place := login.Place{Address: l.Address, Port: l.Port, Protocol: l.Protocol}
	again := len(Ask(ctx, dut, login.All{At: []login.Place{place}}).Logins) > 0
	Expect(again).To(BeFalse(), "%s takes a user and a password from machines, and no row of 1-AuthMech declares it", l)
	Inconclude("%s refused a client without credentials once, and not again", l)
}

// forMachines are the rows of 1-AuthMech that machines use, and no user does.
func forMachines(dut *DUT) (out []device.AuthMech) {
	unsaid := ""
	for _, m := range mechanisms(dut) {
		switch m.Use {
		case "m2m":
			out = append(out, m)
		case "":
			unsaid = m.ID
		}
	}
	if len(out) == 0 && unsaid != "" {
		Lack("say in 1-AuthMech who uses each row: use: user or m2m", "%s does not say whether users or machines use it", unsaid)
	}
	if len(out) == 0 {
		Lack("confirm that 1-AuthMech is complete (5.1-2A-2a)", "no row of 1-AuthMech is for machines; that there is none was not shown")
	}
	return out
}

// refusesPasswords offers passwords alone: the owner's, none, and a published one.
func refusesPasswords(ctx context.Context, dut *DUT, l login.Login) {
	_, users := row(slices.DeleteFunc(slices.Clone(mechanisms(dut)), func(m device.AuthMech) bool { return m.Use == "m2m" }), l)
	if !speaksToMachines(l) && !users { // it asks for a password outright
		again := Ask(ctx, dut, login.All{At: []login.Place{{Address: l.Address, Port: l.Port, TLS: l.TLS, Protocol: serviceOf(l).Protocol}}})
		offered := slices.ContainsFunc(again.Logins, func(o login.Login) bool { return o.Protocol == l.Protocol })
		Expect(offered).To(BeFalse(), "%s, which is declared for machines, offers to take a password", l)
	}
	owner, before := dut.Sample().Logins["owner"], working(ctx, dut, l)
	tries := []struct {
		of  string
		ask func(look int) login.Tried
	}{
		{"the owner's password", func(look int) login.Tried {
			return Ask(ctx, dut, login.As{At: l, User: owner.User, Password: firstOwner(dut), Look: look})
		}},
		{"an empty password", func(look int) login.Tried { return Ask(ctx, dut, login.Try{At: l, User: owner.User, Look: look}) }},
		{"admin/admin", func(look int) login.Tried {
			return Ask(ctx, dut, login.Try{At: l, User: "admin", Password: "admin", Look: look})
		}},
	}
	Each("password", tries, func(t struct {
		of  string
		ask func(look int) login.Tried
	}) {
		switch got := t.ask(0); got.Outcome {
		case login.Accepted:
			Expect(t.ask(1).Outcome).NotTo(Equal(login.Accepted), "%s, which is declared for machines with another factor, opens with %s alone, twice", l, t.of)
			Inconclude("%s opened with %s once, and not again", l, t.of)
		case login.Refused:
		default:
			Inconclude("%s at %s gave %s, which is no refusal: %s", t.of, l, got.Outcome, got.Why)
		}
	})
	recovered(ctx, dut, l, before)
	Note(ctx, "%s: %d passwords were tried and refused", l, len(tries))
}
