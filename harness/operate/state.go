package operate

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// FactoryReset performs the operation factory-reset. What it left behind is for the questions that follow.
type FactoryReset struct {
	Function string          // the row of 25-DelFunc, where it is asked for by one
	Password evidence.Secret // the present one of the login that the file names; zero: the sample's
}

// Do resets the device.
func (r FactoryReset) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{"function": {text: r.Function}}
	if err := p.secret("password", r.Password); err != nil {
		return Outcome{}, fmt.Errorf("operation %q: %w", "factory-reset", err)
	}
	if !r.Password.IsZero() && on.File != nil {
		p["user"] = value{text: on.Sample.Logins[on.File.Operations["factory-reset"].Login].User}
	}
	out, err := perform(ctx, on, "factory-reset", r.Function, p)
	out.Proof = "not read back: what is left is looked for afterwards"
	return out, err
}

// Leaves the factory state. After a reset that failed this keeps units that need a device in use from judging what is not known.
func (FactoryReset) Leaves() device.State { return device.Factory }

// Level is disruptive.
func (FactoryReset) Level() provisions.Level { return provisions.Disruptive }

// Initialise performs the operation initialise: somebody sets the device up and becomes its user.
type Initialise struct {
	Owner    string // whose set-up it is: "first", "second"
	User     string
	Password evidence.Secret
	Value    evidence.Secret // another secret that the set-up asks for, such as a guest's password: {value}
}

// Do sets the device up. Where it did not take that, or refuses the new user, it is an error: nothing that needs a device in
// use can be judged.
func (i Initialise) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{"owner": {text: i.Owner}, "user": {text: i.User}}
	if err := p.secret("password", i.Password); err != nil {
		return Outcome{}, fmt.Errorf("operation %q: %w", "initialise", err)
	}
	if err := p.secret("value", i.Value); err != nil {
		return Outcome{}, fmt.Errorf("operation %q: %w", "initialise", err)
	}
	out, err := perform(ctx, on, "initialise", "", p)
	if err != nil {
		return out, err
	}
	if !out.OK {
		return out, fmt.Errorf("operation %q: the device was not set up: %s", "initialise", out.why())
	}
	out.Proved, out.Proof = logsIn(ctx, on, i.User, i.Password)
	if !out.Proved && Declared(on.File, "login") {
		return out, fmt.Errorf("operation %q: the device took it, and then the login %s did not work: %s", "initialise", i.User, out.Proof)
	}
	return out, nil
}

// Leaves the initialised state.
func (Initialise) Leaves() device.State { return device.Initialised }

// Level is disruptive.
func (Initialise) Level() provisions.Level { return provisions.Disruptive }

// PowerCycle performs the operation power-cycle. It is proved by the device's answering again.
type PowerCycle struct {
	OffS float64 // how long without power, in seconds; 0: as the file does it
}

// Do cuts and restores the power.
func (c PowerCycle) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{}
	if c.OffS > 0 {
		p["off_s"] = value{text: fmt.Sprint(c.OffS)}
	}
	out, err := perform(ctx, on, "power-cycle", "", p)
	out.Proved, out.Proof = err == nil && out.OK, "the device answers again"
	if !out.OK {
		out.Proof = out.why()
	}
	return out, err
}

// Level is disruptive.
func (PowerCycle) Level() provisions.Level { return provisions.Disruptive }

// Reimage performs the operation reimage (or write-image): the way back to one of the genuine images, as at the bench.
type Reimage struct {
	Image string // "n-1"
}

// Do brings the image back; the version that can be read must be the image's.
func (r Reimage) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	name := "reimage"
	if !Declared(on.File, name) && Declared(on.File, "write-image") {
		name = "write-image"
	}
	p := parameters{"image": {text: r.Image}}
	want := ""
	if on.File != nil && on.File.Updates != nil {
		want = on.File.Updates.Images[r.Image].Version
	}
	p["version"] = value{text: want}
	out, err := perform(ctx, on, name, "", p)
	if err != nil || !out.OK {
		out.Proof = out.why()
		return out, err
	}
	v, err := Version{}.Ask(ctx, on)
	switch {
	case err != nil:
		out.Proof = "not read back: " + err.Error()
	case want != "" && v.Version != want:
		out.Proof = fmt.Sprintf("the device shows version %s, not %s", v.Version, want)
	default:
		out.Proved, out.Proof = true, "the device shows version "+v.Version
	}
	return out, nil
}

// Level is disruptive.
func (Reimage) Level() provisions.Level { return provisions.Disruptive }

// Restored notes that the device is in use again, after a set-up that should have been refused was taken. Nothing is sent.
type Restored struct{}

// Do does nothing.
func (Restored) Do(context.Context, *dial.Device) (Outcome, error) { return Outcome{OK: true}, nil }

// Leaves the initialised state.
func (Restored) Leaves() device.State { return device.Initialised }

// Level is passive.
func (Restored) Level() provisions.Level { return provisions.Passive }
