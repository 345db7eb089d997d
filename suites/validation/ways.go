package validation

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A way is one by which input comes in: a row of 27, 28 or 11.
type way struct{ ID, Description string }

// A check is a row of 29-InpVal, with its typed keys.
type check struct {
	device.InpVal
	text string // Description and Source
}

func checks(ctx context.Context, dut *DUT) (out []check) {
	Declared(ctx, dut, "29-InpVal")
	for _, r := range *dut.IXIT().InpVal {
		out = append(out, check{r, r.Description + ". " + r.Source})
	}
	return out
}

// names tells whether a check is of a way: by its typed sources, by the way's ID in its text, or by the way's own words there.
func (c check) names(w way) bool {
	if slices.Contains(c.Sources, w.ID) || declared.Says(c.text, w.ID) {
		return true
	}
	return len(c.Sources) == 0 && len(w.Description) > 3 && !declared.Placeholder(w.Description) && declared.Says(c.text, w.Description)
}

// placed tells whether a check says by ID what it sits before: one that does not may sit before anything.
func (c check) placed(ways []way) bool {
	return len(c.Sources) > 0 || slices.ContainsFunc(ways, c.names)
}

// of are the checks that sit before some of the ways.
func of(all []check, ways []way) (out []check) {
	for _, c := range all {
		if slices.ContainsFunc(ways, c.names) {
			out = append(out, c)
		}
	}
	return out
}

// anyWay ends a unit as vacuous where tables declare no way at all.
func anyWay(ways []way, tables string) []way {
	if len(ways) == 0 {
		Vacuous("%s: no way by which input comes in is declared", tables)
	}
	return ways
}

// covered demands a check of each way. While a check does not say before what it sits, a way without one is no contrary evidence.
func covered(all []check, ways []way) {
	var loose []string
	for _, c := range all {
		if !c.placed(ways) {
			loose = append(loose, c.ID)
		}
	}
	Each("way by which input comes in", ways, func(w way) {
		ok := slices.ContainsFunc(all, func(c check) bool { return c.names(w) })
		if !ok && len(loose) > 0 {
			Lack("name in 29-InpVal, for each row, the rows whose input it checks (sources: [IDs])", "%s (%s) is named by no row of 29-InpVal, and %v do not say whose input they check", w.ID, w.Description, loose)
		}
		Expect(ok).To(BeTrue(), "%s (%s) takes input, and is named by no row of 29-InpVal", w.ID, w.Description)
	})
}

// Words of an interface that only shows.
var shows = []string{"only shows", "shows only", "output only", "display only", "light", "lights", "led", "leds", "no input", "zeigt nur"}

// userInterfaces are the rows of 27-UserIntf that take input: those that only show say so.
func userInterfaces(ctx context.Context, dut *DUT) (out []way) {
	Declared(ctx, dut, "27-UserIntf")
	for _, r := range *dut.IXIT().UserIntf {
		if r.Input != device.No && !(r.Input == "" && declared.Says(r.Description+" "+r.Type, shows...)) {
			out = append(out, way{r.ID, r.Description})
		}
	}
	return out
}

// programInterfaces are the rows of 28-ExtAPI that take input.
func programInterfaces(ctx context.Context, dut *DUT) (out []way) {
	Declared(ctx, dut, "28-ExtAPI")
	for _, r := range *dut.IXIT().ExtAPI {
		if r.Input != device.No {
			out = append(out, way{r.ID, r.Description})
		}
	}
	return out
}

// programPlaces are the rows of 28-ExtAPI, and where they are.
func programPlaces(ctx context.Context, dut *DUT) (out []declaredPlace) {
	Declared(ctx, dut, "28-ExtAPI")
	for _, r := range *dut.IXIT().ExtAPI {
		out = append(out, declaredPlace{r.ID, r.Description, r.At})
	}
	return out
}

// networkPlaces are the rows of 28-LogIntf, and where they are.
func networkPlaces(ctx context.Context, dut *DUT) (out []declaredPlace) {
	Declared(ctx, dut, "28-LogIntf")
	for _, r := range *dut.IXIT().LogIntf {
		out = append(out, declaredPlace{r.ID, r.Description, r.At})
	}
	return out
}

// networkInterfaces are the rows of 28-LogIntf that are reached over a network, in whichever direction, and are on in some state.
func networkInterfaces(ctx context.Context, dut *DUT) (out []way) {
	Declared(ctx, dut, "28-LogIntf")
	for _, r := range *dut.IXIT().LogIntf {
		local := declared.None(r.Access) || declared.Says(r.Access, "local", "device only", "internal", "none")
		if r.Access == "" {
			Doubt(ctx, "%s (%s) does not say from where it is reached (Access)", r.ID, r.Description)
		}
		if !local && r.Access != "" && r.Input != device.No && r.State != "disabled-permanently" {
			out = append(out, way{r.ID, r.Description})
		}
	}
	return out
}

// Words of a mechanism that joins the device to another network.
var beyond = []string{"internet", "cloud", "wan", "remote*", "from outside", "tunnel", "vpn", "gateway", "bridge"}

// mechanisms are the rows of 11-ComMech that take data from another network. One that does not say whether it does, and has no
// check, raises a doubt.
func mechanisms(ctx context.Context, dut *DUT, all []check) (out []way) {
	Declared(ctx, dut, "11-ComMech")
	for _, r := range *dut.IXIT().ComMech {
		w := way{r.ID, r.Description}
		switch {
		case r.Remote == device.Yes, declared.Affirms(r.Description, beyond...) != "", slices.ContainsFunc(all, func(c check) bool { return c.names(w) }):
			out = append(out, w)
		case r.Remote == "":
			Doubt(ctx, "%s (%s) does not say whether it takes data from another network (remote: yes or no), and no row of 29-InpVal names it", r.ID, r.Description)
		}
	}
	return out
}
