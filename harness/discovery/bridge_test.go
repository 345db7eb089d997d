package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
)

func linkLocal(n byte) string { return fmt.Sprintf("fe80::5eff:fe10:%x", n) }

func zoned(a string) string { return a + "%" + bridge }

func TestDualStackHostWithAllItsAddresses(t *testing.T) {
	t.Parallel()
	ll := linkLocal(0x12)
	plug(t, 0x12, []string{"192.0.2.18/24", "fd00:db8::12/64"}, func(i *net.Interface) {
		all := camera("Dual", "dual", 8443, "192.0.2.18", "fd00:db8::12", ll)
		respond(t, i, "192.0.2.18", true, all...)
		respond(t, i, ll, true, all...)
	})
	teachNeighbour(t, "fd00:db8::12")
	d := find(t, bridge, "192.0.2.18", Options{}, func(d Device) bool {
		return len(d.Addresses) == 3 && d.MAC != "" && len(d.Services) == 1 && len(d.Services[0].Addrs) == 3
	})
	want := fmt.Sprintf("[192.0.2.18 fd00:db8::12 %s]", zoned("fe80::5eff:fe10:12"))
	if fmt.Sprint(d.Addresses) != want || len(d.Claims) != 0 || d.MAC != "02:00:5e:10:00:12" {
		t.Errorf("addresses are %v, claims %v, link address %s, want %s", d.Addresses, d.Claims, d.MAC, want)
	}
	if len(d.Services) != 1 || len(d.Services[0].Addrs) != 3 || !slices.Contains(d.Sources, "neighbour") {
		t.Errorf("device is %+v", d)
	}
}

// teachNeighbour has the kernel ask who has an address, as any packet to it would: again and again, for the link may not be up yet.
func teachNeighbour(t *testing.T, a string) {
	t.Helper()
	t.Cleanup(every(100*time.Millisecond, func() {
		if c, err := net.Dial("udp", netip.AddrPortFrom(netip.MustParseAddr(a), 9).String()); err == nil {
			_, _ = c.Write([]byte{0})
			c.Close()
		}
	}))
}

// A host heard over IPv4 alone: the IPv6 address formed from its link-layer address is its own, another is a claim.
func TestIPv6AddressesFormedFromTheLinkLayer(t *testing.T) {
	t.Parallel()
	plug(t, 0x13, []string{"192.0.2.19/24"}, func(i *net.Interface) {
		respond(t, i, "192.0.2.19", true, camera("Slaac", "slaac", 8443, "192.0.2.19", "fd00:db8::5eff:fe10:13", "fd00:db8::999", "2001:db8::5eff:fe10:13")...)
	})
	teachNeighbour(t, "192.0.2.19")
	d := find(t, bridge, "192.0.2.19", Options{}, func(d Device) bool { return len(d.Addresses) == 2 })
	if fmt.Sprint(d.Addresses) != "[192.0.2.19 fd00:db8::5eff:fe10:13]" || fmt.Sprint(d.Claims) != "[2001:db8::5eff:fe10:13 fd00:db8::999]" {
		t.Errorf("addresses are %v, claims %v", d.Addresses, d.Claims)
	}
}

// A device that points at its neighbour gets the neighbour neither into its addresses nor a packet from us.
func TestNoDeviceAimsAtItsNeighbour(t *testing.T) {
	t.Parallel()
	var got atomic.Int32
	plug(t, 0x15, []string{"192.0.2.21/24"}, func(*net.Interface) {
		udp, err := net.ListenPacket("udp4", "192.0.2.21:5353")
		if err != nil {
			t.Fatal(err)
		}
		tcp, err := net.Listen("tcp4", "192.0.2.21:80")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { udp.Close(); tcp.Close() })
		go func() {
			for buf := make([]byte, 100); ; got.Add(1) {
				if _, _, err := udp.ReadFrom(buf); err != nil {
					return
				}
			}
		}()
		go func() {
			for ; ; got.Add(1) {
				if _, err := tcp.Accept(); err != nil {
					return
				}
			}
		}()
	})
	plug(t, 0x14, []string{"192.0.2.20/24"}, func(i *net.Interface) {
		respond(t, i, "192.0.2.20", true, camera("Pointer", "pointer", 80, "192.0.2.21")...)
		out, err := net.ListenPacket("udp4", "192.0.2.20:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { out.Close() })
		if err := ipv4.NewPacketConn(out).SetMulticastInterface(i); err != nil {
			t.Fatal(err)
		}
		stop := every(20*time.Millisecond, func() {
			_, _ = out.WriteTo([]byte("NOTIFY * HTTP/1.1\r\nNT: urn:x\r\nNTS: ssdp:alive\r\nUSN: uuid:p::urn:x\r\nLOCATION: http://192.0.2.21/d.xml\r\n\r\n"),
				&net.UDPAddr{IP: net.IPv4(239, 255, 255, 250), Port: 1900})
		})
		t.Cleanup(stop)
	})
	d := find(t, bridge, "192.0.2.20", Options{}, func(d Device) bool { return len(d.Services) == 2 && d.MAC != "" })
	if fmt.Sprint(d.Addresses) != "[192.0.2.20]" || fmt.Sprint(d.Claims) != "[192.0.2.21]" || len(d.Services) != 2 {
		t.Errorf("device is %+v", d)
	}
	if n := got.Load(); n != 0 {
		t.Errorf("the neighbour got %d packets", n)
	}
}

// every calls f at once and then again until the function returned is called.
func every(d time.Duration, f func()) (stop func()) {
	tick, end, done := time.NewTicker(d), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			f()
			select {
			case <-tick.C:
			case <-end:
				return
			}
		}
	}()
	return func() { tick.Stop(); close(end); <-done }
}

func TestQuietNeighbourIsListed(t *testing.T) {
	t.Parallel()
	plug(t, 0x16, []string{"192.0.2.22/24"}, func(*net.Interface) {})
	teachNeighbour(t, "192.0.2.22")
	d := find(t, bridge, "192.0.2.22", Options{}, anyhow)
	if d.MAC != "02:00:5e:10:00:16" || fmt.Sprint(d.Sources) != "[neighbour]" || d.Name != "192.0.2.22" {
		t.Errorf("device is %+v", d)
	}
}

// One that speaks from an address which does not belong on the link is shown without an address of its own.
func TestAForeignSpeakerIsNotTaken(t *testing.T) {
	t.Parallel()
	plug(t, 0x17, []string{"198.51.100.7/24"}, func(i *net.Interface) {
		respond(t, i, "198.51.100.7", true, camera("Foreign", "foreign", 80, "198.51.100.7")...).announceEvery(t, 50*time.Millisecond)
	})
	foreign := func(d Device) bool { return d.Name == "Foreign" }
	devices, err := Discover(t.Context(), Options{Interfaces: []string{bridge}, For: 3 * time.Second, settle: tick,
		Until: func(devices []Device) bool { return slices.ContainsFunc(devices, foreign) }})
	if err != nil {
		t.Fatal(err)
	}
	n := slices.IndexFunc(devices, foreign)
	if n < 0 {
		t.Skip("this kernel drops packets of foreign sources")
	}
	if d := devices[n]; len(d.Addresses) != 0 || !strings.Contains(fmt.Sprint(d.Claims), "198.51.100.7") {
		t.Errorf("device is %+v", d)
	}
}

func (r *responder) announceEvery(t *testing.T, d time.Duration) {
	records := []string{}
	for _, rr := range r.records {
		records = append(records, rr.String())
	}
	t.Cleanup(every(d, func() { r.announce(records...) }))
}

// The interfaces that are found without being named are those that know multicast, without loopback.
func TestFindsItsInterfaces(t *testing.T) {
	t.Parallel()
	plug(t, 0x18, []string{"192.0.2.24/24"}, func(i *net.Interface) {
		respond(t, i, "192.0.2.24", true, camera("Plain", "plain", 80, "192.0.2.24")...)
	})
	devices, err := Discover(t.Context(), Options{settle: tick, Until: func(d []Device) bool { return at(d, "192.0.2.24") != nil }})
	if err != nil || at(devices, "192.0.2.24") == nil {
		t.Errorf("found %+v, %v", devices, err)
	}
}

func TestSameDevice(t *testing.T) {
	t.Parallel()
	l := &link{index: 9, name: "x0", prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("fd00::1/64")}}
	speaker := func(addr, mac, name, uuid string, says ...string) *station {
		st := newStation(netip.MustParseAddr(addr), l, false, time.Time{})
		st.mac = mac
		if name != "" {
			st.hosts[name] = &host{name: name, addrs: map[netip.Addr]time.Time{}}
			for _, a := range says {
				st.hosts[name].addrs[netip.MustParseAddr(a)] = time.Time{}
			}
		}
		if uuid != "" {
			st.adverts[uuid] = &advert{source: "ssdp", uuid: uuid}
		}
		return st
	}
	const m, other = "02:00:5e:10:00:07", "02:00:5e:10:00:08"
	for what, c := range map[string]struct {
		a, b *station
		want bool
	}{
		"each names the other":                   {speaker("192.0.2.7", "", "h.", "", "fd00::7"), speaker("fd00::7", "", "h.", "", "192.0.2.7"), true},
		"one names the other":                    {speaker("192.0.2.7", "", "h.", "", "fd00::7"), speaker("fd00::7", "", "h.", ""), false},
		"one names, same link address":           {speaker("192.0.2.7", m, "h.", "", "192.0.2.8"), speaker("192.0.2.8", m, "", ""), true},
		"one names, other link address":          {speaker("192.0.2.7", m, "h.", "", "192.0.2.8"), speaker("192.0.2.8", other, "", ""), false},
		"same link address alone":                {speaker("192.0.2.7", m, "h.", ""), speaker("192.0.2.8", m, "", ""), false},
		"same link address, quiet both":          {speaker("192.0.2.7", m, "", ""), speaker("fd00::8", m, "", ""), true},
		"same link address, formed from it":      {speaker("192.0.2.7", m, "h.", ""), speaker("fd00::5eff:fe10:7", m, "", ""), true},
		"same link address and host":             {speaker("192.0.2.7", m, "h.", ""), speaker("192.0.2.8", m, "h.", ""), true},
		"same link address, other host":          {speaker("192.0.2.7", m, "h.", ""), speaker("192.0.2.8", m, "i.", ""), false},
		"same link address, two families":        {speaker("192.0.2.7", m, "h.", ""), speaker("fd00::7", m, "", "u"), true},
		"same link address, families, hosts":     {speaker("192.0.2.7", m, "h.", ""), speaker("fd00::7", m, "i.", ""), false},
		"same link address and UUID":             {speaker("192.0.2.7", m, "", "u"), speaker("192.0.2.8", m, "", "u"), true},
		"same host alone":                        {speaker("192.0.2.7", m, "h.", ""), speaker("192.0.2.8", other, "h.", ""), false},
		"same UUID alone":                        {speaker("192.0.2.7", "", "", "u"), speaker("192.0.2.8", "", "", "u"), false},
		"same UUID, one link address not known":  {speaker("192.0.2.7", m, "", "u"), speaker("192.0.2.8", "", "", "u"), false},
		"nothing in common":                      {speaker("192.0.2.7", m, "", ""), speaker("192.0.2.8", other, "", ""), false},
		"same link address, one speaks by SSDP":  {speaker("192.0.2.7", m, "h.", ""), speaker("192.0.2.8", m, "", "u"), false},
		"same link address, quiet, not its EUI":  {speaker("192.0.2.7", m, "h.", ""), speaker("fd00::9", m, "", ""), false},
		"same link address, two UUIDs, families": {speaker("192.0.2.7", m, "", "u"), speaker("fd00::7", m, "", "v"), false},
	} {
		if got := sameDevice(c.a, c.b); got != c.want || sameDevice(c.b, c.a) != got {
			t.Errorf("%s: %v, want %v, both ways", what, got, c.want)
		}
	}
}
