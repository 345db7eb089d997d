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
