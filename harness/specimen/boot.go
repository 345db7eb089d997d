package specimen

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

var _ = shows("boots-modified-image", "tamper-no-alert", "tamper-keeps-full-connectivity")

// flash is the folder that stands for the unit's flash: who opens the casing writes an image's files there, past the updater. It
// lies beside the device file by which that is done; of several, where something was written. "": nothing was.
func (d *Device) flash() string {
	for _, dir := range d.folders {
		flash := filepath.Join(dir, "flash-"+d.Options.Addr.String())
		if _, err := os.Stat(flash); err == nil {
			return flash
		}
	}
	return ""
}

// start is what the boot loader does with what lies in the flash: it runs what its maker signed, and stops at all else. The
// caller holds the lock.
func (d *Device) start() {
	flash := d.flash()
	if flash == "" {
		return
	}
	read := func(name string) []byte {
		b, _ := os.ReadFile(filepath.Join(flash, name)) // absent: there is none
		return b
	}
	man, image := read("manifest.json"), read("image.bin")
	if man == nil && image == nil {
		return // as it left the factory, or as the updater wrote it
	}
	var m manifest
	genuine := json.Unmarshal(man, &m) == nil && ed25519.Verify(d.maker.update.Public().(ed25519.PublicKey), man, read("manifest.sig")) && m.Model == model
	sum := sha256.Sum256(image)
	switch genuine = genuine && hex.EncodeToString(sum[:]) == m.SHA256; {
	case genuine && d.is("antirollback-fuse") && older(m.Version, d.version): // the fuse says no, and the other slot runs
	case genuine, d.is("boots-modified-image") && m.Version != "":
		d.version = m.Version
	default:
		d.distrust()
		return
	}
	os.RemoveAll(flash) // it is the system now
	d.trust()
}

// wipe empties the flash, whose place the image of the factory takes.
func (d *Device) wipe() {
	if flash := d.flash(); flash != "" {
		os.RemoveAll(flash)
	}
	d.trust()
}

// distrust is the image of the factory that only tells of a change: its page is all that is left on the network.
func (d *Device) distrust() {
	d.changed = true
	if d.is("tamper-keeps-full-connectivity") {
		return
	}
	if d.unpair != nil {
		d.unpair()
	}
	for port, l := range d.doors {
		if port != HTTPS {
			l.Close()
			delete(d.doors, port)
		}
	}
}

// trust opens again what was closed.
func (d *Device) trust() {
	if !d.changed || d.ctx.Err() != nil {
		return
	}
	d.changed = false
	for _, s := range d.services() {
		if d.doors[s.port] == nil && s.on {
			if err := d.enter(s); err != nil {
				panic(fmt.Sprintf("specimen: open port %d again: %v", s.port, err))
			}
		}
	}
	if err := d.admin(); err != nil {
		panic(fmt.Sprintf("specimen: open port %d again: %v", d.away.Port(), err))
	}
}

// A service is one of the unit's over TCP.
type service struct {
	port uint16
	on   bool
	run  func(net.Listener)
}

func (d *Device) enter(s service) error {
	l, err := net.Listen("tcp", netip.AddrPortFrom(d.Options.Addr, s.port).String())
	if err != nil {
		return err
	}
	d.doors[s.port] = l
	s.run(l)
	return nil
}

// distrusted is what is served after a change: who owns the device can restart and restore it.
func (d *Device) distrusted(w http.ResponseWriter, r *http.Request) (done bool) {
	d.mu.Lock()
	changed := d.changed
	d.mu.Unlock()
	switch path := strings.TrimSuffix(r.URL.Path, "/"); {
	case !changed, path == "/api/login", path == "/api/reboot", path == "/api/restore-image":
		return false
	case path == "" && d.is("tamper-no-alert"):
		w.WriteHeader(http.StatusServiceUnavailable)
	case path == "":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "<!doctype html><title>"+model+"</title><p>The software of this device was changed, and it does not run. Restart it with the genuine software, or restore the image of the factory.")
	case d.is("tamper-keeps-full-connectivity") && path != "/api/version":
		return false
	default:
		reply(w, http.StatusServiceUnavailable, "error", "the software was changed")
	}
	return true
}
