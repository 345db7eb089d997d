package conformity

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/loop"
)

func TestLoop(t *testing.T) {
	for _, err := range harness.Check() {
		t.Error(err)
	}
	loop.Whole(t) // of what is declared here: 4-1 and 5.0-1
}
