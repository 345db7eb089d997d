package specimen

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
)

// Faults of the identity that a unit leaves its factory with.
var (
	_ = declares("identity-key-exportable", param(identity+" and at its page", "critical", "[confidentiality, integrity, 'physical, electrical and software tamper resistance']", chip,
		"Written in the factory, and fused.", "Random generator of the secure element, for each unit.")...)
	_ = declares("identity-rewritable", param("Serial number, a hard-coded identity by which the device is known to the cloud", "public", "[integrity, 'physical, electrical and software tamper resistance']", "In fused OTP with lock.",
		"Written in the factory, and fused.", "Counted by the factory.")...)
)

// identified is what the unit tells its owner of itself; as a fault its key is among it.
func (d *Device) identified(w http.ResponseWriter, _ *http.Request, _ session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	reply(w, 200, "serial", d.serial, "certificate_key", armouredKey(d.keys.tls))
}

func armouredKey(c tls.Certificate) string {
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		panic(fmt.Sprintf("specimen: write a key: %v", err))
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
