package communication

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/harness/probe/upnp"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// openControls has a FAIL proposed of a service of UPnP that twice took, without a log-in, the value that it had told: a person sees
// that another value would take effect, and that it is nothing that a standard has anybody do, such as the volume of a renderer.
func openControls(ctx context.Context, dut *DUT) {
	places := seen.SSDP(ctx, dut)
	if len(places) > 0 && !dut.Allowed(provisions.Intrusive) {
		Doubt(ctx, "actions of UPnP that change something were not tried: it takes --allow intrusive")
		return
	}
	for _, p := range places {
		first := changed(Ask(ctx, seen.There(dut, p), upnp.Controls{At: p.Addr.Port()}))
		if len(first) == 0 {
			continue
		}
		again := changed(Ask(ctx, seen.There(dut, p), upnp.Controls{At: p.Addr.Port(), Look: 1}))
		if len(again) > 0 {
			Propose(Fail, "%s lets anybody change what it does: %s of %s took, without a log-in, the value that %s had told; confirm that another value takes effect, and that no standard has anybody do this", seen.NameUDP(p), first[0].Set, first[0].Service, first[0].Get)
		}
		Inconclude("%s let anybody call %s once, and not again", seen.NameUDP(p), first[0].Set)
	}
}

// changed are the pairs whose value could be written.
func changed(c upnp.Controlled) (out []upnp.Pair) {
	for _, p := range c.Pairs {
		if p.Read == 200 && p.Wrote == 200 {
			out = append(out, p)
		}
	}
	return out
}

// changedByUPnP convicts a service of UPnP that twice tells anybody what only the entitled wrote to a function, and takes it back in its place.
func changedByUPnP(ctx context.Context, dut *DUT, f function, canary evidence.Secret) {
	if !dut.Allowed(provisions.Intrusive) {
		return // a function is written to above that alone
	}
	for _, p := range seen.SSDP(ctx, dut) {
		first, ok := shared(ctx, dut, p, canary, 2)
		if !ok {
			continue
		}
		_, again := shared(ctx, dut, p, canary, 3)
		Expect(again).To(BeFalse(), "%s of %s can be changed by anybody: %s, by %s of %s", f.Name, f.service.ID, seen.NameUDP(p), first.Set, first.Service)
		Inconclude("%s of %s could be changed by anybody once, by %s of %s, and not again", f.Name, f.service.ID, first.Set, seen.NameUDP(p))
	}
}

func shared(ctx context.Context, dut *DUT, p udp.Port, canary evidence.Secret, look int) (upnp.Pair, bool) {
	for _, pair := range changed(Ask(ctx, seen.There(dut, p), upnp.Controls{At: p.Addr.Port(), Shows: []evidence.Secret{canary}, Look: look})) {
		if pair.Shows {
			return pair, true
		}
	}
	return upnp.Pair{}, false
}
