package seen

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/dtls"
	"github.com/secure-by-design/assay/harness/probe/udp"
)

// A DTLSService is a service that speaks DTLS, and what it offers.
type DTLSService struct {
	udp.Port
	dtls.Offered
}

// DTLS are the services that speak DTLS. A version that did not answer raises a doubt: silence is no refusal.
func DTLS(ctx context.Context, dut *harness.DUT) (out []DTLSService) {
	for _, p := range UDP(ctx, dut).Open() {
		if p.Protocol != "dtls" {
			continue
		}
		s := DTLSService{p, harness.Ask(ctx, There(dut, p), dtls.Offers{Port: p.Addr.Port()})}
		for _, v := range s.Undecided {
			harness.Doubt(ctx, "%s did not answer when %s was offered: see that it is not busy, and run again", NameUDP(p), v)
		}
		out = append(out, s)
	}
	return out
}
