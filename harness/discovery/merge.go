package discovery

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// devices puts the stations together, by the rule of sameDevice, and says which device each is of. Devices are ordered by address.
func (s *search) devices() ([]Device, map[*station]int) {
	all := slices.SortedFunc(maps.Values(s.stations), func(a, b *station) int { return byFamily(a.addr, b.addr) })
	groups, of := slices.SortedFunc(maps.Values(s.joined(all)), func(a, b []*station) int { return byFamily(a[0].addr, b[0].addr) }), map[*station]int{}
	devices := make([]Device, len(groups))
	for n, g := range groups {
		devices[n] = device(g)
		for _, st := range g {
			of[st] = n
		}
	}
	return devices, of
}

// joined groups the stations, each group in the order given, keyed by its first.
func (s *search) joined(all []*station) map[*station][]*station {
	lead, macs := map[*station]*station{}, map[string][]*station{}
	var first func(*station) *station
	first = func(st *station) *station {
		if lead[st] != st {
			lead[st] = first(lead[st])
		}
		return lead[st]
	}
	try := func(a, b *station) {
		if b != nil && lead[b] != nil && first(a) != first(b) && sameDevice(a, b) {
			lead[first(b)] = first(a)
		}
	}
	for _, st := range all {
		lead[st] = st
		for _, h := range st.hosts { // only those can be one device's that name each other, or share a link-layer address
			for a := range h.addrs {
				try(st, s.stations[a])
			}
		}
		for _, other := range macs[st.mac] {
			try(other, st)
		}
		if st.mac != "" {
			macs[st.mac] = append(macs[st.mac], st)
		}
	}
	groups := map[*station][]*station{}
	for _, st := range all {
		groups[first(st)] = append(groups[first(st)], st)
	}
	return groups
}

// byFamily orders IPv4 before IPv6, and link-local IPv6 last.
func byFamily(a, b netip.Addr) int {
	rank := func(a netip.Addr) int {
		switch {
		case a.Is4():
			return 0
		case a.IsLinkLocalUnicast():
			return 2
		}
		return 1
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), a.Compare(b))
}

// sameDevice is the rule by which two addresses are one device's, and so both in scope where one is asked for:
//
//   - both speak and each names the other as its own: neither is drawn in against its will; or
//   - both have the same link-layer address, and one names the other, or they share a host name or UUID, or one is IPv6 and
//     nothing they say of themselves differs, or neither says anything.
//
// The same link-layer address alone is not enough: a Wi-Fi extender answers with its own for all that is behind it. Nor
// is the same name or UUID: who copies a neighbour's would be tested together with it.
func sameDevice(a, b *station) bool {
	if a.link != b.link || a.foreign || b.foreign {
		return false
	}
	ab, ba := a.says(b.addr), b.says(a.addr)
	if ab && ba {
		return true
	}
	if a.mac == "" || a.mac != b.mac {
		return false
	}
	if ab || ba || !a.speaks() && !b.speaks() {
		return true
	}
	hosts := compare(slices.Collect(maps.Keys(a.hosts)), slices.Collect(maps.Keys(b.hosts)))
	uuids := compare(a.uuids(), b.uuids())
	if hosts == shared || uuids == shared {
		return true
	}
	if !a.speaks() || !b.speaks() {
		return madeFrom(a.addr, a.mac) || madeFrom(b.addr, b.mac)
	}
	return a.addr.Is4() != b.addr.Is4() && hosts == unknown && uuids == unknown
}

type likeness int

const (
	unknown likeness = iota // one side says nothing
	shared
	different
)

func compare(a, b []string) likeness {
	if len(a) == 0 || len(b) == 0 {
		return unknown
	}
	if slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) }) {
		return shared
	}
	return different
}

// device tells one device from its stations.
func device(g []*station) Device {
	d := Device{Addresses: []netip.Addr{}, Services: []Service{}}
	d.takeAddresses(g)
	d.takeServices(g)
	d.takeAdverts(g)
	d.takeNames(g)
	slices.SortFunc(d.Services, func(a, b Service) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Port, b.Port))
	})
	slices.Sort(d.Sources)
	d.Sources = slices.Compact(d.Sources)
	live := slices.ContainsFunc(g, (*station).live)
	d.Gone = !live && slices.ContainsFunc(g, func(st *station) bool { return st.goodbye })
	return d
}

// takeAddresses parts the addresses that are the device's own from those that it claims.
func (d *Device) takeAddresses(g []*station) {
	claims := map[string]bool{}
	for _, st := range g {
		d.MAC = cmp.Or(d.MAC, st.mac)
		if st.foreign {
			claims[st.addr.String()] = true
		} else {
			d.Addresses = append(d.Addresses, st.addr)
		}
	}
	for _, st := range g {
		for _, h := range st.hosts {
			for a := range h.addrs {
				if !st.foreign && st.link.onLink(a) && madeFrom(a, st.mac) {
					d.Addresses = append(d.Addresses, a)
				}
				claims[a.String()] = true
			}
		}
		for c := range st.claimed {
			claims[c] = true
		}
	}
	slices.SortFunc(d.Addresses, byFamily)
	d.Addresses = slices.Compact(d.Addresses)
	for _, a := range d.Addresses {
		delete(claims, a.String())
	}
	d.Claims = slices.Sorted(maps.Keys(claims))
	d.Claims = d.Claims[:min(len(d.Claims), maxAddresses)]
}

// takeServices lists the DNS-SD services, each once, as it was heard last.
func (d *Device) takeServices(g []*station) {
	type heard struct {
		*instance
		by *station
	}
	latest := map[string]heard{}
	for _, st := range g {
		if len(st.instances)+len(st.hosts) > 0 {
			d.Sources = append(d.Sources, mdns.name)
		}
		if st.neighbour {
			d.Sources = append(d.Sources, "neighbour")
		}
		for key, i := range st.instances {
			if old, ok := latest[key]; !i.gone && (!ok || i.heard.After(old.heard)) {
				latest[key] = heard{i, st}
			}
		}
	}
	for _, i := range latest {
		if len(d.Services) < maxServices {
			service := i.service()
			service.Addrs = d.where(i.host, i.by, g)
			d.Services = append(d.Services, service)
		}
	}
}

func (i *instance) service() Service {
	return Service{Type: i.typ, Instance: i.name, Host: hostName(i.host), Port: i.port, Raw: i.txt, TXT: keys(i.txt), Source: mdns.name, Addrs: []netip.Addr{}}
}

// where gives the device's addresses at which a service runs. A host of which no address was heard is taken to be the speaker.
func (d *Device) where(host string, by *station, g []*station) []netip.Addr {
	at, named := []netip.Addr{}, false
	for _, st := range g {
		if h := st.hosts[dns.CanonicalName(host)]; h != nil {
			for a := range h.addrs {
				named = true
				if slices.Contains(d.Addresses, a) {
					at = append(at, a)
				}
			}
		}
	}
	if !named && !by.foreign {
		at = append(at, by.addr)
	}
	slices.SortFunc(at, byFamily)
	return slices.Compact(at)
}

// takeAdverts lists what SSDP and WS-Discovery announced. A UPnP device announces itself by UUID and as root device too.
func (d *Device) takeAdverts(g []*station) {
	for _, st := range g {
		for _, key := range slices.Sorted(maps.Keys(st.adverts)) {
			a := st.adverts[key]
			d.Sources = append(d.Sources, a.source)
			d.UUID = cmp.Or(d.UUID, a.uuid)
			d.Vendor, d.Model, d.Firmware = cmp.Or(d.Vendor, a.vendor), cmp.Or(d.Model, a.model), cmp.Or(d.Firmware, a.firmware)
			d.HasSerial = d.HasSerial || a.serial
			if a.gone || len(d.Services) >= maxServices || strings.HasPrefix(a.typ, "uuid:") || a.typ == "upnp:rootdevice" {
				continue
			}
			service := Service{Type: a.typ, Instance: a.name, Port: a.port, Source: a.source, Addrs: []netip.Addr{}}
			if !st.foreign {
				service.Addrs = append(service.Addrs, st.addr)
			}
			same := func(o Service) bool {
				return o.Source == service.Source && o.Type == service.Type && o.Instance == service.Instance && o.Port == service.Port
			}
			if n := slices.IndexFunc(d.Services, same); n >= 0 {
				if !slices.Contains(d.Services[n].Addrs, st.addr) {
					d.Services[n].Addrs = append(d.Services[n].Addrs, service.Addrs...)
				}
				continue
			}
			d.Services = append(d.Services, service)
		}
	}
}

// Keys of TXT records under which devices say what they are, in order of trust.
var (
	vendorKeys   = []string{"vendor", "manufacturer", "mf", "usb_mfg"}
	modelKeys    = []string{"model", "md", "modelid", "ty", "usb_mdl"}
	firmwareKeys = []string{"fw", "firmware", "fw_version", "fwversion", "version", "ver"}
	uuidKeys     = []string{"uuid"}
)

// takeNames picks the names shown: a DNS-SD instance before a UPnP or ONVIF name, the host name, the address.
func (d *Device) takeNames(g []*station) {
	names, hosts := map[string]int{}, map[string]int{}
	for _, service := range d.Services {
		if service.Source == mdns.name {
			names[service.Instance]++
			hosts[service.Host]++
		}
		d.Vendor = cmp.Or(d.Vendor, first(service.TXT, vendorKeys))
		d.Model = cmp.Or(d.Model, first(service.TXT, modelKeys))
		d.Firmware = cmp.Or(d.Firmware, first(service.TXT, firmwareKeys))
		d.UUID = cmp.Or(d.UUID, first(service.TXT, uuidKeys))
	}
	for _, st := range g {
		for _, h := range st.hosts {
			if len(hosts) == 0 || hosts[hostName(h.name)] > 0 {
				hosts[hostName(h.name)] += 0
			}
		}
		for _, i := range st.instances {
			names[i.name] += 0 // one that is gone names the device still
		}
	}
	d.Host = commonest(hosts)
	d.Name = commonest(names)
	for _, st := range g {
		for _, key := range slices.Sorted(maps.Keys(st.adverts)) {
			d.Name = cmp.Or(d.Name, st.adverts[key].name)
		}
	}
	short, _, _ := strings.Cut(d.Host, ".")
	d.Name = cmp.Or(d.Name, short, g[0].addr.String())
}

func first(txt map[string]string, keys []string) string {
	for _, k := range keys {
		if v := txt[k]; v != "" {
			return clip(v, maxText)
		}
	}
	return ""
}

// commonest gives the name counted most often, of equals the first in order.
func commonest(counts map[string]int) (best string) {
	delete(counts, "")
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if best == "" || counts[name] > counts[best] {
			best = name
		}
	}
	return best
}
