package specimen

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"math/big"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// model is the maker's name for the device; sister is another of its models.
const (
	model  = "AX-1"
	sister = "AX-2"
)

// A maker is what the units of a model share: the key that signs updates. Faults make it share more.
type maker struct {
	update  ed25519.PrivateKey
	run     string
	service string // a password of the maker's service, the same in all units by a fault
	lot     string // with what a counter's passwords begin, by a fault
	first   int    // and where it started
	once    sync.Once
	shared  keys
	old     *ecdsa.PrivateKey // with which it signs images for old boot loaders too, by a fault
	prime   *big.Int          // of every key, by a fault
}

func newMaker() *maker {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	return &maker{update: key, run: strings.ToUpper(random(6)), service: random(16), lot: random(9), first: 2000}
}

func (m *maker) serial(unit string) string { return "AX1-" + m.run + "-" + unit }

// alphabet has 32 letters, so that each is 5 bits.
const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"

func random(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return string(b)
}

// token is 128 bits, or what a fault makes of it.
func (d *Device) token() string {
	if d.any("session-token-predictable", "predictable-session-token") {
		d.counter++
		return fmt.Sprintf("%032x", 4096+d.counter)
	}
	b := make([]byte, 16)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// preset is the password printed on the label: 12 letters of 32, 60 bits.
func (d *Device) preset() string {
	switch {
	case d.is("password-off-spec"):
		n, _ := rand.Int(rand.Reader, big.NewInt(1e8))
		return fmt.Sprintf("%08d", n)
	case d.is("model-prefix-in-password"):
		return "AX-" + random(12)
	}
	return d.maker.preset(d.has, d.produced())
}

// keys are what a unit proves itself with.
type keys struct {
	tls  tls.Certificate
	ssh  ssh.Signer
	host ed25519.PrivateKey // of ssh
}

// private are the numbers that make keys secret, in the bytes of which every encoding is made, and lines of PEM, which cuts them.
func (k keys) private() []string {
	out := []string{string(k.host.Seed())}
	switch key := k.tls.PrivateKey.(type) {
	case *ecdsa.PrivateKey:
		b, _ := key.Bytes() // fails for curves of one's own alone
		out = append(out, string(b))
	case *rsa.PrivateKey:
		out = append(out, string(key.D.Bytes()), string(key.Primes[0].Bytes()))
	}
	if der, err := x509.MarshalPKCS8PrivateKey(k.tls.PrivateKey); err == nil {
		lines := strings.Split(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "\n")
		out = append(out, lines[1:3]...)
	}
	return out
}

func (m *maker) private() []string { return []string{string(m.update.Seed())} }

// newKeys makes a unit's own keys, or, as a fault, the model's.
func (d *Device) newKeys() keys {
	if d.any("shared-device-key", "default-key-kept-after-init") {
		d.maker.once.Do(func() { d.maker.shared = d.generate() })
		return d.maker.shared
	}
	return d.generate()
}

func (d *Device) generate() keys {
	var k keys
	if d.is("weak-rsa-key") {
		k.tls = d.certificate(d.maker.weak())
	} else if d.is("tls-weak-leaf-key") {
		weak, _ := rsa.GenerateKey(rand.Reader, 1024)
		k.tls = d.certificate(weak)
	} else if d.is("tls-weak-suite") { // static RSA needs an RSA key
		key, _ := rsa.GenerateKey(rand.Reader, 2048)
		k.tls = d.certificate(key)
	} else {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		k.tls = d.certificate(key)
	}
	_, host, _ := ed25519.GenerateKey(rand.Reader)
	k.host = host
	k.ssh, _ = ssh.NewSignerFromKey(host)
	return k
}

// certificate is signed by the unit itself, for its serial number.
func (d *Device) certificate(key any) tls.Certificate {
	n, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	t := &x509.Certificate{SerialNumber: n, Subject: pkix.Name{CommonName: "device-" + random(6)}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(10, 0, 0), IPAddresses: []net.IP{d.Options.Addr.AsSlice()},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	var public any
	switch k := key.(type) {
	case *rsa.PrivateKey:
		public = k.Public()
	case *ecdsa.PrivateKey:
		public = k.Public()
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, public, key)
	if err != nil {
		panic(fmt.Sprintf("specimen: make a certificate: %v", err))
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A manifest names an update's image and is signed.
type manifest struct {
	Model   string `json:"model"`
	Version string `json:"version"`
	Image   string `json:"image"`
	Size    int    `json:"size"`
	SHA256  string `json:"sha256"`
	Key     string `json:"key"` // the signer's public key
}

const (
	magic   = "ASSAYIMG"
	payload = 6000 // bytes
)

// image builds a genuine update: image.bin, manifest.json and manifest.sig.
func (m *maker) image(model, version string) map[string][]byte {
	var b bytes.Buffer
	b.WriteString(magic)
	fmt.Fprintf(&b, "%-8s", version)
	body := make([]byte, payload)
	for i := range body {
		body[i] = byte(i*7 + i>>8)
	}
	b.Write(body)
	binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(b.Bytes()))
	sum := sha256.Sum256(b.Bytes())
	man, _ := json.Marshal(manifest{model, version, "image.bin", b.Len(), hex.EncodeToString(sum[:]),
		base64.StdEncoding.EncodeToString(m.update.Public().(ed25519.PublicKey))})
	files := map[string][]byte{"image.bin": b.Bytes(), "manifest.json": man, "manifest.sig": ed25519.Sign(m.update, man)}
	if m.old != nil {
		files["image.p7s"] = m.oldSignature(b.Bytes())
	}
	return files
}
