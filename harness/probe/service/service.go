// Package service asks what speaks at a device's TCP ports.
//
// Its one idea is to listen before speaking: who greets is known by the greeting
// and is sent nothing strange, since garbage at a login prompt is a wrong try.
// Only a port that stays silent is tried with GDB, and then with TLS, HTTP, MQTT, RTSP, AMQP, Redis,
// Modbus, ADB, RDP, SMB and HTTP/2, in clear and inside TLS. The port's number decides nothing.
//
//	s, err := service.Identify{Port: 8443}.Ask(ctx, on)
//	// s.Protocol: "http", s.TLS: true, s.Product: "lighttpd", s.Version: "1.4.69"
package service

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// Parameters. All times are real.
const (
	Hush      = 250 * time.Millisecond // silence after which we speak; the greeting is still awaited beside it
	Step      = 800 * time.Millisecond // what one protocol gets to answer
	Life      = 4 * time.Second        // of one connection at most, however it drips
	MaxBytes  = 16 << 10               // read from one connection
	MaxBanner = 512                    // kept of what it said first
	AtOnce    = 8                      // ports at the same time
	MaxPorts  = 512                    // of All: a device with more open ports is a tar pit
)

// A Service is what speaks at a port.
type Service struct {
	Addr      netip.AddrPort
	Elsewhere bool         // Addr is another address of the device than its first
	State     dial.Outcome // of connecting: open, refused, timeout
	Protocol  string       // ssh, ftp, telnet, shell, smtp, pop3, imap, vnc, mysql, http, mqtt, rtsp, amqp, redis, modbus, adb, rdp, smb, gdb, openocd, http2; "" where none is known
	TLS       bool         // it is spoken inside TLS
	Banner    string       // the first that it said; what is not printable stands as \xNN, \r, \n
	Product   string       // as it names itself, in Banner's manner
	Version   string
	Via       string   // how it was known: "greeting", "answer to GET / HTTP/1.1", …
	Note      string   // what else was seen, or why nothing is known
	Tried     []string // what was spoken to it, in order
}

// Identify asks about one port of the device's address.
type Identify struct{ Port uint16 }

// Ask listens and speaks. A closed port is an answer.
func (q Identify) Ask(ctx context.Context, on *dial.Device) (Service, error) {
	return identify(ctx, on, netip.AddrPortFrom(on.Address(), q.Port))
}

// All asks about several ports, side by side. Ports are usually the open ones of a scan.
type All struct{ Ports []netip.AddrPort }

// Ask gives one Service a port, in the ports' order. It fails when one could not be asked.
func (q All) Ask(ctx context.Context, on *dial.Device) ([]Service, error) {
	ports := slices.Clone(q.Ports)
	slices.SortFunc(ports, netip.AddrPort.Compare)
	ports = slices.Compact(ports)
	if len(ports) > MaxPorts {
		return nil, fmt.Errorf("identify the services at %d ports: more than %d: something accepts every connect; name the ports to be looked at", len(ports), MaxPorts)
	}
	out, errs := make([]Service, len(ports)), make([]error, len(ports))
	sideBySide(on.Clock, len(ports), func(i int) { out[i], errs[i] = identify(ctx, on, ports[i]) })
	for _, err := range errs {
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// sideBySide does n things, at most AtOnce together. For the clock each worker is busy, and who waits for them is not.
func sideBySide(c clock.Clock, n int, do func(int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	workers := min(n, AtOnce)
	c.Busy(workers)
	for range workers {
		all.Go(func() {
			defer c.Busy(-1)
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	c.Busy(-1)
	all.Wait()
	c.Busy(1)
}

// identify is the whole conversation with one port.
func identify(ctx context.Context, on *dial.Device, at netip.AddrPort) (Service, error) {
	t := &talk{on: on, at: at, s: Service{Addr: at, Elsewhere: at.Addr() != on.Address(), State: dial.Opened}}
	err := t.run(ctx)
	switch {
	case err != nil && fact(err):
		t.s.State = dial.Classify(err)
		t.s.Note = cmp.Or(t.s.Note, "the connect ended: "+string(t.s.State))
		err = nil
	case err != nil:
		err = fmt.Errorf("identify the service at %v: %w", at, err)
	}
	if t.s.Protocol == "" && t.s.State == dial.Opened && len(t.s.Tried) > 0 {
		t.s.Note = strings.TrimPrefix(t.s.Note+"; it answered nothing known to "+strings.Join(t.s.Tried, ", "), "; ")
	}
	return t.s, err
}

// fact tells whether an error of connecting says something of the device.
func fact(err error) bool {
	switch dial.Classify(err) {
	case dial.Refused, dial.Timeout, dial.Reset, dial.Unreachable, dial.Closed:
		return true
	}
	return false
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Identify) Lasting() {}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (All) Lasting() {}

func (q Identify) String() string { return fmt.Sprintf("what speaks on TCP %d", q.Port) }
func (q All) String() string      { return fmt.Sprintf("what speaks on %d TCP ports", len(q.Ports)) }
