// Package lostdevice holds units beyond the standard: what somebody gets who finds, steals or buys a used device.
//
// Its one idea: a secret that two units of a model share is no secret of the owner's. Whoever opens one unit opens all.
//
//	shared := Ask(ctx, dut, tls.Key{Port: 443}) // and the same of dut.Twin()
package lostdevice

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("LOST-01", func(dut *DUT) {
	TestCase("LOST-01", func() {
		Unit("", "two units of the model share no key and no password", func(ctx context.Context) {
			twin := dut.Twin()
			Each("kind of secret", []func(){
				func() { noKeyIsShared(ctx, dut, twin) },
				func() { noPublishedPasswordOpensBoth(ctx, dut, twin) },
				func() { noPasswordOpensTheOther(ctx, dut, twin) },
				func() { labelsDiffer(dut, twin) },
			}, func(kind func()) { kind() })
			Lack("test both units at a bench that sees their own connections",
				"no key and no password that the network shows is shared; what the units send themselves (start-up randomness, client certificates and credentials of services, access-point keys) was not compared")
		}, SelfProving(), Climbs(provisions.Twin, provisions.LAN))
	})
})
