package updates

import (
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"fmt"

	"github.com/secure-by-design/assay/harness/device"
)

// Key is the public key that a genuine image carries where the layout says; nil where it says none.
func Key(u *device.Updates, files Files) (crypto.PublicKey, error) {
	if u.Layout.PublicKey == nil {
		return nil, nil
	}
	b, err := image{u.Layout, files}.get(*u.Layout.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	if len(b) == ed25519.PublicKeySize && (u.Layout.Key == "" || u.Layout.Key == "ed25519") {
		return ed25519.PublicKey(b), nil
	}
	key, err := x509.ParsePKIXPublicKey(b)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	return key, nil
}
