package seen

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/snmp"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/provisions"
)

// An Agent is one of SNMP, and whom it lets read.
type Agent struct {
	udp.Port
	Engine snmp.EngineTold
	Access snmp.Access
	Asked  bool // whether published communities were tried
}

// Agents are those of SNMP. Published communities are passwords: they are tried where the run may be intrusive.
func Agents(ctx context.Context, dut *harness.DUT) (out []Agent) {
	for _, p := range UDP(ctx, dut).Open() {
		if p.Protocol != "snmp" {
			continue
		}
		at := There(dut, p)
		a := Agent{Port: p, Engine: harness.Ask(ctx, at, snmp.Engine{Port: p.Addr.Port()})}
		if a.Asked = dut.Allowed(provisions.Intrusive); a.Asked {
			a.Access = harness.Ask(ctx, at, snmp.Communities{Port: p.Addr.Port()})
			if a.Access.Budget > 0 {
				harness.Doubt(ctx, "%s: %d published communities were not tried, for their budget of tries was spent", NameUDP(p), a.Access.Budget)
			}
		} else {
			harness.Note(ctx, "%s was not tried with published communities: it takes --allow intrusive", NameUDP(p))
		}
		out = append(out, a)
	}
	return out
}

// Takes names the communities with which anybody reads: "v2c public".
func (a Agent) Takes() (out []string) {
	if a.Access.Anybody {
		out = append(out, "any community")
	}
	for _, c := range a.Access.Taken {
		out = append(out, c.String())
	}
	return out
}
