package surfaces

import (
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A reason is one when something is left without the words that give none.
func TestCircularReasons(t *testing.T) {
	for text, want := range map[string]bool{
		"It is needed because it is a service.": true, "Required for operation": true, "default": true,
		"The owner uses the device by it.": false, "Updates come by it": false, "needed for the clock": false,
	} {
		if circular(text) != want {
			t.Errorf("%q: %v", text, circular(text))
		}
	}
}

// A name of a protocol is no purpose.
func TestPurposes(t *testing.T) {
	for text, want := range map[string]bool{
		"SSH": false, "MQTT over TLS": false, "tbd": false, "Ethernet": false, "TCP 8443": false, "Network interface": false,
		"HTTPS page and API": true, "Bluetooth, for the set-up by the app": true,
	} {
		if tellsPurpose(text) != want {
			t.Errorf("%q: %v", text, tellsPurpose(text))
		}
	}
}

// Who denies that all runs as root must not be convicted by it.
func TestHighestRights(t *testing.T) {
	for text, want := range map[string]bool{
		"All services run as root.": true, "Everything runs with root privileges": true, "Each task runs in one protection domain, on an RTOS": true,
		"All services run without root rights": false, "Page, API and broker run as users of their own without rights of root": false,
		"Every service runs as its own user, not as root": false, "Only the updater runs as root.": false,
	} {
		if highest(text) != want {
			t.Errorf("%q: %v", text, highest(text))
		}
	}
}

// What only keeps keys does not control memory.
func TestControlOfMemory(t *testing.T) {
	for text, want := range map[string]bool{
		"A secure element keeps the keys in its flash.": false, "A tamper switch sees an opened casing": false,
		"The MPU parts tasks": true, "Read-out protection of level 2": true, "A secure enclave has regions of memory of its own": true,
		"The debug unit is fused off": false, "There is no MPU": false,
	} {
		if got := controls(text) != ""; got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// Status is what the typed key says, or else the words.
func TestStatus(t *testing.T) {
	for _, c := range []struct {
		row          device.Intf
		off, forGood bool
	}{
		{device.Intf{Status: "enabled"}, false, false}, {device.Intf{Status: "disabled"}, true, false}, {device.Intf{Status: "permanently disabled"}, true, true}, {device.Intf{Status: "enabled, can be disabled"}, false, false}, {device.Intf{Status: "on, not disabled"}, false, false},
		{device.Intf{Status: "disabled permanently"}, true, true}, {device.Intf{Status: "disabled", State: "disabled-permanently"}, true, true},
		{device.Intf{Status: "disabled permanently", State: "enabled"}, false, false}, {device.Intf{Status: "disabled by default, not permanently"}, true, false},
	} {
		if off(c.row) != c.off || forGood(c.row) != c.forGood {
			t.Errorf("%+v: off %v, for good %v", c.row, off(c.row), forGood(c.row))
		}
	}
}

// The classes of what an interface tells.
func TestClasses(t *testing.T) {
	for item, want := range map[string]string{"Wi-Fi name": "the name of a network", "user list": "the list of users", "firmware version": "a version", "model": "", "name": "", "ssh identification": "", "e-mail of the owner": "a person"} {
		got := ""
		for _, c := range classes {
			if got == "" && declared.Says(item, c.words...) {
				got = c.name
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", item, got, want)
		}
	}
}

// What an announcement tells is classed by its keys.
func TestWhatRecordsTell(t *testing.T) {
	for text, want := range map[string]string{
		"sn=A1B2C3D4": "serial number", "fv=2.4.1": "version", "ssid=HomeNet": "network name", "room=Nursery": "location", "owner=Ada Fox": "person",
		`Ada's\ Camera._http._tcp.local.`: "person", "Kamera von Ada": "person", "md=S1": "", "Acme Cam 1": "", "version=": "", "txtvers=1": "", "Serial_Number=12345678": "serial number", "path=/": "", "fv=": "",
	} {
		got := ""
		for _, d := range inRecord("x", 5353, text) {
			got = d.item
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
