package specimen

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"math/big"
)

var _ = shows("weak-rsa-key")

// weak is an RSA key of which one prime is the same in all units, as makers get them who draw before there is anything to draw from.
func (m *maker) weak() *rsa.PrivateKey {
	prime := func() *big.Int {
		p, err := rand.Prime(rand.Reader, 1024)
		if err != nil {
			panic(fmt.Sprintf("specimen: draw a prime: %v", err))
		}
		return p
	}
	if m.prime == nil {
		m.prime = prime()
	}
	one, e := big.NewInt(1), big.NewInt(65537)
	for {
		p, q := m.prime, prime()
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e.Int64())}, D: d, Primes: []*big.Int{p, q}}
		k.Precompute()
		return k
	}
}
