package communication

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/seen"
)

// openAgents convicts an agent of SNMP that lets anybody read, who knows what every manual says.
func openAgents(ctx context.Context, dut *DUT) {
	for _, a := range seen.Agents(ctx, dut) {
		Expect(a.Takes()).To(BeEmpty(), "%s lets anybody read its management data with %s", seen.NameUDP(a.Port), strings.Join(a.Takes(), ", "))
	}
}

// openResources raises a doubt for each resource of CoAP that anybody reads: a list and a time of day need no log-in, a lock does.
func openResources(ctx context.Context, dut *DUT) {
	for _, s := range seen.CoAP(ctx, dut) {
		var open []string
		for _, r := range s.Read {
			if r.Open() {
				open = append(open, r.Path)
			}
		}
		if len(open) > 0 {
			Doubt(ctx, "%s lets anybody read %s: judge whether these need a log-in", seen.NameUDP(s.Port), strings.Join(open, ", "))
		}
	}
}
