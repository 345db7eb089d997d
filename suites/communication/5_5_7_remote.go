package communication

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.5-7", func(dut *DUT) {
	TestCase("5.5-7-1", func() {
		Unit("a", "critical parameters that go outside keep their confidentiality", func(ctx context.Context) {
			rows := slices.DeleteFunc(carriers(ctx, dut), func(row device.Row) bool { return reach(ctx, dut, row) == local })
			if len(rows) == 0 {
				stays(dut, "no mechanism of 11-ComMech that carries critical parameters can be reached from outside")
			}
			every(ctx, dut, "mechanism from outside that carries critical parameters", rows, append(slices.Clone(designed), keepsSecret)...)
			for _, row := range rows {
				if reach(ctx, dut, row) == unstated {
					Lack("say in "+row.Table+" whether it is reached from outside the home (remote: yes, or no)", "%s meets the criteria, and does not say whether it is reached from outside", row.ID)
				}
			}
			Note(ctx, "cap: what is reached from outside is the supplier's statement")
			Propose(Pass, "%s, which carry critical parameters and are reached from outside, guarantee confidentiality and meet the criteria of 5.5-1-1 as far as a machine sees; judge the rest there", ids(rows))
		}, Climbs(provisions.Declared))
	})
})

// carriers are the mechanisms that critical parameters name as their way. A parameter that does not say by what it travels
// is INCONCLUSIVE, for a raised doubt; and so is one that speaks of travelling and names no way.
func carriers(ctx context.Context, dut *DUT) (out []device.Row) {
	all := mechanisms(ctx, dut)
	var named []string
	for _, p := range Declared(ctx, dut, "10-SecParam") {
		if !critical(p) {
			continue
		}
		ways, given := p.Lists["Communication Mechanisms"]
		named = append(named, ways...)
		travels := declared.Affirms(p.Fields["Description"]+". "+p.Fields["Provisioning Mechanism"], travelling...)
		switch {
		case !given:
			Doubt(ctx, "%s does not say by what it travels: name rows of %s, or write [] where it never leaves the device", p.ID, mechanismTable(dut))
		case len(ways) == 0 && travels != "":
			Doubt(ctx, "%s (%s) speaks of being %s, and names no way that it takes", p.ID, p.Fields["Description"], travels)
		}
	}
	for _, w := range named {
		Expect(slices.ContainsFunc(all, func(r device.Row) bool { return r.ID == w })).To(BeTrue(), "10-SecParam names %s, which is no row of %s", w, mechanismTable(dut))
	}
	for _, r := range all {
		if slices.Contains(named, r.ID) {
			out = append(out, r)
		}
	}
	return out
}

// Words of a parameter that travels over a network.
var travelling = []string{"transmitted", "transferred", "sent", "downloaded", "uploaded", "over the air", "over the network", "übertragen"}

func mechanismTable(dut *DUT) string {
	if dut.Edition() == provisions.V31 {
		return "11-SecComMech"
	}
	return "11-ComMech"
}

// keepsSecret demands confidentiality of what a row promises.
func keepsSecret(ctx context.Context, dut *DUT, row device.Row) {
	promised, _ := declared.Guarantees(row)
	Expect(declared.Promises(promised, declared.Confidentiality)).To(BeTrue(), "%s carries critical parameters, and does not guarantee their confidentiality", row.ID)
}

// stays ends a unit that speaks of parameters that leave the device, where none does.
func stays(dut *DUT, why string) {
	if holds, stated := dut.File.States("F(o)"); stated && holds && dut.Edition() == provisions.V31 {
		Inconclude("%s, and the device file states feature o: critical parameters can leave the device", why)
	}
	Vacuous("%s", why)
}

// A place is from where a mechanism is reached.
type place int

const (
	unstated place = iota
	local
	remote
)

// Words of a mechanism or interface that is reached from outside the home.
var outside = []string{"internet", "cloud", "wan", "remote*", "from outside", "tunnel", "vpn"}

// reach is from where a row is reached: as its typed key says, or its own words and those of its interface.
func reach(ctx context.Context, dut *DUT, row device.Row) place {
	text := row.Fields["Description"]
	for _, r := range interfaces(dut) {
		if r.ID == row.Fields["Interface"] {
			text += ". " + r.Access
		}
	}
	says := declared.Affirms(text, outside...)
	m := typed(dut, row.ID)
	switch {
	case m != nil && m.Remote == device.Yes, says != "":
		if m != nil && m.Remote == device.No {
			Doubt(ctx, "%s says that it is not reached from outside (remote: no), and speaks of %s", row.ID, says)
		}
		return remote
	case m != nil && m.Remote == device.No:
		return local
	}
	return unstated
}

func interfaces(dut *DUT) []device.Intf {
	if rows := dut.IXIT().LogIntf; rows != nil {
		return *rows
	}
	return nil
}
