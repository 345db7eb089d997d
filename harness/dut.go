package harness

import (
	"context"
	"net/netip"
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

	of   *DUT               // of a view of the device at one of its addresses: the device itself
	at   netip.Addr         // of such a view, and
	by   provisions.Edition // of one that is judged by the other edition
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

// At is the device at another of its addresses than the first: what is asked of it is asked there, and is another question.
// A service that listens on IPv6 alone is as much the device's as one that does not.
func (d *DUT) At(a netip.Addr) *DUT {
	of := d
	if d.of != nil {
		of = d.of
	}
	return &DUT{Name: d.Name, File: d.File, of: of, at: a, by: d.by, run: d.run, dev: d.dev, twin: d.twin}
}

// Others are the addresses of the device besides its first.
func (d *DUT) Others() (out []netip.Addr) {
	own := d.run.Opening.Addresses
	if d.Name == "B" {
		own = d.run.Opening.TwinAddresses
	}
	return own[min(1, len(own)):]
}

// place turns a request to a view into one to the device itself.
func (d *DUT) place(r request) (*DUT, request) {
	if d.of == nil {
		return d, r
	}
	if !d.at.IsValid() {
		return d.of, r
	}
	act, at := r.act, d.at
	r.key += " at " + at.String()
	r.at = at
	r.act = func(ctx context.Context, on *dial.Device) (any, error) { return act(ctx, on.At(at)) }
	return d.of, r
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
func (d *DUT) Edition() provisions.Edition {
	if d.by != "" {
		return d.by
	}
	return d.run.Opening.Edition
}

// State is how far the device's set-up has come, as far as it is shown.
func (d *DUT) State() device.State {
	if d.of != nil {
		return d.of.State()
	}
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

// MostWait is how long a unit may make the run wait for the device to do something by itself; 0: as long as it takes.
func (d *DUT) MostWait() time.Duration {
	return time.Duration(d.run.Opening.MostWaitS * float64(time.Second))
}

// Effort is how much the run tries.
func (d *DUT) Effort() Effort { return d.run.Opening.Effort }

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
