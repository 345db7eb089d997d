package deletion

import (
	"cmp"
	"context"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.11-4", func(dut *DUT) {
	TestCase("5.11-4-1", func() {
		var erasures Kept[[]erasure]
		record := func(ctx context.Context) { erasures.Keep(recorded(ctx, dut)) }
		judge := func(ctx context.Context) {
			Each("deletion function", erasures.Get(), func(e erasure) { truthful(ctx, dut, e) })
			Note(ctx, "whether a lay person understands the text is a person's decision; it was read from the answer to the request")
		}
		Unit("a", "each deletion function runs while what it says is recorded", record, In(provisions.V21), Climbs(provisions.Operator))
		Unit("b", "each deletion ends with a confirmation, and it is true", judge, In(provisions.V21), Climbs(provisions.Operator))

		Unit("a", "user data are made and read back", func(ctx context.Context) {
			functions(dut)
			needs(dut, "create-user-data", "read-user-data", "initialise", "login")
			inUse(ctx, dut)
			for _, kind := range kinds(dut) {
				create(ctx, dut, kind)
			}
		}, In(provisions.V31), Climbs(provisions.Operator))
		Unit("b", "each deletion function runs while what it says is recorded", record, In(provisions.V31), Climbs(provisions.Operator))
		Unit("c", "each deletion ends with a confirmation, and it is true", judge, In(provisions.V31), Climbs(provisions.Operator))
	})
})

// An erasure is a deletion function that ran, and what it said.
type erasure struct {
	Row     device.DelFunc
	Said    string
	Data    []datum // that were there before
	Silent  int     // how often it said nothing
	Attempt int
}

// recorded runs each function on fresh data; one that says nothing runs again.
func recorded(ctx context.Context, dut *DUT) (out []erasure) {
	rows := functions(dut)
	needs(dut, "create-user-data", "read-user-data", "initialise", "login")
	inUse(ctx, dut)
	for _, row := range rows {
		e := erasure{Row: row}
		for e.Attempt < 2 && e.Said == "" {
			e.Attempt++
			e.Data = nil
			for _, kind := range kinds(dut) {
				e.Data = append(e.Data, create(ctx, dut, kind))
			}
			did := start(ctx, dut, row, evidence.Secret{})
			if !did.OK {
				Inconclude("%s did not run (%s), so that it confirmed nothing", row.ID, last(did))
			}
			if e.Said = strings.TrimSpace(cmp.Or(did.Shown["confirmation"], did.Shown["message"], did.Answer)); e.Said == "" {
				e.Silent++
			}
			if row.Operation == "factory-reset" {
				setUp(ctx, dut)
			}
		}
		out = append(out, e)
	}
	return out
}

// truthful holds what a function said against what it did.
func truthful(ctx context.Context, dut *DUT, e erasure) {
	for _, d := range e.Data {
		if found(ctx, dut, d, 0) && found(ctx, dut, d, time.Minute) {
			Expect(e.Said).To(BeEmpty(), "%s says %.120q, and user data%s that were there before it still are, at two looks", e.Row.ID, e.Said, named(d.Kind))
			Inconclude("%s says nothing, and user data%s are still there: that is 5.11-1-2c's affair", e.Row.ID, named(d.Kind))
		}
	}
	Expect(e.Silent).To(BeNumerically("<", 2), "%s (%s) ends without a word, twice: tell the user when the data are gone", e.Row.ID, e.Row.Description)
	if e.Silent > 0 {
		Inconclude("%s said nothing the first time and %.120q the second", e.Row.ID, e.Said)
	}
	if e.Row.ConfirmText == "" {
		Lack("say in 25-DelFunc what the answer must hold (confirm_text:), or have a person judge it", "%s says %.120q; whether that names the deletion is not declared", e.Row.ID, e.Said)
	}
	Expect(strings.ToLower(e.Said)).To(ContainSubstring(strings.ToLower(e.Row.ConfirmText)), "%s says %.120q, which does not name the deletion as declared (%q)", e.Row.ID, e.Said, e.Row.ConfirmText)
	Note(ctx, "%s says %.120q", e.Row.ID, e.Said)
}
