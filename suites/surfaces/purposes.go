package surfaces

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// Words of a row that nothing uses, or only the factory.
var idle = []string{"unused", "not used", "no longer used", "not in use", "future use", "later use", "test only", "test-only", "for tests only", "factory only", "factory-only", "production test*", "unbenutzt"}

// Protocols and interfaces of which most devices have no need, or that are weak, and want a reason of their own.
var doubtful = []string{"telnet", "ftp", "tftp", "rsh", "rlogin", "snmp", "wps", "upnp port mapping", "igd", "adb", "softap", "soft ap", "vnc"}

// Words that name what an interface speaks or is made of, and not what it is for.
var naming = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`http https ssh mqtt mqtts mdns dns dhcp ntp tls dtls tcp udp ip ipv4 ipv6 coap snmp telnet ftp tftp rtsp upnp ssdp wps vnc adb
		ethernet lan wlan wifi wi fi bluetooth ble le zigbee thread usb serial uart nfc port interface interfaces network logical physical radio server service default
		over and or the a an of to for in on is it by with via protocol enabled open`) {
		naming[w] = true
	}
}

var word = regexp.MustCompile(`\pL+`)

// tellsPurpose tells whether a description says more than a name of a protocol.
func tellsPurpose(text string) bool {
	if declared.Placeholder(text) {
		return false
	}
	for _, w := range word.FindAllString(strings.ToLower(text), -1) {
		if !naming[w] {
			return true
		}
	}
	return false
}

// purposeful judges an interface that is on in some state: it has a purpose, joined to something that the device does (5.6-1-1).
func purposeful(ctx context.Context, dut *DUT, r device.Intf) {
	services, others := joined(ctx, dut, r)
	purpose := tellsPurpose(r.Description)
	name := fmt.Sprintf("%s (%s)", r.ID, r.Description)
	w := declared.Affirms(r.Description+". "+r.Status, idle...)
	Expect(w).To(BeEmpty(), "%s is enabled, and calls itself %s", name, w)
	Expect(purpose || len(services)+len(others) > 0).To(BeTrue(), "%s is enabled, and neither its Description nor a service or mechanism that uses it says what for", name)
	if w := declared.Affirms(r.Description, doubtful...); w != "" && !reasoned(services) {
		Propose(Fail, "%s is enabled, and no row of 13-SoftServ gives a reason for %s, of which few devices have need", name, w)
	}
	switch {
	case len(services)+len(others) == 0:
		Propose(Inconclusive, "%s is enabled, and no row of 13-SoftServ or 11-ComMech is at its place: see which function needs it", name)
	case !purpose && !reasoned(services):
		Propose(Inconclusive, "%s is enabled, and what it is for stands in no Justification of 13-SoftServ: see which function needs it", name)
	}
}

// reasoned tells whether one of the services says why it is there.
func reasoned(services []device.SoftServ) bool {
	for _, s := range services {
		if tellsPurpose(s.Justification) && !circular(s.Justification) {
			return true
		}
	}
	return false
}
