// Package deletion holds the units of clause 5.11: it is easy to delete user data.
//
// Its one idea: an owner moves in and leaves traces that nobody else has: data, a changed password, a session, a second user's
// password. The declared function erases them, another owner sets the device up, and each trace is looked for twice. Any
// trace that is still there convicts; what the network does not show is never called clean.
//
//	f := moveIn(ctx, dut)
//	Do(ctx, dut, operate.FactoryReset{Password: f.Password})
//	tracesOf(ctx, dut, f)
package deletion

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _, _ = Undoable[operate.CreateUserData](), Undoable[operate.ChangeCredential]()

var _ = Provision("5.11-1", func(dut *DUT) {
	TestCase("5.11-1-1", func() {
		Unit("a", "a layman can start a function that erases the device", func(ctx context.Context) {
			functions := targeting(ctx, dut, "device")
			if len(functions) == 0 {
				nothingToErase(ctx, dut)
			}
			anyEasy(functions, hardHere)
			Propose(Pass, "a function erases what users leave on the device; judge whether a layman can start it: %s", started(functions))
		}, Climbs(provisions.Declared))

		Unit("b", "each function erases, and does not just hide", func(ctx context.Context) {
			functions := targeting(ctx, dut, "device")
			if len(functions) == 0 {
				Lack("declare in 25-DelFunc the function that erases the device", "25-DelFunc has no function for the device, which is the affair of 5.11-1-1a")
			}
			Each("deletion function", functions, erases)
			Propose(Pass, "each function says that it erases; judge whether what it does is enough for the kind of storage: %s", started(functions))
		}, Climbs(provisions.Declared))

		Unit("c", "what users leave on the device is covered by a function", func(ctx context.Context) {
			left, functions := traces(ctx, dut), targeting(ctx, dut, "device")
			if len(left) == 0 {
				Vacuous("21-PersData, 10-SecParam and 26-UserDec declare nothing that a user leaves on the device")
			}
			if len(functions) == 0 && !slices.ContainsFunc(left, func(t trace) bool { return !t.Setting }) {
				Lack("have a person answer 5.11-1-1a", "only settings are declared to be on the device, which no function erases: whether that is user data is the affair of 5.11-1-1a")
			}
			covered(functions, left, "device")
		}, Climbs(provisions.Declared))
	})

	TestCase("5.11-1-2", func() {
		var first Kept[owner]
		Unit("a", "a first owner leaves data, passwords and a session on the device", func(ctx context.Context) {
			first.Keep(moveIn(ctx, dut))
		}, Climbs(provisions.Operator))

		Unit("b", "each declared function erases with the steps and rights that are declared", func(ctx context.Context) {
			f := first.Get()
			Each("deletion function", functions(dut), func(row device.DelFunc) { runs(ctx, dut, row, f) })
			Note(ctx, "the device is left as its last function left it: the next unit sets it up")
		}, Climbs(provisions.Operator))

		Unit("c", "of the first owner nothing is left for the second", func(ctx context.Context) {
			f := first.Get()
			Each("deletion function", functions(dut), func(row device.DelFunc) {
				if row.Operation == "factory-reset" {
					afterReset(ctx, dut, row, f)
				} else {
					afterDeletion(ctx, dut, row)
				}
			})
			enough(ctx, dut, f)
		}, Climbs(provisions.LAN, provisions.Operator), Quota("a watch of half an hour after the erasure"))

		Unit("d", "a lesser user, or nobody, cannot erase what is others'", func(ctx context.Context) {
			f := first.Get()
			lesser := secondUser(dut)
			Each("deletion function", functions(dut), func(row device.DelFunc) {
				Each("attempt", attempts(lesser), func(by attempt) {
					lost := 0
					for range 2 {
						if !erasedBy(ctx, dut, f, row, by) {
							break
						}
						lost++
					}
					Expect(lost).To(BeNumerically("<", 2), "%s (%s) erases the owner's data for %s, twice: ask who it is before anything is erased", row.ID, row.Description, by)
					if lost == 1 {
						Inconclude("the owner's data were gone once after %s asked for %s, and not a second time", by, row.ID)
					}
				})
				coversAll(ctx, dut, row, lesser)
			})
		}, In(provisions.V31), Climbs(provisions.LAN, provisions.Operator))
	})
})
