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
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/shell"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var debugTries = Parameter("5.6-4A-2a: published credentials tried at a debug log-in", 20)

var _ = Provision("5.6-4A", func(dut *DUT) {
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
	if s.Protocol == "shell" {
		runsNothing(ctx, dut, p, s)
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
