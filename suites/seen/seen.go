// Package seen is what several clauses ask of a device: its ports, services, TLS and SSH offers, and logins.
//
// Its one idea is that what one unit learns serves the others: each of these is a question that the harness puts once
// an epoch, whoever needs the answer.
//
//	for _, t := range seen.TLS(ctx, dut) { … }
package seen

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
)

// Ports are the open TCP ports of the device. A scan that was cut short is INCONCLUSIVE for whoever needs all of them:
// see Whole.
func Ports(ctx context.Context, dut *harness.DUT) tcp.Scan { return harness.Ask(ctx, dut, tcp.Ports{}) }

// Whole ends the unit as INCONCLUSIVE unless every port was decided and the device was well.
func Whole(s tcp.Scan) {
	if !s.Complete {
		harness.Lack("see that the device stays on and reachable, and run again", "the scan is not complete: %s", s.Why)
	}
}

// Services are what listens on the TCP ports of the device, at each of its addresses, as far as it says.
func Services(ctx context.Context, dut *harness.DUT) []service.Service {
	return harness.Ask(ctx, dut, service.All{Ports: Ports(ctx, dut).Open})
}

// Of is the device at the address where a service listens: what the service is asked is asked there.
func Of(dut *harness.DUT, s service.Service) *harness.DUT {
	if s.Elsewhere {
		return dut.At(s.Addr.Addr())
	}
	return dut
}

// A TLSService is a service that speaks TLS, and what it offers.
type TLSService struct {
	service.Service
	tls.Offered
}

// TLS are the services that speak TLS.
func TLS(ctx context.Context, dut *harness.DUT) (out []TLSService) {
	for _, s := range Services(ctx, dut) {
		if s.TLS {
			out = append(out, TLSService{s, harness.Ask(ctx, Of(dut, s), tls.Offers{Port: s.Addr.Port()})})
		}
	}
	return out
}

// An SSHService is a service that speaks SSH, and what it offers.
type SSHService struct {
	service.Service
	ssh.Offered
}

// SSH are the services that speak SSH.
func SSH(ctx context.Context, dut *harness.DUT) (out []SSHService) {
	for _, s := range Services(ctx, dut) {
		if s.Protocol == "ssh" {
			out = append(out, SSHService{s, harness.Ask(ctx, Of(dut, s), ssh.Offers{Port: s.Addr.Port()})})
		}
	}
	return out
}

// Name is how a reader knows a service: "https on TCP 8443".
func Name(s service.Service) string {
	p := s.Protocol
	switch {
	case p == "":
		p = "an unknown service"
	case s.TLS && p == "http":
		p = "https"
	case s.TLS:
		p += " over TLS"
	}
	if s.Elsewhere {
		return fmt.Sprintf("%s on TCP %d of %v", p, s.Addr.Port(), s.Addr.Addr())
	}
	return fmt.Sprintf("%s on TCP %d", p, s.Addr.Port())
}

// At tells whether a row of the IXIT speaks of a service: by its typed places, or, where it has none, by the port in its
// own text ("TCP 8443", "port 8443").
func At(at []device.Endpoint, text string, s service.Service) bool {
	for _, e := range at {
		if slices.Contains(neverTCP, strings.ToLower(e.Proto)) {
			continue
		}
		if (e.Port == 0 || e.Port == s.Addr.Port()) && (e.Proto == "" || e.Port != 0 || speaks(e.Proto, s)) {
			return true
		}
	}
	return len(at) == 0 && portIn(text, s.Addr.Port())
}

// neverTCP are protocols of a typed place that no service on TCP is meant by.
var neverTCP = []string{"udp", "dtls", "quic", "h3", "mdns", "ssdp", "tftp"}

// speaks tells whether a service speaks a declared protocol: "https" is http in TLS, "mqtts" mqtt in TLS.
func speaks(proto string, s service.Service) bool {
	proto = strings.ToLower(proto)
	return proto == s.Protocol || s.TLS && strings.TrimSuffix(proto, "s") == s.Protocol
}

var portNumber = regexp.MustCompile(`(?i)\b(?:tcp|port)[ /:]*(\d{1,5})\b`)

func portIn(text string, port uint16) bool {
	for _, m := range portNumber.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.ParseUint(m[1], 10, 16); err == nil && uint16(n) == port {
			return true
		}
	}
	return false
}

// ComMechs are the declared communication mechanisms: 11-ComMech, or 11-SecComMech in V3.1.
func ComMechs(dut *harness.DUT) []device.ComMech {
	return Table(dut, "11-ComMech", "11-SecComMech", dut.IXIT().ComMech)
}

// LogicalInterfaces are the rows that declare what is reachable over the network: 15-Intf, or 28-LogIntf in V3.1.
func LogicalInterfaces(dut *harness.DUT) []device.Intf {
	t := dut.IXIT().Intf
	if dut.Edition() == provisions.V31 {
		t = dut.IXIT().LogIntf
	}
	return Table(dut, "15-Intf", "28-LogIntf", t)
}

// Table is a declared table; without it the unit is INCONCLUSIVE and names it. An empty table is one that says "none".
func Table[T any](dut *harness.DUT, old, new string, rows *[]T) []T {
	name := old
	if dut.Edition() == provisions.V31 {
		name = new
	}
	if rows == nil {
		harness.Lack(fmt.Sprintf("declare %s in the ixit: of the device file", name), "%s is not declared", name)
	}
	return *rows
}

// Declared tells whether the run has a declaration at all. Without one a unit says what it saw, and the run "observed, not judged".
func Declared(dut *harness.DUT) bool { return dut.File != nil }

// Port is a place that only a port names.
func Port(p uint16) netip.AddrPort { return netip.AddrPortFrom(netip.IPv4Unspecified(), p) }

// Disabled tells whether an interface is declared to be off always: one that is needed at times may be on.
func Disabled(r device.Intf) bool {
	s := strings.ToLower(either(r.State, r.Status))
	return strings.HasPrefix(s, "disabled") && !strings.EqualFold(r.Need, "intermittent")
}

// Enabled tells whether it is declared to be always on.
func Enabled(r device.Intf) bool {
	return strings.EqualFold(either(r.State, r.Status), "enabled") && !strings.EqualFold(r.Need, "intermittent")
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Announced are the strings that the device announces by mDNS.
func Announced(ctx context.Context, dut *harness.DUT) []string {
	return harness.Ask(ctx, dut, mdns.Announced{}).Lines
}

// Texts are the TXT records that it announces, by instance.
func Texts(ctx context.Context, dut *harness.DUT) []mdns.Text {
	return harness.Ask(ctx, dut, mdns.Announced{}).Texts
}
