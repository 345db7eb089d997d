package communication

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.5-5", func(dut *DUT) {
	TestCase("5.5-5-1", func() {
		Unit("a", "in every state, configuring over the network needs authentication", func(ctx context.Context) {
			if dut.Edition() == provisions.V31 {
				Declared(ctx, dut, "28-LogIntf")
			}
			services := configuring(ctx, dut)
			Each("service of 13-SoftServ that configures", services, func(s offering) {
				authenticates(ctx, dut, s)
				Each("criterion", []func(){
					func() { admits(ctx, dut, s) },
					func() {
						Each("mechanism of 1-AuthMech that it names", waysIn(ctx, dut, []offering{s}), func(m device.Row) {
							Each("criterion", []func(context.Context, *DUT, device.Row){tellsApart, holds}, func(c func(context.Context, *DUT, device.Row)) { c(ctx, dut, m) })
						})
					},
				}, func(c func()) { c() })
			})
			presence(services)
			Propose(Pass, "%d services that configure ask for authentication, and the set-up for %s; judge the claim by its first owner, and recovery and update, by the interpretation agreed with the customer", len(services), presences(services))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.5-5-2", func() {
		Unit("a", "nobody configures the device without the right to, in any state", func(ctx context.Context) {
			Each("function that configures", functions(dut, true), func(f function) {
				admitsEntitled(ctx, dut, f)
				changedByUPnP(ctx, dut, f, plant(ctx, dut, f))
				refusesWrites(ctx, dut, f)
			})
			wrongPasswords(ctx, dut)
			admitsAfterWrongTries(ctx, dut, true)
			protections(ctx, dut, true)
			openToOwners(ctx, dut)
			noSecondOwner(ctx, dut)
			presenceIsEnforced(ctx, dut)
			NotClimbed(ctx, provisions.Bench, "the first minute after a start, the loss of the network and an update were not watched")
			Inconclude("all was refused in the initialised and in the factory state; start, loss of the network and update were not watched")
		}, Binds(device.Initialised), Climbs(provisions.LAN, provisions.Operator))

		Unit("b", "no way of communication is missing from 11-ComMech", func(ctx context.Context) {
			rows := seen.ComMechs(dut)
			listeners(ctx, dut, func(s service.Service) (string, bool) {
				for _, m := range rows {
					if seen.At(m.At, m.Description, s) {
						return m.ID, true
					}
				}
				return "11-ComMech", false
			}, func(p udp.Port) (string, bool) {
				for _, m := range rows {
					if seen.AtUDP(m.At, m.Description, p) {
						return m.ID, true
					}
				}
				return "11-ComMech", false
			})
		}, In(provisions.V21), Climbs(provisions.LAN))

		Unit("b", "no listener is missing from 28-LogIntf, or declared as disabled", func(ctx context.Context) {
			rows := seen.LogicalInterfaces(dut)
			listeners(ctx, dut, func(s service.Service) (string, bool) {
				for _, r := range rows {
					if seen.At(r.At, r.Description, s) {
						Expect(seen.Disabled(r)).To(BeFalse(), "%s declares %s as disabled, and %s answers", r.ID, r.Description, seen.Name(s))
						return r.ID, true
					}
				}
				return "28-LogIntf", false
			}, func(p udp.Port) (string, bool) {
				for _, r := range rows {
					if seen.AtUDP(r.At, r.Description, p) {
						Expect(seen.Disabled(r) && seen.Answers(ctx, dut, p)).To(BeFalse(), "%s declares %s as disabled, and %s answers", r.ID, r.Description, seen.NameUDP(p))
						return r.ID, true
					}
				}
				return "28-LogIntf", false
			})
		}, In(provisions.V31), Climbs(provisions.LAN))
	})
})

// listeners holds every service on TCP, and every one that answers on UDP, against the rows.
func listeners(ctx context.Context, dut *DUT, declared func(service.Service) (string, bool), overUDP func(udp.Port) (string, bool)) {
	scan := seen.Ports(ctx, dut)
	judge := func(s service.Service) {
		table, ok := declared(s)
		Expect(ok).To(BeTrue(), "%s answers, and no row of %s declares it", seen.Name(s), table)
	}
	seen.DeclaredUDP(ctx, dut, overUDP)
	Each("listener on TCP", seen.Services(ctx, dut), judge)
	seen.Whole(scan)
	unseen := "the time right after a start, radios"
	if early, done := seen.AfterStart(ctx, dut); done {
		Each("listener on TCP right after a start", early, judge)
		unseen = "radios"
	}
	NotClimbed(ctx, provisions.Bench, "%s and what the device sends by itself were not looked at", unseen)
	Inconclude("every listener on TCP, and every service that answers on UDP, is declared; %s and what the device sends by itself were not looked at", unseen)
}

// noSecondOwner does the set-up again while there is an owner.
func noSecondOwner(ctx context.Context, dut *DUT) {
	if !operate.Declared(dut.File, "initialise") {
		NotClimbed(ctx, provisions.Operator, "without the operation initialise it was not tried to take a device that has an owner")
		return
	}
	again := Do(ctx, dut, setUp(dut, nil))
	Expect(again.OK).To(BeFalse(), "the set-up is taken a second time while the device has an owner")
}

// setUp is the declared set-up, as a request that may be refused.
func setUp(dut *DUT, with map[string]evidence.Secret) operate.Run {
	owner := dut.Sample().Logins["owner"]
	r := operate.Run{Name: "initialise", With: map[string]string{"owner": "second", "user": owner.User}, Secrets: map[string]evidence.Secret{"password": dut.Secret(owner.Password)}}
	if guest, ok := dut.Sample().Logins["guest"]; ok {
		r.Secrets["value"] = dut.Secret(guest.Password)
	}
	for k, v := range with {
		r.Secrets[k] = v
	}
	return r
}

// presenceIsEnforced resets the device and sets it up with a wrong code, where a code is declared.
func presenceIsEnforced(ctx context.Context, dut *DUT) {
	for _, s := range seen.Table(dut, "13-SoftServ", "13-SoftServ", dut.IXIT().SoftServ) {
		if s.Setup == nil || s.Setup.Presence != "code" || s.Setup.Label == "" {
			continue
		}
		if out := Do(ctx, dut, operate.FactoryReset{}); !out.OK {
			NotClimbed(ctx, provisions.Operator, "the factory reset did not work, so that the set-up was not tried: %s", out.Answer)
			return
		}
		wrong := map[string]evidence.Secret{device.LabelParameter(s.Setup.Label): Ask(ctx, dut, Canary{Name: "a wrong set-up code"})}
		taken := Do(ctx, dut, setUp(dut, wrong))
		if !taken.OK {
			owner := dut.Sample().Logins["owner"]
			op := operate.Initialise{Owner: "first", User: owner.User, Password: dut.Secret(owner.Password)}
			if guest, ok := dut.Sample().Logins["guest"]; ok {
				op.Value = dut.Secret(guest.Password)
			}
			Do(ctx, dut, op)
		} else {
			Do(ctx, dut, operate.Restored{})
		}
		Expect(taken.OK).To(BeFalse(), "%s declares a code for the set-up, and the set-up takes a wrong one", s.ID)
	}
}
