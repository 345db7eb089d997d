package surfaces

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

var (
	noWindow = Parameter("5.6-3-2d: time by which an interface is off whose window is not declared", 15*time.Minute)
	overtime = Parameter("5.6-3-2d: time beyond the declared window that convicts", 30*time.Second)
)

var _ = Provision("5.6-3", func(dut *DUT) {
	TestCase("5.6-3-1", func() {
		Unit("a", "a physical interface that is never needed is kept from hands", func(ctx context.Context) {
			rows := where(interfaces(ctx, dut, physicalTable(dut)), not(logical))
			if len(rows) == 0 {
				Lack("declare each connector, button and radio that the casing shows, and power", "%s declares no physical interface at all, and every device has one", physicalTable(dut))
			}
			stated(ctx, rows, true)
			hidden := where(rows, needs("never"))
			if len(hidden) == 0 {
				Vacuous("%s declares no physical interface that is never needed", physicalTable(dut))
			}
			Each("physical interface that is never needed", hidden, barred)
			Propose(Pass, "%s name a physical means that keeps hands off; judge it by the supplier's photo or drawing", named(hidden))
		}, Climbs(provisions.Declared))

		Unit("b", "an air interface that is never needed is disabled", func(ctx context.Context) {
			rows := where(interfaces(ctx, dut, "15-Intf"), airInterface)
			stated(ctx, rows, true)
			unneeded(rows, "15-Intf declares no air interface that is never needed")
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("b", "a physical interface that is never needed is disabled", func(ctx context.Context) {
			rows := interfaces(ctx, dut, "15-PhyIntf")
			stated(ctx, rows, true)
			unneeded(rows, "15-PhyIntf declares no interface that is never needed")
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("c", "an interface that is needed at times is off at others", func(ctx context.Context) {
			rows := interfaces(ctx, dut, "15-Intf")
			stated(ctx, rows, true)
			atTimes(where(rows, needs("intermittent")), "15-Intf declares no interface that is needed at times")
		}, In(provisions.V21), Climbs(provisions.Declared))
	})

	TestCase("5.6-3-2", func() {
		Unit("c", "each physical interface is in its declared state", func(ctx context.Context) {
			network := networks(seen.Table(dut, "15-Intf", "15-PhyIntf", dut.IXIT().PhyIntf))
			answers(ctx, dut)
			if len(network) == 0 {
				Contradicted("15-PhyIntf has no network interface, and the device answers over the network")
			}
			on := slices.ContainsFunc(network, func(r device.Intf) bool { return !seen.Disabled(r) })
			Expect(on).To(BeTrue(), "15-PhyIntf declares %s as disabled, and no other network interface, and the device answered over the network twice", named(network))
			NotClimbed(ctx, provisions.LAN, "over the network it is seen that one network interface is on, not which")
			Lack("look at links, sockets and radios at the bench, with the state of each by a person's look",
				"a network interface is on, as declared; which it is, and the state of the other physical interfaces, was not seen")
		}, In(provisions.V31), Climbs(provisions.LAN))

		Unit("d", "an interface that is needed at times is off at other times", func(ctx context.Context) {
			rows := intermittent(seen.LogicalInterfaces(dut))
			if len(rows) == 0 {
				Lack("say in 15-Intf which interfaces are needed at times (need: intermittent), with their places and window_s", "no row of 15-Intf is declared as needed at times")
			}
			if !operate.Declared(dut.File, "pair") {
				Lack("declare the operation pair, which needs the interface", "without the operation pair no interface that is needed at times was seen on")
			}
			Each("interface that is needed at times", rows, func(r device.Intf) { goesOff(ctx, dut, r) })
			NotClimbed(ctx, provisions.Bench, "radios were not looked at")
			Note(ctx, "cap: states that were not entered may keep an interface on")
		}, In(provisions.V21), Climbs(provisions.LAN, provisions.Operator))
	})
})

// barred demands a physical means of a row.
func barred(r device.Intf) {
	name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
	Expect(declared.Placeholder(r.Protection) || declared.None(r.Protection)).To(BeFalse(), "%s is never needed, and has no Protection", name)
	if r.Guard == "casing" || declared.Says(r.Protection, barriers...) {
		return
	}
	if r.Guard == "auth" || declared.Says(r.Protection, "password*", "authenti*", "log-in", "login", "disabled", "software", "locked", "firmware", "off") {
		Propose(Fail, "%s is never needed, and its Protection is of software alone: %q", name, r.Protection)
	}
	Propose(Inconclusive, "%s is never needed; judge whether its Protection is a physical means: %q", name, r.Protection)
}

// unneeded demands that what is never needed is disabled.
func unneeded(rows []device.Intf, none string) {
	never := where(rows, needs("never"))
	if len(never) == 0 {
		Vacuous("%s", none)
	}
	Each("interface that is never needed", never, func(r device.Intf) {
		if status(r) != "" {
			Expect(off(r)).To(BeTrue(), "%s (%s) is never needed, and is not disabled: its Status is %s", r.ID, r.Description, status(r))
		}
	})
}

// atTimes demands that what is needed at times is off by default, and is switched on and off by something.
func atTimes(rows []device.Intf, none string) {
	if len(rows) == 0 {
		Vacuous("%s", none)
	}
	Each("interface that is needed at times", rows, func(r device.Intf) {
		name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
		if status(r) != "" {
			Expect(off(r)).To(BeTrue(), "%s is needed at times, and is on by default: its Status is %s", name, status(r))
		}
		Expect(declared.Placeholder(r.Off) && r.WindowS == 0).To(BeFalse(), "%s is needed at times, and nothing switches it off (off:, window_s:)", name)
		if declared.Placeholder(r.On) {
			Lack("say in the row what switches it on (on:)", "%s is needed at times, and does not say what switches it on", name)
		}
	})
}

// networks are the rows whose interface carries a network.
func networks(rows []device.Intf) (out []device.Intf) {
	for _, r := range rows {
		text := strings.ToLower(r.Type + " " + r.Medium)
		if slices.ContainsFunc([]string{"network", "ethernet", "wifi", "wi-fi", "wlan", "cellular"}, func(w string) bool { return strings.Contains(text, w) }) {
			out = append(out, r)
		}
	}
	return out
}

func named(rows []device.Intf) string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s (%s)", r.ID, r.Description))
	}
	return strings.Join(out, ", ")
}

// answers shows twice that the device answers over the network.
func answers(ctx context.Context, dut *DUT) {
	scan := seen.Ports(ctx, dut)
	if len(scan.Open) == 0 {
		Inconclude("no TCP port is open, so that nothing shows by which interface the device is reached")
	}
	if at := scan.Open[0]; !Ask(ctx, dut.At(at.Addr()), tcp.Open{Port: at.Port()}).Open {
		Inconclude("TCP %d was open and is not any more, so that nothing shows by which interface the device is reached", at.Port())
	}
}

// intermittent are the rows that are needed at times.
func intermittent(rows []device.Intf) (out []device.Intf) {
	for _, r := range rows {
		if strings.EqualFold(r.Need, "intermittent") {
			out = append(out, r)
		}
	}
	return out
}

// goesOff does twice what needs an interface, once to its end and once given up half way, and looks until it is off again.
func goesOff(ctx context.Context, dut *DUT, r device.Intf) {
	places := typed([]device.Intf{r})
	if len(places) == 0 {
		Lack("watch it at the bench", "%s (%s) names no TCP port, and was not watched", r.ID, r.Description)
	}
	within := noWindow + overtime
	if r.WindowS > 0 {
		within = time.Duration(r.WindowS*float64(time.Second)) + overtime
	}
	stuck := map[uint16]int{} // by port: after how many operations it stayed on
	for _, p := range places {
		if opens(ctx, dut, p.Port) {
			c := closes(ctx, dut, p.Port, within, "before anybody asked for it")
			Expect(c.Closed).To(BeTrue(), "%s (%s) was on before anything needed it, and TCP %d still answers %v later", r.ID, r.Description, p.Port, c.After.Round(time.Second))
			Note(ctx, "TCP %d was open already, and closed within %v: something had needed it just before", p.Port, c.After.Round(time.Second))
		}
	}
	for _, kind := range []string{"", "abandoned"} {
		if out := Do(ctx, dut, operate.Run{Name: "pair", Kind: kind}); !out.OK {
			Inconclude("the operation pair did not work (%s), so that %s was not seen on", out.Answer, r.ID)
		}
		for _, p := range places {
			if !opens(ctx, dut, p.Port) {
				Inconclude("%s (%s) was never seen on: TCP %d refuses also right after the operation pair", r.ID, r.Description, p.Port)
			}
			if c := closes(ctx, dut, p.Port, within, "after the operation pair "+kind); !c.Closed {
				stuck[p.Port]++
			} else {
				Note(ctx, "TCP %d opened by the operation pair %sand closed within %v", p.Port, kind+strings.Repeat(" ", min(len(kind), 1)), c.After.Round(time.Second))
			}
		}
	}
	for _, p := range places {
		Expect(stuck[p.Port]).To(BeNumerically("<", 2), "%s (%s) stays on: TCP %d still answers %v after the operation pair, in two runs", r.ID, r.Description, p.Port, within)
		if stuck[p.Port] > 0 {
			Inconclude("%s (%s) stayed on for %v after one operation pair, and not after the other", r.ID, r.Description, within)
		}
	}
	if _, own := dut.File.Operations["pair/abandoned"]; !own {
		Doubt(ctx, "a pairing that is given up half way was not tried: declare the operation pair/abandoned")
	}
}

// closes waits until a port is closed at every address of the device.
func closes(ctx context.Context, dut *DUT, port uint16, within time.Duration, before string) tcp.Closing {
	c := Ask(ctx, dut, tcp.Closes{Port: port, Within: within, Before: before})
	for _, at := range dut.Others() {
		o := Ask(ctx, dut.At(at), tcp.Closes{Port: port, Within: within, Before: before})
		c.Closed, c.After = c.Closed && o.Closed, max(c.After, o.After)
	}
	return c
}
