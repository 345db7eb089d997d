package passwords

import (
	"context"
	"fmt"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Undoable[operate.ChangeCredential]()

var _ = Provision("5.1-4", func(dut *DUT) {
	TestCase("5.1-4-1", func() {
		understandable := func(ctx context.Context) { guided(ctx, dut) }
		Unit("a", "a guide tells users how to change each password", understandable, In(provisions.V21), Climbs(provisions.Declared, provisions.Web))
		Unit("a", "there is a simple way to change each password", func(ctx context.Context) {
			rows := ofUsers(ctx, dut)
			simple(ctx, dut, rows)
			walked(ctx, dut)
			Propose(Pass, "2-UserInfo has a way to change what %s asks for; judge whether it is simple: %q", named(rows), changing(ctx, dut))
		}, In(provisions.V31), Climbs(provisions.Declared, provisions.Operator))
		Unit("b", "a guide tells users how to change each password", understandable, In(provisions.V31), Climbs(provisions.Declared, provisions.Web))
	})

	TestCase("5.1-4-2", func() {
		var fresh Kept[evidence.Secret]
		Unit("a", "the user changes the password", func(ctx context.Context) {
			if len(ways(dut)) == 0 {
				Lack("declare the log-ins of the owner in 1-AuthMech (at:, login: owner) and the operation change-credential", "no log-in of the owner that can be changed is declared")
			}
			value := Ask(ctx, dut, Canary{Name: "a new password"})
			out := Do(ctx, dut, operate.ChangeCredential{As: "owner", Value: value})
			if out.OK {
				fresh.Keep(value)
				written(ctx, dut)
				return
			}
			offersChange(ctx, dut, value, out)
			Lack("see whether the new password meets the device's rules, and whether the operation change-credential is as the user guide has it",
				"the device did not take the change: %s", told(out))
		}, Climbs(provisions.Operator))

		Unit("b", "the old password is refused and the new one accepted, everywhere and after a restart", func(ctx context.Context) {
			value := fresh.Get()
			tried := tryEverywhere(ctx, dut, value, "at once")
			if operate.Declared(dut.File, "power-cycle") {
				restart(ctx, dut, value)
				tried = append(tried, tryEverywhere(ctx, dut, value, "after a restart")...)
			} else {
				NotClimbed(ctx, provisions.Operator, "without the operation power-cycle it was not shown that the change outlives a restart")
			}
			changeBack(ctx, dut, value)
			Each("log-in of the owner", tried, func(t change) {
				Expect(t.old.Outcome).NotTo(Equal(login.Accepted), "%s still opens with the old password, %s", t.at, t.when)
				Expect(t.now.Outcome).NotTo(Equal(login.Refused), "%s refuses the new password, %s", t.at, t.when)
				if t.now.Outcome != login.Accepted || t.old.Outcome != login.Refused {
					Inconclude("%s: the new password gave %s, the old one %s (%s%s), %s", t.at, t.now.Outcome, t.old.Outcome, t.now.Why, t.old.Why, t.when)
				}
			})
		}, Climbs(provisions.Operator, provisions.LAN))
	})
})

// offersChange convicts a device that lets its user in and twice answers the declared change with "there is no such thing": 404,
// 405, 410 or 501. Any other refusal may be the new password's fault.
func offersChange(ctx context.Context, dut *DUT, value evidence.Secret, first operate.Outcome) {
	way := ways(dut)[0]
	if !absent(first) || Ask(ctx, dut, login.As{At: way.Login, User: way.User, Password: way.Right}).Outcome != login.Accepted {
		return
	}
	again := Do(ctx, dut, operate.Run{Name: "change-credential", With: map[string]string{"user": way.User}, Secrets: map[string]evidence.Secret{"password": way.Right, "value": value}})
	Expect(absent(again)).To(BeFalse(), "the device has no function for changing the password where its declaration has one: %s, twice", told(again))
}

// absent tells whether the last step of an operation met nothing that could do it.
func absent(o operate.Outcome) bool {
	if o.OK || len(o.Steps) == 0 {
		return false
	}
	return slices.Contains([]int{404, 405, 410, 501}, o.Steps[len(o.Steps)-1].Status)
}

// told is what the last step of an operation came to.
func told(o operate.Outcome) string {
	if len(o.Steps) == 0 {
		return "nothing was done"
	}
	s := o.Steps[len(o.Steps)-1]
	return fmt.Sprintf("%s: %s", s.What, s.Why)
}

// A change is what a log-in made of both passwords.
type change struct {
	at       declaredLogin
	when     string
	now, old login.Tried
}

// tryEverywhere tries the new and the old password at each log-in of the owner, in sessions of their own.
func tryEverywhere(ctx context.Context, dut *DUT, value evidence.Secret, when string) (out []change) {
	look := map[string]int{"at once": 1, "after a restart": 2}[when]
	for _, l := range ways(dut) {
		out = append(out, change{l, when, Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: value, Look: look}),
			Ask(ctx, dut, login.As{At: l.Login, User: l.User, Password: l.Right, Look: look})})
	}
	return out
}

// changeBack restores the password that the device file knows.
func changeBack(ctx context.Context, dut *DUT, value evidence.Secret) {
	if out := Do(ctx, dut, operate.ChangeCredential{As: "owner", Password: value, Value: firstOwner(dut)}); !out.OK {
		Note(ctx, "the owner's password could not be changed back to that of the device file")
	}
}

// ways are the log-ins that the owner's password opens.
func ways(dut *DUT) []declaredLogin {
	return network(dut, func(m device.AuthMech) bool { return m.Login == "owner" })
}

// restart cuts the power with whichever password works now: the operation's own log-in knows the one of the device file alone.
func restart(ctx context.Context, dut *DUT, value evidence.Secret) {
	Do(ctx, dut, operate.Run{Name: "power-cycle", With: map[string]string{"user": dut.Sample().Logins["owner"].User}, Secrets: map[string]evidence.Secret{"password": value}})
}
