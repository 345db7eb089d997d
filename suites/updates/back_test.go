package updates

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A run that ends early leaves no device with its updates off, or looking for them at our server.
func TestUpdatesAreLeftOn(t *testing.T) {
	trial := &loop.Trial{Edition: provisions.V31, Only: []string{"5.3-6A-2a"}, Faults: []string{"auto-update-toggle-ignored"}}
	trial.Run(t)
	log, err := evidence.Load(trial.Dir)
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{"operate.UpdatePolicy{": true, "operate.AwaitUpdate{": true}
	for _, e := range log.Events {
		for name := range left {
			if e.Kind == evidence.Undone && strings.HasPrefix(e.Key, name) {
				if delete(left, name); e.Error != "" {
					t.Errorf("%s: %s", e.Key, e.Error)
				}
			}
		}
	}
	if len(left) > 0 {
		t.Errorf("not put back: %v", left)
	}
}
