package communication

import (
	"context"
	"slices"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/rdp"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/suites/seen"
)

// A desktop is a service of the Remote Desktop Protocol.
type desktop struct{ service.Service }

// WeakRDP says that a desktop twice took a session that RDP itself secures: with RC4, under a key that proves nobody.
func WeakRDP(ctx context.Context, dut *harness.DUT, s service.Service) []string {
	for look := range 2 {
		if o := harness.Ask(ctx, seen.Of(dut, s), rdp.Offers{Port: s.Addr.Port(), Look: look}); !slices.Contains(o.Takes, rdp.Own) {
			return nil
		}
	}
	return []string{seen.Name(s) + " takes sessions under RDP's own security, which is refused: RC4, and a server that proves no identity (RFC 7465, MS-RDPBCGR 5.3)"}
}
