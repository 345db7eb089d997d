package specimen

// A conformant oddity of the identity: another device of the network had its name, and what it works with daily is made anew.
// Serial number and keys are what they were.
var (
	_ = renamed()
	_ = declares("mdns-renamed-2", param("Serial number, a hard-coded identity by which the device is known to the cloud", "public", "[integrity, 'physical, electrical and software tamper resistance']", "In fused OTP with lock.",
		"Written in the factory, and fused.", "Counted by the factory.")...)
)

func renamed() bool {
	honest["mdns-renamed-2"] = true
	return true
}

// rename is what the start after a clash of names brings. The caller holds the lock.
func (d *Device) rename() {
	if d.is("mdns-renamed-2") {
		d.clashed.Store(true)
		d.keys.tls = d.certificate(d.keys.tls.PrivateKey)
	}
}
