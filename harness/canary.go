package harness

import (
	"context"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Canary makes a value that nobody else has, so that finding it again proves where it came from: 16 characters, 80
// bits. It asks the device nothing; being a question, it is the same in a replay. Keep it in a Kept across epochs.
type Canary struct{ Name string }

// Ask makes the value.
func (Canary) Ask(context.Context, *dial.Device) (evidence.Secret, error) {
	return evidence.Random(16), nil
}

// Level is passive: nothing is sent.
func (Canary) Level() provisions.Level { return provisions.Passive }
func (c Canary) String() string        { return "a canary value for " + c.Name }
