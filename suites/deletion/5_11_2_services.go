package deletion

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.11-2", func(dut *DUT) {
	TestCase("5.11-2-1", func() {
		Unit("a", "a user can have his data removed from services", func(ctx context.Context) {
			data := keptByServices(ctx, dut)
			functions := targeting(ctx, dut, "service")
			Expect(functions).NotTo(BeEmpty(), "a service keeps %s, and no function of 25-DelFunc removes data there: give the user one at the device or its app", theirs(data))
			anyEasy(functions, hardThere)
			Propose(Pass, "a function removes data from services; judge whether it is easy: %s", started(functions))
		}, Climbs(provisions.Declared))

		Unit("b", "each service that keeps personal data is covered", func(ctx context.Context) {
			var left []trace
			for _, d := range keptByServices(ctx, dut) {
				left = append(left, trace{ID: d.ID, What: declared.Text(d.Row, "Description") + holders(d)})
			}
			covered(targeting(ctx, dut, "service"), left, "service")
			NotClimbed(ctx, provisions.Bench, "whether others get the data was not looked at")
		}, Climbs(provisions.Declared))
	})
})

// keptByServices are the personal data that a service stores. Where there is none the criterion speaks of nothing.
func keptByServices(ctx context.Context, dut *DUT) (out []declared.Datum) {
	var unknown []declared.Datum
	for _, d := range declared.Personal(ctx, dut) {
		if d.KeptByService() {
			out = append(out, d)
		} else if _, said := d.Lists["Communication Mechanisms"]; d.Typed.Stored == nil && (!said || d.Sent()) {
			unknown = append(unknown, d)
		}
	}
	holds, stated := dut.File.States("F(x)")
	switch {
	case len(out) > 0 && len(unknown) > 0:
		Doubt(ctx, "it is not said whether a service stores %s (stored)", theirs(unknown))
	case len(out) > 0:
	case len(unknown) > 0:
		Lack("say in 21-PersData where it is stored (stored: device, service, or [])", "it is not said whether a service stores %s", theirs(unknown))
	case stated && holds:
		Lack("say in 21-PersData which data a service stores (stored)", "F(x) is stated to hold, and 21-PersData has no datum that a service stores")
	default:
		Vacuous("21-PersData declares no personal data that a service stores")
	}
	return out
}

// covered judges whether functions cover what a user leaves: by their IDs, and settings also by what the text says. Where no
// function says what it covers, that must be written first.
func covered(functions []device.DelFunc, left []trace, whose string) {
	if len(functions) > 0 && !slices.ContainsFunc(functions, func(f device.DelFunc) bool { return f.Covers != nil }) {
		Lack("write the IDs of what each function erases beside it (covers)", "25-DelFunc does not say which rows its functions erase")
	}
	var missing []string
	for _, t := range left {
		if !slices.ContainsFunc(functions, t.in) {
			missing = append(missing, t.ID+" ("+t.What+")")
		}
	}
	Expect(missing).To(BeEmpty(), "no function for the %s in 25-DelFunc erases %s: have one cover it", whose, strings.Join(missing, ", "))
}

func theirs(data []declared.Datum) string {
	var out []string
	for _, d := range data {
		out = append(out, d.Named())
	}
	return strings.Join(out, ", ")
}

// started lists how functions are started.
func started(functions []device.DelFunc) string {
	var out []string
	for _, f := range functions {
		out = append(out, f.ID+" ("+f.Description+"): "+f.Initiation)
	}
	return strings.Join(out, " | ")
}

// holders are those who store a datum, as far as typed keys name them.
func holders(d declared.Datum) string {
	if who := append(slices.Clone(d.Typed.Parties), d.Typed.Endpoints...); len(who) > 0 {
		return ", kept by " + strings.Join(who, ", ")
	}
	return ""
}
