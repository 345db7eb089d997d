// Package resilience holds the units of clause 5.9: make systems resilient to outages.
//
// Its one idea: an outage is named before it is survived. What is declared is held against a list of outages, and each guarantee
// against the means that can keep it.
package resilience

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.9-1", func(dut *DUT) {
	TestCase("5.9-1-1", func() {
		Unit("a", "the mechanisms together protect against loss of network and of power", func(ctx context.Context) {
			bothKinds(Declared(ctx, dut, "23-ResMech"))
			Propose(Pass, "outages of network and of power are covered; %s", uncovered(dut))
		}, Climbs(provisions.Declared))

		Unit("b", "each mechanism has the means for what it guarantees", func(ctx context.Context) {
			Each("mechanism of 23-ResMech", Declared(ctx, dut, "23-ResMech"), hasMeans)
		}, Climbs(provisions.Declared))
	})
})

// bothKinds convicts a table that lacks a row of either kind.
func bothKinds(rows []device.Row) {
	for _, kind := range []string{"network", "power"} {
		has := slices.ContainsFunc(rows, func(r device.Row) bool { return declared.Names(r, "Type", kind) })
		Expect(has).To(BeTrue(), "23-ResMech has no mechanism of the type %s: say what happens when it is gone, also where the device runs on a battery", kind)
	}
}

// outages are those that a mechanism of 23-ResMech may cover, by its typed key.
var outages = map[string]string{"wan": "the Internet gone", "dns": "names not resolving", "link": "the link gone", "dhcp": "the lease of the address lost",
	"service": "the service down", "power": "the power gone", "dip": "a short dip of the power"}

// uncovered says which outages no row names in its typed key covers:, as questions for a person.
func uncovered(dut *DUT) string {
	var named []string
	if rows := dut.IXIT().ResMech; rows != nil {
		for _, r := range *rows {
			named = append(named, r.Covers...)
		}
	}
	var open []string
	for _, key := range []string{"wan", "dns", "dhcp", "link", "service", "power", "dip"} {
		if !slices.Contains(named, key) {
			open = append(open, outages[key])
		}
	}
	if len(open) == 0 {
		return "each outage of the list is named"
	}
	return "to be judged: no row names " + strings.Join(open, ", ")
}

// means are words by which a description shows that a guarantee can be kept.
var means = []struct {
	guarantee []string
	by        []string
}{
	{[]string{"integrity", "no data lost", "keeps settings", "persisten*"}, []string{"journal*", "atomic*", "non-volatile", "flash", "eeprom", "checksum*", "written", "stored", "saved", "queue*", "buffer*", "last whole state"}},
	{[]string{"availability", "keeps working", "continu*"}, []string{"local*", "at home", "go on", "goes on", "again", "retr*", "battery", "watchdog", "restart*", "start*", "cache*", "fall back", "falls back", "redundan*"}},
	{[]string{"time"}, []string{"clock", "rtc", "buffer*"}},
}

// hasMeans judges one mechanism.
func hasMeans(r device.Row) {
	text := declared.Text(r, "Description")
	guarantees := declared.Text(r, "Security Guarantees")
	if guarantees == "" {
		Lack("name what it guarantees in 23-ResMech: Security Guarantees", "%s names no guarantee", r.ID)
	}
	Expect(text).NotTo(BeEmpty(), "%s guarantees %s and says nothing of the means: describe how it is kept", r.ID, guarantees)
	var bare []string
	for _, g := range strings.Split(guarantees, ", ") {
		for _, m := range means {
			if declared.Says(g, m.guarantee...) && !declared.Says(text, m.by...) {
				bare = append(bare, g)
			}
		}
	}
	if len(bare) > 0 {
		Propose(Inconclusive, "%s guarantees %s, and its text names no means that is known for it: %q", r.ID, strings.Join(bare, ", "), text)
	}
	Propose(Pass, "%s names means for %s: %q%s", r.ID, guarantees, text, numbers(text))
}

// numbers says where a text gives no number to measure by.
func numbers(text string) string {
	if strings.ContainsAny(text, "0123456789") {
		return ""
	}
	return fmt.Sprintf("; it gives no number (%s)", "minutes bridged, events kept")
}
