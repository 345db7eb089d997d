// Package surfaces holds the units of clause 5.6: minimise exposed attack surfaces.
//
// Its one idea: what answers is compared with what is declared, port by port. What answers and is not declared convicts; what
// is declared and silent contradicts the declaration.
package surfaces

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.6-1", func(dut *DUT) {
	TestCase("5.6-1-1", func() {
		Unit("a", "each network or logical interface that is on has a purpose", func(ctx context.Context) {
			rows := interfaces(ctx, dut, "15-Intf")
			Declared(ctx, dut, "13-SoftServ")
			stated(ctx, rows, false)
			purposes(ctx, dut, where(rows, used, func(r device.Intf) bool { return logical(r) || carriesNetwork(r) }))
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("a", "each physical interface that carries a network and is on has a purpose", func(ctx context.Context) {
			rows := interfaces(ctx, dut, "15-PhyIntf")
			Declared(ctx, dut, "13-SoftServ")
			stated(ctx, rows, false)
			purposes(ctx, dut, where(rows, used, carriesNetwork))
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("b", "each logical interface that is on and reached over the network has a purpose", func(ctx context.Context) {
			rows := interfaces(ctx, dut, "28-LogIntf")
			Declared(ctx, dut, "13-SoftServ")
			stated(ctx, rows, false)
			purposes(ctx, dut, where(rows, used, func(r device.Intf) bool { return fromNetwork(ctx, r) }))
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.6-1-2", func() {
		Unit("a", "each interface is in its declared state", func(ctx context.Context) {
			udpStates(ctx, dut)
			Each("declared TCP interface", typed(seen.LogicalInterfaces(dut)), func(r endpoint) {
				open := opens(ctx, dut, r.Port)
				Expect(seen.Disabled(r.Intf) && open).To(BeFalse(), "%s declares %s as disabled, and TCP %d answers twice", r.ID, r.Description, r.Port)
				if seen.Enabled(r.Intf) && !open {
					Contradicted("%s declares %s as enabled, and TCP %d refuses", r.ID, r.Description, r.Port)
				}
			})
			NotClimbed(ctx, provisions.Bench, "radios and links were not looked at")
			Inconclude("every declared interface on TCP and UDP is in its declared state; radios and connectors were not looked at")
		}, Climbs(provisions.LAN))

		Unit("b", "no network or logical interface is missing from 15-Intf", func(ctx context.Context) {
			complete(ctx, dut, "15-Intf")
		}, In(provisions.V21), Climbs(provisions.LAN))

		Unit("c", "no logical interface is missing from 28-LogIntf", func(ctx context.Context) {
			complete(ctx, dut, "28-LogIntf")
		}, In(provisions.V31), Climbs(provisions.LAN))
	})
})

// purposes judges rows that are on, and proposes them to a person as one table.
func purposes(ctx context.Context, dut *DUT, rows []device.Intf) {
	for _, r := range rows {
		if r.Type == "" && r.Access == "" {
			Doubt(ctx, "%s (%s) has no Type", r.ID, r.Description)
		}
	}
	Each("interface that is on", rows, func(r device.Intf) { purposeful(ctx, dut, r) })
	var list []string
	for _, r := range rows {
		services, others := joined(ctx, dut, r)
		for _, s := range services {
			others = append(others, s.ID)
		}
		list = append(list, fmt.Sprintf("%s (%s) for %s", r.ID, r.Description, strings.Join(others, ", ")))
	}
	Propose(Pass, "each interface that is on has a purpose: %s; judge whether the device uses them", strings.Join(list, "; "))
}

// fromNetwork tells whether a logical interface is reached over a network, as its Access says. A row that does not say raises a doubt.
func fromNetwork(ctx context.Context, r device.Intf) bool {
	if r.Access == "" {
		Doubt(ctx, "%s (%s) does not say from where it is reached (Access)", r.ID, r.Description)
	}
	return !declared.None(r.Access) && !declared.Says(r.Access, "local", "device only", "internal", "none")
}

// An endpoint is a TCP port of a declared interface.
type endpoint struct {
	device.Intf
	Port uint16
}

// opens tells whether a port answers at any of the device's addresses.
func opens(ctx context.Context, dut *DUT, port uint16) bool {
	open := Ask(ctx, dut, tcp.Open{Port: port}).Open
	for _, at := range dut.Others() {
		open = open || Ask(ctx, dut.At(at), tcp.Open{Port: port}).Open
	}
	return open
}

func typed(rows []device.Intf) (out []endpoint) {
	for _, r := range rows {
		for _, e := range r.At {
			if e.Port != 0 && !seen.OverUDP(e) {
				out = append(out, endpoint{r, e.Port})
			}
		}
	}
	return out
}

// complete sweeps and holds each listener against the rows.
func complete(ctx context.Context, dut *DUT, table string) {
	rows := seen.LogicalInterfaces(dut)
	scan := seen.Ports(ctx, dut)
	declared := func(s service.Service) {
		for _, r := range rows {
			if seen.At(r.At, r.Description, s) {
				return
			}
		}
		Expect(s.Addr.Port()).To(BeZero(), "%s answers, and no row of %s declares it", seen.Name(s), table)
	}
	overUDP(ctx, dut, table)
	Each("listener on TCP", seen.Services(ctx, dut), declared)
	seen.Whole(scan)
	unseen := "the time right after a start and multicast groups"
	if early, done := seen.AfterStart(ctx, dut); done {
		Each("listener on TCP right after a start", early, declared)
		unseen = "multicast groups"
	}
	NotClimbed(ctx, provisions.Bench, "%s were not looked at", unseen)
	Note(ctx, "%d TCP ports were scanned, %d were asked again, at most %d at once", scan.Scanned, scan.Rescanned, scan.Peak)
	Inconclude("every listener on TCP, and every service that answers on UDP, is declared; %s were not looked at", unseen)
}
