package surfaces

import (
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A table that lists ports of the network alone is no list of what the casing shows.
func TestEveryDeviceHasAPhysicalInterface(t *testing.T) {
	for more, want := range map[string]harness.Verdict{"": harness.Inconclusive, ", {ID: Intf-2, Description: power, Type: physical, Status: enabled, need: always}": harness.Pass} {
		got := loop.Judge(t, provisions.V21, "ixit:\n  15-Intf: [{ID: Intf-1, Description: the page, Type: logical, Status: enabled, need: always}"+more+"]\n", "5.6-3-1a")["5.6-3-1a"]
		if got.Verdict != want {
			t.Errorf("%q: %s %q, want %s", more, got.Verdict, got.Reason, want)
		}
	}
}
