package specimen

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
)

var _ = shows("update-signed-sha1", "update-test-key")

// sampleSeed is the private key of the first test of RFC 8032, 7.1, which everybody has.
const sampleSeed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"

// signs makes the maker sign as faults have it.
func (m *maker) signs(has map[string]bool) {
	if has["update-test-key"] {
		seed, err := hex.DecodeString(sampleSeed)
		if err != nil {
			panic(fmt.Sprintf("specimen: read a key: %v", err))
		}
		m.update = ed25519.NewKeyFromSeed(seed)
	}
	if has["update-signed-sha1"] {
		m.old, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
}

// oldSignature is a detached CMS signature (RFC 5652) of ECDSA with SHA-1, as an old boot loader takes it.
func (m *maker) oldSignature(image []byte) []byte {
	sum := sha1.Sum(image)
	signature, err := ecdsa.SignASN1(rand.Reader, m.old, sum[:])
	if err != nil {
		panic(fmt.Sprintf("specimen: sign: %v", err))
	}
	hash := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}}
	type signer struct {
		Version   int
		By        []byte `asn1:"tag:0"`
		Digest    pkix.AlgorithmIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Signature []byte
	}
	type content struct{ Type asn1.ObjectIdentifier }
	type signed struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Content content
		Signers []signer `asn1:"set"`
	}
	type message struct {
		Type    asn1.ObjectIdentifier
		Content signed `asn1:"explicit,tag:0"`
	}
	pkcs7 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7}
	der, err := asn1.Marshal(message{append(pkcs7[:6:6], 2), signed{3, []pkix.AlgorithmIdentifier{hash}, content{append(pkcs7[:6:6], 1)},
		[]signer{{3, []byte("maker"), hash, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}}, signature}}}})
	if err != nil {
		panic(fmt.Sprintf("specimen: write a signature: %v", err))
	}
	return der
}
