package specimen

import (
	"crypto/sha256"
	"encoding/hex"
)

func init() {
	for _, f := range []string{"model-designation-missing", "model-designation-mismatch", "model-designation-encoded"} {
		faults[f] = true
	}
	honest["model-with-make"] = true
}

// designation is the model's name, as the device says it to who is logged in.
func (d *Device) designation() string {
	switch {
	case d.is("model-designation-missing"):
		return ""
	case d.is("model-designation-mismatch"):
		return "AX-7 Professional"
	case d.is("model-designation-encoded"):
		sum := sha256.Sum256([]byte(model))
		return hex.EncodeToString(sum[:8])
	}
	if d.is("model-with-make") {
		return "Assay " + model
	}
	return model
}
