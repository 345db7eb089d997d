package operate

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Version reads the version through the operation read-version.
type Version struct{}

// VersionRead is the version that the device shows.
type VersionRead struct {
	Version string
	Answer  string
}

// Ask reads it.
func (Version) Ask(ctx context.Context, on *dial.Device) (VersionRead, error) {
	const name = "read-version"
	op, err := find(on.File, name, "")
	if err != nil {
		return VersionRead{}, err
	}
	out, err := run(ctx, on, name, op, op.Steps, parameters{}, nil)
	switch {
	case err != nil:
		return VersionRead{}, err
	case !out.OK:
		return VersionRead{}, fmt.Errorf("operation %q: the version was not given: %s", name, out.why())
	case out.Shown["version"] == "":
		return VersionRead{}, fmt.Errorf("operation %q: it captures no version: add to a step capture: {version: …}", name)
	}
	return VersionRead{out.Shown["version"], out.Answer}, nil
}

// Level is gentle.
func (Version) Level() provisions.Level { return provisions.Gentle }

// CheckUpdate performs the operation check-update: the device looks for an update by itself.
type CheckUpdate struct{}

// Do has it look.
func (CheckUpdate) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	return perform(ctx, on, "check-update", "", parameters{})
}

// Level is gentle.
func (CheckUpdate) Level() provisions.Level { return provisions.Gentle }
