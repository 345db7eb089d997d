// Package validation holds the units of clause 5.13: validate input data.
//
// Its one idea: input is checked where it is used, and each way in has a check. A way in that no check names convicts; so does a
// check that whoever attacks can leave out, since it runs in his browser or app, or looks at who sends and not at what is sent.
package validation

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.13-1", func(dut *DUT) {
	TestCase("5.13-1-1", func() {
		Unit("a", "each way in has a check of its input", func(ctx context.Context) {
			ways := append(userInterfaces(ctx, dut), programInterfaces(ctx, dut)...)
			checks := checks(ctx, dut)
			covered(checks, anyWay(append(ways, mechanisms(ctx, dut, checks)...), "27-UserIntf, 28-ExtAPI and 11-ComMech"))
		}, Climbs(provisions.Declared))

		Unit("b", "each check of input is effective", func(ctx context.Context) {
			effective(ctx, checks(ctx, dut))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.13-1-2", func() {
		Unit("a", "odd input neither brings the device down nor is executed", func(ctx context.Context) {
			takers := append(fromUsers(ctx, dut), fromNetwork(ctx, dut)...)
			sent := withstands(ctx, dut, takers)
			reached(ctx, "28-ExtAPI", programPlacesOpen(ctx, dut), takers)
			usersReach(ctx, dut, sent)
		}, Climbs(provisions.LAN), Quota("2,000 odd requests to each interface"))

		Unit("b", "no user interface is missing from the IXIT", func(ctx context.Context) {
			usersFind(ctx, dut)
		}, Climbs(provisions.LAN))

		Unit("c", "no programming interface is missing from the IXIT", func(ctx context.Context) {
			programsFind(ctx, dut, "28-ExtAPI", programPlaces(ctx, dut))
		}, Climbs(provisions.LAN))
	})
})

var _ = Provision("5.13-1A", func(dut *DUT) {
	TestCase("5.13-1A-1", func() {
		Unit("a", "each user interface that takes input has a check of it", func(ctx context.Context) {
			covered(checks(ctx, dut), anyWay(userInterfaces(ctx, dut), "27-UserIntf"))
		}, Climbs(provisions.Declared))

		Unit("b", "each check of users' input is effective", func(ctx context.Context) {
			ways := anyWay(userInterfaces(ctx, dut), "27-UserIntf")
			effective(ctx, of(checks(ctx, dut), ways))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.13-1A-2", func() {
		Unit("a", "no user interface is missing from the IXIT", func(ctx context.Context) {
			usersFind(ctx, dut)
		}, Climbs(provisions.LAN))

		Unit("b", "odd input at the web page neither brings the device down nor is executed", func(ctx context.Context) {
			usersReach(ctx, dut, withstands(ctx, dut, fromUsers(ctx, dut)))
		}, Climbs(provisions.LAN), Quota("2,000 odd requests to each interface"))
	})
})

var _ = Provision("5.13-1B", func(dut *DUT) {
	TestCase("5.13-1B-1", func() {
		Unit("a", "each interface on the network has a check of its input", func(ctx context.Context) {
			Declared(ctx, dut, "15-PhyIntf")
			covered(checks(ctx, dut), anyWay(networkInterfaces(ctx, dut), "28-LogIntf"))
		}, Climbs(provisions.Declared))

		Unit("b", "each check of input from the network is effective", func(ctx context.Context) {
			ways := anyWay(networkInterfaces(ctx, dut), "28-LogIntf")
			effective(ctx, of(checks(ctx, dut), ways))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.13-1B-2", func() {
		Unit("a", "odd input from the network neither brings the device down nor is executed", func(ctx context.Context) {
			takers := fromNetwork(ctx, dut)
			withstands(ctx, dut, takers)
			reached(ctx, "28-LogIntf", networkPlacesOpen(ctx, dut), takers)
		}, Climbs(provisions.LAN), Quota("2,000 odd requests to each interface"))

		Unit("b", "no interface on the network is missing from the IXIT", func(ctx context.Context) {
			programsFind(ctx, dut, "28-LogIntf", networkPlaces(ctx, dut))
		}, Climbs(provisions.LAN))
	})
})
