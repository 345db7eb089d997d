package lostdevice

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/suites/seen"
)

var tries = Parameter("LOST-01: published credentials tried at a log-in of the second unit", 12)

// A key is a private key that a service proved to hold.
type key struct{ ID, At, Serial string } // ID: "tls SHA-256 of the public key", "ssh SHA256:…"

// looks are the patience of the first and of the second look, in real time: another patience is another question.
var looks = []time.Duration{5 * time.Second, 6 * time.Second}

// keys are those that a unit's services prove.
func keys(ctx context.Context, unit *DUT, patience time.Duration) (out []key) {
	for _, s := range seen.Services(ctx, unit) {
		switch {
		case s.TLS:
			for _, k := range Ask(ctx, seen.Of(unit, s), tls.Key{Port: s.Addr.Port(), Patience: patience}).Keys {
				out = append(out, key{"tls " + k.SPKI, seen.Name(s), k.Certificate.Serial})
			}
		case s.Protocol == "ssh":
			for _, k := range Ask(ctx, seen.Of(unit, s), ssh.Offers{Port: s.Addr.Port(), Patience: patience}).HostKeys {
				if k.Proven {
					out = append(out, key{ID: "ssh " + k.SHA256, At: seen.Name(s)})
				}
			}
		}
	}
	return out
}

// noKeyIsShared compares the keys of both units. Equal ones are asked for again.
func noKeyIsShared(ctx context.Context, dut, twin *DUT) {
	ours, theirs := keys(ctx, dut, looks[0]), keys(ctx, twin, looks[0])
	if len(ours) == 0 || len(theirs) == 0 {
		Note(ctx, "no service of both units proves a key: none was compared")
		return
	}
	Each("key", ours, func(k key) {
		same := func(o key) bool { return o.ID == k.ID }
		if !slices.ContainsFunc(theirs, same) {
			if k.Serial != "" && slices.ContainsFunc(theirs, func(o key) bool { return o.Serial == k.Serial }) {
				Note(ctx, "finding: certificates of both units have the serial number %s", k.Serial)
			}
			return
		}
		again := slices.ContainsFunc(keys(ctx, dut, looks[1]), same) && slices.ContainsFunc(keys(ctx, twin, looks[1]), same)
		Expect(again).To(BeFalse(), "both units prove the same private key at %s (%.24s…), twice: make a key on each unit", k.At, k.ID)
	})
	Note(ctx, "%d keys of one unit and %d of the other were compared", len(ours), len(theirs))
}

// noPublishedPasswordOpensBoth tries published credentials at the second unit, and what opens it at the first.
func noPublishedPasswordOpensBoth(ctx context.Context, dut, twin *DUT) {
	at := seen.Logins(ctx, twin)
	if len(at) == 0 {
		Note(ctx, "no log-in was found: no password was tried")
		return
	}
	Each("log-in", at, func(l login.Login) {
		h := Ask(ctx, twin, login.WellKnown{At: l, Most: tries, Users: users(twin)})
		if h.Open || h.Anything {
			Inconclude("%s has no password to share: %s (that is 5.5-4's affair)", l, h.Why)
		}
		for _, c := range h.Accepted {
			if slices.Contains(h.AnyWord, c.User) {
				continue
			}
			both := false
			for _, ours := range alike(seen.Logins(ctx, dut), l) {
				first := Ask(ctx, dut, login.Try{At: ours, User: c.User, Password: c.Password})
				both = both || first.Outcome == login.Accepted && Ask(ctx, dut, login.Try{At: ours, User: c.User, Password: c.Password, Look: 1}).Outcome == login.Accepted
			}
			Expect(both).To(BeFalse(), "both units open with %s/%s (%s) at %s: give each unit a password of its own", c.User, c.Password, c.Source, l)
		}
		if len(h.AnyWord) > 0 {
			Inconclude("%s lets %s in with any password, so that none is shown to be shared (that is 5.1-1's affair)", l, strings.Join(h.AnyWord, ", "))
		}
		Note(ctx, "%s: %d of %d published credentials were tried at the second unit%s", l, h.Tried, h.Of, h.Unjudged())
	})
}

// alike are the log-ins of one unit that are what l is on the other, at whatever address.
func alike(ours []login.Login, l login.Login) (out []login.Login) {
	for _, o := range ours {
		if o.Protocol == l.Protocol && o.Port == l.Port && o.Path == l.Path && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// users are the declared ones of a unit.
func users(unit *DUT) (out []string) {
	for _, l := range unit.Sample().Logins {
		out = append(out, l.User)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// noPasswordOpensTheOther tries the pre-installed passwords of the first unit at the second.
func noPasswordOpensTheOther(ctx context.Context, dut, twin *DUT) {
	if dut.File == nil || dut.IXIT().AuthMech == nil {
		Note(ctx, "no pre-installed password is declared: none was tried at the other unit")
		return
	}
	own := seen.DeclaredLogins(dut, func(m device.AuthMech) bool { return m.Gen != nil && m.Gen.Origin == "preinstalled" })
	for _, l := range own {
		theirs, ok := twin.Sample().Logins[l.AuthMech.Login]
		if !ok {
			Lack("add the log-ins of the second unit to samples: b:", "the password of the second unit at %s is not declared", l)
		}
		if got := Ask(ctx, twin, login.As{At: l.Login, User: theirs.User, Password: dut.Secret(theirs.Password)}); got.Outcome != login.Accepted {
			Inconclude("the second unit's own password was not accepted at %s (%s %s), so that no refusal shows anything", l, got.Outcome, got.Why)
		}
		try := login.As{At: l.Login, User: theirs.User, Password: l.Right}
		if Ask(ctx, twin, try).Outcome != login.Accepted {
			continue
		}
		if Ask(ctx, twin, login.As{At: l.Login, User: theirs.User, Password: Ask(ctx, dut, Canary{Name: "a password"})}).Outcome == login.Accepted {
			Inconclude("%s takes an invented password as well (that is 5.5-4's affair)", l)
		}
		try.Look = 1
		Expect(Ask(ctx, twin, try).Outcome).NotTo(Equal(login.Accepted), "the pre-installed password of one unit opens the other at %s, twice", l)
	}
}

// labelsDiffer compares what is printed on the units. Equal values may be a slip of whoever copied them, and convict nobody.
func labelsDiffer(dut, twin *DUT) {
	var same []string
	for _, name := range slices.Sorted(maps.Keys(dut.Sample().Label)) {
		theirs, ok := twin.Sample().Label[name]
		if ok && dut.Secret(dut.Sample().Label[name]) == dut.Secret(theirs) {
			same = append(same, fmt.Sprintf("%q", name))
		}
	}
	if len(same) > 0 {
		Lack("look at both labels, and attach photos", "the device file gives both units the same %s", strings.Join(same, ", "))
	}
}
