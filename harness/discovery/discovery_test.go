package discovery

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
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

func at(devices []Device, a string) *Device {
	n := slices.IndexFunc(devices, func(d Device) bool { return slices.Contains(d.Addresses, netip.MustParseAddr(a)) })
	if n < 0 {
		return nil
	}
	return &devices[n]
}

// find discovers on one interface until the device with that address is as wanted, and returns it; or what it was at the end.
func find(t *testing.T, iface, a string, o Options, wanted func(Device) bool) Device {
	t.Helper()
	o.Interfaces = []string{iface}
	if o.For == 0 {
		o.For = 6 * time.Second
	}
	o.settle = 300 * time.Millisecond
	o.Until = func(devices []Device) bool {
		d := at(devices, a)
		return d != nil && wanted(*d)
	}
	devices, err := Discover(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	d := at(devices, a)
	if d == nil {
		var found []string
		for _, d := range devices {
			found = append(found, fmt.Sprint(d.Addresses, d.Claims))
		}
		t.Fatalf("nothing at %s among %v", a, found)
	}
	return *d
}

// complete says that all services of a device have a port; anyhow nothing more than that the device is there.
func complete(d Device) bool {
	return len(d.Services) > 0 && !slices.ContainsFunc(d.Services, func(s Service) bool { return s.Port == 0 || s.Raw == nil })
}

func named(name string) func(Device) bool { return func(d Device) bool { return d.Name == name } }

func anyhow(Device) bool { return true }

func TestFindsADeviceThatAnswersPTROnly(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "127.83.0.2", false, camera(`Cam\ One`, "cam2", 8443, "127.83.0.2")...)
	d := find(t, "lo", "127.83.0.2", Options{}, complete)
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

func TestFindsADeviceOnIPv6Loopback(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "::1", true, camera("Six", "six", 8446, "::1")...)
	if d := find(t, "lo", "::1", Options{}, complete); d.Name != "Six" || len(d.Services) != 1 || d.Services[0].Port != 8446 {
		t.Errorf("device is %+v", d)
	}
}

func TestKeepsAsking(t *testing.T) {
	t.Parallel()
	r := respond(t, lo(t), "127.83.0.3", true, camera("Late", "late", 8443, "127.83.0.3")...)
	r.mu.Lock()
	r.mute = true
	r.mu.Unlock()
	go func() { // it hears the first round, and is ready after that
		for t.Context().Err() == nil {
			r.mu.Lock()
			if len(r.heard) > 0 {
				r.mute = false
				r.mu.Unlock()
				return
			}
			r.mu.Unlock()
			<-time.After(10 * time.Millisecond)
		}
	}()
	find(t, "lo", "127.83.0.3", Options{}, complete)
}

func TestAsksByBothWaysWithTTL255(t *testing.T) {
	t.Parallel()
	l := newLink(*lo(t))
	c, err := l.socket(mdns, false, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.p4.SetControlMessage(ipv4.FlagTTL, true); err != nil {
		t.Fatal(err)
	}
	type way struct{ qu, own bool }
	seen := map[way]int{}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = Discover(ctx, Options{Interfaces: []string{"lo"}, For: 3 * time.Second})
	}()
	buf := make([]byte, maxDatagram)
	_ = c.SetReadDeadline(time.Now().Add(3 * time.Second))
	for len(seen) < 2 {
		n, cm, from, err := c.p4.ReadFrom(buf)
		if err != nil {
			t.Fatalf("asked by %v alone: %v", seen, err)
		}
		var m dns.Msg
		if m.Unpack(buf[:n]) != nil || m.Response || len(m.Question) < 2 || cm.TTL == 1 { // zeroconf asks one thing, with TTL 1
			continue
		}
		if cm.TTL != 255 {
			t.Errorf("asked with TTL %d", cm.TTL)
		}
		seen[way{m.Question[0].Qclass&(1<<15) != 0, from.(*net.UDPAddr).Port == 5353}]++
	}
	cancel()
	<-done
	if seen[way{true, false}] == 0 || seen[way{false, true}] == 0 {
		t.Errorf("asked by %v, want unicast answers to a port of our own, and multicast from 5353", seen)
	}
}

// events runs a discovery on loopback in the background and returns its events and what ends it.
func events(t *testing.T, about string) (<-chan Event, func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ch, done := make(chan Event, 64), make(chan struct{})
	o := Options{Interfaces: []string{"lo"}, For: 20 * time.Second, Event: func(e Event) {
		if slices.Contains(e.Device.Addresses, netip.MustParseAddr(about)) {
			ch <- e
		}
	}}
	go func() {
		defer close(done)
		if _, err := Discover(ctx, o); err != nil {
			t.Error(err)
		}
	}()
	return ch, func() { cancel(); <-done }
}

func next(t *testing.T, ch <-chan Event, kind string) Event {
	t.Helper()
	select {
	case e := <-ch:
		if e.Kind != kind {
			t.Fatalf("event is %s %+v, want %s", e.Kind, e.Device, kind)
		}
		return e
	case <-time.After(5 * time.Second):
		t.Fatalf("no event, want %s", kind)
	}
	panic("not reached")
}

func TestTellsOfTXTChangeAndGoodbye(t *testing.T) {
	t.Parallel()
	r := respond(t, lo(t), "127.83.0.4", true, camera("Talker", "talker", 8443, "127.83.0.4")...)
	ch, stop := events(t, "127.83.0.4")
	defer stop()
	if e := next(t, ch, Appeared); e.Device.Name != "Talker" || e.Device.Firmware != "1.0" {
		t.Errorf("appeared as %+v", e.Device)
	}
	changed := `Talker._https._tcp.local. 120 IN TXT "model=C1" "fw=1.1"`
	r.set(append(camera("Talker", "talker", 8443, "127.83.0.4")[:3], changed, "talker.local. 120 IN A 127.83.0.4")...)
	r.announce(changed)
	if e := next(t, ch, Updated); e.Service.TXT["fw"] != "1.1" || e.Device.Firmware != "1.1" {
		t.Errorf("updated to %+v of %+v", e.Service, e.Device)
	}
	r.set()
	r.announce("_https._tcp.local. 0 IN PTR Talker._https._tcp.local.")
	if e := next(t, ch, Gone); e.Service == nil || e.Service.Instance != "Talker" {
		t.Errorf("gone is %+v", e)
	}
	if e := next(t, ch, Gone); e.Service != nil || !e.Device.Gone || len(e.Device.Services) != 0 {
		t.Errorf("gone is %+v", e)
	}
}

func TestReportsTheGoodbyeInTheResult(t *testing.T) {
	t.Parallel()
	r := respond(t, lo(t), "127.83.0.5", true, camera("Leaver", "leaver", 8443, "127.83.0.5")...)
	once := sync.OnceFunc(func() {
		r.set()
		r.announce("_https._tcp.local. 0 IN PTR Leaver._https._tcp.local.")
	})
	d := find(t, "lo", "127.83.0.5", Options{Event: func(e Event) {
		if e.Device.Name == "Leaver" {
			once()
		}
	}}, func(d Device) bool { return d.Gone })
	if !d.Gone || len(d.Services) != 0 || d.Name != "Leaver" {
		t.Errorf("device is %+v", d)
	}
}

// Two addresses that name each other are one device; one that is named only is a claim, and stays a device of its own.
func TestAddressesOfOneDevice(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "127.83.1.1", true, camera("Dual", "dual", 8443, "127.83.1.1", "127.83.1.2")...)
	respond(t, lo(t), "127.83.1.2", true, camera("Dual", "dual", 8443, "127.83.1.1", "127.83.1.2")...)
	respond(t, lo(t), "127.83.1.3", true, camera("Dual", "dual", 8443, "127.83.1.1", "127.83.1.3")...)
	d := find(t, "lo", "127.83.1.1", Options{}, func(d Device) bool { return len(d.Addresses) == 2 })
	if fmt.Sprint(d.Addresses) != "[127.83.1.1 127.83.1.2]" || len(d.Claims) != 0 || len(d.Services) != 1 || len(d.Services[0].Addrs) != 2 {
		t.Errorf("device is %+v", d)
	}
	d = find(t, "lo", "127.83.1.3", Options{}, complete)
	if fmt.Sprint(d.Addresses) != "[127.83.1.3]" || fmt.Sprint(d.Claims) != "[127.83.1.1]" {
		t.Errorf("the one that names its neighbour is %+v", d)
	}
}

func TestAClaimedAddressIsNotTaken(t *testing.T) {
	t.Parallel()
	neighbour := respond(t, lo(t), "127.83.2.9", false)
	claims := map[string]string{"127.83.2.1": "127.83.2.9", "127.83.2.2": "192.0.2.9", "127.83.2.3": "8.8.8.8", "127.83.2.4": "fe80::9", "127.83.2.5": "224.0.0.1"}
	for own, claim := range claims {
		respond(t, lo(t), own, true, camera("Liar", "liar", 22, claim)...)
	}
	devices, err := Discover(t.Context(), Options{Interfaces: []string{"lo"}, settle: tick, Until: func(devices []Device) bool {
		for own := range claims {
			if d := at(devices, own); d == nil || !complete(*d) {
				return false
			}
		}
		return true
	}})
	if err != nil {
		t.Fatal(err)
	}
	for own, claim := range claims {
		d := at(devices, own)
		if d == nil || fmt.Sprint(d.Addresses) != "["+own+"]" || len(d.Claims) != 1 || strings.TrimSuffix(d.Claims[0], "%lo") != claim || len(d.Services[0].Addrs) != 0 {
			t.Errorf("one that claims %s is %+v", claim, d)
		}
	}
	neighbour.mu.Lock()
	defer neighbour.mu.Unlock()
	for _, q := range neighbour.direct {
		t.Errorf("the neighbour was asked %v by unicast", q)
	}
}

// What one station says of another's service changes nothing of it.
func TestStationsAreKeptApart(t *testing.T) {
	t.Parallel()
	respond(t, lo(t), "127.83.3.1", true, camera("Honest", "honest", 8443, "127.83.3.1")...)
	evil := respond(t, lo(t), "127.83.3.2", true, camera("Honest", "evil", 22, "127.83.3.2")...)
	evil.announce("_https._tcp.local. 0 IN PTR Honest._https._tcp.local.", "honest.local. 120 IN A 127.83.3.2")
	d := find(t, "lo", "127.83.3.1", Options{}, complete)
	if d.Gone || len(d.Services) != 1 || d.Services[0].Port != 8443 || fmt.Sprint(d.Addresses) != "[127.83.3.1]" {
		t.Errorf("device is %+v", d)
	}
}

func TestNamesStayDataAndPrintSafely(t *testing.T) {
	t.Parallel()
	instance := `\027[2J<script>alert\(1\)</script>\.\226\128\174`
	respond(t, lo(t), "127.83.0.6", false, camera(instance, "esc", 8443, "127.83.0.6")...)
	d := find(t, "lo", "127.83.0.6", Options{}, complete)
	if want := "\x1b[2J<script>alert(1)</script>.\u202e"; d.Name != want {
		t.Errorf("name is %q, want %q", d.Name, want)
	}
	if got, want := Printable(d.Name), `\x1b[2J<script>alert(1)</script>.\u202e`; got != want {
		t.Errorf("printed as %s, want %s", got, want)
	}
}

func TestMalformedPacketsAreLeftOut(t *testing.T) {
	t.Parallel()
	r := respond(t, lo(t), "127.83.0.7", true, camera("Fine", "fine", 8443, "127.83.0.7")...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				for _, m := range malformed {
					r.shout(m)
				}
			}
		}
	})
	d := find(t, "lo", "127.83.0.7", Options{}, complete)
	close(stop)
	wg.Wait()
	if len(d.Services) != 1 || d.Name != "Fine" {
		t.Errorf("device is %+v", d)
	}
}

// malformed: a name that points at itself, one that points past the end, a header that promises what does not come, nothing.
var malformed = [][]byte{
	append([]byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 120, 0, 2, 0xc0, 12),
	append([]byte{0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 0xff, 0xff, 0, 12, 0, 1, 0, 0, 0, 120, 0, 2, 0xc0, 12),
	{0, 0, 0x84, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
	{},
}

func TestInterfacesAreNamedInTheError(t *testing.T) {
	t.Parallel()
	_, err := Discover(t.Context(), Options{Interfaces: []string{"nosuch0"}})
	if err == nil || !strings.Contains(err.Error(), "nosuch0") || !strings.Contains(err.Error(), "lo") {
		t.Errorf("error is %v", err)
	}
}

func TestEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := Discover(ctx, Options{Interfaces: []string{"lo"}, For: time.Minute}); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("ended after %v with %v", time.Since(began), err)
	}
	loopback(t)
}

// Run alone: other tests' goroutines would be counted.
func TestLeavesNothingRunning(t *testing.T) {
	loopback(t)
	goroutines, sockets := runtime.NumGoroutine(), openSockets(t)
	for range 3 { // and serves more than once
		if _, err := Discover(t.Context(), Options{Interfaces: []string{"lo"}, For: 100 * time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.Now().Add(2 * time.Second) // zeroconf closes its sockets just after its channel
	for runtime.NumGoroutine() > goroutines || openSockets(t) > sockets {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, were %d; %d sockets, were %d\n%s", runtime.NumGoroutine(), goroutines, openSockets(t), sockets, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

func openSockets(t *testing.T) (n int) {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	for _, f := range files {
		if to, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
