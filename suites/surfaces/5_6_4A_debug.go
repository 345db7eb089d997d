package surfaces

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/open"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/shell"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

var debugTries = Parameter("5.6-4A-2a: published credentials tried at a debug log-in", 20)

var _ = Provision("5.6-4A", func(dut *DUT) {
	TestCase("5.6-4A-1", func() {
		both := []string{"15-PhyIntf", "28-LogIntf"}

		Unit("a", "a debug interface that is protected asks for authentication", func(ctx context.Context) {
			rows := where(debugRows(ctx, dut, both...), not(off))
			ways := Declared(ctx, dut, "1-AuthMech")
			stated(ctx, rows, false)
			if len(rows) == 0 {
				Vacuous("no debug interface is declared that is not disabled")
			}
			Each("debug interface that is not disabled", rows, func(r device.Intf) { guarded(ctx, ways, r) })
			Propose(Pass, "%s name a row of 1-AuthMech, for each unit and with accepted algorithms; judge it", named(rows))
		}, Climbs(provisions.Declared))

		Unit("b", "a debug interface that is disabled is so by software", func(ctx context.Context) {
			rows := where(debugRows(ctx, dut, both...), off)
			if len(rows) == 0 {
				Vacuous("no debug interface is declared that is disabled")
			}
			Each("debug interface that is disabled", rows, switchedOff)
			Propose(Pass, "%s name what of the software switches them off; judge whether it does", named(rows))
		}, Climbs(provisions.Declared))

		Unit("c", "a debug interface that is never needed is disabled for good", func(ctx context.Context) {
			neverDebugged(ctx, debugRows(ctx, dut, both...))
		}, Climbs(provisions.Declared))

		Unit("d", "a debug interface that is needed at times is off by default", func(ctx context.Context) {
			debuggedAtTimes(ctx, debugRows(ctx, dut, both...))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.6-4A-2", func() {
		Unit("a", "no debug interface lets anybody in", func(ctx context.Context) {
			places := typed(debugging(seen.LogicalInterfaces(dut)))
			if len(places) == 0 {
				Lack("try the debug connectors by hand, and say in 28-LogIntf which rows are for debugging (Debug Interface, at:)",
					"28-LogIntf names no debug interface with a TCP port; connectors were not tried")
			}
			Each("debug interface on TCP", places, func(p endpoint) {
				for _, s := range at(ctx, dut, p.Port) {
					admitsNobody(ctx, dut, p, s)
				}
			})
			NotClimbed(ctx, provisions.Bench, "serial, USB and probe connectors were not tried")
			Lack("try serial, USB and probe connectors by hand", "no debug interface on TCP lets anybody in; connectors were not tried")
		}, In(provisions.V31), Climbs(provisions.LAN))
	})
})

// Words for a protection that is the same in every unit of a model, or known to who has the right plug.
var modelWide = []string{"one password for the model", "one password for all", "same password", "shared password", "common password", "password of the model", "model-wide", "same key for all",
	"one key for all", "key sequence", "key combination", "hidden menu", "vendor-only connector", "proprietary connector", "special cable"}

// Words for a proof that a text may name without a row of 1-AuthMech.
var proofs = []string{"signature*", "certificate*", "challenge*", "password*", "key*", "token*", "authenti*"}

// guarded holds the protection of a debug interface that is not disabled against the ways to authenticate.
func guarded(ctx context.Context, ways []device.Row, r device.Intf) {
	name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
	text := r.Protection + ". " + r.Description
	w := declared.Affirms(text, modelWide...)
	Expect(w).To(BeEmpty(), "%s is for debugging, and is protected by a %s, which is no authentication", name, w)
	for _, m := range ways {
		if declared.Says(text, m.ID) {
			crypto := declared.Resolved(ways, m, "Cryptographic Details")
			against := declared.RefusedIn(crypto, At(ctx))
			Expect(against).To(BeEmpty(), "%s is for debugging, and protected by %s: %s", name, m.ID, declared.Gathered(against))
			return
		}
	}
	if declared.Affirms(text, proofs...) != "" {
		Propose(Inconclusive, "%s is for debugging, and its protection is no row of 1-AuthMech: name the row in Protection or Description (%q)", name, or(r.Protection, r.Description))
	}
	Expect(declared.Placeholder(r.Protection)).To(BeFalse(), "%s is for debugging and not disabled, and names no protection", name)
	Propose(Fail, "%s is for debugging and not disabled, and its protection names no authentication: %q", name, r.Protection)
}

// debugging are the rows that are for debugging.
func debugging(rows []device.Intf) (out []device.Intf) {
	for _, r := range rows {
		if r.IsDebug.Yes() || strings.HasPrefix(strings.ToLower(r.Debug), "yes") {
			out = append(out, r)
		}
	}
	return out
}

// at are the services that answer at a port.
func at(ctx context.Context, dut *DUT, port uint16) (out []service.Service) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Addr.Port() == port {
			out = append(out, s)
		}
	}
	return out
}

// admitsNobody convicts a prompt where the row says that all is off, a shell, and a log-in that opens with what others know.
func admitsNobody(ctx context.Context, dut *DUT, p endpoint, s service.Service) {
	switch s.Protocol {
	case "shell":
		runsNothing(ctx, dut, p, s)
	case "adb", "gdb", "openocd":
		debugsNothing(ctx, dut, p, s)
	}
	if seen.Disabled(p.Intf) {
		again := Ask(ctx, seen.Of(dut, s), service.Identify{Port: p.Port})
		Expect(prompts(s) && prompts(again)).To(BeFalse(), "%s (%s) is declared as disabled, and TCP %d prompts, twice (%.60q)", p.ID, p.Description, p.Port, s.Banner)
		Inconclude("%s (%s) is declared as disabled, and TCP %d is open, though it does not prompt (that is 5.6-1-2a's affair)", p.ID, p.Description, p.Port)
	}
	var logins []login.Login
	for _, l := range seen.Found(ctx, dut).Logins {
		if l.Port == p.Port {
			logins = append(logins, l)
		}
	}
	if len(logins) == 0 {
		Lack("try it by hand with the maker's description", "%s (%s) answers at TCP %d in a way that this version cannot try (%.60q)", p.ID, p.Description, p.Port, s.Banner)
	}
	Each("debug log-in", logins, func(l login.Login) { refusesWhatOthersKnow(ctx, dut, p, l) })
}

// runsNothing convicts a port that twice runs a command for anybody.
func runsNothing(ctx context.Context, dut *DUT, p endpoint, s service.Service) {
	ran := 0
	for look := range 2 {
		if Ask(ctx, seen.Of(dut, s), shell.Runs{Port: p.Port, Look: look}).Ran {
			ran++
		}
	}
	Expect(ran).To(BeNumerically("<", 2), "%s (%s) runs commands of anybody at TCP %d, twice (%.60q)", p.ID, p.Description, p.Port, s.Banner)
	Inconclude("%s (%s) prompts like a shell at TCP %d, and ran %d of 2 commands", p.ID, p.Description, p.Port, ran)
}

// debugsNothing convicts a bridge or stub for debugging that twice takes anybody's commands.
func debugsNothing(ctx context.Context, dut *DUT, p endpoint, s service.Service) {
	looks, last := 0, open.Used{}
	for look := range 2 {
		if last = Ask(ctx, seen.Of(dut, s), open.Uses{Protocol: s.Protocol, Port: p.Port, TLS: s.TLS, Look: look}); last.Open {
			looks++
		}
	}
	Expect(looks).To(BeNumerically("<", 2), "%s (%s) %s at TCP %d, twice", p.ID, p.Description, last.What, p.Port)
	if looks == 0 && last.Asks != "" && !seen.Disabled(p.Intf) {
		Note(ctx, "%s at TCP %d asks for %s; whether the key is one for all units was not tried", p.ID, p.Port, last.Asks)
	}
}

// prompts tells whether a service says or takes anything.
func prompts(s service.Service) bool { return s.Banner != "" || s.Protocol != "" }

// refusesWhatOthersKnow tries published credentials and the values of the label.
func refusesWhatOthersKnow(ctx context.Context, dut *DUT, p endpoint, l login.Login) {
	h := Ask(ctx, dut, login.WellKnown{At: l, Most: debugTries, Users: []string{"root", "admin"}})
	var which []string
	for _, c := range h.Accepted {
		which = append(which, fmt.Sprintf("%s/%s (%s)", c.User, c.Password, c.Source))
	}
	Expect(which).To(BeEmpty(), "%s (%s) opens with a published password: %s", p.ID, p.Description, strings.Join(which, ", "))
	for _, name := range slices.Sorted(maps.Keys(dut.Sample().Label)) {
		try := login.As{At: l, User: "root", Password: dut.Secret(dut.Sample().Label[name])}
		first := Ask(ctx, dut, try)
		try.Look = 1
		opened := first.Outcome == login.Accepted && Ask(ctx, dut, try).Outcome == login.Accepted
		Expect(opened && !h.Anything).To(BeFalse(), "%s (%s) opens for root with the %s that is printed on the label", p.ID, p.Description, name)
	}
	if h.Open || h.Anything {
		Inconclude("%s (%s): %s has no password to guess: %s", p.ID, p.Description, l, h.Why)
	}
	Note(ctx, "%s: %d of %d published credentials and %d values of the label were tried and refused; a limit to guesses was not measured, since no password of it is known", l, h.Refused, h.Of, len(dut.Sample().Label))
}
