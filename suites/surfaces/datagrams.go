package surfaces

import (
	"context"
	"maps"
	"regexp"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/harness/probe/upnp"
	"github.com/secure-by-design/assay/suites/seen"
)

// overUDP holds every service that answers on UDP against the rows of a table.
func overUDP(ctx context.Context, dut *DUT, table string) {
	rows := seen.LogicalInterfaces(dut)
	seen.DeclaredUDP(ctx, dut, func(p udp.Port) (string, bool) {
		for _, r := range rows {
			if seen.AtUDP(r.At, r.Description, p) {
				return r.ID, true
			}
		}
		return table, false
	})
}

// udpStates holds each declared interface on UDP against what its port does. Neither silence nor a refusal contradicts a row that is enabled:
// many services answer their own clients alone, and a client's place is its peer's.
func udpStates(ctx context.Context, dut *DUT) {
	declared := datagrams(seen.LogicalInterfaces(dut))
	if len(declared) == 0 {
		return
	}
	state := map[uint16]string{}
	found := map[uint16]udp.Port{}
	for _, p := range seen.UDP(ctx, dut).Ports {
		if at := p.Addr.Port(); state[at] == "" || state[at] == udp.Undecided || p.State == udp.Open {
			state[at], found[at] = p.State, p
		}
	}
	Each("declared UDP interface", declared, func(r endpoint) {
		open := state[r.Port] == udp.Open
		if seen.Disabled(r.Intf) && open {
			Expect(seen.Answers(ctx, dut, found[r.Port])).To(BeFalse(), "%s declares %s as disabled, and UDP %d answers", r.ID, r.Description, r.Port)
		}
		if seen.Enabled(r.Intf) && !open {
			Note(ctx, "%s declares %s as enabled, and UDP %d is %s: its place may be that of the peer which the device asks", r.ID, r.Description, r.Port, state[r.Port])
		}
	})
}

// datagrams are the UDP ports of declared interfaces.
func datagrams(rows []device.Intf) (out []endpoint) {
	for _, r := range rows {
		for _, e := range r.At {
			if e.Port != 0 && seen.OverUDP(e) {
				out = append(out, endpoint{r, e.Port})
			}
		}
	}
	return out
}

// versions are what tells a product's version in a text that is no banner: "Linux cam 4.9.118", "v1.2.3".
var versions = regexp.MustCompile(`\bv?\d+\.\d+(?:\.\d+)+\S{0,20}`)

// toldOverUDP are what services on UDP tell without a log-in: the first answer of each, the engine of SNMP, and what SNMP gives to
// a published community.
func toldOverUDP(ctx context.Context, dut *DUT) (out []disclosure) {
	for _, p := range seen.UDP(ctx, dut).Open() {
		if p.Protocol != "mdns" && p.Protocol != "dns" { // read apart
			out = append(out, inText(seen.NameUDP(p), p.Addr.Port(), p.Said)...)
		}
	}
	for _, s := range seen.CoAP(ctx, dut) {
		for _, r := range s.Read {
			out = append(out, inText(seen.NameUDP(s.Port)+" "+r.Path, s.Addr.Port(), r.Text)...)
		}
	}
	for _, s := range seen.TFTP(ctx, dut) {
		for _, file := range s.Read {
			out = append(out, inText(seen.NameUDP(s.Port)+" "+file.Name, s.Addr.Port(), file.Text)...)
		}
	}
	for _, f := range seen.UPnP(ctx, dut) {
		if v := versions.FindString(f.Server); v != "" { // which its protocol demands, but not how exactly
			out = append(out, disclosure{"the answer of SSDP", upnp.Port, "version", f.Server, false})
		}
		for _, d := range f.Devices {
			if d.Serial != "" {
				out = append(out, disclosure{"the UPnP description", upnp.Port, "serial number", d.Serial, false})
			}
			out = append(out, inText("the UPnP description", upnp.Port, d.Friendly)...)
			out = append(out, inRecord("the UPnP description", upnp.Port, d.Friendly)...)
		}
	}
	for _, a := range seen.Agents(ctx, dut) {
		if a.Engine.Kind == "MAC" || a.Engine.Kind == "IPv4" || a.Engine.Kind == "IPv6" || a.Engine.Kind == "text" {
			out = append(out, disclosure{seen.NameUDP(a.Port), a.Addr.Port(), "engine", a.Engine.Kind + " " + a.Engine.Value, false})
		}
		for _, name := range slices.Sorted(maps.Keys(a.Access.Told)) {
			text := a.Access.Told[name]
			out = append(out, inText(seen.NameUDP(a.Port)+" "+name, a.Addr.Port(), text)...)
			if name != "sysDescr" {
				out = append(out, inField(seen.NameUDP(a.Port), a.Addr.Port(), name, text)...)
			}
			if v := versions.FindString(text); v != "" && name == "sysDescr" {
				out = append(out, disclosure{seen.NameUDP(a.Port) + " " + name, a.Addr.Port(), "version", text, false})
			}
		}
	}
	return out
}
