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
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.6-6", func(dut *DUT) {
	TestCase("5.6-6-1", func() {
		Unit("a", "the code is kept to what the device needs, by a technique", func(ctx context.Context) {
			rows := Declared(ctx, dut, "16-CodeMin")
			Declared(ctx, dut, "6-SoftComp")
			Expect(rows).NotTo(BeEmpty(), "16-CodeMin has no row: no technique keeps the code small")
			var found []string
			for _, r := range rows {
				if w := declared.Affirms(r.Fields["Description"], minimising...); w != "" {
					found = append(found, fmt.Sprintf("%s (%s)", r.ID, w))
				}
			}
			if len(found) == 0 {
				Propose(Fail, "16-CodeMin seems to name no technique by which code is kept out: %s", quoted(rows))
			}
			if tools := beyondNeed(ctx, dut); len(tools) > 0 {
				Propose(Inconclusive, "16-CodeMin names techniques: %s; yet the firmware holds %s: judge whether the device needs them, or correct the declaration", strings.Join(found, ", "), strings.Join(tools, ", "))
			}
			Propose(Pass, "16-CodeMin names techniques: %s; judge what they cover", strings.Join(found, ", "))
		}, Climbs(provisions.Declared, provisions.Firmware))
	})
})

// beyondNeed are compilers, debuggers, interpreters and services for debugging that the firmware holds or starts.
func beyondNeed(ctx context.Context, dut *DUT) (tools []string) {
	i, _ := seen.Firmware(ctx, dut)
	for _, h := range i.Hits {
		if h.Counts() && (h.Kind == "tool" || h.Kind == "debug service") && len(tools) < 10 {
			tools = append(tools, fmt.Sprintf("%s (%s)", h.Context, h.Path))
		}
	}
	return tools
}

// Words for techniques that keep code out.
var minimising = []string{"dead code", "dead-code", "tree shaking", "garbage collect*", "gc-sections", "build option*", "compile option*", "compiled out", "feature flag*", "kconfig", "defconfig", "menuconfig", "minimal distribution",
	"minimal image", "buildroot", "yocto", "list of packages", "package list", "packages", "allow-list of packages", "removed", "strip*", "without interpreter*", "no interpreter*", "no shell", "busybox", "modules", "static analysis", "coverage", "unused code", "distroless", "entfernt"}

// quoted are the texts of rows, cut.
func quoted(rows []device.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s %.80q", r.ID, r.Fields["Description"]))
	}
	return strings.Join(out, "; ")
}
