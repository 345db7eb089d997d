package firmware

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// testKeys are keys that everybody has, by the SHA-256 of their public half, and where they are published.
//
//go:embed testkeys.tsv
var testKeys string

// publicTest tells where a key is published, if it is.
func publicTest(print string) string {
	for line := range strings.Lines(testKeys) {
		if p, source, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && p == print {
			return source
		}
	}
	return ""
}

var armour = []byte("-----BEGIN ")

const mostArmour = 64 << 10

// keys looks for private keys, armoured or in DER, and takes only those that are keys indeed.
func (s *search) keys(data []byte) {
	for at := 0; ; {
		i := bytes.Index(data[at:], armour)
		if i < 0 {
			break
		}
		at += i
		part := data[at:min(len(data), at+mostArmour)]
		line, _, _ := bytes.Cut(part, []byte("\n"))
		if bytes.Contains(line, []byte("PRIVATE KEY-----")) {
			if block, _ := pem.Decode(part); block != nil {
				s.key(at, block)
			}
		}
		at += len(armour)
	}
	for _, start := range []string{"\x30\x82", "\x30\x81", "\x30\x77\x02\x01\x01\x04\x20", "\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70"} {
		s.der(data, start)
	}
}

// key says what an armoured key is.
func (s *search) key(at int, block *pem.Block) {
	raw, err := ssh.ParseRawPrivateKey(pem.EncodeToMemory(block))
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked), strings.HasPrefix(block.Type, "ENCRYPTED"), block.Headers["DEK-Info"] != "":
		s.hit(Hit{Kind: "private key", Class: "encrypted", Offset: int64(at), Context: block.Type + ", encrypted"})
	case err == nil:
		s.private(at, raw, block.Type)
	}
}

// mostTried DER structures of a file are looked into.
const mostTried = 20_000

// der looks for keys that no armour marks, by how they begin.
func (s *search) der(data []byte, start string) {
	for at, n := 0, 0; n < mostTried; n++ {
		i := bytes.Index(data[at:], []byte(start))
		if i < 0 {
			return
		}
		at += i
		b := data[at:]
		if size := length(b); size > 40 && size <= min(len(b), 1<<14) && isKey(b[:size]) {
			if raw := parsed(b[:size]); raw != nil {
				s.private(at, raw, "DER")
				at += size - 1
			}
		}
		at++
	}
}

// length of a DER structure with its header.
func length(b []byte) int {
	switch {
	case len(b) < 4:
		return 0
	case b[1] == 0x82:
		return 4 + int(b[2])<<8 + int(b[3])
	case b[1] == 0x81:
		return 3 + int(b[2])
	case b[1] < 0x80:
		return 2 + int(b[1])
	}
	return 0
}

// isKey tells by the version that a key begins with, so that not every structure is parsed.
func isKey(b []byte) bool {
	head := b[2:min(len(b), 8)]
	return bytes.Contains(head, []byte("\x02\x01\x00")) || bytes.Contains(head, []byte("\x02\x01\x01\x04"))
}

func parsed(b []byte) any {
	if k, err := x509.ParsePKCS8PrivateKey(b); err == nil {
		return k
	}
	if k, err := x509.ParsePKCS1PrivateKey(b); err == nil {
		return k
	}
	if k, err := x509.ParseECPrivateKey(b); err == nil {
		return k
	}
	return nil
}

// private notes a key that was read.
func (s *search) private(at int, raw any, form string) {
	what := ""
	switch k := raw.(type) {
	case *rsa.PrivateKey:
		if k.Validate() != nil {
			return
		}
		what = fmt.Sprintf("RSA, %d bits", k.N.BitLen())
	case *ecdsa.PrivateKey:
		what = "ECDSA, " + k.Curve.Params().Name
	case *ed25519.PrivateKey:
		raw, what = *k, "Ed25519"
	case ed25519.PrivateKey:
		what = "Ed25519"
	default:
		what = fmt.Sprintf("%T", raw)
	}
	h := Hit{Kind: "private key", Offset: int64(at), Context: what + ", " + form}
	if k, ok := raw.(interface{ Public() crypto.PublicKey }); ok {
		h.Print = Print(k.Public())
		if p, err := ssh.NewPublicKey(k.Public()); err == nil {
			h.SSH = ssh.FingerprintSHA256(p)
		}
	}
	if source := publicTest(h.Print); source != "" {
		h.Class = "test key"
		h.Context += ", published in " + source
	}
	s.hit(h)
}

// Print is the SHA-256 of a public key as certificates hold it (RFC 7469's pin), in hex; "" for kinds that they do not hold.
func Print(public crypto.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// bundle is how many authorities' certificates make a bundle.
const bundle = 5

// certificates notes armoured certificates; many of authorities are a bundle, which is noted once.
func (s *search) certificates(data []byte) {
	authorities := 0
	var own []Hit
	for at := 0; len(own) < hitsAFile; {
		i := bytes.Index(data[at:], []byte("-----BEGIN CERTIFICATE-----"))
		if i < 0 {
			break
		}
		at += i
		block, _ := pem.Decode(data[at:min(len(data), at+mostArmour)])
		at += len(armour)
		if block == nil {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if c.IsCA {
			authorities++
		}
		if !c.IsCA || authorities < bundle {
			own = append(own, Hit{Kind: "certificate", Offset: int64(at - len(armour)), Print: Print(c.PublicKey),
				Context: fmt.Sprintf("%s, until %s", safeName(c.Subject.CommonName), c.NotAfter.Format("2006-01-02"))})
		}
	}
	if authorities >= bundle {
		s.hit(Hit{Kind: "certificate", Class: "CA bundle", Context: fmt.Sprintf("%d or more certificates of authorities", authorities)})
		return
	}
	for _, h := range own {
		s.hit(h)
	}
}
