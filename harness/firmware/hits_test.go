package firmware

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/ssh"
)

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// certificateOf is one that signs itself.
func certificateOf(key *ecdsa.PrivateKey, name string, authority bool) string {
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Date(2040, 1, 2, 0, 0, 0, 0, time.UTC), IsCA: authority, BasicConstraintsValid: true}
	return pemOf("CERTIFICATE", must(x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)))
}

func TestHits(t *testing.T) {
	t.Parallel()
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	ecKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	pkcs8 := must(x509.MarshalPKCS8PrivateKey(ecKey))
	ec := must(x509.MarshalECPrivateKey(ecKey))
	open := string(pem.EncodeToMemory(must(ssh.MarshalPrivateKey(edKey, ""))))
	locked := string(pem.EncodeToMemory(must(ssh.MarshalPrivateKeyWithPassphrase(edKey, "", []byte("long passphrase")))))
	blowfish := string(must(bcrypt.GenerateFromPassword([]byte("admin"), 4)))
	in := files{
		"etc/ssl/server.pem":                "# key\n" + pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey)),
		"etc/ssl/p8.pem":                    pemOf("PRIVATE KEY", pkcs8),
		"etc/ssh/host_key":                  open,
		"etc/ssh/locked_key":                locked,
		"usr/lib/libblob.so":                "\x7fELF\x00\x00" + string(ec) + strings.Repeat("\x30\x82\x00\x10", 50) + string(x509.MarshalPKCS1PrivateKey(rsaKey)) + "\x00",
		"usr/share/doc/tls/README":          pemOf("EC PRIVATE KEY", ec),
		"usr/lib/broken.pem":                "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----",
		"usr/lib/tls.so":                    "if (strstr(line, \"-----BEGIN RSA PRIVATE KEY-----\"))",
		"etc/ssl/own.crt":                   certificateOf(ecKey, "device\x1b[2J", false),
		"etc/ssl/certs/ca-certificates.crt": strings.Repeat(certificateOf(ecKey, "Root", true), 30),
		"etc/shadow":                        "root:$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/:0:0:99999:7:::\nservice:" + blowfish + ":1::::::\ndaemon:*:0:0:99999:7:::\nlocked:!$6$x$y:0:0:::::\nopen::0:0:::::\nold:rqXexS6ZhobKA:0:::::\n",
		"etc/passwd":                        "root:x:0:0:root:/root:/bin/sh\nnobody:*:65534:65534::/:/bin/false\n",
		"etc/wpa.conf":                      "network={\n ssid=\"lab\"\n psk=\"correct horse battery\"\n}\n",
		"etc/cloud.env":                     "AWS=AKIAQWERTYUIOPASDFGH\nDOC=AKIAIOSFODNN7EXAMPLE\nFILL=ghp_" + strings.Repeat("x", 36) + "\n",
		"etc/web.conf":                      "admin_password_hash = 21232f297a57a5a743894a0e4a801fc3\nfirmware_md5=21232f297a57a5a743894a0e4a801fc3\n",
		"etc/inittab":                       "::sysinit:/etc/init.d/rcS\n# ::respawn:/usr/sbin/gdbserver :1234\n",
		"etc/init.d/S50net":                 "#!/bin/sh\n/usr/sbin/telnetd -l /bin/sh &\nkillall gdbserver\n",
		"usr/bin/gdb":                       "\x7fELF",
		"usr/share/gdb":                     "text",
		"bin/busybox":                       "\x7fELF\x00BusyBox v1.31.1 (2020-01-01)\x00OpenSSL 1.1.1k  25 Mar 2021\x00",
		"usr/lib/opkg/status":               "Package: dnsmasq\nVersion: 2.80-16\nStatus: ok\n\nPackage: libc\nDepends: x\nVersion: 1.1.24-2\n",
		"update/manifest.sig":               "signature",
	}
	got := Search(t.Context(), "fw.tgz", gz(t, tarOf(t, in)), Options{Guess: []string{"root", "admin"}})
	want := map[string][]string{
		"etc/ssl/server.pem":                {"private key||RSA, 2048 bits, RSA PRIVATE KEY"},
		"etc/ssl/p8.pem":                    {"private key||ECDSA, P-256, PRIVATE KEY"},
		"etc/ssh/host_key":                  {"private key||Ed25519, OPENSSH PRIVATE KEY"},
		"etc/ssh/locked_key":                {"private key|encrypted|OPENSSH PRIVATE KEY, encrypted"},
		"usr/lib/libblob.so":                {"private key||RSA, 2048 bits, DER", "private key||ECDSA, P-256, DER"},
		"usr/share/doc/tls/README":          {"private key|documentation|ECDSA, P-256, EC PRIVATE KEY"},
		"etc/ssl/own.crt":                   {"certificate||device?[2J, until 2040-01-02"},
		"etc/ssl/certs/ca-certificates.crt": {"certificate|CA bundle|30 or more certificates of authorities"},
		"etc/shadow":                        {"password hash||root, MD5, a published password", "password hash||service, bcrypt, a published password", "password hash||open has no password at all", "password hash||old, DES"},
		"etc/wpa.conf":                      {"passphrase||Wi-Fi passphrase, 28 bytes"},
		"etc/cloud.env":                     {"token||access key of Amazon Web Services, 20 bytes", "token|documentation|access key of Amazon Web Services, 20 bytes", "token|documentation|token of GitHub, 40 bytes"},
		"etc/web.conf":                      {"fast hash||password as an unsalted hash, 54 bytes"},
		"etc/init.d/S50net":                 {"debug service||telnetd is started"},
		"usr/bin/gdb":                       {"tool||gdb"},
		"update/manifest.sig":               {"signature||detached signature"},
	}
	byPath := map[string][]string{}
	for _, h := range got.Hits {
		_, inside, _ := strings.Cut(strings.TrimPrefix(h.Path, "fw.tgz/content"), "/")
		byPath[inside] = append(byPath[inside], h.Kind+"|"+h.Class+"|"+h.Context)
	}
	for path, hits := range want {
		if fmt.Sprint(byPath[path]) != fmt.Sprint(hits) {
			t.Errorf("%s: %q, not %q", path, byPath[path], hits)
		}
		delete(byPath, path)
	}
	if len(byPath) > 0 {
		t.Errorf("also %q", byPath)
	}
	if parts := fmt.Sprint(got.Parts); !strings.Contains(parts, "{busybox 1.31.1 ") || !strings.Contains(parts, "{openssl 1.1.1k ") || !strings.Contains(parts, "{dnsmasq 2.80-16 ") || !strings.Contains(parts, "{libc 1.1.24-2 ") {
		t.Error(parts)
	}
	secrets := []string{"correct horse", "AKIAQWERTY", "l/LAqC8oJERu7Cmx6trtY", blowfish[10:], "21232f297a57a5a7", strings.Split(in["etc/ssl/p8.pem"], "\n")[1]}
	text := string(must(json.Marshal(got)))
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("the answer holds a secret: %q", s)
		}
	}
	if off := got.Hits[0].Offset; got.Hits[0].Kind == "private key" && got.Hits[0].Path == "fw.tgz/content/etc/ssl/server.pem" && off != 6 {
		t.Errorf("offset %d", off)
	}
}

// TestGuessingNeedsItsTick: without passwords to guess, no hash is tried.
func TestGuessingNeedsItsTick(t *testing.T) {
	t.Parallel()
	got := Search(t.Context(), "fw", tarOf(t, files{"etc/shadow": "root:$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/:0:0:99999:7:::\n"}), Options{})
	if len(got.Hits) != 1 || got.Hits[0].Known != "" || got.Hits[0].Context != "root, MD5" {
		t.Errorf("%+v", got)
	}
}

func TestKeysThatEverybodyHas(t *testing.T) {
	t.Parallel()
	// of the example in the package crypto/tls of Go
	key := "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\nAwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz6xvCdz8q\nEKTcWGekdmdDPsHloRNtsiCa697B2O9IFA==\n-----END EC PRIVATE KEY-----\n"
	got := Search(t.Context(), "fw", []byte(key), Options{})
	if len(got.Hits) != 1 || got.Hits[0].Class != "test key" {
		t.Errorf("%+v", got.Hits)
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	for signed, want := range map[bool]int{true: 1, false: 0} {
		n := 0
		for _, h := range Search(t.Context(), "fw", fitOf([]byte("kernel"), signed), Options{}).Hits {
			if h.Kind == "signature" && strings.HasPrefix(h.Context, "FIT images/rootfs/signature-1") {
				n++
			}
		}
		if n != want {
			t.Errorf("signed %v: %d", signed, n)
		}
	}
}
