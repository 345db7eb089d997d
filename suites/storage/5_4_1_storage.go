package storage

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.4-1", func(dut *DUT) {
	TestCase("5.4-1-1", func() {
		each := func(ctx context.Context, judge func(device.Row)) string {
			rows := parameters(ctx, dut)
			if len(rows) == 0 {
				none(dut, "no parameter", "F(k)", "C(16)")
			}
			Each("row of 10-SecParam", rows, judge)
			return named(rows)
		}
		Unit("a", "each parameter has the type of what it is", func(ctx context.Context) {
			rows := each(ctx, typed)
			Propose(Pass, "the types of %s are those of what they describe, or the stricter", rows)
		}, Climbs(provisions.Declared))

		Unit("b", "each parameter is promised the least that its type needs", func(ctx context.Context) {
			each(ctx, leastOf)
			Note(ctx, "cap: the least of each type alone; what its use needs beyond is a person's to see")
		}, Climbs(provisions.Declared))

		Unit("c", "each parameter is kept by what can give the promise", func(ctx context.Context) {
			rows := each(ctx, keeps)
			Propose(Pass, "what %s promise is given by a part of their schemes; judge the design", rows)
		}, Climbs(provisions.Declared))

		Unit("d", "no parameter is missing from the table", func(ctx context.Context) {
			complete(ctx, dut)
		}, Climbs(provisions.Declared, provisions.LAN))
	})

	TestCase("5.4-1-2", func() {
		Unit("a", "no secret can be read where its scheme should keep it", func(ctx context.Context) {
			image := nothingReadable(ctx, dut)
			searched, exports := nothingExported(ctx, dut)
			switch {
			case !searched && !image:
				Lack("name the image (firmware:), and declare a login of the owner and the operations login, change-credential and settings-read, and give --allow intrusive", "no image of the software was at hand, and no secret of ours was set and searched for in what the device gives over the network")
			case !searched: // the row cannot do without it, whatever the image shows
				Lack("declare a login of the owner and the operations login, change-credential and settings-read, and give --allow intrusive", "no secret was found in the firmware; none of ours was set and searched for in what the device gives over the network")
			case !image && !exports:
				Lack("name the image (firmware:), or declare the operations login, change-credential and settings-read, with settings-read/backup and settings-read/log where there are such", "neither an image nor an export of the device was at hand to be searched for secrets")
			}
			Note(ctx, "cap: what the device gives over the network, and what its image shows; memory that is taken out was not read")
		}, Climbs(provisions.Firmware, provisions.LAN, provisions.Operator))
	})
})
