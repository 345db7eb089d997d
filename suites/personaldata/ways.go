package personaldata

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/communication"
	"github.com/secure-by-design/assay/suites/declared"
)

// personal are the rows of 21-PersData. Where there is none the criterion speaks of nothing.
func personal(ctx context.Context, dut *DUT) []declared.Datum {
	data := declared.Personal(ctx, dut)
	if len(data) == 0 {
		Vacuous("21-PersData declares no personal data")
	}
	return data
}

func mechanisms(ctx context.Context, dut *DUT) []device.Row { return Declared(ctx, dut, "11-ComMech") }

// confidential judges the ways of one datum: each is declared, and promises confidentiality. A datum that stays on the device
// says so.
func confidential(d declared.Datum, ways []device.Row) {
	names, given := d.Lists["Communication Mechanisms"]
	switch {
	case len(names) > 0:
	case len(d.Typed.Endpoints) > 0 || slices.Contains(d.Typed.Stored, "service"):
		Expect(names).NotTo(BeEmpty(), "%s goes to a service, and names no mechanism by which: name rows of 11-ComMech in 21-PersData", d.Named())
	case d.Sent():
		Propose(Fail, "%s seems to leave the device, and names no mechanism by which; confirm that it does (Processing Activities: %q)", d.Named(), declared.Text(d.Row, "Processing Activities"))
	case !given:
		Lack("name rows of 11-ComMech in 21-PersData, or write [] where it never leaves the device", "%s does not say by what it leaves the device, or that it does not", d.Named())
	}
	for _, name := range names {
		at := slices.IndexFunc(ways, func(w device.Row) bool { return w.ID == name })
		Expect(at).NotTo(Equal(-1), "%s names %s, which is no row of 11-ComMech", d.Named(), name)
		promised, _ := declared.Guarantees(ways[at])
		Expect(declared.Promises(promised, declared.Confidentiality)).To(BeTrue(), "%s goes by %s (%s), which does not guarantee confidentiality", d.Named(), name, declared.Text(ways[at], "Description"))
	}
}

// bestPractice judges the ways of some data by the criteria of 5.5-1-1.
func bestPractice(ctx context.Context, dut *DUT, data []declared.Datum, ways []device.Row) {
	used := slices.DeleteFunc(slices.Clone(ways), func(w device.Row) bool {
		return !slices.ContainsFunc(data, func(d declared.Datum) bool { return slices.Contains(d.Lists["Communication Mechanisms"], w.ID) })
	})
	if len(used) > 0 {
		communication.Designed(ctx, dut, "mechanism that carries personal data", used)
	}
}

// travels lists data with their ways.
func travels(data []declared.Datum) string {
	var out []string
	for _, d := range data {
		by := "stays on the device"
		if names := d.Lists["Communication Mechanisms"]; len(names) > 0 {
			by = "by " + strings.Join(names, ", ")
		}
		out = append(out, d.Named()+", "+by)
	}
	return strings.Join(out, " | ")
}
