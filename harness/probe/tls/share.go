package tls

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
)

// newShare makes a key_share that a server can work with. Where a group takes any bytes as
// a public key (x448, finite fields), random ones do: the session is never finished. nil where we have no
// arithmetic for the group.
func newShare(id uint16) []byte {
	switch id {
	case 29:
		return point(ecdh.X25519())
	case 23:
		return point(ecdh.P256())
	case 24:
		return point(ecdh.P384())
	case 25:
		return point(ecdh.P521())
	case 30:
		return random(56)
	case 256, 257, 258, 259, 260:
		b := random([]int{2048, 3072, 4096, 6144, 8192}[id-256] / 8)
		b[0] &= 0x7F // below the prime, whose first 64 bits are ones
		return b
	case 513:
		return kem768()
	case 514:
		return kem1024()
	case 4587:
		return append(point(ecdh.P256()), kem768()...)
	case 4588:
		return append(kem768(), point(ecdh.X25519())...)
	case 4589:
		return append(point(ecdh.P384()), kem1024()...)
	}
	return nil
}

func point(c ecdh.Curve) []byte {
	k, err := c.GenerateKey(rand.Reader)
	if err != nil {
		return nil
	}
	return k.PublicKey().Bytes()
}

func kem768() []byte {
	k, err := mlkem.GenerateKey768()
	if err != nil {
		return nil
	}
	return k.EncapsulationKey().Bytes()
}

func kem1024() []byte {
	k, err := mlkem.GenerateKey1024()
	if err != nil {
		return nil
	}
	return k.EncapsulationKey().Bytes()
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
