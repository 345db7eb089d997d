package seen

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/quic"
	"github.com/secure-by-design/assay/harness/probe/udp"
)

// A QUICService is a service that speaks QUIC, and what it offers.
type QUICService struct {
	udp.Port
	quic.Offered
}

// QUIC are the services that speak it.
func QUIC(ctx context.Context, dut *harness.DUT) (out []QUICService) {
	for _, p := range speaking(ctx, dut, "quic") {
		out = append(out, QUICService{p, harness.Ask(ctx, There(dut, p), quic.Offers{Port: p.Addr.Port()})})
	}
	return out
}
