package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"
)

func lo(t testing.TB) *net.Interface {
	t.Helper()
	i, err := net.InterfaceByName(loopback(t))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// camera gives the records of a device: instance, host label and addresses.
func camera(instance, host string, port int, addrs ...string) []string {
	rr := []string{
		"_services._dns-sd._udp.local. 120 IN PTR _https._tcp.local.",
		fmt.Sprintf("_https._tcp.local. 120 IN PTR %s._https._tcp.local.", instance),
		fmt.Sprintf("%s._https._tcp.local. 120 IN SRV 0 0 %d %s.local.", instance, port, host),
		fmt.Sprintf("%s._https._tcp.local. 120 IN TXT \"model=C1\" \"fw=1.0\" \"vendor=Acme\"", instance),
	}
	for _, a := range addrs {
		kind := "A"
		if netip.MustParseAddr(a).Is6() {
			kind = "AAAA"
		}
		rr = append(rr, fmt.Sprintf("%s.local. 120 IN %s %s", host, kind, a))
	}
	return rr
}

// has says whether a device has an address.
func has(a string) func([]Device) bool {
	return func(devices []Device) bool { return at(devices, a) != nil }
}

func at(devices []Device, a string) *Device {
	n := slices.IndexFunc(devices, func(d Device) bool { return slices.Contains(d.Addresses, netip.MustParseAddr(a)) })
	if n < 0 {
		return nil
	}
	return &devices[n]
}

// find discovers on one interface and returns the device with that address.
func find(t *testing.T, iface, a string, o Options) Device {
	t.Helper()
	o.Interfaces = []string{iface}
	if o.For == 0 {
		o.For = 1200 * time.Millisecond
	}
	devices, err := Discover(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	d := at(devices, a)
	if d == nil {
		t.Fatalf("nothing at %s among %+v", a, devices)
	}
	return *d
}

func TestFindsADeviceThatAnswersPTROnly(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "127.83.0.2", false, camera(`Cam\ One`, "cam2", 8443, "127.83.0.2")...)
	d := find(t, "lo", "127.83.0.2", Options{})
	want := Service{Type: "_https._tcp", Instance: "Cam One", Host: "cam2.local", Port: 8443,
		TXT: map[string]string{"model": "C1", "fw": "1.0", "vendor": "Acme"}, Raw: []string{"model=C1", "fw=1.0", "vendor=Acme"},
		Source: "mdns", Addrs: []netip.Addr{netip.MustParseAddr("127.83.0.2")}}
	if len(d.Services) != 1 || fmt.Sprint(d.Services[0]) != fmt.Sprint(want) {
		t.Errorf("services are %+v, want %+v", d.Services, want)
	}
	if d.Name != "Cam One" || d.Host != "cam2.local" || d.Vendor != "Acme" || d.Model != "C1" || d.Firmware != "1.0" || d.Gone || len(d.Claims) > 0 {
		t.Errorf("device is %+v", d)
	}
}
