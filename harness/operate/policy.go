package operate

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// UpdatePolicy sets what the owner can set of automatic updates, by the operation set-update-policy: on, off, postpone. However the run
// ends, they are on again then: a device is not left without updates.
type UpdatePolicy struct{ State string }

const updatePolicy = "set-update-policy"

// Do sets it.
func (u UpdatePolicy) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	return perform(ctx, on, updatePolicy, u.State, parameters{"option": {text: u.State}})
}

// Undo sets them on.
func (UpdatePolicy) Undo(ctx context.Context, on *dial.Device) error {
	out, err := UpdatePolicy{"on"}.Do(ctx, on)
	switch {
	case err != nil:
		return fmt.Errorf("set automatic updates on again: %w", err)
	case !out.OK:
		return fmt.Errorf("set automatic updates on again: %s", out.why())
	}
	return nil
}

// Level is the operation's.
func (UpdatePolicy) Level() provisions.Level { return Level(updatePolicy, nil) }
func (u UpdatePolicy) String() string        { return "set automatic updates to " + u.State }

// Undo has the device look where it did before it was told of our server.
func (u AwaitUpdate) Undo(ctx context.Context, on *dial.Device) error {
	const what = "have the device look for updates where it did before"
	if _, ok := on.File.Operations["offer-update/"+withdrawn]; !ok {
		return fmt.Errorf("%s: operation %q is %w", what, "offer-update/"+withdrawn, device.ErrUndeclared)
	}
	out, err := perform(ctx, on, "offer-update", withdrawn, parameters{"image": {text: u.Image}})
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case !out.OK:
		return fmt.Errorf("%s: %s", what, out.why())
	}
	return nil
}
