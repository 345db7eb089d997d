package harness

import (
	"context"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// A DUT is a device under test as suites see it.
type DUT struct {
	Name string // A, or B for the twin
	File *device.File

	twin *DUT
	run  *Run
	dev  *dial.Device // nil in replay

	shared       sync.RWMutex // questions hold it for reading, operations for writing
	mu           sync.Mutex
	epoch        int
	epochOfFacts int
	state        device.State
	open         map[string]*pending // answers of this epoch by key; watches by "watch "+key
}

// IXIT are the declared tables, empty where no device file was given.
func (d *DUT) IXIT() device.IXIT {
	if d.File == nil {
		return device.IXIT{}
	}
	return d.File.IXIT
}

// Sample is what is declared of this very unit: its logins and label.
func (d *DUT) Sample() device.Sample {
	if d.File == nil {
		return device.Sample{}
	}
	return d.File.Samples[map[string]string{"A": "a", "B": "b"}[d.Name]]
}

// Edition is the one that the run judges by.
func (d *DUT) Edition() provisions.Edition { return d.run.Opening.Edition }

// State is how far the device's set-up has come, as far as it is shown.
func (d *DUT) State() device.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == "" {
		return device.Unknown
	}
	return d.state
}

func (d *DUT) enter(s device.State) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = s
}

// Allowed tells whether the run allows a level of intrusiveness.
func (d *DUT) Allowed(l provisions.Level) bool { return l <= d.run.Opening.Allowed }

// Quick tells whether the run is reduced to what a quick look needs.
func (d *DUT) Quick() bool { return d.run.Opening.Effort == Quick }

// HasTwin tells whether a second unit was given.
func (d *DUT) HasTwin() bool { return d.twin != nil }

// Twin is a second unit of the same model. Without one the unit is INCONCLUSIVE.
func (d *DUT) Twin() *DUT {
	if d.twin == nil {
		Lack("name a second unit of the model: --twin TARGET", "a second unit is needed to compare with")
	}
	return d.twin
}

// At is when the running unit began, from the record: judgements take the time from here, so that a replay has the same.
func At(ctx context.Context) time.Time { return unitOf(ctx).began }
