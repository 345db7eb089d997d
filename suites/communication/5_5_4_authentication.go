package communication

import (
	"context"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/mqtt"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.5-4", func(dut *DUT) {
	TestCase("5.5-4-1", func() {
		Unit("a", "each service on the network names how its users authenticate", func(ctx context.Context) {
			Each("service of 13-SoftServ on the network", reachable(ctx, dut), func(s offering) { authenticates(ctx, dut, s) })
		}, Climbs(provisions.Declared))

		Unit("b", "each way to authenticate tells subjects apart and rejects the invalid", func(ctx context.Context) {
			Each("mechanism of 1-AuthMech on the network", waysIn(ctx, dut, reachable(ctx, dut)), func(m device.Row) { tellsApart(ctx, dut, m) })
			Propose(Pass, "each way to authenticate has a factor that can be rejected, and says that it is; judge whether subjects are told apart")
		}, Climbs(provisions.Declared))

		Unit("c", "each way to authenticate holds against somebody on the network", func(ctx context.Context) {
			Each("mechanism of 1-AuthMech on the network", waysIn(ctx, dut, reachable(ctx, dut)), func(m device.Row) { holds(ctx, dut, m) })
			Note(ctx, "cap: limits are measured in 5.1-5")
			Propose(Pass, "each way to authenticate has a protected channel, accepted algorithms and a limit to guesses where there is something to guess; judge the risk that is left")
		}, Climbs(provisions.Declared))

		Unit("d", "each service admits only who has the right", func(ctx context.Context) {
			services := reachable(ctx, dut)
			Each("service of 13-SoftServ on the network", services, func(s offering) { admits(ctx, dut, s) })
			Propose(Pass, "each of %d services says whom it admits; judge whether the rights fit", len(services))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.5-4-2", func() {
		Unit("a", "nobody uses a function without the right to", func(ctx context.Context) {
			anonymousBrokers(ctx, dut)
			openAgents(ctx, dut)
			openResources(ctx, dut)
			strangers(ctx, dut)
			Each("function of 13-SoftServ", functions(dut, false), func(f function) { refusesOthers(ctx, dut, f) })
			wrongPasswords(ctx, dut)
		}, Binds(device.Initialised), Climbs(provisions.LAN, provisions.Operator))

		Unit("b", "who is entitled gets in", func(ctx context.Context) {
			Each("function of 13-SoftServ", functions(dut, false), func(f function) { admitsEntitled(ctx, dut, f) })
			admitsAfterWrongTries(ctx, dut, false)
		}, Binds(device.Initialised), Climbs(provisions.LAN, provisions.Operator))

		Unit("c", "the log-in is protected as declared", func(ctx context.Context) {
			protections(ctx, dut, false)
		}, Climbs(provisions.LAN, provisions.Operator))
	})
})

// A function is one of 13-SoftServ, with its service.
type function struct {
	device.Function
	service device.SoftServ
}

// functions are those that the device file makes triable; those that configure alone for 5.5-5.
func functions(dut *DUT, configuring bool) (out []function) {
	for _, s := range seen.Table(dut, "13-SoftServ", "13-SoftServ", dut.IXIT().SoftServ) {
		if configuring && !s.Configures.Yes() {
			continue
		}
		for _, f := range s.Functions {
			if !configuring || f.Write != nil {
				out = append(out, function{f, s})
			}
		}
	}
	if len(out) == 0 {
		Lack("describe what the services do in 13-SoftServ: functions: with read:, write: and login:", "no function of 13-SoftServ is described so that it can be tried")
	}
	return out
}

// anonymousBrokers convicts a broker that twice lets anybody in and subscribe to everything.
func anonymousBrokers(ctx context.Context, dut *DUT) {
	var brokers []service.Service
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol == "mqtt" {
			brokers = append(brokers, s)
		}
	}
	if len(brokers) == 0 {
		return
	}
	Each("MQTT broker", brokers, func(s service.Service) {
		looks := 0
		for look := range 2 {
			if o := Ask(ctx, seen.Of(dut, s), mqtt.Offers{Port: s.Addr.Port(), TLS: s.TLS, Look: look}); o.Anonymous && o.All {
				looks++
			}
		}
		Expect(looks).To(BeNumerically("<", 2), "%s lets a client without credentials in and subscribe to everything", seen.Name(s))
		if looks == 1 {
			Inconclude("%s let a client without credentials subscribe to everything once, and not again", seen.Name(s))
		}
	})
}

// plant writes a canary as the entitled and reads it back: the control of all refusals.
func plant(ctx context.Context, dut *DUT, f function) evidence.Secret {
	canary := Ask(ctx, dut, Canary{Name: f.Name})
	if f.Write != nil {
		if w := Do(ctx, dut, operate.Write{Service: f.service.ID, Function: f.Name, As: f.Login, Value: canary}); !w.Admitted {
			Inconclude("%s could not be written as %s (%d %s), so that no refusal shows anything", f.Name, f.Login, w.Status, w.Why)
		}
	}
	control := Ask(ctx, dut, operate.Access{Service: f.service.ID, Function: f.Name, As: f.Login, Canary: canary})
	if !control.Admitted || f.Write != nil && !control.Found {
		Inconclude("%s does not show to %s what was written (%d %s), so that no refusal shows anything", f.Name, f.Login, control.Status, control.Why)
	}
	return canary
}

// refusesOthers plants a canary as the entitled, and then reads and writes as nobody, as an invented session, and as a lesser user.
func refusesOthers(ctx context.Context, dut *DUT, f function) {
	canary := plant(ctx, dut, f)
	shownByCoAP(ctx, dut, f, canary)
	changedByUPnP(ctx, dut, f, canary)
	for _, as := range others() {
		as.Service, as.Function, as.Canary = f.service.ID, f.Name, canary
		got := Ask(ctx, dut, as)
		as.Look = 2
		again := Ask(ctx, dut, as)
		Expect(got.Admitted && got.Found && again.Found).To(BeFalse(), "%s of %s shows its data to %s", f.Name, f.service.ID, subject(as))
		if unjudged(got) || got.Found != again.Found {
			Inconclude("%s of %s answered %d and then %d to %s: that is no refusal", f.Name, f.service.ID, got.Status, again.Status, subject(as))
		}
	}
	tellsNoSocket(ctx, dut, f, canary)
	refusesWrites(ctx, dut, f)
}

// refusesWrites tries to change something without the right to.
func refusesWrites(ctx context.Context, dut *DUT, f function) {
	if f.Write == nil {
		return
	}
	for _, as := range others() {
		writes(ctx, dut, f, as)
	}
	if f.Lesser != "" {
		writes(ctx, dut, f, operate.Access{As: f.Lesser})
	}
}

// others are those who are not entitled.
func others() []operate.Access { return []operate.Access{{}, {Garbage: true}} }

func subject(a operate.Access) string {
	switch {
	case a.As != "":
		return a.As + ", who has no right to it"
	case a.Garbage:
		return "an invented session"
	}
	return "anybody, without a log-in"
}

// writes tries to change something without the right, and confirms by reading back as the entitled.
func writes(ctx context.Context, dut *DUT, f function, as operate.Access) {
	value := Ask(ctx, dut, Canary{Name: f.Name + " by " + subject(as)})
	w := Do(ctx, dut, operate.Write{Service: f.service.ID, Function: f.Name, As: as.As, Garbage: as.Garbage, Value: value})
	seenThere := Ask(ctx, dut, operate.Access{Service: f.service.ID, Function: f.Name, As: f.Login, Canary: value})
	Expect(w.Admitted && seenThere.Found).To(BeFalse(), "%s of %s can be changed by %s", f.Name, f.service.ID, subject(as))
	if unjudged(w) || !seenThere.Admitted {
		Inconclude("%s of %s answered %d to a change by %s: that is no refusal", f.Name, f.service.ID, w.Status, subject(as))
	}
}

// wrongPasswords tries the log-ins with an empty and a wrong password, and waits until the right one works again.
func wrongPasswords(ctx context.Context, dut *DUT) {
	Each("declared log-in", append(logins(dut, "owner"), logins(dut, "guest")...), func(l seen.DeclaredLogin) {
		if before := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: l.Right}); before.Outcome != login.Accepted {
			Inconclude("the password that samples: gives for %s did not open %s before any wrong one was tried (%s %s)", l.User, l.Login, before.Outcome, before.Why)
		}
		for _, pw := range []string{"", "certainly-wrong-17"} {
			var first, second login.Tried
			first = Ask(ctx, dut, login.Try{At: l.Login, User: l.User, Password: pw, Look: 10})
			if first.Outcome == login.Accepted {
				second = Ask(ctx, dut, login.Try{At: l.Login, User: l.User, Password: pw, Look: 11})
			}
			Expect(second.Outcome).NotTo(Equal(login.Accepted), "%s opens for %s with %s password", l.Login, l.User, map[bool]string{true: "an empty", false: "any"}[pw == ""])
			if first.Outcome != login.Refused {
				Inconclude("a wrong password at %s gave %s: %s", l.Login, first.Outcome, first.Why)
			}
		}
		back := Ask(ctx, dut, login.Recovered{At: l.Login, User: l.User, Right: l.Right, After: "wrong passwords"})
		if back.Outcome != login.Accepted {
			Inconclude("%s did not take the right password again after two wrong ones: %s %s", l.Login, back.Outcome, back.Why)
		}
	})
}

// unjudged tells an answer that refuses nobody: the device put us off, or broke.
func unjudged(a operate.Accessed) bool { return a.Status == 429 || a.Status == 423 || a.Status >= 500 }

// admitsEntitled uses a function three times in fresh sessions. A lock that earlier wrong tries left is waited for.
func admitsEntitled(ctx context.Context, dut *DUT, f function) {
	good, last := sessions(ctx, dut, f, 20)
	if last.Status == 429 || last.Status == 423 || last.Status == 503 {
		for _, l := range logins(dut, f.Login) {
			back := Ask(ctx, dut, login.Recovered{At: l.Login, User: l.User, Right: l.Right, After: "what was tried before"})
			Expect(back.Outcome).NotTo(Equal(login.Limited), "%s puts off %s's right password for good after wrong ones: it was waited for %v", l.Login, l.User, back.Within.Round(time.Second))
		}
		good, last = sessions(ctx, dut, f, 30)
	}
	if last.Status == 429 || last.Status == 423 || last.Status == 503 {
		Inconclude("%s puts %s off (%d) and judged nothing", f.Name, f.Login, last.Status)
	}
	Expect(good >= 2).To(BeTrue(), "%s of %s was refused to %s, who is entitled, in %d of 3 sessions (%d)", f.Name, f.service.ID, f.Login, 3-good, last.Status)
}

// sessions counts in how many of three fresh sessions a function is open to who is entitled.
func sessions(ctx context.Context, dut *DUT, f function, look int) (good int, last operate.Accessed) {
	for n := range 3 {
		last = Ask(ctx, dut, operate.Access{Service: f.service.ID, Function: f.Name, As: f.Login, Look: look + n})
		if last.Admitted {
			good++
		}
	}
	return good, last
}

// admitsAfterWrongTries waits the declared lock out after wrong passwords, and expects the right one to work again.
func admitsAfterWrongTries(ctx context.Context, dut *DUT, configuring bool) {
	for _, l := range logins(dut, "owner") {
		if l.Protocol != "json" && l.Protocol != "form" && l.Protocol != "basic" {
			continue
		}
		n := 5
		if l.BF != nil && l.BF.Attempts > 0 {
			n = l.BF.Attempts
		}
		g := Ask(ctx, dut, login.Guess{At: l.Login, User: l.User, Right: l.Right, Attempts: n})
		if g.Before != login.Accepted {
			Inconclude("the right password was not accepted at %s before the wrong ones: %s", l.Login, g.Why)
		}
		Expect(g.After).To(Equal(login.Accepted), "%s refuses %s's right password for good after %d wrong ones: it was waited for %v", l.Login, l.User, g.Attempts, g.RecoveredWithin)
		return // one log-in stands for the account
	}
}

// protections judges how a session is protected: random tokens that end, and no password in clear, on a channel as declared.
func protections(ctx context.Context, dut *DUT, configuring bool) {
	Each("log-in over the network", logins(dut, "owner"), func(l seen.DeclaredLogin) {
		for _, s := range protected(ctx, dut) {
			if portOf(s) != l.Port {
				continue
			}
			for _, w := range weak(ctx, dut, s, l.Strength) {
				Expect(w).To(BeEmpty(), "%s: %s", l.ID, w)
			}
		}
		if l.Protocol == "json" {
			TokensAreRandom(ctx, dut, l.Login, l.User, l.Right)
			tokensEnd(ctx, dut)
		}
	})
	clearLogins(ctx, dut)
	AnswersAreSpent(ctx, dut)
	NotClimbed(ctx, provisions.Bench, "the log-in was not captured on the wire")
}

// clearLogins convicts a web log-in that takes the password in clear.
func clearLogins(ctx context.Context, dut *DUT) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol != "http" || s.TLS {
			continue
		}
		for _, l := range Ask(ctx, dut, login.All{At: []login.Place{seen.Place(s)}}).Logins {
			clear, sure := l.InClear()
			Expect(clear && sure).To(BeFalse(), "%s takes the password in clear", l)
			if clear {
				Doubt(ctx, "%s takes the password without TLS; whether a script disguises it before was not seen", l)
			}
		}
	}
}

// tokensEnd logs in and out, and holds the old token against what it opened.
func tokensEnd(ctx context.Context, dut *DUT) {
	if !operate.Declared(dut.File, "logout") || !operate.Declared(dut.File, "read-user-data") {
		NotClimbed(ctx, provisions.Operator, "without the operations logout and read-user-data it was not shown that a session ends")
		return
	}
	in := Do(ctx, dut, operate.Login{As: "owner"})
	token := in.Captured["token"]
	if Ask(ctx, dut, operate.ReadUserData{Token: Ask(ctx, dut, Canary{Name: "an invented session"})}).Read {
		return // anybody reads them: 5.5-4-2a's affair
	}
	if token.IsZero() || !Ask(ctx, dut, operate.ReadUserData{Token: token}).Read {
		Inconclude("a session's token did not work before the log-out: %s", in.Answer)
	}
	Do(ctx, dut, operate.End{Token: token})
	Expect(Ask(ctx, dut, operate.ReadUserData{Token: token}).Read).To(BeFalse(), "a session's token still opens the user data after its log-out")
}

// logins are the declared log-ins that a login of the sample opens.
func logins(dut *DUT, who string) []seen.DeclaredLogin {
	return seen.DeclaredLogins(dut, func(m device.AuthMech) bool { return m.Login == who })
}
