package communication

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// What protocols and mechanisms give by their design, by the words that name them. It is of general knowledge: RFC 8446 and 9325
// (TLS), 4251 (SSH), 4301 (IPsec), the core specification of Bluetooth, volume 3 part H.
var matrix = []struct {
	name  string
	words []string
	gives []declared.Guarantee
}{
	{"TLS with client certificates", []string{"client certificate*", "mtls", "mutual tls", "mutually authenticated tls"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"TLS", []string{"tls*", "dtls*", "https", "quic", "mqtts", "wss", "coaps"}, channel(declared.ServerAuthenticity)},
	{"SSH", []string{"ssh*", "sftp", "scp"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"IPsec or WireGuard", []string{"ipsec", "ikev2", "wireguard", "openvpn"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"a key exchange with a password", []string{"pake", "spake2*", "opaque", "srp", "j-pake"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"WPA2 or WPA3, on the link alone", []string{"wpa2*", "wpa3*"}, channel(declared.ClientAuthenticity)},
	{"BLE Just Works", []string{"just works"}, channel()},
	{"BLE with passkey, comparison or out of band", []string{"passkey*", "numeric comparison", "out of band", "oob pairing"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"Zigbee, Thread or Z-Wave with keys", []string{"zigbee*", "thread", "z-wave*", "matter"}, channel(declared.ServerAuthenticity, declared.ClientAuthenticity)},
	{"a signature or code by a key", []string{"ed25519", "ed448", "ecdsa", "rsa-pss", "signature*", "signed", "hmac*", "cmac"}, []declared.Guarantee{declared.Integrity, declared.Authenticity, declared.ServerAuthenticity, declared.ClientAuthenticity}},
	{"a challenge", []string{"challenge*", "nonce*"}, []declared.Guarantee{declared.Freshness}},
	{"encryption with a check", []string{"aead", "gcm", "ccm", "chacha20*", "poly1305"}, []declared.Guarantee{declared.Confidentiality, declared.Integrity}},
	{"a key that both know", []string{"pre-shared key*", "psk", "shared key*"}, []declared.Guarantee{declared.Authenticity, declared.ServerAuthenticity, declared.ClientAuthenticity}},
	{"encryption without a check", []string{"cbc", "ctr", "ecb", "aes*"}, []declared.Guarantee{declared.Confidentiality}},
	{"a sum without a key", []string{"crc*", "checksum*", "plain hash", "md5 sum", "sha-256 sum", "parity"}, nil},
}

// channel is what a protected channel gives, and to whom it proves identity.
func channel(more ...declared.Guarantee) []declared.Guarantee {
	return append([]declared.Guarantee{declared.Confidentiality, declared.Integrity, declared.Freshness}, more...)
}

// Words for a log-in inside the channel, which proves the client.
var innerLogin = []string{"log-in", "login", "password*", "token*", "basic auth*", "digest", "oauth*"}

// delivers holds what a row promises against what the mechanism that it names can give (5.5-1-1b).
func delivers(ctx context.Context, dut *DUT, row device.Row) {
	promised, others := declared.Guarantees(row)
	if len(others) > 0 {
		Note(ctx, "%s promises %s, which the table of mechanisms does not know: a person judges whether it is given", row.ID, strings.Join(others, ", "))
	}
	promised = slices.DeleteFunc(promised, func(g declared.Guarantee) bool { return g == declared.Availability })
	if len(promised) == 0 {
		return
	}
	text := declared.Text(row, "Cryptographic Details")
	if text == "" {
		Lack("write what cryptography it uses in "+row.Table+": Cryptographic Details, or none", "%s says nothing in Cryptographic Details", row.ID)
	}
	Expect(declared.None(text)).To(BeFalse(), "%s guarantees %s, and Cryptographic Details says that it uses none", row.ID, words(promised))
	names, gives := given(text)
	if len(names) == 0 {
		Lack("have a person judge what it gives: assay answer RUN", "%s names no mechanism in Cryptographic Details of which it is known what it gives (%.80q)", row.ID, text)
	}
	missing := slices.DeleteFunc(promised, func(g declared.Guarantee) bool { return declared.Promises(gives, g) })
	if len(missing) == 1 && missing[0] == declared.ClientAuthenticity && declared.Promises(gives, declared.Authenticity) {
		Propose(Inconclusive, "%s guarantees the client's authenticity, and %s proves the server's alone: say in Cryptographic Details what proves the client, a certificate or a log-in inside", row.ID, strings.Join(names, ", "))
	}
	Expect(missing).To(BeEmpty(), "%s guarantees %s, which %s does not give", row.ID, words(missing), strings.Join(names, ", "))
}

// given are the mechanisms that a text names, and what they give together.
func given(text string) (names []string, gives []declared.Guarantee) {
	for _, m := range matrix {
		if declared.Affirms(text, m.words...) != "" {
			names, gives = append(names, m.name), append(gives, m.gives...)
		}
	}
	if slices.Contains(names, "TLS") && declared.Affirms(text, innerLogin...) != "" {
		gives = append(gives, declared.ClientAuthenticity)
	}
	if slices.Contains(names, "BLE Just Works") { // its link is what the rest of the text speaks of
		names, gives = []string{"BLE Just Works"}, channel()
	}
	return names, gives
}

func words(g []declared.Guarantee) string {
	var out []string
	for _, x := range g {
		out = append(out, string(x))
	}
	return strings.Join(out, ", ")
}
