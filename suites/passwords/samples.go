package passwords

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/password"
	"github.com/secure-by-design/assay/provisions"
)

// What of a report on samples each letter of 5.1-2-1 judges.
var (
	following = []string{"counter", "date", "shared", "near", "fixed", "biased"}
	common    = []string{"word"}
	derived   = []string{"derived", "piece"}
)

// causes are regularities that bring others with them: words repeat, and lie near one another and in a row.
var causes = []string{"word", "derived", "piece"}

// ofSamples judges a row by the samples that it gives, for what one letter speaks of. Where there are none it says nothing.
func ofSamples(ctx context.Context, dut *DUT, m device.AuthMech, kinds []string) {
	if m.Gen == nil || m.Gen.Samples == "" {
		return
	}
	r := Ask(ctx, dut, password.Samples{File: dut.Secret(m.Gen.Samples), Declared: asDeclared(m)})
	Note(ctx, "%s: %d samples were looked through, at most %.0f bits by their form", m.ID, r.Samples, r.MostBits)
	for _, cap := range r.Cannot {
		Note(ctx, "cap: %s", cap)
	}
	caused := slices.ContainsFunc(r.Sure(), func(f password.Finding) bool { return slices.Contains(causes, f.Kind) })
	for _, f := range r.Findings {
		switch {
		case !slices.Contains(kinds, f.Kind):
		case !f.Sure:
			Doubt(ctx, "%s: of its samples, %s (%d of %d; chance %.1g)", m.ID, f.What, f.Of, r.Samples, f.Chance)
		case caused && !slices.Contains(causes, f.Kind):
			Note(ctx, "%s: of its samples, %s; that comes of what 5.1-2-1b or c shows", m.ID, f.What)
		default:
			Expect(f.Sure).To(BeFalse(), "%s: of its samples, %s (%d of %d; in a good generator with a chance of %.1g)", m.ID, f.What, f.Of, r.Samples, f.Chance)
		}
	}
}

// asDeclared is what a row fixes of its passwords.
func asDeclared(m device.AuthMech) password.Declared {
	return password.Declared{Prefix: m.Gen.Prefix, Uniform: m.Gen.Alphabet != "" && m.Gen.Length > 0}
}

// valuesAtHand judges the pre-installed passwords of the units at hand: their form, that they open, and that they tell nothing.
func valuesAtHand(ctx context.Context, dut *DUT) {
	pre := network(dut, func(m device.AuthMech) bool { return m.Gen != nil && m.Gen.Origin == "preinstalled" })
	if len(pre) == 0 {
		Lack("give the rows of 1-AuthMech with a pre-installed password gen: and login:", "no value of a pre-installed password is at hand")
	}
	units := []*DUT{dut}
	if dut.HasTwin() {
		units = append(units, dut.Twin())
	} else {
		NotClimbed(ctx, provisions.Twin, "there is no second unit, so that two values were not compared")
		Note(ctx, "cap: one unit; a pattern over units is not shown")
	}
	Each("log-in with a pre-installed password", pre, func(l declaredLogin) {
		var q password.Samples
		for _, unit := range units {
			value := printed(unit, l.AuthMech)
			form := Ask(ctx, dut, password.Form{Of: value, Alphabet: l.Gen.Alphabet, Length: l.Gen.Length, Prefix: l.Gen.Prefix})
			Expect(form.Fits).To(BeTrue(), "the pre-installed password of unit %s at %s is not as declared in %s: %s", unit.Name, l, l.ID, form.Why)
			q.Values, q.Public = append(q.Values, value), append(q.Public, publicOf(unit))
		}
		q.Declared = asDeclared(l.AuthMech)
		r := Ask(ctx, dut, q)
		for _, f := range r.Findings {
			Expect(f.Sure).To(BeFalse(), "the pre-installed passwords of %d units at %s are regular: %s (in a good generator with a chance of %.1g)", r.Samples, l, f.What, f.Chance)
			Doubt(ctx, "the pre-installed passwords at %s: %s (chance %.1g)", l, f.What, f.Chance)
		}
		if got := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: q.Values[0]}); got.Outcome != login.Accepted {
			Inconclude("the pre-installed password was not accepted at %s (%s %s), so that it is not shown to be the device's", l, got.Outcome, got.Why)
		}
		Note(ctx, "%s: %s, held against what is public of them (%s)", l, values(len(units)), strings.Join(columns(q.Public[0]), ", "))
	})
}

func values(n int) string {
	if n == 1 {
		return "the value of one unit"
	}
	return fmt.Sprintf("the values of %d units", n)
}

func columns(public map[string]string) (names []string) {
	for n := range public {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// printed is a unit's pre-installed password: that of its label, or else the one that opens the row's log-in.
func printed(unit *DUT, m device.AuthMech) evidence.Secret {
	if v, ok := unit.Sample().Label["password"]; ok {
		return unit.Secret(v)
	}
	l, ok := unit.Sample().Logins[m.Login]
	if !ok {
		Lack("add the log-in to samples: in the device file", "the pre-installed password of unit %s at %s is not at hand", unit.Name, m.ID)
	}
	return unit.Secret(l.Password)
}

// publicOf is what anybody can read of a unit.
func publicOf(unit *DUT) map[string]string {
	out := map[string]string{}
	for name, v := range map[string]string{"mac": unit.Sample().MAC, "serial": unit.Sample().Serial, "model": unit.File.Device.Model} {
		if v != "" {
			out[name] = v
		}
	}
	return out
}
