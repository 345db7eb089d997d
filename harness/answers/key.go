package answers

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

// A Key is a person's signing key (Ed25519, RFC 8032).
type Key struct{ private ed25519.PrivateKey }

// keyPrefix begins a public key in a lab file.
const keyPrefix = "ed25519:"

// domain is signed before the line, so that a signature of ours means nothing elsewhere.
const domain = "assay answer 1\n"

// NewKey makes a key and writes it to a new file that only its owner may read (PKCS #8 in PEM, RFC 5958, RFC 7468).
func NewKey(path string) (*Key, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write the key: %w\n  a key is never written over another: name a new file", err)
	}
	defer f.Close()
	if err := pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}
	return &Key{private}, nil
}

// ReadKey reads a key that NewKey wrote. A file that others may read is refused.
func ReadKey(path string) (*Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w\n  make one: assay answer keygen --name NAME --key %s", err, path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read the key: %s may be read by others (mode %04o), so that they could sign as you\n  chmod 600 %s, or make another", path, info.Mode().Perm(), path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, fmt.Errorf("read the key: %s holds no private key in PEM\n  make one: assay answer keygen", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the key: %s: %w", path, err)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read the key: %s holds a key of another kind; ed25519 is used here", path)
	}
	return &Key{private}, nil
}

// Public is the key as a lab file names it: "ed25519:" and base64.
func (k *Key) Public() string {
	return keyPrefix + base64.StdEncoding.EncodeToString(k.private.Public().(ed25519.PublicKey))
}

func (k *Key) sign(payload []byte) string {
	return base64.StdEncoding.EncodeToString(ed25519.Sign(k.private, append([]byte(domain), payload...)))
}

// parsePublic reads what Public writes.
func parsePublic(s string) (ed25519.PublicKey, error) {
	text, ok := strings.CutPrefix(s, keyPrefix)
	b, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(b) != ed25519.PublicKeySize {
		return nil, fmt.Errorf("%q is no public key: it is %q and 44 letters of base64, as assay answer keygen prints it", s, keyPrefix)
	}
	return b, nil
}

var signatureField = []byte(`,"signature":"`)

// payload is a line without its signature, which is the last field.
func payload(line []byte) (p []byte, signature string, ok bool) {
	i := bytes.LastIndex(line, signatureField)
	if i < 0 || !bytes.HasSuffix(line, []byte(`"}`)) {
		return nil, "", false
	}
	signature = string(line[i+len(signatureField) : len(line)-2])
	return append(append([]byte{}, line[:i]...), '}'), signature, true
}

// verified tells whether a line was signed by the key.
func verified(line []byte, key string) bool {
	public, err := parsePublic(key)
	if err != nil {
		return false
	}
	p, text, ok := payload(line)
	if !ok {
		return false
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil && ed25519.Verify(public, append([]byte(domain), p...), signature)
}
