package discovery

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Target is what a person's word for a device stands for.
type Target struct {
	Name      string       // the word itself, or the device's name
	Device    *Device      // what discovery knows of it; nil where it was not needed
	Addresses []netip.Addr // at least one
	Ports     []uint16     // sorted; empty: all. Never empty on loopback, which belongs to this machine
}

// A ResolveError says that a word stands for no device, or for several, and lists what there is.
type ResolveError struct {
	Word       string
	Candidates []Device // those that the word fits; where it fits none, all that were found
	Ambiguous  bool
	hint       string
}

// Error lists the candidates, a line each, made safe for a terminal.
func (e *ResolveError) Error() string {
	var b strings.Builder
	if e.Ambiguous {
		fmt.Fprintf(&b, "target \"%s\" fits %d devices\nname one of them by address:", Printable(e.Word), len(e.Candidates))
	} else {
		fmt.Fprintf(&b, "target \"%s\" was not found\n%s", Printable(e.Word), e.hint)
		if len(e.Candidates) > 0 {
			b.WriteString("found were:")
		}
	}
	for n, d := range e.Candidates {
		if n == 20 {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Candidates)-n)
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s", addressList(d), Printable(d.Name))
		if d.Host != "" {
			fmt.Fprintf(&b, " (%s)", Printable(d.Host))
		}
	}
	return b.String()
}

func addressList(d Device) string {
	var s []string
	for _, a := range d.Addresses {
		s = append(s, a.String())
	}
	if len(s) == 0 {
		return "no address of its own, claims " + Printable(strings.Join(d.Claims, ", "))
	}
	return strings.Join(s, ", ")
}

// LookFor makes Resolve's known: a discovery that ends early when a device of exactly that name answered.
func LookFor(word string, o Options) func(context.Context) ([]Device, error) {
	if name, _, err := splitPorts(word); err == nil {
		o.Until = func(devices []Device) bool {
			exact, _ := match(name, devices)
			return len(exact) == 1 && len(exact[0].Addresses) > 0
		}
	}
	return func(ctx context.Context) ([]Device, error) { return Discover(ctx, o) }
}

// Resolve turns a word into a target:
//
//	192.0.2.7  fe80::1%eth0  [::1]          an address
//	127.0.0.1:8443,2222  [::1]:8000-8010    an address and the ports that are the device's
//	cam.local  cam                          a host name, of /etc/hosts or discovered
//	"Cam One"  one  "Cam One:8443"          a discovered name, UUID or link-layer address, or a unique part of a name
//
// It calls known, once, only where discovery is needed: for names that are not in /etc/hosts, and for the ports of
// loopback addresses without any. Where no device or more than one fits, the error is a *ResolveError.
func Resolve(ctx context.Context, word string, known func(context.Context) ([]Device, error)) (Target, error) {
	name, ports, err := splitPorts(word)
	if err != nil {
		return Target{}, err
	}
	if a, err := parseAddress(name); err == nil {
		return resolveAddress(ctx, word, []netip.Addr{a}, ports, known)
	} else if !errors.Is(err, errNotAddress) {
		return Target{}, fmt.Errorf("target \"%s\": %w", Printable(word), err)
	}
	if addrs := hostsFile(name); len(addrs) > 0 {
		return resolveAddress(ctx, word, addrs, ports, known)
	}
	devices, err := known(ctx)
	if err != nil && !(errors.Is(err, ErrCrowded) && len(devices) > 0) {
		return Target{}, fmt.Errorf("looking for target \"%s\": %w", Printable(word), err)
	}
	fitting, all := match(name, devices)
	switch {
	case len(fitting) == 0:
		return Target{}, &ResolveError{Word: word, Candidates: all, hint: "is it on, and on this network? name it by its address where multicast does not reach\n"}
	case len(fitting) > 1:
		return Target{}, &ResolveError{Word: word, Candidates: fitting, Ambiguous: true}
	case len(fitting[0].Addresses) == 0:
		return Target{}, &ResolveError{Word: word, Candidates: fitting, hint: "none of its addresses is proven its own: name one that is yours to test\n"}
	}
	d := fitting[0]
	return limit(Target{Name: d.Name, Device: &d, Addresses: d.Addresses, Ports: ports}, word)
}

func resolveAddress(ctx context.Context, word string, addrs []netip.Addr, ports []uint16, known func(context.Context) ([]Device, error)) (Target, error) {
	t := Target{Name: word, Addresses: addrs, Ports: ports}
	if len(ports) > 0 || !slices.ContainsFunc(addrs, netip.Addr.IsLoopback) {
		return t, nil
	}
	devices, err := known(ctx)
	if err != nil {
		return Target{}, fmt.Errorf("looking for the services at %s: %w", Printable(word), err)
	}
	for _, d := range devices {
		if slices.ContainsFunc(addrs, func(a netip.Addr) bool { return slices.Contains(d.Addresses, a) }) {
			t.Device = &d
			break
		}
	}
	return limit(t, word)
}

// limit gives a target on loopback the ports that its device announced there.
func limit(t Target, word string) (Target, error) {
	if len(t.Ports) > 0 || !slices.ContainsFunc(t.Addresses, netip.Addr.IsLoopback) {
		return t, nil
	}
	if t.Device != nil {
		for _, s := range t.Device.Services {
			if s.Port != 0 && slices.ContainsFunc(s.Addrs, func(a netip.Addr) bool { return slices.Contains(t.Addresses, a) }) {
				t.Ports = append(t.Ports, s.Port)
			}
		}
	}
	if len(t.Ports) == 0 {
		return Target{}, fmt.Errorf("target \"%s\" is on loopback, which belongs to this machine, and no service is announced there\nsay which ports are the device's: %s",
			Printable(word), netip.AddrPortFrom(t.Addresses[0], 8443).String()+",2222")
	}
	slices.Sort(t.Ports)
	t.Ports = slices.Compact(t.Ports)
	return t, nil
}

// match gives the devices that a name fits: exactly, or, where none, in part. all are those it could have been.
func match(name string, devices []Device) (fitting, all []Device) {
	whole, part := []Device{}, []Device{}
	for _, d := range devices {
		words := []string{d.Name, d.Host}
		for _, s := range d.Services {
			words = append(words, s.Instance, s.Host)
		}
		exact := append([]string{d.UUID, d.MAC, strings.TrimSuffix(d.Host, ".local")}, words...)
		name := strings.TrimSuffix(name, ".")
		if slices.ContainsFunc(exact, func(w string) bool { return w != "" && strings.EqualFold(w, name) }) {
			whole = append(whole, d)
		}
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(w), strings.ToLower(name)) }) {
			part = append(part, d)
		}
	}
	if len(whole) > 0 {
		return whole, devices
	}
	return part, devices
}

var portList = regexp.MustCompile(`^(.+):(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)$`)

// splitPorts parts "NAME:PORT[,PORT|PORT-PORT…]". An IPv6 address has ports only in brackets.
func splitPorts(word string) (name string, ports []uint16, err error) {
	word = strings.TrimSpace(word)
	if word == "" {
		return "", nil, errors.New("target is empty\nname an address, a host name or a discovered device")
	}
	if _, err := netip.ParseAddr(word); err == nil {
		return word, nil, nil
	}
	if isMAC.MatchString(word) {
		return word, nil, nil
	}
	m := portList.FindStringSubmatch(word)
	if m == nil {
		return word, nil, nil
	}
	for part := range strings.SplitSeq(m[2], ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		a, errA := strconv.ParseUint(from, 10, 16)
		b, errB := strconv.ParseUint(to, 10, 16)
		if errA != nil || errB != nil || a == 0 || a > b {
			return "", nil, fmt.Errorf("target \"%s\": %q is no port or range of ports\nports are 1 to 65535: 8443,2222 or 8000-8010", Printable(word), part)
		}
		for p := a; p <= b; p++ {
			ports = append(ports, uint16(p))
		}
	}
	slices.Sort(ports)
	return m[1], slices.Compact(ports), nil
}

var isMAC = regexp.MustCompile(`^(?i:[0-9a-f]{2}(:[0-9a-f]{2}){5})$`)

var errNotAddress = errors.New("not an address")

// parseAddress reads an address that a device can have; errNotAddress where it is a name.
func parseAddress(s string) (netip.Addr, error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		s = strings.TrimSuffix(inner, "]")
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, errNotAddress
	}
	a = a.Unmap()
	switch {
	case a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return a, errors.New("that is not the address of one device\nname the address of the device itself")
	case a.Is6() && a.IsLinkLocalUnicast() && a.Zone() == "":
		return a, fmt.Errorf("a link-local address needs its interface\nwrite %s%%eth0, with the interface that the device is on", a)
	}
	return a, nil
}

// hostsPath is where this machine's own names stand.
const hostsPath = "/etc/hosts"

// hostsFile looks a name up in the first megabyte of /etc/hosts. No name server is asked: what it says is nobody's word for a device.
func hostsFile(name string) (addrs []netip.Addr) {
	f, err := os.Open(hostsPath)
	if err != nil {
		return nil
	}
	defer f.Close()
	lines := bufio.NewScanner(io.LimitReader(f, 1<<20))
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) < 2 || !slices.ContainsFunc(fields[1:], func(f string) bool { return strings.EqualFold(f, name) }) {
			continue
		}
		if a, err := parseAddress(fields[0]); err == nil && !slices.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}
