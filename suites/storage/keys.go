package storage

import (
	"context"
	"slices"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// A key is a private key that a service proved to hold, by the hash of its public half.
type key struct{ id, at string }

// patience is how long a service may take to prove its key; a second look has another, and is another question.
var patience = []time.Duration{5 * time.Second, 6 * time.Second}

// keys are those that a unit proves.
func keys(ctx context.Context, unit *DUT, look int) (out []key) {
	for _, s := range seen.Services(ctx, unit) {
		switch {
		case s.TLS:
			for _, k := range Ask(ctx, seen.Of(unit, s), tls.Key{Port: s.Addr.Port(), Patience: patience[look]}).Keys {
				out = append(out, key{"tls " + k.SPKI, seen.Name(s)})
			}
		case s.Protocol == "ssh":
			for _, k := range Ask(ctx, seen.Of(unit, s), ssh.Offers{Port: s.Addr.Port(), Patience: patience[look]}).HostKeys {
				if k.Proven {
					out = append(out, key{"ssh " + k.SHA256, seen.Name(s)})
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
	Note(ctx, "cap: two units cannot show that all differ; weak moduli were not looked for")
}
