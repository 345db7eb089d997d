// Package discovery finds the devices on a network and says which addresses are theirs.
//
// Its one idea: what a device says about itself is data, where it speaks from is evidence. Everything heard (mDNS,
// SSDP, WS-Discovery) is filed under the address that sent it, a station; a station's word never changes what is known of
// another. An address becomes a device's own, and so a place that tests may reach, only by the rule of sameDevice:
//
//   - it sent an announcement itself, or
//   - the device names it and the neighbour table shows the same link-layer address for both, or it is the IPv6 address
//     formed from that link-layer address (EUI-64), or
//   - two addresses that both speak name each other (a dual-stack host asked over IPv4 and over IPv6).
//
// All else that a device says of addresses ends in Claims and gets no packet from us: no device aims the harness at its
// neighbour. On loopback there is no link-layer address, so there only speaking counts: a device on 127.0.0.2 must send
// from 127.0.0.2; what comes by loopback from an address of another interface counts for 127.0.0.1. What is left open: a
// frame whose IP source is forged on the same link looks as if its owner spoke.
//
//	devices, err := discovery.Discover(ctx, discovery.Options{Interfaces: []string{"eth0"}, For: 3 * time.Second})
//	target, err := discovery.Resolve(ctx, "cam one", discovery.LookFor("cam one", discovery.Options{}))
//
// The search runs in the network namespace of the process. Strings of devices are kept as they are: show them by Printable.
package discovery

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Bounds on what strangers can make us keep.
const (
	maxStations  = 512  // addresses that spoke, or neighbours
	maxDevices   = 256  // devices returned
	maxServices  = 64   // services of one station
	maxHosts     = 16   // host names of one station
	maxAddresses = 32   // addresses of one host name, claims of one station
	maxTypes     = 128  // service types asked for
	maxTXT       = 8192 // bytes of one TXT record
	maxText      = 255  // bytes of any other string
)

// DefaultWindow is how long Discover listens when Options.For is zero.
const DefaultWindow = 5 * time.Second

// A Device is what was learnt of one device. Its strings come from the device: show them by Printable.
type Device struct {
	Name      string       `json:"name"`                // the best human name, unescaped: "Cam One"
	Host      string       `json:"host,omitempty"`      // mDNS host name without the last dot: "cam.local"
	Addresses []netip.Addr `json:"addresses"`           // its own by the package's rule; link-local ones with zone
	MAC       string       `json:"mac,omitempty"`       // from the neighbour table only: "02:00:5e:10:00:01"
	UUID      string       `json:"uuid,omitempty"`      // of UPnP or WS-Discovery, without "uuid:"
	Vendor    string       `json:"vendor,omitempty"`    // as the device says
	Model     string       `json:"model,omitempty"`     // as the device says
	Firmware  string       `json:"firmware,omitempty"`  // as the device says
	HasSerial bool         `json:"hasSerial,omitempty"` // a UPnP description gives a serial number away
	Services  []Service    `json:"services"`            // sorted by type and instance
	Sources   []string     `json:"sources"`             // of mdns, neighbour, ssdp, wsd
	Claims    []string     `json:"claims,omitempty"`    // addresses and hosts that the device named and that were not taken
	Gone      bool         `json:"gone,omitempty"`      // said goodbye, and offers nothing since
}

// A Service is one thing a device announces.
type Service struct {
	Type     string            `json:"type"`               // "_https._tcp", or a UPnP or WS-Discovery type
	Instance string            `json:"instance,omitempty"` // unescaped: "Cam One"
	Host     string            `json:"host,omitempty"`     // where the device says it runs: "cam.local"
	Port     uint16            `json:"port,omitempty"`     // 0: not said
	TXT      map[string]string `json:"txt,omitempty"`      // RFC 6763, 6.4: keys in lower case, the first of equal keys
	Raw      []string          `json:"raw,omitempty"`      // the TXT strings as sent
	Source   string            `json:"source"`             // mdns, ssdp or wsd
	Addrs    []netip.Addr      `json:"addrs"`              // those of the device's Addresses where it runs; may be none
}

// Kinds of events.
const (
	Appeared = "appeared"
	Updated  = "updated" // the TXT record of a service changed
	Gone     = "gone"    // a goodbye, or nothing heard for longer than the announcement holds
)

// An Event tells of a change while Discover runs.
type Event struct {
	Kind    string   `json:"kind"`
	Device  Device   `json:"device"`
	Service *Service `json:"service,omitempty"` // the one updated or gone; nil: the whole device
}

// Options say where and how long to look.
type Options struct {
	Interfaces []string              // names; none: all that are up and know multicast, without loopback
	For        time.Duration         // 0: DefaultWindow
	Unicast    []netip.Addr          // also asked directly, where multicast does not reach; being named, they count as on link
	Event      func(Event)           // called by Discover's own goroutine; may be nil
	Until      func(d []Device) bool // true ends the search early; first asked after slowest; may be nil

	settle time.Duration // instead of slowest, for tests
}

// slowest is how long answers may take (SSDP: MX 1): a search does not end before, lest a second device of that name be missed.
const slowest = 1500 * time.Millisecond

// ErrCrowded says that more spoke than are kept; the devices that came first are returned with it.
var ErrCrowded = errors.New("discovery: too many devices announce themselves, some are left out\nname the device by its address")

// Discover looks for devices for o.For or until ctx ends, whichever comes first, and returns them ordered by address.
// It leaves nothing running. An end of ctx is no error: what was found until then is returned.
func Discover(ctx context.Context, o Options) ([]Device, error) {
	if o.For <= 0 {
		o.For = DefaultWindow
	}
	if o.settle == 0 {
		o.settle = slowest
	}
	links, err := findLinks(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.For)
	s := newSearch(ctx, o, links)
	defer func() { cancel(); s.close() }()
	if err := s.open(); err != nil {
		return nil, fmt.Errorf("discovering devices: %w", err)
	}
	devices := s.run(ctx)
	if s.crowded || len(devices) > maxDevices {
		return devices[:min(len(devices), maxDevices)], ErrCrowded
	}
	return devices, nil
}
