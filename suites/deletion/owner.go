package deletion

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/suites/seen"
)

// An owner is what somebody left on the device that is to be gone. A zero secret was not left.
type owner struct {
	Password evidence.Secret // changed from that of the device file
	Guest    evidence.Secret // of the second user, changed likewise
	Session  evidence.Secret
	Data     []datum
}

// A datum is user data of a kind.
type datum struct {
	Kind   string
	Canary evidence.Secret
}

// moveIn has a first owner use the device: every trace is read back, also after a restart.
func moveIn(ctx context.Context, dut *DUT) (f owner) {
	functions(dut)
	needs(dut, "factory-reset", "initialise", "login", "create-user-data", "read-user-data", "change-credential")
	inUse(ctx, dut)
	for _, kind := range kinds(dut) {
		f.Data = append(f.Data, create(ctx, dut, kind))
	}
	if name := guest(dut); name != "" {
		f.Guest = change(ctx, dut, name)
	}
	f.Password = change(ctx, dut, "owner")
	if operate.Declared(dut.File, "power-cycle") {
		as(ctx, dut, "power-cycle", f.Password)
	}
	f.Session = as(ctx, dut, "login", f.Password).Captured["token"]
	if f.Session.IsZero() {
		Note(ctx, "the log-in captures no token: that a session ends with the erasure cannot be shown")
		return f
	}
	for _, d := range f.Data {
		if found := Ask(ctx, dut, operate.ReadUserData{Kind: d.Kind, Token: f.Session, Canary: d.Canary}); !found.Found {
			Inconclude("the user data %s are not found again by the owner's own session: %s", d.Kind, found.Why)
		}
	}
	return f
}

// create makes a datum and sees that it is found again.
func create(ctx context.Context, dut *DUT, kind string) datum {
	d := datum{kind, Ask(ctx, dut, Canary{Name: strings.TrimSpace("user data " + kind)})}
	if out := Do(ctx, dut, operate.CreateUserData{Kind: kind, Canary: d.Canary}); !out.Proved {
		Inconclude("user data %s were not made: %s", kind, out.Proof)
	}
	return d
}

var lockedFor = Parameter("5.11-1-2a: wait for an account that earlier tries have locked", 2*time.Minute)

// change gives a login of the sample a password that nobody else knows. Guessing, in an earlier unit, may have locked it.
func change(ctx context.Context, dut *DUT, login string) evidence.Secret {
	value := Ask(ctx, dut, Canary{Name: "a password of " + login})
	swap := operate.ChangeCredential{As: login, Value: value}
	out := Do(ctx, dut, swap)
	if putOff(out) {
		Ask(ctx, dut, operate.ReadUserData{Kind: kinds(dut)[0], As: login, After: lockedFor})
		out = Do(ctx, dut, swap)
	}
	if !out.Proved {
		Inconclude("the password of %s could not be changed: %s", login, out.Proof)
	}
	return value
}

// putOff tells an operation whose last step met a lock or trouble, which is no answer.
func putOff(out operate.Outcome) bool {
	n := len(out.Steps)
	return n > 0 && (out.Steps[n-1].Status == 429 || out.Steps[n-1].Status >= 500)
}

// as performs an operation as the owner with the password of now, which the device file does not know.
func as(ctx context.Context, dut *DUT, operation string, password evidence.Secret) operate.Outcome {
	out := Do(ctx, dut, operate.Run{Name: operation, With: map[string]string{"user": user(dut, "owner")}, Secrets: map[string]evidence.Secret{"password": password}})
	if !out.OK {
		Inconclude("the operation %s did not work with the owner's new password: %s", operation, last(out))
	}
	return out
}

// giveBack changes the passwords back to those of the device file.
func giveBack(ctx context.Context, dut *DUT, f owner) {
	back := map[string]evidence.Secret{"owner": f.Password, guest(dut): f.Guest}
	for _, login := range slices.Sorted(maps.Keys(back)) {
		if now := back[login]; !now.IsZero() {
			Do(ctx, dut, operate.ChangeCredential{As: login, Password: now, Value: dut.Secret(dut.Sample().Logins[login].Password)})
		}
	}
}

// inUse sees that the device is set up as its file declares, and sets it up where it is not.
func inUse(ctx context.Context, dut *DUT) {
	if !Do(ctx, dut, operate.Login{As: "owner"}).OK {
		setUp(ctx, dut)
	}
}

// setUp is done by the owner of the device file; after an erasure he is the second owner.
func setUp(ctx context.Context, dut *DUT) {
	set := operate.Initialise{Owner: "second", User: user(dut, "owner"), Password: dut.Secret(dut.Sample().Logins["owner"].Password)}
	if name := guest(dut); name != "" {
		set.Value = dut.Secret(dut.Sample().Logins[name].Password)
	}
	Do(ctx, dut, set)
}

// guest is the login of a user who is not the owner; "" where the sample has none.
func guest(dut *DUT) string {
	for _, name := range slices.Sorted(maps.Keys(dut.Sample().Logins)) {
		if name != "owner" && dut.Sample().Logins[name].Role != "owner" {
			return name
		}
	}
	return ""
}

func user(dut *DUT, login string) string { return dut.Sample().Logins[login].User }

// kinds are those of user data that can be made: "" is the only one, without a name.
func kinds(dut *DUT) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(dut.File.Operations)) {
		if name == "create-user-data" {
			out = append(out, "")
		} else if kind, ok := strings.CutPrefix(name, "create-user-data/"); ok {
			out = append(out, kind)
		}
	}
	return out
}

// functions are the rows of 25-DelFunc that erase the device, the gentlest first.
func functions(dut *DUT) (out []device.DelFunc) {
	for _, row := range seen.Table(dut, "25-DelFunc", "25-DelFunc", dut.IXIT().DelFunc) {
		if !strings.Contains(strings.ToLower(row.Target), "device") {
			continue
		}
		if row.Operation == "" {
			Lack("say in 25-DelFunc which operation it is: operation: factory-reset or delete-user-data", "%s (%s) does not say how it is done", row.ID, row.Description)
		}
		needs(dut, row.Operation)
		out = append(out, row)
	}
	if len(out) == 0 {
		Inconclude("25-DelFunc declares no function that erases the device")
	}
	slices.SortStableFunc(out, func(a, b device.DelFunc) int { return cmp.Compare(a.Operation, b.Operation) })
	return out
}

// needs ends the unit where an operation is not declared, for any kind.
func needs(dut *DUT, operations ...string) {
	for _, o := range operations {
		declared := func(name string) bool { return name == o || strings.HasPrefix(name, o+"/") }
		if !slices.ContainsFunc(slices.Collect(maps.Keys(dut.File.Operations)), declared) {
			Lack("add operations: "+o+": to the device file", "the operation %s is not declared", o)
		}
	}
}

// last says how an operation ended.
func last(out operate.Outcome) string {
	if len(out.Steps) == 0 {
		return out.Proof
	}
	s := out.Steps[len(out.Steps)-1]
	return s.What + ": " + cmp.Or(s.Why, "done")
}
