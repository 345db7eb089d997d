package communication

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// WeakSSH are the sentences that tell which refused algorithms an SSH server offers. A key exchange or cipher counts when a
// handshake of its own was completed with it, or when the server offers it and no library can.
func WeakSSH(ctx context.Context, dut *harness.DUT, s seen.SSHService, least *device.Strength) (out []string) {
	at := harness.At(ctx)
	say := func(kind, name string) {
		a, ok := provisions.Must().Algorithm(kind, name)
		if ok && a.StatusAt(at) == provisions.RefusedStatus && !declaredByName(least, name) {
			out = append(out, fmt.Sprintf("%s offers %s, which is refused: %s (%s)", seen.Name(s.Service), name, a.Why, a.Source))
		}
	}
	for _, k := range s.KeyExchanges() {
		if bad("ssh-kex", k, at) && shaken(ctx, dut, s, ssh.Handshake{Port: s.Addr.Port(), Kex: k}) {
			say("ssh-kex", k)
		}
	}
	for _, c := range both(s.CiphersIn, s.CiphersOut) {
		if bad("ssh-cipher", c, at) && shaken(ctx, dut, s, ssh.Handshake{Port: s.Addr.Port(), Cipher: c}) {
			say("ssh-cipher", c)
		}
	}
	for _, m := range both(s.MACsIn, s.MACsOut) {
		say("ssh-mac", m)
	}
	for _, k := range s.HostKeys {
		say("ssh-hostkey", k.Type)
	}
	return out
}

func bad(kind, name string, at time.Time) bool {
	a, ok := provisions.Must().Algorithm(kind, name)
	return ok && a.StatusAt(at) == provisions.RefusedStatus
}

func declaredByName(least *device.Strength, name string) bool {
	return least != nil && slices.Contains(least.SSHKex, name)
}

func both(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// shaken completes a handshake with just this algorithm; one that the library does not know stands on the offer.
func shaken(ctx context.Context, dut *harness.DUT, s seen.SSHService, q ssh.Handshake) bool {
	h := harness.Ask(ctx, seen.Of(dut, s.Service), q)
	return h.Completed || h.Unknown
}
