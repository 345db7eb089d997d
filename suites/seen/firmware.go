package seen

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/provisions"
)

// Firmware is what the image of the device's software holds, where one is at hand and may be looked into; else it says why not.
func Firmware(ctx context.Context, dut *harness.DUT) (firmware.Image, bool) {
	if dut.File == nil || dut.File.Firmware == "" || dut.File.Authorised == nil || !dut.File.Authorised.Unpack {
		harness.NotClimbed(ctx, provisions.Firmware, "no firmware is at hand that may be looked into (firmware: and authorised: {unpack: true} in the device file)")
		return firmware.Image{}, false
	}
	i := harness.Ask(ctx, dut, firmware.Look{})
	var images []string
	for _, m := range i.Images {
		images = append(images, fmt.Sprintf("%s, SHA-256 %.16s…", m.Name, m.SHA256))
	}
	harness.Note(ctx, "the firmware (%s): %d files, %d archives and file systems opened, %d not wholly", strings.Join(images, "; "), i.Files, len(i.Opened), len(i.Shut))
	for _, s := range i.Shut[:min(5, len(i.Shut))] {
		harness.Note(ctx, "not opened: %s (%s): %s", s.Path, s.Format, s.Why)
	}
	return i, true
}
