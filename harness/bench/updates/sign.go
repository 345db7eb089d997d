package updates

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
)

// A signer is a key pair of ours, of the maker's kind.
type signer struct {
	public []byte // ed25519: 32 bytes (RFC 8032); others: PKIX, DER (RFC 5280)
	sign   func(message []byte) ([]byte, error)
}

// newSigner makes a key pair. size is the genuine signature's, in bytes: of ECDSA, 64 is r and s side by side, others are ASN.1.
func newSigner(kind string, size int) (signer, error) {
	switch kind {
	case "", "ed25519":
		public, private, err := ed25519.GenerateKey(rand.Reader)
		return signer{public, func(m []byte) ([]byte, error) { return ed25519.Sign(private, m), nil }}, err
	case "rsa2048":
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return signer{}, err
		}
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		return signer{public, func(m []byte) ([]byte, error) {
			h := sha256.Sum256(m)
			return rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, h[:])
		}}, err
	case "ecdsa-p256":
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return signer{}, err
		}
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		return signer{public, func(m []byte) ([]byte, error) { return signECDSA(key, m, size) }}, err
	}
	return signer{}, fmt.Errorf("no key of the kind %q can be made", kind)
}

// signECDSA signs until the signature has the genuine one's size: ASN.1 ones vary by a few bytes.
func signECDSA(key *ecdsa.PrivateKey, m []byte, size int) ([]byte, error) {
	h := sha256.Sum256(m)
	if size == 64 {
		r, s, err := ecdsa.Sign(rand.Reader, key, h[:])
		if err != nil {
			return nil, err
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
	}
	for range 1000 {
		b, err := ecdsa.SignASN1(rand.Reader, key, h[:])
		if err != nil || len(b) == size {
			return b, err
		}
	}
	return nil, fmt.Errorf("no ECDSA signature has %d bytes", size)
}
