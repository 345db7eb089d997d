package communication

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/suites/seen"
)

// openToOwners raises a doubt for a device that has an owner and announces that it can be taken by another: Matter opens a window when
// an owner asks for one, and what is not paired with HomeKit may be used by another way.
func openToOwners(ctx context.Context, dut *DUT) {
	for _, what := range takeable(seen.Texts(ctx, dut)) {
		Doubt(ctx, "%s: judge whether its owner asked for that, and whether the code that it takes is this unit's own", what)
	}
}

// takeable says in what records announce that the device can be taken (Matter Core 1.3 clause 4.3.1; HomeKit Accessory Protocol, table 6-7).
func takeable(all []mdns.Text) (out []string) {
	for _, t := range all {
		for _, s := range t.Strings {
			key, value, _ := strings.Cut(s, "=")
			n, err := strconv.ParseUint(value, 10, 8)
			switch {
			case err != nil:
			case strings.Contains(t.Instance, "._matterc._udp.") && strings.EqualFold(key, "CM") && n > 0:
				out = append(out, fmt.Sprintf("it announces by mDNS that it can be commissioned into Matter (CM=%d)", n))
			case strings.Contains(t.Instance, "._hap.") && strings.EqualFold(key, "sf") && n&1 == 1:
				out = append(out, fmt.Sprintf("it announces by mDNS that it is not paired with HomeKit (sf=%d)", n))
			}
		}
	}
	return out
}
