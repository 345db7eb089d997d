package seen

import (
	"net/netip"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/udp"
)

// A row declares what answers by its places, or by its own words where it has none; a row that speaks of another thing does not.
func TestAtUDP(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at       []device.Endpoint
		text     string
		port     uint16
		protocol string
		want     bool
	}{
		{[]device.Endpoint{{Proto: "udp", Port: 9999}}, "", 9999, "", true},
		{[]device.Endpoint{{Port: 9999}}, "", 9999, "", true},
		{[]device.Endpoint{{Proto: "coap", Port: 5683}}, "", 5683, "coap", true},
		{[]device.Endpoint{{Proto: "coap"}}, "", 5683, "coap", true},
		{[]device.Endpoint{{Proto: "upnp"}}, "", 1900, "ssdp", true},
		{[]device.Endpoint{{Proto: "https", Port: 443}}, "", 443, "quic", true},
		{[]device.Endpoint{{Proto: "https", Port: 9999}}, "", 9999, "tplink", false},
		{[]device.Endpoint{{Proto: "ssh", Port: 22}}, "SNMP for monitoring", 161, "snmp", false},
		{nil, "SNMP agent for monitoring", 161, "snmp", true},
		{nil, "Discovery (UDP 9999)", 9999, "", true},
		{nil, "Discovery, UDP/9999", 9999, "", true},
		{nil, "HTTPS on TCP 8443", 9999, "", false},
		{nil, "Ethernet", 161, "snmp", false},
	} {
		p := udp.Port{Addr: netip.AddrPortFrom(netip.IPv4Unspecified(), c.port), Protocol: c.protocol}
		if got := AtUDP(c.at, c.text, p); got != c.want {
			t.Errorf("%v %q at %v: %v", c.at, c.text, p, got)
		}
	}
}
