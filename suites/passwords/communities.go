package passwords

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/seen"
)

// communitiesDeclared convicts an agent of SNMP that takes a community, which is a password, and that no row declares.
func communitiesDeclared(ctx context.Context, dut *DUT, rows []device.AuthMech) {
	for _, a := range seen.Agents(ctx, dut) {
		declared := false
		for _, m := range rows {
			declared = declared || seen.AtUDP(m.At, m.Description, a.Port)
		}
		Expect(!declared && len(a.Access.Taken) > 0).To(BeFalse(), "%s asks for a community as a password (it takes %s), and no row of 1-AuthMech declares it", seen.NameUDP(a.Port), strings.Join(a.Takes(), ", "))
	}
}

// publishedCommunities convicts an agent of SNMP that takes a community which every manual names.
func publishedCommunities(ctx context.Context, dut *DUT) {
	for _, a := range seen.Agents(ctx, dut) {
		if !a.Access.Anybody { // else there is no password: that is 5.5-4's affair
			Expect(a.Takes()).To(BeEmpty(), "%s takes a published community: %s", seen.NameUDP(a.Port), strings.Join(a.Takes(), ", "))
		}
		if len(a.Access.Unsteady) > 0 {
			Doubt(ctx, "%s took a published community once, and not again", seen.NameUDP(a.Port))
		}
	}
}
