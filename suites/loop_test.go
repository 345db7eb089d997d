package suites

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/loop"
)

// Every fault of the specimen breaks exactly the units that it declares, in all clauses together.
func TestLoop(t *testing.T) {
	for _, err := range harness.Check() {
		t.Error(err)
	}
	loop.Whole(t)
}
