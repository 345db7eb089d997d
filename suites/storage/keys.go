package storage

import (
	"context"
	"math/big"
	"slices"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// A key is a private key that a service proved to hold, by the hash of its public half.
type key struct {
	id, at  string
	modulus string // of an RSA key, hexadecimal
}

// patience is how long a service may take to prove its key; a second look has another, and is another question.
var patience = []time.Duration{5 * time.Second, 6 * time.Second}

// keys are those that a unit proves.
func keys(ctx context.Context, unit *DUT, look int) (out []key) {
	for _, s := range seen.Services(ctx, unit) {
		switch {
		case s.TLS:
			for _, k := range Ask(ctx, seen.Of(unit, s), tls.Key{Port: s.Addr.Port(), Patience: patience[look]}).Keys {
				out = append(out, key{"tls " + k.SPKI, seen.Name(s), k.Certificate.Modulus})
			}
		case s.Protocol == "ssh":
			for _, k := range Ask(ctx, seen.Of(unit, s), ssh.Offers{Port: s.Addr.Port(), Patience: patience[look]}).HostKeys {
				if k.Proven {
					out = append(out, key{id: "ssh " + k.SHA256, at: seen.Name(s)})
				}
			}
		}
	}
	return out
}

// differ holds the keys of two units against each other: equal ones disprove what is declared of how they are made (rule CONTRA).
func differ(ctx context.Context, dut *DUT) {
	if !dut.May(provisions.Gentle) {
		NotClimbed(ctx, provisions.LAN, "this run allows no question to the device")
		NotClimbed(ctx, provisions.Twin, "this run allows no question to the device")
		return
	}
	if !dut.HasTwin() {
		NotClimbed(ctx, provisions.Twin, "there is no second unit: that two differ was not shown")
		return
	}
	theirs := keys(ctx, dut.Twin(), 0)
	for _, k := range keys(ctx, dut, 0) {
		same := func(o key) bool { return o.id == k.id }
		if slices.ContainsFunc(theirs, same) && slices.ContainsFunc(keys(ctx, dut, 1), same) && slices.ContainsFunc(keys(ctx, dut.Twin(), 1), same) {
			Contradicted("two units prove one private key at %s, twice, and 10-SecParam has each make its own", k.at)
		}
	}
	if at := shareAPrime(ctx, dut); at != "" {
		Contradicted("the RSA keys of two units, at %s, have a prime in common, so that anybody can compute both, and 10-SecParam has each make its own from what nobody can guess", at)
	}
	Note(ctx, "cap: two units cannot show that all differ; keys that are weak in another way were not looked for")
}

// shareAPrime tells where two units, or two services, prove different RSA keys with a prime in common, as makers get them who draw
// keys before there is anything to draw from.
func shareAPrime(ctx context.Context, dut *DUT) string {
	all := append(keys(ctx, dut, 0), keys(ctx, dut.Twin(), 0)...)
	for i, a := range all {
		for _, b := range all[:i] {
			m, okM := new(big.Int).SetString(a.modulus, 16)
			n, okN := new(big.Int).SetString(b.modulus, 16)
			if !okM || !okN || m.BitLen() > largestModulus || n.BitLen() > largestModulus || m.Sign() <= 0 || n.Sign() <= 0 || m.Cmp(n) == 0 {
				continue
			}
			if new(big.Int).GCD(nil, nil, m, n).BitLen() > 1 {
				return a.at
			}
		}
	}
	return ""
}

// largestModulus is what is computed with, in bits: a device names what it likes.
const largestModulus = 16384
