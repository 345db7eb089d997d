package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-15", func(dut *DUT) {
	TestCase("5.3-15-1", func() {
		Unit("a", "a user can isolate the device, which protects the others", func(ctx context.Context) {
			isolated(ctx, dut).say()
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("b", "its hardware can be replaced", func(ctx context.Context) {
			replaced(ctx, dut).say()
		}, In(provisions.V21), Climbs(provisions.Declared))
	})
})

var (
	// parting are the words of ways to part a device from networks.
	parting = []string{"VLAN*", "SSID", "guest network", "firewall*", "router*", "gateway*", "offline", "off-line", "air-gap*", "unplug*", "pull*", "cable", "radio off", "switch*", "disconnect*", "block*",
		"without the internet", "without internet", "local mode", "flight mode", "isolat*", "segment*", "parted", "parts", "keeps", "getrennt", "trennen"}
	// exchanging are the words of ways to replace hardware.
	exchanging = []string{"replac*", "exchang*", "swap*", "return*", "dealer*", "new unit", "spare*", "warranty", "service centre", "service center", "module*", "Austausch", "getauscht", "ersetzt", "Ersatz"}
)

// isolated lays the way to isolate the device before the person who judges it.
func isolated(ctx context.Context, dut *DUT) finding {
	return suitable(ctx, dut, "Isolation", parting,
		"can a user do it where the device is used, with what he has; which functions are lost, and are these only the ones that need a network; are other devices protected?")
}

// replaced does so with the way to replace the hardware.
func replaced(ctx context.Context, dut *DUT) finding {
	return suitable(ctx, dut, "Hardware Replacement", exchanging,
		"who does it and with which tools; what becomes of data and pairings; can it be done without the rework of the whole installation?")
}

func suitable(ctx context.Context, dut *DUT, field string, ways []string, criteria string) finding {
	text, f := stated(form(ctx, dut, "9-ReplSup"), field)
	switch {
	case f.standing != met:
		return f
	case declared.Affirms(text, ways...) == "":
		return is(open, "no known way is named in 9-ReplSup, %s; whether this is one is to be judged: %q", field, text)
	}
	return is(fitting, "9-ReplSup, %s: %q; to be judged: %s", field, text, criteria)
}
