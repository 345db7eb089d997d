package surfaces

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

var _ = Provision("5.6-8", func(dut *DUT) {
	TestCase("5.6-8-1", func() {
		Unit("a", "a mechanism of the hardware controls access", func(ctx context.Context) {
			rows := Declared(ctx, dut, "18-AccCtrl")
			Expect(rows).NotTo(BeEmpty(), "18-AccCtrl has no row: no mechanism of the hardware controls access to memory")
			hard, soft := featuresOf(rows, hardware), featuresOf(rows, software)
			if len(hard) == 0 && len(soft) > 0 {
				Propose(Fail, "18-AccCtrl names mechanisms of software alone: %s", strings.Join(soft, ", "))
			}
			if len(hard) == 0 {
				Propose(Inconclusive, "18-AccCtrl names no feature of hardware by a usual name: ask which it is (%s)", quoted(rows))
			}
			Propose(Pass, "18-AccCtrl names features of hardware: %s; see that the chip has them", strings.Join(hard, ", "))
		}, Climbs(provisions.Declared))

		Unit("b", "the mechanism controls access to memory", func(ctx context.Context) {
			rows := Declared(ctx, dut, "18-AccCtrl")
			hard := rowsWhere(rows, func(r device.Row) bool { return declared.Affirms(r.Fields["Description"], hardware...) != "" })
			if len(hard) == 0 {
				Propose(Inconclusive, "18-AccCtrl names no feature of hardware of which it could be said that it controls memory: see 5.6-8-1a")
			}
			var control, keep []string
			for _, r := range hard {
				if w := controls(r.Fields["Description"]); w != "" {
					control = append(control, fmt.Sprintf("%s (%s)", r.ID, w))
				} else {
					keep = append(keep, r.ID)
				}
			}
			if len(control) == 0 {
				Propose(Fail, "no row of 18-AccCtrl says that it controls access to memory: %s name what keeps keys or sees an opening (%s)", strings.Join(keep, ", "), quoted(hard))
			}
			Propose(Pass, "18-AccCtrl says of features of hardware that they control memory: %s; judge who sets and locks them", strings.Join(control, ", "))
		}, Climbs(provisions.Declared))
	})
})

// Words for what of the hardware controls memory, for what of it may, for what of it keeps keys or sees an opening, for what is
// software, and for memory.
var (
	controllers = []string{"mmu", "mpu", "pmp", "sau", "idau", "iommu", "smmu", "memory management unit", "memory protection unit", "trustzone", "trust zone", "read-out protection", "readout protection",
		"execute never", "execute-never", "no-execute", "nx bit", "xn", "bus firewall"}
	perhaps  = []string{"secure enclave", "security controller", "rdp", "fuse*", "fused"}
	keepers  = []string{"secure element", "tpm", "hsm", "tamper switch"}
	software = []string{"file permission*", "permissions of file*", "access rights of file*", "aslr", "address space layout randomi*", "address randomi*", "stack canar*", "compiler option*", "selinux", "apparmor", "user rights", "dateirechte"}
	memory   = []string{"memory", "ram", "flash", "region*", "pages", "peripheral*", "address*", "executable", "speicher*"}
	hardware = slices.Concat(controllers, perhaps, keepers)
)

// controls is the word by which a text says that a feature of hardware controls memory, or "".
func controls(text string) string {
	if w := declared.Affirms(text, controllers...); w != "" {
		return w
	}
	if declared.Affirms(text, perhaps...) == "" {
		return ""
	}
	return declared.Affirms(text, memory...)
}

// featuresOf names the features that rows affirm.
func featuresOf(rows []device.Row, words []string) (out []string) {
	for _, r := range rows {
		if w := declared.Affirms(r.Fields["Description"], words...); w != "" {
			out = append(out, fmt.Sprintf("%s (%s)", r.ID, w))
		}
	}
	return out
}

func rowsWhere(rows []device.Row, is func(device.Row) bool) (out []device.Row) {
	for _, r := range rows {
		if is(r) {
			out = append(out, r)
		}
	}
	return out
}
