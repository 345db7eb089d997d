package storage

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Undoable[operate.RewriteIdentity]()

// identityStays judges whether the device's highest user can take the key of its identity away, or change its identity so that it
// stays changed over a restart.
func identityStays(ctx context.Context, dut *DUT) {
	as := owner(dut)
	for _, o := range reading {
		if as == "" || dut.File == nil || !operate.Declared(dut.File, o) {
			Lack("declare a login of the owner and the operations login and settings-read", "nobody could log in to try to change the identity or to take its key away")
		}
	}
	if !dut.May(provisions.Intrusive) {
		Lack("allow it: --allow disruptive", "this run allows no logged-in look and no change")
	}
	read := exported(ctx, dut, operate.Exports{As: as, Canary: Ask(ctx, dut, Canary{Name: "a value that stands nowhere"})})
	keysExported(ctx, dut, read)
	noted(ctx, read)
	if !dut.May(provisions.Disruptive) {
		NotClimbed(ctx, provisions.Operator, "no other identity was written: it needs --allow disruptive")
		Lack("allow it: --allow disruptive", "the key of the identity is not given out; whether the identity can be changed was not tried")
	}
	unwritable(ctx, dut, as)
	Propose(Pass, "the identity stayed, and its key was not given out; look at pads and flash of the opened device, whether they agree with the scheme")
}

// unwritable tries to change the identity through the settings.
func unwritable(ctx context.Context, dut *DUT, as string) {
	before := Ask(ctx, dut, operate.Identity{As: as})
	if !before.Read {
		Inconclude("the settings could not be read, so that no other identity could be written: %s", before.Why)
	}
	got := Do(ctx, dut, operate.RewriteIdentity{As: as, Fields: before.Fields})
	outlives := "it was not restarted since"
	if operate.Declared(dut.File, "power-cycle") {
		if out := Do(ctx, dut, operate.PowerCycle{}); out.OK {
			outlives = "it outlives a restart"
		}
	} else {
		NotClimbed(ctx, provisions.Operator, "without the operation power-cycle it was not shown that a change outlives a restart")
	}
	after := Ask(ctx, dut, operate.Identity{As: as, Look: 1})
	if !after.Read {
		Inconclude("the settings could not be read after another identity was written, so that it was not seen whether it stayed: %s", after.Why)
	}
	var changed []string
	for _, f := range after.Fields {
		if slices.Contains(got.Taken, f.Name) && !slices.Contains(before.Fields, f) {
			changed = append(changed, f.Name+" is now "+f.Value)
		}
	}
	Expect(changed).To(BeEmpty(), "the owner of the device can write its identity, and %s: %s; take it from where no user writes", outlives, strings.Join(changed, "; "))
	if outlives != "it outlives a restart" {
		Doubt(ctx, "the device was not restarted after another identity was written")
	}
	if len(got.Taken) > 0 {
		Note(ctx, "a finding: %s took another value, and had its own again after a restart", strings.Join(got.Taken, ", "))
	}
	if len(got.Answered) == 0 {
		Lack("declare settings-read at the place where settings are written too", "none of %d attempts to write another identity was taken as a request at all, so that no interface was shown to be tried", got.Tried)
	}
	Note(ctx, "another identity was written in %d ways, and not kept (%s)", got.Tried, strings.Join(got.Answered, "; "))
}
