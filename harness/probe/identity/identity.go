// Package identity tells one device from another between the blocks of a run.
//
// Its one idea is that a device is known by what it proves: the link-layer address under which it answers, and the keys
// of its TLS and SSH services. Identifications that it shows unasked tell one start of it from the next.
//
//	facts, err := identity.Read(ctx, on)
package identity

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
)

// usual are the ports that are looked at where the scope names none.
var usual = []uint16{22, 443, 8443}

// most ports are looked at, and for so long each, in real time.
const (
	most     = 16
	patience = 1500 * time.Millisecond
)

// places are the services of each address that proved a key when it was first read: later readings ask them alone.
var places sync.Map // netip.Addr: []place

type place struct {
	port uint16
	ssh  bool
}

// Read reads the facts. It is gentle: a handshake for each service, no credential. Ports that are closed or prove nothing
// tell nothing.
func Read(ctx context.Context, on *dial.Device) (harness.Facts, error) {
	f := facts{Link: on.Link(), Keys: map[string]string{}, Boot: map[string]string{}}
	known, again := places.Load(on.Address())
	if again {
		for _, p := range known.([]place) {
			f.read(ctx, on, p)
		}
		return harness.Facts(f), ctx.Err()
	}
	ports := usual
	if in := on.Ports(); in != nil {
		ports = in[:min(len(in), most)]
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	var found []place
	for _, port := range ports {
		wg.Go(func() {
			p, one := place{port, greets(ctx, on, port)}, facts{Keys: map[string]string{}, Boot: map[string]string{}}
			if !one.read(ctx, on, p) {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found = append(found, p)
			f.add(one)
		})
	}
	wg.Wait()
	slices.SortFunc(found, func(a, b place) int { return int(a.port) - int(b.port) })
	places.Store(on.Address(), found)
	return harness.Facts(f), ctx.Err()
}

// greeting is how long an SSH server may take to say that it is one, in real time.
const greeting = 500 * time.Millisecond

// greets tells whether a port greets as SSH does.
func greets(ctx context.Context, on *dial.Device, port uint16) bool {
	conn, err := on.Dial(ctx, "tcp", port)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(greeting))
	b := make([]byte, 4)
	_, err = io.ReadFull(conn, b)
	return err == nil && string(b) == "SSH-"
}

// facts of a device, as they come.
type facts harness.Facts

// read asks one place, and tells whether it proved something.
func (f *facts) read(ctx context.Context, on *dial.Device, p place) bool {
	if p.ssh {
		o, err := ssh.Offers{Port: p.port, Users: []string{ssh.Nobody}, OneKey: true, Patience: patience}.Ask(ctx, on)
		if err != nil || !o.SSH {
			return false
		}
		f.Boot[fmt.Sprint("ssh ", p.port)] = o.Ident
		if i := slices.IndexFunc(o.HostKeys, func(k ssh.HostKey) bool { return k.Proven }); i >= 0 {
			f.Keys[fmt.Sprint("ssh ", p.port)] = o.HostKeys[i].SHA256
		}
		return true
	}
	held, err := tls.Key{Port: p.port, Patience: patience}.Ask(ctx, on)
	if err != nil || len(held.Keys) == 0 {
		return false
	}
	f.Keys[fmt.Sprint("tls ", p.port)] = held.Keys[0].SPKI
	return true
}

func (f *facts) add(o facts) {
	maps.Copy(f.Keys, o.Keys)
	maps.Copy(f.Boot, o.Boot)
}
