package surfaces

import (
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// What an item of Disclosed Information may be. The grave ones matter to security whatever the row says; whether the others do
// is asked; none of mDNS, SSDP, HTTP, SSH and RTSP needs the exact ones.
var classes = []struct {
	name         string
	words        []string
	grave, exact bool
}{
	{"a secret", []string{"password*", "passphrase*", "private key*", "api key*", "token*", "credential*", "secret*", "psk"}, true, false},
	{"a hint to credentials", []string{"user name*", "username*", "account name*", "log-in name*", "login name*", "password hint*"}, true, false},
	{"a person", []string{"e-mail*", "email*", "name of the owner", "owner's name", "owner name", "phone number*", "contact*", "calendar*"}, true, false},
	{"the name of a network", []string{"ssid*", "wi-fi name*", "wifi name*", "network name*", "bssid*", "wlan name*"}, true, false},
	{"a place", []string{"location*", "position*", "gps*", "coordinates", "postal code*", "home address*"}, true, false},
	{"the list of users", []string{"user list*", "users", "accounts", "list of users", "list of accounts"}, true, true},
	{"a serial number", []string{"serial*", "uuid*", "imei*"}, false, true},
	{"a version", []string{"version*", "build*", "firmware*", "kernel*", "library", "libraries", "patch level*"}, false, true},
	{"what it is made of", []string{"topology", "schema*", "route*", "update state*", "security state*", "uptime*", "open ports"}, false, false},
}

// An item is something that a row says the interface tells, with the row.
type item struct {
	device.Item
	row device.Intf
}

func (i item) String() string { return fmt.Sprintf("%s of %s", i.Item.Item, i.row.ID) }

// items are those of all interfaces that are on. A row that says nothing raises a doubt; one that says it in its text alone is
// taken for what it lists, with as much of relevance as the text has.
func items(ctx context.Context, dut *DUT) (out []item) {
	for _, r := range where(interfaces(ctx, dut, logicalTable(dut)), used) {
		text := strings.TrimSpace(r.Disclosed)
		switch {
		case len(r.Discloses) > 0:
			for _, d := range r.Discloses {
				out = append(out, item{d, r})
			}
		case declared.Placeholder(text):
			Doubt(ctx, "%s (%s) does not say what it discloses (Disclosed Information)", r.ID, r.Description)
		case declared.None(text):
		default:
			Doubt(ctx, "%s discloses %q, and does not say of each item whether it matters to security, and why it is told (disclosed: [{item:, relevant:, reason:}])", r.ID, text)
		}
	}
	return out
}

// harmless judges an item that is declared not to matter (5.6-2-1a).
func harmless(i item) {
	for _, c := range classes {
		if !declared.Says(i.Item.Item, c.words...) {
			continue
		}
		Expect(c.grave).To(BeFalse(), "%s is declared as not security-relevant, and is %s", i, c.name)
		Propose(Inconclusive, "%s is declared as not security-relevant, and is %s (its reason: %s): judge that", i, c.name, or(i.Reason, "none"))
	}
}

// told judges an item that is declared to matter: why it is told (5.6-2-1b).
func told(i item) {
	Expect(declared.Placeholder(i.Reason)).To(BeFalse(), "%s is security-relevant, and no need to tell it is stated (reason:)", i)
	for _, c := range classes {
		if c.exact && declared.Says(i.Item.Item, c.words...) {
			Propose(Fail, "%s is security-relevant, and its need is %q: it is %s, which none of mDNS, SSDP, HTTP, SSH and RTSP needs", i, i.Reason, c.name)
		}
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func listed(all []item) string {
	var out []string
	for _, i := range all {
		out = append(out, i.String())
	}
	return or(strings.Join(out, ", "), "nothing")
}
