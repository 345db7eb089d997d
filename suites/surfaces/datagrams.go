package surfaces

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/suites/seen"
)

// overUDP holds every service that answers on UDP against the rows of a table.
func overUDP(ctx context.Context, dut *DUT, table string) {
	rows := seen.LogicalInterfaces(dut)
	seen.DeclaredUDP(ctx, dut, func(p udp.Port) (string, bool) {
		for _, r := range rows {
			if seen.AtUDP(r.At, r.Description, p) {
				return r.ID, true
			}
		}
		return table, false
	})
}

// udpStates holds each declared interface on UDP against what its port does. Silence contradicts nothing: many services answer
// their own clients alone.
func udpStates(ctx context.Context, dut *DUT) {
	declared := datagrams(seen.LogicalInterfaces(dut))
	if len(declared) == 0 {
		return
	}
	state := map[uint16]string{}
	found := map[uint16]udp.Port{}
	for _, p := range seen.UDP(ctx, dut).Ports {
		if at := p.Addr.Port(); state[at] == "" || state[at] == udp.Undecided || p.State == udp.Open {
			state[at], found[at] = p.State, p
		}
	}
	Each("declared UDP interface", declared, func(r endpoint) {
		open := state[r.Port] == udp.Open
		if seen.Disabled(r.Intf) && open {
			Expect(seen.Answers(ctx, dut, found[r.Port])).To(BeFalse(), "%s declares %s as disabled, and UDP %d answers", r.ID, r.Description, r.Port)
		}
		switch {
		case seen.Enabled(r.Intf) && state[r.Port] == udp.Closed:
			Contradicted("%s declares %s as enabled, and UDP %d refuses", r.ID, r.Description, r.Port)
		case seen.Enabled(r.Intf) && !open:
			Note(ctx, "%s declares %s as enabled, and UDP %d neither answers nor refuses", r.ID, r.Description, r.Port)
		}
	})
}

// datagrams are the UDP ports of declared interfaces.
func datagrams(rows []device.Intf) (out []endpoint) {
	for _, r := range rows {
		for _, e := range r.At {
			if e.Port != 0 && seen.OverUDP(e) {
				out = append(out, endpoint{r, e.Port})
			}
		}
	}
	return out
}
