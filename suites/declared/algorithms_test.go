package declared

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/device"
)

func TestAlgorithmsOfTexts(t *testing.T) {
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"TLS 1.2 or 1.3 with AEAD suites; SSH with curve25519":               "TLS 1.2, TLS 1.3, AEAD, SSH, curve25519",
		"TLS 1.0, 1.1 and 1.2":                                               "TLS 1.0!, TLS 1.1!, TLS 1.2",
		"TLSv1.2 with TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256":               "TLS 1.2, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
		"TLS_RSA_WITH_3DES_EDE_CBC_SHA":                                      "TLS_RSA_WITH_3DES_EDE_CBC_SHA!",
		"TLS 1.3. TLS 1.0 and 3DES are switched off.":                        "TLS 1.3, TLS 1.0-, 3DES-",
		"No SSL 3.0, no RC4; AES-128 in ECB mode":                            "SSL 3.0-, RC4-, AES-128, ECB!",
		"certificates with RSA-1024, signed with SHA-1":                      "RSA-1024!, SHA-1!",
		"HMAC-SHA1, SHA-256, RSA with keys of 3072 bits":                     "HMAC-SHA1, SHA-256, RSA with keys of 3072 bits",
		"SSH 2 with chacha20-poly1305, without strict key exchange; TLS 1.0": "SSH 2, chacha20-poly1305, TLS 1.0!",
		"Ed25519 over a random challenge":                                    "Ed25519",
		"WPA2 and WPA3, 1024-bit RSA":                                        "WPA2, WPA3, 1024-bit RSA!",
		"passwords are kept as salted slow hashes, an idea of our own":       "",
		"TLS 1.2 (never TLS 1.1), ECDHE, Argon2id, SSHv1":                    "TLS 1.2, TLS 1.1-, ECDHE, Argon2id, SSHv1!",
		"chacha20-poly1305@openssh.com and aes256-gcm; SNMPv2c for reading":  "chacha20-poly1305, SNMPv2c!",
	} {
		var got []string
		for _, m := range Algorithms(text) {
			mark := ""
			if m.Denied {
				mark = "-"
			} else if m.Refused(at) != "" {
				mark = "!"
			}
			got = append(got, m.As+mark)
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%q: %s\n    want %s", text, s, want)
		}
	}
	if why := RefusedIn("TLS 1.0", at); fmt.Sprint(why) != "[TLS 1.0 is refused: deprecated, with hashes that are broken (RFC 8996)]" {
		t.Error(why)
	}
}

func TestATextThatPointsToAnotherRow(t *testing.T) {
	rows := []device.Row{{ID: "A-1", Fields: map[string]string{"F": "TLS 1.3"}}, {ID: "A-2", Fields: map[string]string{"F": "As A-1."}}, {ID: "A-3", Fields: map[string]string{"F": "as A-2"}}}
	for i, want := range []string{"TLS 1.3", "TLS 1.3", "as A-2"} {
		if got := Resolved(rows, rows[i], "F"); got != want {
			t.Errorf("%s: %q", rows[i].ID, got)
		}
	}
}

func TestWhatIsRefusedAlikeStandsTogether(t *testing.T) {
	got := Gathered([]string{"TLS 1.0 is refused: old (A)", "RC4 is refused: weak (B)", "TLS 1.1 is refused: old (A)", "TLS 1.0 is refused: old (A)", "no more"})
	if want := "TLS 1.0, TLS 1.1 are refused: old (A); RC4 is refused: weak (B); no more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
