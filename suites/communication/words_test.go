package communication

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/suites/declared"
)

// What mechanisms give by the words that name them.
func TestWhatMechanismsGive(t *testing.T) {
	for text, want := range map[string]string{
		"TLS 1.2 or 1.3":                                             "TLS",
		"TLS 1.3 with client certificates":                           "TLS with client certificates, TLS",
		"BLE with Just Works pairing, AES in CCM mode":               "BLE Just Works",
		"AES-128 in CTR mode, with a CRC over each frame":            "encryption without a check, a sum without a key",
		"No TLS; frames carry a checksum":                            "a sum without a key",
		"Ed25519 over a random challenge":                            "a signature or code by a key, a challenge",
		"something of our own":                                       "",
		"WPA2 on the link, nothing above it":                         "WPA2 or WPA3, on the link alone",
		"SSH 2 with curve25519, from https://openssh.example/report": "SSH",
	} {
		names, _ := given(text)
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for text, promises := range map[string][3]bool{ // integrity, server, client
		"TLS 1.3":                                  {true, true, false},
		"TLS 1.3, and a log-in with a password":    {true, true, true},
		"AES-128 in CTR mode, with a CRC":          {false, false, false},
		"AES-256-GCM with a pre-shared key":        {true, true, true},
		"BLE with Just Works pairing, AES in CCM":  {true, false, false},
		"BLE with numeric comparison":              {true, true, true},
		"The image is signed with ECDSA, not more": {true, true, true},
	} {
		_, gives := given(text)
		got := [3]bool{declared.Promises(gives, declared.Integrity), declared.Promises(gives, declared.ServerAuthenticity), declared.Promises(gives, declared.ClientAuthenticity)}
		if got != promises {
			t.Errorf("%q: %v, want %v", text, got, promises)
		}
	}
}

// Attacks are known against what is named as used, and a counter-measure that is denied is none.
func TestKnownAttacks(t *testing.T) {
	for text, want := range map[string]string{
		"SSH 2 with chacha20-poly1305@openssh.com":         "Terrapin",
		"TLS 1.3 with ChaCha20-Poly1305":                   "",
		"TLS 1.2 or 1.3; TLS 1.0 and 3DES are disabled":    "",
		"WEP with 104 bits":                                "finding the key (FMS, PTW)",
		"AES in ECB mode":                                  "equal blocks that stay equal",
		"TLS 1.2 with 3DES":                                "SWEET32",
		"DHE with groups of RFC 7919, never Logjam's 1024": "",
	} {
		var names []string
		for _, a := range hits(text) {
			names = append(names, a.name)
		}
		if got := strings.Join(names, ", "); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if declared.Affirms("SSH 2, without strict key exchange", register[len(register)-1].unless...) != "" {
		t.Error("a counter-measure that is denied counts")
	}
	if old := age(registered.Add(91 * 24 * time.Hour)); !strings.Contains(old, "see first what became known") {
		t.Error(old)
	}
}

// Factors prove something, or only where somebody is.
func TestFactors(t *testing.T) {
	for factor, proves := range map[string]bool{
		"password": true, "client certificate": true, "client is in the home LAN": false, "source IP": false, "MAC address": false, "a button at the device": true, "set-up code": true,
		"serial number": false,
	} {
		if got := declared.Affirms(factor, proofs...) != ""; got != proves {
			t.Errorf("%s: proves %v", factor, got)
		}
	}
}

// Services of discovery and redirects are no functions; a page for everybody is one.
func TestWhatProtocolsDemand(t *testing.T) {
	for want, s := range map[string]device.SoftServ{
		"true 1":  {Description: "Announcement by mDNS", At: []device.Endpoint{{Proto: "mdns", Port: 5353}}},
		"true 2":  {Description: "Redirect to HTTPS", At: []device.Endpoint{{Proto: "http", Port: 80}}},
		"false 3": {Description: "Page for everybody", At: []device.Endpoint{{Proto: "http", Port: 80}}},
		"false 4": {Description: "Announcement by mDNS", Configures: device.Yes, At: []device.Endpoint{{Proto: "mdns"}}},
		"false 5": {Description: "Announcement by mDNS"},
		"false 6": {Description: "Redirect to HTTPS", At: []device.Endpoint{{Proto: "http", Port: 80}, {Proto: "https", Port: 443}}},
	} {
		o := offering{device.Row{Fields: map[string]string{"Description": s.Description}}, s}
		if got := fmt.Sprint(o.demanded()); got != strings.Fields(want)[0] {
			t.Errorf("%s: %+v", want, s)
		}
	}
}

// A component that uses cryptography says so, whatever its first word.
func TestCryptographicUsage(t *testing.T) {
	for text, none := range map[string]bool{"none": true, "no": true, "none: the controller verifies it": true, "No.": true, "yes": false, "Nonces are made for TLS": false, "TLS": false} {
		if uncrypted(text) != none {
			t.Errorf("%q: %v", text, uncrypted(text))
		}
	}
}

// What announces that a device can be taken.
// A server names protocols beside itself: these are no implementations that a report could cover.
func TestProtocolsAreNoImplementations(t *testing.T) {
	got := named("", "Linux/4.9.118 UPnP/1.0 MiniDLNA/1.3.0 DLNADOC/1.50 HTTP/1.1")
	if len(got) != 2 || got[0].name != "Linux" || got[1] != (banner{"", "MiniDLNA", "1.3.0"}) {
		t.Errorf("%+v", got)
	}
}

func TestTakeable(t *testing.T) {
	for _, c := range []struct {
		instance, text string
		want           bool
	}{
		{"A1._matterc._udp.local.", "CM=1", true}, {"A1._matterc._udp.local.", "CM=2", true}, {"A1._matterc._udp.local.", "CM=0", false}, {"A1._matter._tcp.local.", "CM=1", false},
		{"Lamp._hap._tcp.local.", "sf=1", true}, {"Lamp._hap._udp.local.", "sf=1", true}, {"Lamp._hap._tcp.local.", "sf=0", false}, {"Lamp._hap._tcp.local.", "sf=4", false}, {"Lamp._http._tcp.local.", "sf=1", false}, {"Lamp._hap._tcp.local.", "sf=", false},
	} {
		if got := takeable([]mdns.Text{{Instance: c.instance, Strings: []string{"VP=1", c.text}}}); (len(got) > 0) != c.want {
			t.Errorf("%s %s: %q", c.instance, c.text, got)
		}
	}
}
