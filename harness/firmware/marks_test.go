package firmware

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// TestMarks: by what real programs sign, with MD5 and SHA-1 told from SHA-256 that stands beside them in certificates.
func TestMarks(t *testing.T) {
	t.Parallel()
	const certificate = "openssl req -x509 -key dev.key -sha1 -subj /CN=dev -out dev.crt 2>/dev/null; head -c 9000 /dev/zero >image; "
	for name, c := range map[string]struct {
		script   string
		programs []string
		want     string
	}{
		"CMS, SHA-256":      {certificate + "openssl cms -sign -binary -in image -signer dev.crt -inkey dev.key -md sha256 -outform DER -out out", []string{"openssl"}, "[{image, offset 0 CMS [SHA-256 RSA-2048] }]"},
		"CMS, SHA-1":        {certificate + "openssl cms -sign -binary -in image -signer dev.crt -inkey dev.key -md sha1 -outform DER -out out", []string{"openssl"}, "[{image, offset 0 CMS [SHA-1 RSA-2048] }]"},
		"CMS behind a file": {certificate + "openssl cms -sign -binary -in image -signer dev.crt -inkey dev.key -md sha1 -outform DER -out s; cat image s >out", []string{"openssl"}, "[{image, offset 9000 CMS [SHA-1 RSA-2048] }]"},
		"FIT":               {signing + "openssl req -x509 -key dev.key -subj /CN=dev -out dev.crt 2>/dev/null; mkimage -q -f fit.its -k . -r out", []string{"mkimage", "dtc", "openssl"}, "[{image, images/rootfs/signature-1 FIT [SHA-256 RSA-2048] }]"},
		"FIT, SHA-1":        {strings.Replace(signing, "sha256,rsa", "sha1,rsa", 1) + "openssl req -x509 -key dev.key -subj /CN=dev -out dev.crt 2>/dev/null; mkimage -q -f fit.its -k . -r out", []string{"mkimage", "dtc", "openssl"}, "[{image, images/rootfs/signature-1 FIT [SHA-1 RSA-2048] }]"},
		"none":              {certificate + "mv image out", []string{"openssl"}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprint(Marks("image", sh(t, c.script, c.programs...))); got != c.want {
				t.Errorf("%s, not %s", got, c.want)
			}
		})
	}
}

// TestMCUboot: the key that its tool brings along is known, another is not.
func TestMCUboot(t *testing.T) {
	t.Parallel()
	sample := string(must(hex.DecodeString("fc5701dc6135e1323847bdc40f04d2e5bee5833b23c29f93593d00018cfa9994")))
	image := func(key string) []byte {
		entries := "\x10\x00\x20\x00" + strings.Repeat("h", 32) + "\x01\x00\x20\x00" + key + "\x20\x00\x02\x00ss"
		return []byte("\x3d\xb8\xf3\x96\x00\x00\x00\x00\x20\x00\x00\x00\x04\x00\x00\x00" + strings.Repeat("\x00", 16) + "code" + "\x07\x69" + string([]byte{byte(4 + len(entries)), 0}) + entries)
	}
	if got := fmt.Sprint(Marks("m", image(sample))); got != "[{m MCUboot [SHA-256 RSA-2048] MCUboot, root-rsa-2048.pem (SHA-256 of the key in PKCS #1)}]" {
		t.Error(got)
	}
	if got := fmt.Sprint(Marks("m", image(strings.Repeat("k", 32)))); got != "[{m MCUboot [SHA-256 RSA-2048] }]" {
		t.Error(got)
	}
}

func TestPublished(t *testing.T) {
	t.Parallel()
	for seed, want := range map[string]string{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60": "RFC 8032, 7.1, test 1", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb": "RFC 8032, 7.1, test 2",
		"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7": "RFC 8032, 7.1, test 3", strings.Repeat("00", 32): "a seed of zeros", strings.Repeat("01", 32): ""} {
		if got := Published(ed25519.NewKeyFromSeed(must(hex.DecodeString(seed))).Public()); got != want {
			t.Errorf("%s: %q, not %q", seed, got, want)
		}
	}
}

func FuzzMarks(f *testing.F) {
	f.Add(fitOf([]byte("x"), true))
	f.Add([]byte("\x3d\xb8\xf3\x96"))
	f.Add([]byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80"))
	f.Fuzz(func(t *testing.T, data []byte) { Marks("image", data) })
}
