package vulnerabilities

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/loop"
)

func TestLoop(t *testing.T) {
	for _, err := range harness.Check() {
		t.Error(err)
	}
	loop.Clause(t, "5.2")
}

// TestComponents is the loop of the unit beyond the standard.
func TestComponents(t *testing.T) { loop.Clause(t, "VULN") }
