// Package upnp asks a UPnP device for its description, and which of its actions anybody calls.
//
// Its one idea is that a description is fetched from the very address that was asked: a location that names another is told, and
// not followed.
//
//	d, err := upnp.Described{}.Ask(ctx, on)
//	// d.Devices[0].Services[0].Actions: [GetVolume SetVolume], and d.Devices[0].Services[0].Called: "GetVolume"
package upnp

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// Bounds. Times are real.
const (
	Port         = 1900
	Within       = 3 * time.Second        // for an answer to a search by unicast, which comes within one (UPnP Device Architecture 2.0 clause 1.3.2)
	More         = 500 * time.Millisecond // for further answers after the last; a tenth on loopback
	maxAnswers   = 64
	maxLocations = 8
	maxServices  = 20
	maxActions   = 200
	maxText      = 200 // characters of one
)

// Described searches by unicast (UPnP Device Architecture 2.0 clause 1.3.2) and fetches what the answers point to.
type Described struct{ At uint16 } // the port that is searched; 0: 1900

// A Found is what was found.
type Found struct {
	Answered  bool
	Server    string   // SERVER of the answer
	Elsewhere []string // locations at other addresses, which were not followed
	Devices   []Device
}

// A Device is one description.
type Device struct {
	Location                                                     string
	Status                                                       int // of the fetch
	Friendly, Manufacturer, Model, ModelNumber, Serial, Identity string
	Services                                                     []Service
}

// A Service is one of a device.
type Service struct {
	Type    string
	Control string   // path
	Actions []string // of its SCPD
	Called  string   // an action that only reads and takes no arguments, which was called without a log-in; "": there is none
	Status  int      // of that call: 200 shows that anybody calls actions
}

func (Described) String() string { return "what UPnP describes" }

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Described) Lasting() {}

// Ask asks.
func (q Described) Ask(ctx context.Context, on *dial.Device) (f Found, err error) {
	port := q.At
	if port == 0 {
		port = Port
	}
	locations, err := f.locate(ctx, on, port)
	if err != nil {
		return f, err
	}
	for _, u := range locations {
		d, err := describe(ctx, on, u)
		if err != nil {
			return f, fmt.Errorf("fetch the description at %v: %w", u, err)
		}
		f.Devices = append(f.Devices, d)
	}
	return f, nil
}

// locate searches, and returns where on the device descriptions are.
func (f *Found) locate(ctx context.Context, on *dial.Device, port uint16) (locations []*url.URL, err error) {
	answers, err := search(ctx, on, port)
	if err != nil {
		return nil, err
	}
	for _, a := range answers {
		head, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(a))).ReadLine()
		if err != nil || !strings.HasPrefix(head, "HTTP/1.1 200") {
			continue
		}
		f.Answered = true
		on.Evidence("answer", a)
		server, location := headers(a)
		if f.Server == "" {
			f.Server = clean(server)
		}
		u, ok := own(on, nil, location)
		switch {
		case !ok && location != "" && len(f.Elsewhere) < maxLocations:
			f.Elsewhere = append(f.Elsewhere, clean(location))
		case ok && len(locations) < maxLocations && !slices.ContainsFunc(locations, func(o *url.URL) bool { return *o == *u }):
			locations = append(locations, u)
		}
	}
	return locations, nil
}

// search asks the port for root devices, and returns each answer once.
func search(ctx context.Context, on *dial.Device, port uint16) (out [][]byte, err error) {
	g, err := on.Datagrams(ctx)
	if err != nil {
		return nil, fmt.Errorf("search UPnP: %w", err)
	}
	defer g.Close()
	at := netip.AddrPortFrom(on.Address().WithZone(""), port)
	for _, host := range []string{at.String(), "239.255.255.250:1900"} { // libupnp answers a search by unicast, too, only where it names the group
		request := fmt.Appendf(nil, "M-SEARCH * HTTP/1.1\r\nHOST: %s\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n", host)
		if err := g.Send(ctx, port, request); err != nil {
			return nil, fmt.Errorf("search UPnP: %w", err)
		}
	}
	more := More
	if on.Address().IsLoopback() {
		more /= 10
	}
	for end := time.Now().Add(Within); len(out) < maxAnswers && ctx.Err() == nil; {
		a, ok := g.Receive(time.Until(end))
		if !ok || a.Outcome == dial.Refused {
			break
		}
		if a.Outcome == dial.Opened && !slices.ContainsFunc(out, func(o []byte) bool { return bytes.Equal(o, a.Bytes) }) {
			out = append(out, a.Bytes)
			if soon := time.Now().Add(more); soon.Before(end) {
				end = soon
			}
		}
	}
	return out, nil
}

// headers are SERVER and LOCATION of an answer.
func headers(b []byte) (server, location string) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(b)))
	_, _ = r.ReadLine()
	h, _ := r.ReadMIMEHeader() // of one that is cut short, what was read counts
	return h.Get("Server"), h.Get("Location")
}

// own resolves a reference; it is false where that leads away from the device's address, or is out of scope.
func own(on *dial.Device, base *url.URL, ref string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || ref == "" {
		return nil, false
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	host, err := netip.ParseAddr(u.Hostname())
	if err != nil || u.Scheme != "http" || u.User != nil || host.WithZone("") != on.Address().WithZone("") {
		return nil, false
	}
	port := portOf(u)
	return u, port != 0 && on.InScope(netip.AddrPortFrom(on.Address(), port))
}

func portOf(u *url.URL) uint16 {
	if u.Port() == "" {
		return 80
	}
	a, err := netip.ParseAddrPort("0.0.0.0:" + u.Port())
	if err != nil {
		return 0
	}
	return a.Port()
}

// describe fetches a description and what its services may do.
func describe(ctx context.Context, on *dial.Device, at *url.URL) (Device, error) {
	r, err := http.Do(ctx, on, http.Request{Port: portOf(at), Path: at.RequestURI()})
	d := Device{Location: clean(at.String()), Status: r.Status}
	if err != nil || r.Status != 200 {
		return d, closed(err)
	}
	root, ok := parseDevice(r.Body)
	if !ok {
		return d, nil
	}
	top := root.Device
	d.Friendly, d.Manufacturer, d.Model = clean(top.Friendly), clean(top.Manufacturer), clean(top.Model)
	d.ModelNumber, d.Serial, d.Identity = clean(top.ModelNumber), clean(top.Serial), clean(top.Identity)
	base := at
	if u, ok := own(on, at, root.Base); ok {
		base = u
	}
	for _, s := range top.all(maxServices) {
		out := Service{Type: clean(s.Type)}
		if u, ok := own(on, base, s.SCPD); ok {
			if err := out.learn(ctx, on, u, base, s); err != nil {
				return d, err
			}
		}
		d.Services = append(d.Services, out)
	}
	return d, nil
}

// learn fetches the SCPD, and calls an action that only reads.
func (s *Service) learn(ctx context.Context, on *dial.Device, scpd, base *url.URL, from xmlService) error {
	r, err := http.Do(ctx, on, http.Request{Port: portOf(scpd), Path: scpd.RequestURI()})
	if err != nil || r.Status != 200 {
		return closed(err)
	}
	reads := ""
	for _, a := range parseActions(r.Body) {
		s.Actions = append(s.Actions, a.Name)
		if reads == "" && strings.HasPrefix(a.Name, "Get") && a.inputs() == 0 {
			reads = a.Name
		}
	}
	control, ok := own(on, base, from.Control)
	if !ok || reads == "" || !plain(from.Type) {
		return nil
	}
	s.Control, s.Called = clean(control.RequestURI()), reads
	r, err = call(ctx, on, control, from.Type, reads, nil)
	s.Status = r.Status
	return closed(err)
}

// closed takes a closed port for no description.
func closed(err error) error {
	if dial.Classify(err) == dial.Refused || err == nil || strings.Contains(err.Error(), http.ErrClosed.Error()) {
		return nil
	}
	return err
}
