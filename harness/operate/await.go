package operate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Operations of an update that lies ready and is asked for by nobody: offer-update/announced makes the server at {url} the one at
// which the device looks by itself, offer-update/withdrawn makes it look where it did before.
const (
	announced = "announced"
	withdrawn = "withdrawn"
)

// AwaitUpdate lays a genuine image where the device looks for updates, touches nothing, and sees what becomes of it.
type AwaitUpdate struct {
	Image      string
	For        time.Duration // by the clock
	PowerCycle bool          // in the middle: looking may begin anew at a start
	Prompt     bool          // it is made to look at once, by the operation check-update
}

// Awaited is what became of it.
type Awaited struct {
	OK            bool // the device took the place to look at
	Said          string
	Before, After string // versions; After is empty where the device shows none
	Claims        string
	Fetched       []string
	FetchedFully  bool
	Notice        string // what the operation read-update/notice brings in the end, where the file has it
	Unread        string // why it brings nothing: what was not to be read tells of nothing and keeps nothing back
}

// Installed tells that the image runs that was laid there.
func (a Awaited) Installed() bool { return a.After != "" && a.After == a.Claims }

// Announces tells whether the device file has such a way.
func Announces(f *device.File) bool {
	if f == nil {
		return false
	}
	_, ok := f.Operations["offer-update/"+announced]
	return ok
}

// Do lays it there and waits.
func (u AwaitUpdate) Do(ctx context.Context, on *dial.Device) (Awaited, error) {
	o, err := (OfferUpdate{Image: u.Image}).offer(on)
	if err != nil {
		return Awaited{}, err
	}
	before, err := Version{}.Ask(ctx, on)
	if err != nil {
		return Awaited{}, fmt.Errorf("%s: %w", u, err)
	}
	server, err := updates.Serve(ctx, on, o.paths, updates.Options{})
	if err != nil {
		return Awaited{}, fmt.Errorf("%s: %w", u, err)
	}
	defer server.Close()
	a := Awaited{Before: before.Version, Claims: o.claims}
	p := parameters{"url": {text: server.URL()}, "server": {text: server.Address()}, "image": {text: u.Image}, "version": {text: o.claims}}
	out, err := perform(ctx, on, "offer-update", announced, p)
	if err != nil {
		return Awaited{}, fmt.Errorf("%s: %w", u, err)
	}
	if a.OK, a.Said = out.OK, out.why(); !a.OK {
		return a, nil
	}
	if u.Prompt {
		if _, err := perform(ctx, on, "check-update", "", p); err != nil {
			return Awaited{}, fmt.Errorf("%s: %w", u, err)
		}
	}
	if err := u.wait(ctx, on, &a); err != nil {
		return Awaited{}, fmt.Errorf("%s: %w", u, err)
	}
	if err := a.notice(ctx, on); err != nil {
		return Awaited{}, fmt.Errorf("%s: %w", u, err)
	}
	a.Fetched, a.FetchedFully = server.Fetched()
	on.Evidence("update server", logOf(server))
	if _, ok := on.File.Operations["offer-update/"+withdrawn]; ok {
		if _, err := perform(ctx, on, "offer-update", withdrawn, p); err != nil && !errors.Is(err, dial.ErrDown) {
			return Awaited{}, fmt.Errorf("%s: have it look where it did before: %w", u, err)
		}
	}
	return a, nil
}

// notice reads what the device tells its user of a new version: the message that the operation captures, else all that it answers.
func (a *Awaited) notice(ctx context.Context, on *dial.Device) error {
	if !Notices(on.File) {
		return nil
	}
	out, err := perform(ctx, on, "read-update", "notice", parameters{})
	switch {
	case err != nil && !errors.Is(err, dial.ErrDown):
		return err
	case err != nil:
		a.Unread = printable(err.Error(), 400)
	case !out.OK:
		a.Unread = out.why()
	case out.Shown["message"] != "":
		a.Notice = out.Shown["message"]
	default:
		a.Notice = out.Answer
	}
	return nil
}

// Notices tells whether the device file says where a notice of an update is to be seen.
func Notices(f *device.File) bool {
	if f == nil {
		return false
	}
	_, ok := f.Operations["read-update/notice"]
	return ok
}

// wait looks now and then which version runs, until it is the one that was laid there.
func (u AwaitUpdate) wait(ctx context.Context, on *dial.Device, a *Awaited) error {
	const looks = 8
	for n := range looks + 1 {
		portion := u.For / looks
		if n == looks { // an installation that began at the end
			portion = seconds(2 * on.File.Updates.InstallS)
		}
		if err := on.Clock.Sleep(ctx, portion); err != nil {
			return err
		}
		v, err := Version{}.Ask(ctx, on)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if a.After = v.Version; err != nil {
			a.After = ""
		}
		if a.Installed() {
			return nil
		}
		if u.PowerCycle && n == looks/2 && Declared(on.File, "power-cycle") {
			out, err := (PowerCycle{}).Do(ctx, on)
			if err == nil && !out.OK {
				err = fmt.Errorf("operation %q: %s", "power-cycle", out.why())
			}
			if err != nil && !errors.Is(err, dial.ErrDown) {
				return err
			}
		}
	}
	return nil
}

// Level is disruptive.
func (AwaitUpdate) Level() provisions.Level { return provisions.Disruptive }
func (u AwaitUpdate) String() string {
	return fmt.Sprintf("lay the image %s where the device looks for updates, and wait %v", u.Image, u.For)
}
