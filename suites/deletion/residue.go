package deletion

import (
	"context"
	"regexp"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
)

var watch = Parameter("5.11-1-2c: watch after the erasure", 30*time.Minute)

// start performs a deletion function.
func start(ctx context.Context, dut *DUT, row device.DelFunc, owners evidence.Secret) operate.Outcome {
	if row.Operation == "factory-reset" {
		return Do(ctx, dut, operate.FactoryReset{Function: row.ID, Password: owners})
	}
	secrets := map[string]evidence.Secret{}
	with := map[string]string{"function": row.ID}
	if !owners.IsZero() {
		secrets["password"], with["user"] = owners, user(dut, "owner")
	}
	return Do(ctx, dut, operate.Run{Name: row.Operation, Kind: row.ID, With: with, Secrets: secrets})
}

// runs sees that a function does what it is asked for, with the declared steps; one that does not is tried again.
func runs(ctx context.Context, dut *DUT, row device.DelFunc, f owner) {
	var out operate.Outcome
	for range 2 {
		if out = start(ctx, dut, row, f.Password); out.OK {
			break
		}
		if n := len(out.Steps); n > 0 && strings.HasPrefix(out.Steps[n-1].What, "log in as ") {
			Inconclude("%s was not reached: the owner's log-in before it did not work (%s)", row.ID, last(out))
		}
	}
	Expect(out.OK).To(BeTrue(), "%s (%s) does not erase as declared, twice: %s %.200s", row.ID, row.Description, last(out), out.Answer)
	for _, s := range out.Steps {
		if s.Status == 0 && !strings.HasPrefix(s.What, "log in as ") && !strings.Contains(s.What, "http") {
			Lack("have a person do it once as it is declared", "%s was done by a program of the laboratory (%s), so that the declared interaction was not shown", row.ID, s.What)
		}
	}
	Note(ctx, "%s ran in %d steps and %v", row.ID, len(out.Steps), out.Took.Round(time.Second))
}

// afterReset looks for the first owner's traces before the next set-up and after it.
func afterReset(ctx context.Context, dut *DUT, row device.DelFunc, f owner) {
	if opens(ctx, dut, "owner", f.Password) { // nobody has asked for the reset yet, or it did nothing
		if out := start(ctx, dut, row, f.Password); !out.OK {
			giveBack(ctx, dut, f)
			Inconclude("%s did not run (%s), so that nothing was erased", row.ID, last(out))
		}
	}
	Each("look", []func(){
		func() {
			noSession(ctx, dut, f, "before the next set-up")
			noPassword(ctx, dut, guest(dut), f.Guest, "before the next set-up")
		},
		func() {
			setUp(ctx, dut)
			noData(ctx, dut, f)
			noSession(ctx, dut, f, "after another owner's set-up")
			noPassword(ctx, dut, "owner", f.Password, "after another owner's set-up")
			noPassword(ctx, dut, guest(dut), f.Guest, "after another owner's set-up")
		},
	}, func(look func()) { look() })
}

// noData looks for the first owner's data as the second owner, at once and, after a restart, at the end of the watch.
func noData(ctx context.Context, dut *DUT, f owner) {
	seen := map[datum]int{}
	for _, wait := range []time.Duration{0, watchOf(dut)} {
		if wait > 0 && operate.Declared(dut.File, "power-cycle") {
			if out := Do(ctx, dut, operate.PowerCycle{}); !out.Proved {
				Inconclude("the device was not restarted: %s", out.Proof)
			}
		}
		for _, d := range f.Data {
			if found(ctx, dut, d, wait) {
				seen[d]++
			}
			wait = 0 // the others were waited for as well
		}
	}
	Each("kind of user data", f.Data, func(d datum) {
		Expect(seen[d]).To(BeNumerically("<", 2), "user data%s of the first owner are there for the second, at the first look and at the second: erase them", named(d.Kind))
		if seen[d] > 0 {
			Inconclude("user data%s of the first owner were seen once by the second, and not again", named(d.Kind))
		}
	})
}

// watchOf is how long is watched.
func watchOf(dut *DUT) time.Duration {
	if dut.Quick() {
		return time.Second
	}
	return watch
}

// found tells whether a datum is shown to the owner of now. That other data could be asked for is the control.
func found(ctx context.Context, dut *DUT, d datum, wait time.Duration) bool {
	got := Ask(ctx, dut, operate.ReadUserData{Kind: d.Kind, Canary: d.Canary, After: wait})
	if !got.Read {
		Inconclude("user data%s cannot be asked for, so that nothing is shown: %s", named(d.Kind), got.Why)
	}
	return got.Found
}

// noSession tries the first owner's session. An invented one is the control.
func noSession(ctx context.Context, dut *DUT, f owner, when string) {
	if f.Session.IsZero() {
		return
	}
	read := operate.ReadUserData{Kind: f.Data[0].Kind, Token: f.Session}
	if !Ask(ctx, dut, read).Read {
		return
	}
	read.After = time.Second
	invented := operate.ReadUserData{Kind: f.Data[0].Kind, Token: Ask(ctx, dut, Canary{Name: "a session"})}
	if Ask(ctx, dut, invented).Read {
		Inconclude("an invented session is let in as well, so that the first owner's shows nothing (that is 5.5-4's affair)")
	}
	Expect(Ask(ctx, dut, read).Read).To(BeFalse(), "the session that the first owner had opened still works %s: end all sessions with the erasure", when)
}

// noPassword tries a password that the first owner chose. An invented one is the control.
func noPassword(ctx context.Context, dut *DUT, login string, password evidence.Secret, when string) {
	if password.IsZero() || !opens(ctx, dut, login, password) {
		return
	}
	if opens(ctx, dut, login, Ask(ctx, dut, Canary{Name: "another password"})) {
		Inconclude("an invented password opens the log-in %s as well, so that the first owner's shows nothing (that is 5.5-4's affair)", login)
	}
	Expect(opens(ctx, dut, login, password)).To(BeFalse(), "the password that %s had under the first owner still opens, %s: erase it", login, when)
}

// opens tries a password of a login.
func opens(ctx context.Context, dut *DUT, login string, password evidence.Secret) bool {
	out := Do(ctx, dut, operate.Login{User: user(dut, login), Password: password})
	if putOff(out) {
		Inconclude("the log-in %s was put off (%s), so that its password was not judged", login, last(out))
	}
	return out.OK
}

// afterDeletion makes a datum, has it deleted while the device stays in use, and looks for it twice.
func afterDeletion(ctx context.Context, dut *DUT, row device.DelFunc) {
	inUse(ctx, dut)
	Each("kind of user data", kinds(dut), func(kind string) {
		d := create(ctx, dut, kind)
		if out := start(ctx, dut, row, evidence.Secret{}); !out.OK {
			Inconclude("%s did not run (%s), so that nothing was erased", row.ID, last(out))
		}
		if found(ctx, dut, d, 0) {
			Expect(found(ctx, dut, d, time.Minute)).To(BeFalse(), "user data%s are still there a minute after %s (%s)", named(kind), row.ID, row.Description)
		}
	})
}

var radio = regexp.MustCompile(`(?i)wi-?fi|wlan|802\.11|wireless|radio|bluetooth|\bble\b|zigbee|thread|z-?wave|lora|cellular|\blte\b|matter`)

// enough ends the unit where what was left is less than what is declared to be kept, and so less was looked for.
func enough(ctx context.Context, dut *DUT, f owner) {
	Note(ctx, "cap: the network can convict, never acquit, storage; facts of the network before and after were not compared")
	needs(dut, "power-cycle")
	if f.Session.IsZero() {
		Lack("capture the token in the operation login", "no session of the first owner was tried")
	}
	kept := 0
	if rows := dut.IXIT().PersData; rows != nil {
		for _, row := range *rows {
			if strings.Contains(strings.Join(row.Stored, " "), "device") || len(row.Stored) == 0 {
				kept++
			}
		}
	}
	if kept > len(f.Data) {
		Lack("add an operation create-user-data/KIND for each", "%d personal data of 21-PersData are kept on the device, and %d kinds could be made", kept, len(f.Data))
	}
	if over := radios(dut); over != "" {
		Lack("test it at a bench that keeps the old network on offer", "the key of the first owner's network was not looked for: %s is declared", over)
	}
}

// radios names a declared interface over which a device is paired or joins a network with a key.
func radios(dut *DUT) string {
	for _, rows := range []*[]device.Intf{dut.IXIT().Intf, dut.IXIT().PhyIntf} {
		if rows == nil {
			continue
		}
		for _, row := range *rows {
			if radio.MatchString(row.Description) {
				return row.ID + " (" + row.Description + ")"
			}
		}
	}
	return ""
}

func named(kind string) string {
	if kind == "" {
		return ""
	}
	return " (" + kind + ")"
}
