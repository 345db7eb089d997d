package retailer

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/loop"
)

func TestLoop(t *testing.T) {
	for _, err := range harness.Check() {
		t.Error(err)
	}
	loop.Clause(t, "DESK")
}
