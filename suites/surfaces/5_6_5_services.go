package surfaces

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.6-5", func(dut *DUT) {
	TestCase("5.6-5-1", func() {
		Unit("a", "each service that is on by default is needed", func(ctx context.Context) {
			rows := Declared(ctx, dut, "13-SoftServ")
			Declared(ctx, dut, logicalTable(dut))
			var on []device.Row
			for _, r := range rows {
				if declared.Text(r, "Status") == "" {
					Doubt(ctx, "%s (%s) has no Status", r.ID, r.Fields["Description"])
				} else if !declared.Names(r, "Status", "disabled", "off", "never") {
					on = append(on, r)
				}
			}
			Each("service that is on by default", on, justified)
			var list []string
			for _, r := range on {
				list = append(list, fmt.Sprintf("%s (%s)", r.ID, strings.TrimRight(r.Fields["Justification"], ".")))
			}
			Propose(Pass, "each service that is on by default has a reason: %s; judge whether the use needs it", strings.Join(list, "; "))
		}, Climbs(provisions.Declared))
	})
})

// Words of a service that only the maker's own work uses.
var internal = []string{"production test*", "production mode", "factory test*", "factory only", "test service*", "test only", "debug*", "fertigung*"}

// justified demands a reason that is one.
func justified(r device.Row) {
	name := fmt.Sprintf("%s (%s)", r.ID, r.Fields["Description"])
	w := declared.Affirms(r.Fields["Description"], internal...)
	Expect(w).To(BeEmpty(), "%s is on by default, and its Description marks it as for %s", name, w)
	why := declared.Text(r, "Justification")
	Expect(why == "" || declared.None(why)).To(BeFalse(), "%s is on by default, and has no Justification", name)
	Expect(circular(why)).To(BeFalse(), "%s is on by default, and its Justification gives no reason: %q", name, why)
}

// Words that give no reason: who has no others says that a thing is needed because it is.
var fillers = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`needed need needs required requires require requirement necessary mandatory because since as it its is are be was this that the a an of for to in on by and or
		service services software device product function functions functionality operation operating operate use used default enabled active running runs run important essential part standard normal system always
		must should has have works work provides provide provided`) {
		fillers[w] = true
	}
}

// circular tells whether a text gives no reason.
func circular(text string) bool {
	for _, w := range word.FindAllString(strings.ToLower(text), -1) {
		if !fillers[w] {
			return false
		}
	}
	return true
}
