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
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/password"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var (
	triesQuick  = Parameter("5.1-1-2c: published credentials tried at a log-in, quick", 12)
	triesNormal = Parameter("5.1-1-2c: published credentials tried at a log-in", 50)
	triesLeast  = Parameter("5.1-1-2c: tries below which nothing is shown", 10)
)

// tries is how many published credentials a log-in is tried with.
func tries(dut *DUT) int {
	if dut.Quick() {
		return triesQuick
	}
	return triesNormal
}

var _ = Provision("5.1-1", func(dut *DUT) {
	TestCase("5.1-1-1", func() {
		Unit("a", "each password is the user's own or made for its device alone", func(ctx context.Context) {
			rows := withPassword(ctx, dut)
			if len(rows) == 0 {
				unclear(inScope(ctx, dut))
				noneStated(dut, "no password", "C(1)", "F(a)")
			}
			Each("row of 1-AuthMech with a password", rows, ownOrUnique)
		}, Climbs(provisions.Declared))
	})

	TestCase("5.1-1-2", func() {
		Unit("a", "no password log-in is missing from the IXIT", func(ctx context.Context) {
			rows := mechanisms(dut)
			found := Found(ctx, dut)
			Each("log-in or service without one", everything(found), func(at fmt.Stringer) {
				if l, is := at.(login.Login); is {
					_, declared := row(rows, l)
					Expect(declared).To(BeTrue(), "%s asks for a password, and no row of 1-AuthMech declares it", l)
				}
			})
			communitiesDeclared(ctx, dut, rows)
			NotClimbed(ctx, provisions.Web, "the user manual was not searched for passwords and codes")
			Lack("attach the user manual", "every log-in that TCP and SNMP show is declared; the user manual was not looked at")
		}, Binds(device.Initialised), Climbs(provisions.LAN))

		Unit("b", "a password that the user sets must be set before first use", func(ctx context.Context) {
			own := network(dut, func(m device.AuthMech) bool { return m.Gen != nil && m.Gen.Origin == "user" })
			if len(own) == 0 {
				noneUserSet(dut)
			}
			emptyIsRefused(ctx, dut, own)
			setUpCannotBeSkipped(ctx, dut, own)
		}, Binds(device.Initialised), Climbs(provisions.LAN, provisions.Operator))

		Unit("c", "no log-in opens with a password that others know", func(ctx context.Context) {
			publishedCommunities(ctx, dut)
			published(ctx, dut)
			if dut.File != nil {
				ownValues(ctx, dut)
			}
		}, Binds(device.Initialised), SelfProving(), Climbs(provisions.LAN, provisions.Operator, provisions.Twin))
	})
})

// everything is what a search for log-ins came to.
func everything(f login.Found) (out []fmt.Stringer) {
	for _, l := range f.Logins {
		out = append(out, l)
	}
	for _, q := range f.Quiet {
		out = append(out, quiet(q))
	}
	return out
}

type quiet login.Place

func (q quiet) String() string { return fmt.Sprintf("%s on port %d", q.Protocol, q.Port) }

// noneUserSet is the case of a device on which no user sets a password.
func noneUserSet(dut *DUT) {
	for _, m := range mechanisms(dut) {
		if m.Gen == nil && seen.TakesPassword(m) {
			Lack("say in 1-AuthMech how its passwords are made: gen: {origin: user} or preinstalled", "%s does not say whether its password is the user's own", m.ID)
		}
	}
	Lack("confirm it in the ICS, and show that 1-AuthMech is complete (5.1-1-2a)", "no row of 1-AuthMech has a password that the user sets; that there is none was not shown")
}

// emptyIsRefused tries user-set accounts with no password, beside their own as the control.
func emptyIsRefused(ctx context.Context, dut *DUT, own []declaredLogin) {
	Each("user-set log-in", own, func(l declaredLogin) {
		if got := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: l.Right}); got.Outcome != login.Accepted {
			Inconclude("the user's own password was not accepted at %s (%s %s), so that no refusal shows anything", l, got.Outcome, got.Why)
		}
		for look := range 2 {
			switch got := Ask(ctx, dut, login.Try{At: l.Login, User: l.User, Look: look}); got.Outcome {
			case login.Accepted:
			case login.Refused:
				return
			default:
				Inconclude("an empty password at %s gave %s, which is no refusal: %s", l, got.Outcome, got.Why)
			}
		}
		Expect(false).To(BeTrue(), "%s opens for %s with an empty password", l, l.User)
	})
}

// setUpCannotBeSkipped resets the device and looks whether it can be used with no password chosen.
func setUpCannotBeSkipped(ctx context.Context, dut *DUT, own []declaredLogin) {
	if out := Do(ctx, dut, operate.FactoryReset{}); !out.OK {
		Inconclude("the factory reset did not work (%s), so that the set-up was not seen", out.Answer)
	}
	web := own[0]
	skipped := Ask(ctx, dut, login.Skip{At: web.Login, User: web.User})
	emptied := Do(ctx, dut, operate.Run{Name: "initialise", With: map[string]string{"owner": "first", "user": web.User, "value": ""}, Secrets: map[string]evidence.Secret{"password": firstOwner(dut)}})
	if skipped.Accepted || emptied.OK { // it is set up now: once more, for those who come after
		Do(ctx, dut, operate.FactoryReset{})
	}
	restore(ctx, dut)
	Expect(skipped.Accepted).To(BeFalse(), "the set-up can be left by %s: %s then logs in with an empty password", skipped.By, web.User)
	Expect(emptied.OK).To(BeFalse(), "the set-up takes an empty password for %s", web.User)
}

// firstOwner is the password of the owner whom the device file declares.
func firstOwner(dut *DUT) evidence.Secret { return dut.Secret(dut.Sample().Logins["owner"].Password) }

// restore sets the device up again as the device file declares it.
func restore(ctx context.Context, dut *DUT) {
	set := operate.Initialise{Owner: "first", User: dut.Sample().Logins["owner"].User, Password: firstOwner(dut)}
	if guest, ok := dut.Sample().Logins["guest"]; ok {
		set.Value = dut.Secret(guest.Password)
	}
	Do(ctx, dut, set)
}

// published tries the credentials that everybody can know.
func published(ctx context.Context, dut *DUT) {
	found := Found(ctx, dut)
	logins := seen.Logins(ctx, dut)
	if len(logins) == 0 {
		Inconclude("no log-in was found on %d services: nothing was tried", len(found.Quiet))
	}
	Each("log-in", logins, func(at login.Login) {
		before := working(ctx, dut, at)
		h := Ask(ctx, dut, login.WellKnown{At: at, Most: tries(dut), Users: users(dut)})
		if h.Tried+h.Limited > 0 { // else no wrong password was heard that could have locked an account
			recovered(ctx, dut, at, before)
		}
		Expect(h.AnyWord).To(BeEmpty(), "%s opens for %s with any password, published ones among them", at, strings.Join(h.AnyWord, ", "))
		which := opened(h)
		Expect(which).To(BeEmpty(), "%s opens with a published password: %s", at, strings.Join(which, ", "))
		if h.Budget > 0 {
			Doubt(ctx, "%s: %d published credentials were not tried, for the lock-out budget of their accounts was spent: declare the lock-out in 1-AuthMech, bf:", at, h.Budget)
		}
		Note(ctx, "%s: %d of %d published credentials were tried and refused%s", at, h.Refused, h.Of, h.Unjudged())
		switch {
		case h.Open || h.Anything:
			Inconclude("%s has no password to guess: %s (that is 5.5-4's affair)", at, h.Why)
		case h.Refused < triesLeast:
			Inconclude("%s: only %d of %d published credentials were judged (%d put off, %d left out for the lock-out budget) %s", at, h.Refused, h.Of, h.Limited, h.Budget, h.Why)
		}
	})
}

// opened spells out which credentials let somebody in.
func opened(h login.Harvest) (which []string) {
	for _, c := range h.Accepted {
		s := fmt.Sprintf("%s/%s (%s)", c.User, c.Password, c.Source)
		if slices.Contains(h.Untold, c.User) {
			s += ", where it was not tried whether any password does"
		}
		which = append(which, s)
	}
	return which
}

// working are the declared log-ins that wrong tries at one may lock, and that their password opens before those tries: an account
// may be one for all ways. What did not work before is not waited for afterwards.
func working(ctx context.Context, dut *DUT, at login.Login) (out []declaredLogin) {
	if dut.File == nil || dut.IXIT().AuthMech == nil {
		return nil
	}
	for _, d := range network(dut, every) {
		if d.Port != at.Port && d.Protocol != "json" {
			continue
		}
		if got := Ask(ctx, dut, login.As{At: d.Login, User: d.User, Password: d.Right}); got.Outcome == login.Accepted {
			out = append(out, d)
		} else {
			Note(ctx, "the password that samples: gives for %s did not open %s before any wrong one was tried (%s %s): correct it there", d.User, d, got.Outcome, got.Why)
		}
	}
	return out
}

// recovered waits until declared users can log in again after a series of wrong tries.
func recovered(ctx context.Context, dut *DUT, after login.Login, all []declaredLogin) {
	for _, d := range all {
		Ask(ctx, dut, login.Recovered{At: d.Login, User: d.User, Right: d.Right, After: after.String()})
	}
}

// users are those that the sample declares.
func users(dut *DUT) (out []string) {
	for _, name := range []string{"owner", "guest"} {
		if l, ok := dut.Sample().Logins[name]; ok {
			out = append(out, l.User)
		}
	}
	return out
}

// ownValues holds the pre-installed password of each log-in against its declared generator, and tries the twin's.
func ownValues(ctx context.Context, dut *DUT) {
	pre := network(dut, func(m device.AuthMech) bool { return m.Gen != nil && m.Gen.Origin == "preinstalled" })
	if len(pre) == 0 {
		Note(ctx, "no log-in with a pre-installed password is declared")
		return
	}
	Each("log-in with a pre-installed password", pre, func(l declaredLogin) {
		if got := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: l.Right}); got.Outcome != login.Accepted {
			Inconclude("the unit's own password was not accepted at %s (%s %s), so that no refusal shows anything", l, got.Outcome, got.Why)
		}
		f := Ask(ctx, dut, password.Form{Of: l.Right, Alphabet: l.Gen.Alphabet, Length: l.Gen.Length, Prefix: l.Gen.Prefix})
		Expect(f.Fits).To(BeTrue(), "the pre-installed password of %s is not as declared in %s: %s", l, l.ID, f.Why)
		if !dut.HasTwin() {
			NotClimbed(ctx, provisions.Twin, "there is no second unit: that two differ was not shown")
			Note(ctx, "cap: one unit; uniqueness is not shown")
			return
		}
		twins(ctx, dut, l)
	})
}

// twins compares with the second unit, and tries its password here.
func twins(ctx context.Context, dut *DUT, l declaredLogin) {
	theirs := dut.Twin().Sample().Logins[l.AuthMech.Login]
	secret := dut.Secret(theirs.Password)
	Expect(secret == l.Right).To(BeFalse(), "two units have the same password at %s", l)
	got := Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: secret})
	Expect(got.Outcome).NotTo(Equal(login.Accepted), "%s opens with the password of another unit", l)
	if got.Outcome != login.Refused {
		Inconclude("the password of another unit at %s gave %s, which is no refusal: %s", l, got.Outcome, got.Why)
	}
}
