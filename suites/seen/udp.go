package seen

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/coap"
	"github.com/secure-by-design/assay/harness/probe/tftp"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/harness/probe/upnp"
)

// few are how many of the list of UDP ports a quick run asks: a kernel that refuses one a second needs a minute and a half for all.
const few = 20

// UDP are the UDP ports of the device: those of the list, and those that are declared.
func UDP(ctx context.Context, dut *harness.DUT) udp.Scan {
	q := udp.Ports{}
	if dut.Quick() {
		q.Most = few
	}
	if dut.File != nil {
		for _, e := range places(dut.IXIT()) {
			if OverUDP(e) && e.Port != 0 {
				q.Also = append(q.Also, e.Port)
			}
		}
	}
	slices.Sort(q.Also)
	q.Also = slices.Compact(q.Also)
	return harness.Ask(ctx, dut, q)
}

// places are those at which rows declare interfaces, mechanisms and services.
func places(x device.IXIT) (out []device.Endpoint) {
	for _, rows := range []*[]device.Intf{x.Intf, x.LogIntf} {
		for _, r := range *or(rows) {
			out = append(out, r.At...)
		}
	}
	for _, r := range *or(x.ComMech) {
		out = append(out, r.At...)
	}
	for _, r := range *or(x.SoftServ) {
		out = append(out, r.At...)
	}
	return out
}

func or[T any](rows *[]T) *[]T {
	if rows == nil {
		return new([]T)
	}
	return rows
}

// WholeUDP ends the unit as INCONCLUSIVE where the scan was cut short. Ports that are undecided are noted.
func WholeUDP(ctx context.Context, s udp.Scan) {
	if !s.Complete {
		harness.Lack("see that the device stays on and reachable, and run again", "the scan of UDP is not complete: %s", s.Why)
	}
	var silent []string
	for _, p := range s.Undecided() {
		silent = append(silent, strconv.Itoa(int(p.Addr.Port())))
	}
	harness.Note(ctx, "%d UDP ports were asked: %d answered, %d were refused, %d are undecided", len(s.Ports), len(s.Open()), len(s.Closed()), len(silent))
	if len(silent) > 0 {
		harness.Note(ctx, "undecided UDP ports neither answered nor refused: %s", strings.Join(silent[:min(len(silent), 100)], ", "))
	}
}

// Answers tells whether a port still answers, asked twice more, at the address where it did.
func Answers(ctx context.Context, dut *harness.DUT, p udp.Port) bool {
	return harness.Ask(ctx, There(dut, p), udp.Confirm{Port: p.Addr.Port(), Protocol: p.Protocol}).Open
}

// Forced tells whether every client of a network has the port open, so that no row need name it (rule EXEMPT): DHCP clients of
// RFC 2131 and RFC 8415.
func Forced(p udp.Port) bool { return p.Addr.Port() == 68 || p.Addr.Port() == 546 }

// datagrams are the protocols of a typed place that are spoken over UDP.
var datagrams = []string{"udp", "mdns", "dns", "ntp", "snmp", "ssdp", "upnp", "coap", "coaps", "dtls", "quic", "h3", "tftp", "dhcp", "netbios", "llmnr", "sip", "stun", "rtp", "rtcp", "bacnet", "knx", "knxnet", "matter", "wsd", "ws-discovery", "ike", "ipsec", "pcp", "nat-pmp", "wireguard", "syslog"}

// OverUDP tells whether a typed place is one of UDP.
func OverUDP(e device.Endpoint) bool { return slices.Contains(datagrams, strings.ToLower(e.Proto)) }

// words are how a text names what answers over UDP.
var words = map[string]string{
	"mdns": `mdns|bonjour|dns-sd|zeroconf`, "ssdp": `ssdp|upnp|dlna`, "wsd": `ws-discovery|wsd|onvif`, "snmp": `snmp`, "coap": `coap`, "dtls": `dtls|coaps`,
	"dns": `dns`, "ntp": `ntp|sntp`, "quic": `quic|http/3|http3|h3`, "tftp": `tftp`, "netbios": `netbios|nbns|smb`, "sip": `sip|voip`, "stun": `stun|turn|webrtc`,
	"rtcp": `rtp|rtcp|rtsp`, "bacnet": `bacnet`, "knx": `knx\w*`, "matter": `matter`, "ike": `ike|ipsec|vpn`, "pcp": `pcp|nat-pmp|port mapping`,
}

var udpNumber = regexp.MustCompile(`(?i)\b(?:udp|port)[ /:]*(\d{1,5})\b`)

// AtUDP tells whether a row speaks of a UDP port that answers: by its typed places, or, where it has none, by its own text.
func AtUDP(at []device.Endpoint, text string, p udp.Port) bool {
	for _, e := range at {
		same := strings.EqualFold(e.Proto, p.Protocol) || named(e.Proto, p.Protocol)
		switch {
		case e.Port == p.Addr.Port() && (e.Proto == "" || OverUDP(e) || same):
			return true
		case e.Port == p.Addr.Port() && p.Protocol == "quic" && e.Proto == "https": // HTTP/3 beside it
			return true
		case e.Port == 0 && e.Proto != "" && same:
			return true
		}
	}
	if len(at) > 0 {
		return false
	}
	for _, m := range udpNumber.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.ParseUint(m[1], 10, 16); err == nil && uint16(n) == p.Addr.Port() {
			return true
		}
	}
	return named(text, p.Protocol)
}

// named tells whether a text names a protocol.
func named(text, protocol string) bool {
	w, ok := words[protocol]
	return ok && regexp.MustCompile(`(?i)(^|[^\w-])(`+w+`)($|[^\w-])`).MatchString(text)
}

// NameUDP is how a reader knows it: "snmp on UDP 161", with its address where that is another than the device's first.
func NameUDP(p udp.Port) string {
	name := p.Protocol
	if name == "" {
		name = "an unknown service"
	}
	if p.Elsewhere {
		return fmt.Sprintf("%s on UDP %d of %v", name, p.Addr.Port(), p.Addr.Addr())
	}
	return fmt.Sprintf("%s on UDP %d", name, p.Addr.Port())
}

// DeclaredUDP holds every port that answers against rows: declared names the row, or the table where one is missing. What no row
// declares is asked twice more before it convicts.
func DeclaredUDP(ctx context.Context, dut *harness.DUT, declared func(udp.Port) (string, bool)) {
	scan := UDP(ctx, dut)
	if open := scan.Open(); len(open) > 0 {
		harness.Each("service on UDP", open, func(p udp.Port) {
			if table, ok := declared(p); !ok && !Forced(p) {
				Expect(Answers(ctx, dut, p)).To(BeFalse(), "%s answers, and no row of %s declares it", NameUDP(p), table)
			}
		})
	}
	WholeUDP(ctx, scan)
}

// A CoAPServer is one of CoAP in clear, and what anybody reads of it.
type CoAPServer struct {
	udp.Port
	coap.Listed
}

// CoAP are the servers of CoAP in clear.
func CoAP(ctx context.Context, dut *harness.DUT) (out []CoAPServer) {
	for _, p := range speaking(ctx, dut, "coap") {
		out = append(out, CoAPServer{p, harness.Ask(ctx, There(dut, p), coap.Resources{Port: p.Addr.Port()})})
	}
	return out
}

// SSDP are the ports that answer a search of UPnP.
func SSDP(ctx context.Context, dut *harness.DUT) []udp.Port { return speaking(ctx, dut, "ssdp") }

// speaking are the ports that answered in a protocol.
func speaking(ctx context.Context, dut *harness.DUT, protocol string) (out []udp.Port) {
	for _, p := range UDP(ctx, dut).Open() {
		if p.Protocol == protocol {
			out = append(out, p)
		}
	}
	return out
}

// UPnP is what the device describes by UPnP, where it answers to that; each address that does is one.
func UPnP(ctx context.Context, dut *harness.DUT) (out []upnp.Found) {
	for _, p := range SSDP(ctx, dut) {
		out = append(out, harness.Ask(ctx, There(dut, p), upnp.Described{At: p.Addr.Port()}))
	}
	return out
}

// A TFTPServer gives files to anybody.
type TFTPServer struct {
	udp.Port
	tftp.Got
}

// TFTP are the servers of TFTP.
func TFTP(ctx context.Context, dut *harness.DUT) (out []TFTPServer) {
	for _, p := range UDP(ctx, dut).Open() {
		if p.Protocol == "tftp" {
			out = append(out, TFTPServer{p, harness.Ask(ctx, There(dut, p), tftp.Files{Port: p.Addr.Port()})})
		}
	}
	return out
}

// There is the device at the address where a port answered.
func There(dut *harness.DUT, p udp.Port) *harness.DUT {
	if p.Elsewhere {
		return dut.At(p.Addr.Addr())
	}
	return dut
}
