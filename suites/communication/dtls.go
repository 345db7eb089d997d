package communication

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/dtls"
	"github.com/secure-by-design/assay/suites/seen"
)

// alike is the version of TLS that one of DTLS is made from, by which the catalogue and declarations know it (RFC 6347, RFC 8996).
var alike = map[string]string{"DTLS 1.0": "TLS 1.1", "DTLS 1.2": "TLS 1.2"}

// WeakDTLS are the sentences that tell in what a DTLS service gives less than is declared for it, or than the catalogue accepts.
// Each suite and version was chosen twice.
func WeakDTLS(ctx context.Context, dut *harness.DUT, s seen.DTLSService, least *device.Strength) (out []string) {
	at := harness.At(ctx)
	again := func(version string, suite uint16) bool {
		return harness.Ask(ctx, seen.There(dut, s.Port), dtls.Takes{Port: s.Addr.Port(), Version: version, Suite: suite}).Chosen
	}
	for _, v := range s.Versions {
		if why := weakVersion(alike[v.Name], least, at); why != "" && again(v.Name, 0) {
			out = append(out, fmt.Sprintf("%s accepts %s, %s", seen.NameUDP(s.Port), v.Name, why))
			continue
		}
		for _, c := range v.Suites {
			if why := weakSuite(c, least, at); why != "" && again(v.Name, uint16(c.ID)) {
				out = append(out, fmt.Sprintf("%s accepts %s in %s, %s", seen.NameUDP(s.Port), c.Name, v.Name, why))
			}
		}
	}
	return out
}
