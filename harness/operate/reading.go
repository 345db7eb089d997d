package operate

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Reading reads what the device shows through an operation that changes nothing: read-model, setup-check, maintenance-check,
// settings-read.
type Reading struct {
	Name string
	Kind string // "UserDec-3": prefers the operation "NAME/UserDec-3" where the file has it
	Look int    // a second look is another question
}

// Displayed is what was read.
type Displayed struct {
	OK     bool              // the device answered as the file expects; what it did not tell is not among Values
	Values map[string]string // captures that are no secrets
	Answer string            // of the last step
	Why    string            // it is not OK
}

// Ask reads. A device that says no is an answer.
func (r Reading) Ask(ctx context.Context, on *dial.Device) (Displayed, error) {
	op, err := find(on.File, r.Name, r.Kind)
	if err != nil {
		return Displayed{}, err
	}
	if Level(r.Name, nil) > provisions.Gentle {
		return Displayed{}, fmt.Errorf("operation %q is none that only reads", r.Name)
	}
	out, err := run(ctx, on, r.Name, op, op.Steps, parameters{}.with("kind", r.Kind), nil)
	if err != nil {
		return Displayed{}, err
	}
	return Displayed{OK: out.OK, Values: out.Shown, Answer: out.Answer, Why: out.why()}, nil
}

// Level is gentle.
func (Reading) Level() provisions.Level { return provisions.Gentle }

func (r Reading) String() string {
	if r.Kind != "" {
		return "read by " + r.Name + " of " + r.Kind
	}
	return "read by " + r.Name
}
