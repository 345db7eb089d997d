package suites

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/specimen"
	"github.com/secure-by-design/assay/provisions"
)

// unbroken are the automatic units that no fault of the specimen makes FAIL, with the reason. Such a unit is not shown to see
// anything: the list is to be empty.
var unbroken = map[string]string{}

// A test that no fault breaks shows nothing. A contradiction alone does not count: it convicts nobody.
func TestEveryAutomaticUnitIsBrokenByAFault(t *testing.T) {
	broken := map[string]bool{}
	shown := specimen.Faults()
	for _, f := range provisions.Must().Faults() {
		if !slices.Contains(shown, f.Name) {
			continue
		}
		for _, r := range f.Breaks {
			for _, e := range provisions.Editions() {
				if r.Edition == "" || r.Edition == e {
					broken[fmt.Sprint(r.Unit, " ", e)] = true
				}
			}
		}
	}
	for _, e := range provisions.Editions() {
		auto := harness.Automatic(e)
		for _, id := range slices.Sorted(maps.Keys(auto)) {
			u, ok := provisions.Must().Unit(e, id)
			if !ok {
				t.Errorf("%s is not in the catalogue of %s", id, e)
				continue
			}
			key := fmt.Sprint(id, " ", e)
			why, excepted := unbroken[key]
			switch {
			case u.Method.Prepares, slices.Equal(u.Method.Rungs, []provisions.Rung{provisions.Guided}): // a person judges it alone
			case !broken[key] && !excepted:
				t.Errorf("%s (%s): no fault of the specimen breaks it", key, auto[id])
			case broken[key] && excepted:
				t.Errorf("%s: a fault breaks it now, strike the exception: %s", key, why)
			}
			delete(unbroken, key)
		}
	}
	for key, why := range unbroken {
		t.Errorf("%s: no such unit is automatic, strike the exception: %s", key, why)
	}
}
