// Package operate does to a device what its file declares: reset it, set it up, log in, make and erase user data,
// offer it updates.
//
// Its one idea is that an operation is never believed: its outcome keeps what each step answered, and what can be read
// back is read back. That a device says no is an outcome; only what could not be carried out is an error.
//
//	out, err := operate.CreateUserData{Kind: "recordings", Canary: evidence.Random(12)}.Do(ctx, on)
//	// out.OK: the device took it; out.Proved: the operation read-user-data found it again
//
// Steps are programs (exec) and requests to the device itself (http); see device.Step for their form.
package operate

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// An Outcome is how an operation went.
type Outcome struct {
	Operation string
	Steps     []Step
	OK        bool   // every step did what the file expects of it
	Proved    bool   // and reading back has shown it
	Proof     string // how, or why not
	Answer    string // what the last step answered: of a user-facing request, what the user was told
	Captured  map[string]evidence.Secret
	Shown     map[string]string // captures that are no secrets: device.Shown
	Took      time.Duration     // by the clock, waiting included
}

// A Step is how one step went. It ended the operation if it is not OK.
type Step struct {
	What   string // the request or program, with the names of secrets for their values
	Status int    // of HTTP; 0: the device hung up, as it may
	Exit   int    // of a program
	Took   time.Duration
	OK     bool
	Why    string // it is not OK
	Answer string // printable, at most MaxAnswer bytes, secrets cut out
}

// MaxAnswer is how much of an answer an outcome keeps, in bytes; the evidence has more.
const MaxAnswer = 4 << 10

// why says in a sentence how the operation failed.
func (o Outcome) why() string {
	if len(o.Steps) == 0 || o.OK {
		return ""
	}
	s := o.Steps[len(o.Steps)-1]
	if s.Answer == "" {
		return fmt.Sprintf("%s: %s", s.What, s.Why)
	}
	return fmt.Sprintf("%s: %s: %.200s", s.What, s.Why, s.Answer)
}

// Run performs an operation of the device file by its name, with parameters and secret ones.
type Run struct {
	Name    string
	Kind    string // "recordings": prefers the operation "NAME/recordings" where the file has it
	With    map[string]string
	Secrets map[string]evidence.Secret
}

// Do performs it. Nothing is read back.
func (r Run) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{}
	for k, v := range r.With {
		p[k] = value{text: v}
	}
	for k, s := range r.Secrets {
		if err := p.secret(k, s); err != nil {
			return Outcome{}, fmt.Errorf("operation %q: parameter %s: %w", r.Name, k, err)
		}
	}
	return perform(ctx, on, r.Name, r.Kind, p)
}

// Level is the operation's usual one.
func (r Run) Level() provisions.Level { return Level(r.Name, nil) }

// Level is how intrusive an operation is; a device file that is given may say otherwise.
func Level(name string, f *device.File) provisions.Level {
	if f != nil {
		if l, err := provisions.ParseLevel(f.Operations[name].Level); err == nil {
			return l
		}
	}
	switch name {
	case "read-user-data", "read-version", "read-update", "health", "settings-read", "consent-read", "login", "logout", "check-update",
		"setup-check", "maintenance-check", "read-wizard", "read-controls", "read-model":
		return provisions.Gentle
	case "create-user-data", "change-credential", "set-update-policy", "give-consent", "withdraw-consent", "local-function", "stimulus", "set-option", "make-fault":
		return provisions.Intrusive
	}
	return provisions.Disruptive
}

// Declared tells whether the device file has an operation.
func Declared(f *device.File, name string) bool {
	_, err := find(f, name, "")
	return err == nil
}

// find looks an operation up, by its kind where there is one of its own.
func find(f *device.File, name, kind string) (device.Operation, error) {
	if f != nil {
		for _, key := range []string{name + "/" + kind, name} {
			if op, ok := f.Operations[key]; ok {
				return op, nil
			}
		}
	}
	return device.Operation{}, fmt.Errorf("operation %q is %w: add operations: %s: to the device file", name, device.ErrUndeclared, name)
}

// perform carries out an operation's steps and waits until the device is itself again.
func perform(ctx context.Context, on *dial.Device, name, kind string, p parameters) (Outcome, error) {
	op, err := find(on.File, name, kind)
	if err != nil {
		return Outcome{}, err
	}
	if kind != "" {
		p = p.with("kind", kind)
	}
	out, err := run(ctx, on, name, op, op.Steps, p, nil)
	if err != nil || !changes(name) {
		return out, err
	}
	began := on.Clock.Now()
	if err := on.Clock.Sleep(ctx, seconds(op.WaitS)); err != nil {
		return out, fmt.Errorf("operation %q: wait for the device: %w", name, err)
	}
	if err := on.Alive(ctx); err != nil {
		return out, fmt.Errorf("operation %q: it was carried out, and then: %w", name, err)
	}
	out.Took += on.Clock.Now().Sub(began)
	return out, nil
}

// changes tells the operations after which a device may be away for a while.
func changes(name string) bool {
	return name != "login" && Level(name, nil) > provisions.Gentle
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// loggingIn begins what a login's steps are called within another operation.
const loggingIn = "log in as "

// pauses are waited, by the clock, before an operation is begun again that the device put off: who was asked much, as by wrong
// passwords, puts everybody off for a while, most often for a minute.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute}

// run carries out steps of an operation, after the login that it names. look, if given, sees what each step answered that went well.
// That the device puts it off before anything was done is no answer: it is waited for.
func run(ctx context.Context, on *dial.Device, name string, op device.Operation, steps []device.Step, p parameters, look func([]byte)) (Outcome, error) {
	for _, wait := range pauses {
		out, err := once(ctx, on, name, op, steps, p, look)
		if err != nil || !out.putOff() {
			return out, err
		}
		if err := on.Clock.Sleep(ctx, wait); err != nil {
			return out, fmt.Errorf("operation %q: stopped while the device put it off: %w", name, err)
		}
	}
	return once(ctx, on, name, op, steps, p, look)
}

func once(ctx context.Context, on *dial.Device, name string, op device.Operation, steps []device.Step, p parameters, look func([]byte)) (Outcome, error) {
	began := on.Clock.Now()
	out := Outcome{Operation: name, OK: true, Captured: map[string]evidence.Secret{}, Shown: map[string]string{}}
	p = p.of(on)
	if _, given := p["password"]; op.Login != "" && !given {
		if err := p.sample(on, op.Login); err != nil {
			return out, fmt.Errorf("operation %q: %w", name, err)
		}
	}
	if _, has := p["token"]; op.Login != "" && !has {
		in, err := loginBy(once, ctx, on, op.Login, p)
		if err != nil {
			return out, fmt.Errorf("operation %q: %w", name, err)
		}
		out.Steps, out.OK, out.Answer = in.Steps, in.OK, in.Answer
		for k, s := range in.Captured {
			if err := p.secret(k, s); err != nil {
				return out, fmt.Errorf("operation %q: %s of the login: %w", name, k, err)
			}
		}
		for k, v := range in.Shown {
			p[k] = value{text: v}
		}
	}
	for i := 0; i < len(steps) && out.OK; i++ {
		s, body, err := step(ctx, on, steps[i], p, &out)
		if err != nil {
			return out, fmt.Errorf("operation %q: step %d: %w", name, i+1, err)
		}
		out.Steps = append(out.Steps, s)
		out.OK, out.Answer = s.OK, s.Answer
		if look != nil && s.OK {
			look(body)
		}
	}
	out.Took = on.Clock.Now().Sub(began)
	return out, nil
}

// putOff tells that the device did not begin: it may take the first step later (RFC 4918, RFC 6585).
func (o Outcome) putOff() bool {
	return !o.OK && len(o.Steps) == 1 && (o.Steps[0].Status == http.StatusLocked || o.Steps[0].Status == http.StatusTooManyRequests)
}

// login performs the operation login with the user and password of p, who is called who.
func login(ctx context.Context, on *dial.Device, who string, p parameters) (Outcome, error) {
	return loginBy(run, ctx, on, who, p)
}

type performing func(ctx context.Context, on *dial.Device, name string, op device.Operation, steps []device.Step, p parameters, look func([]byte)) (Outcome, error)

func loginBy(do performing, ctx context.Context, on *dial.Device, who string, p parameters) (Outcome, error) {
	op, err := find(on.File, "login", "")
	if err != nil {
		return Outcome{}, err
	}
	op.Login = "" // a login needs no login
	out, err := do(ctx, on, "login", op, op.Steps, p, nil)
	for i := range out.Steps {
		out.Steps[i].What = loggingIn + printable(who, 64) + ": " + out.Steps[i].What
	}
	return out, err
}

// told are the captures that the device may fail to give although it did what it was asked for: what it tells its user.
func told(name string) bool {
	return name == "confirmation" || name == "message" || name == "model" || name == "found"
}

// step carries out one step and takes its captures into p and out.
func step(ctx context.Context, on *dial.Device, s device.Step, p parameters, out *Outcome) (Step, []byte, error) {
	began := on.Clock.Now()
	var done result
	var err error
	if s.HTTP != nil {
		done, err = request(ctx, on, s.HTTP, p)
	} else {
		done, err = program(ctx, on, s.Exec, p)
	}
	if err != nil {
		return Step{}, nil, err
	}
	r := Step{What: done.what, Status: done.status, Exit: done.exit, OK: done.why == "", Why: done.why}
	for _, name := range slices.Sorted(maps.Keys(s.Capture)) {
		v, err := done.capture(s.Capture[name])
		if err != nil {
			if r.OK && !told(name) {
				r.OK, r.Why = false, fmt.Sprintf("%s was not captured: %v", name, err)
			}
			continue
		}
		if device.IsSecret(name) {
			out.Captured[name] = evidence.Keep(v)
			p[name] = value{text: v, secret: true}
		} else {
			out.Shown[name] = p.redacted([]byte(v))
			p[name] = value{text: v}
		}
	}
	learn(done.body)
	r.Answer = p.redacted(done.body)
	r.Took = on.Clock.Now().Sub(began)
	return r, done.body, nil
}

// How a reader knows the operations.
func (r Run) String() string              { return "perform " + r.Name }
func (FactoryReset) String() string       { return "reset to the factory state" }
func (i Initialise) String() string       { return "set up as the " + i.Owner + " owner" }
func (PowerCycle) String() string         { return "cut and restore the power" }
func (r Reimage) String() string          { return "bring back the image " + r.Image }
func (l Login) String() string            { return "log in as " + l.who() }
func (c ChangeCredential) String() string { return "change the password of " + c.As }
func (c CreateUserData) String() string   { return "make user data " + c.Kind }
func (r ReadUserData) String() string     { return "read user data " + r.Kind }
func (d DeleteUserData) String() string   { return "erase user data by " + d.Function }
func (Version) String() string            { return "which version is installed" }
func (u OfferUpdate) String() string      { return "offer the update " + u.Image + u.Attack }
func (Attacks) String() string            { return "which attacks follow from the genuine images" }
func (End) String() string                { return "log out" }
