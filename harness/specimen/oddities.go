package specimen

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"net/http"
)

// What a conformant device may do, and naive rules fail.

// codeTries is how many wrong set-up codes of eight digits it takes until it is restarted.
const codeTries = 10

// setUpCode is what its first owner enters: the label's password, or as an oddity eight digits of their own.
func (d *Device) setUpCode() string {
	if d.is("commissioning-code-8-digits") {
		return digits(8)
	}
	return d.label
}

func digits(n int) string {
	v, _ := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
	return fmt.Sprintf("%0*d", n, v)
}

// capped tells whether there were too many wrong set-up codes. The caller holds the lock.
func (d *Device) capped() bool {
	return d.is("commissioning-code-8-digits") && d.codes >= codeTries
}

// fresh is the role of who logged in with the password that every box has as it leaves the factory: it chooses its own, and can do nothing else.
const fresh = "fresh"

// selfUpdate is an update that the device installs by itself as soon as it has an owner. The caller holds the lock.
func (d *Device) selfUpdate() {
	if d.is("self-update-mid-run") && d.version == installed {
		d.version = "1.0.1"
		d.reboot()
		d.pair() // the new version offers it after its start
	}
}

// discovery are the descriptions that UPnP (Device Architecture 2.0, 2.3) and CoRE (RFC 6690) give to anybody.
func (d *Device) discovery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !d.is("discovery-open-by-protocol"):
		case r.URL.Path == "/description.xml":
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprintf(w, `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><specVersion><major>1</major><minor>1</minor></specVersion><device><deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>%s</friendlyName><manufacturer>Assay</manufacturer><modelName>%s</modelName><UDN>uuid:00000000-0000-4000-8000-000000000000</UDN></device></root>`, model, model)
			return
		case r.URL.Path == "/.well-known/core":
			w.Header().Set("Content-Type", "application/link-format")
			io.WriteString(w, `</state>;rt="state";if="sensor"`)
			return
		}
		next.ServeHTTP(w, r)
	})
}
