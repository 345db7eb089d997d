package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/ginkgo/v2/extensions/globals"
	"github.com/onsi/ginkgo/v2/formatter"
	"github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Effort is how much is tried.
type Effort = string

// Efforts. Normal is what TS 103 701 asks for; Quick is reduced, and Long narrows the caps.
const (
	Quick  Effort = "quick"
	Normal Effort = "normal"
	Long   Effort = "long"
)

// MostWait is how long runs below Long wait for the device to do something by itself, such as to look for updates.
var MostWait = Parameter("longest wait of a run below --effort long for the device to do something by itself", time.Hour)

// An Opening is the first event of a record: all that a judgement may depend on besides the device.
type Opening struct {
	Run           string                     `json:"run"`
	Target        string                     `json:"target"`
	At            time.Time                  `json:"at"`
	Edition       provisions.Edition         `json:"edition"`
	Identity      Identity                   `json:"identity"`
	Twin          *Identity                  `json:"twin,omitempty"`
	Addresses     []netip.Addr               `json:"addresses,omitempty"` // the scope of each, the one that questions use first
	TwinAddresses []netip.Addr               `json:"twin_addresses,omitempty"`
	State         device.State               `json:"state"`
	StateShownBy  string                     `json:"state_shown_by"`
	Authorisation *device.Authorisation      `json:"authorisation,omitempty"`
	Supplied      *device.Supplied           `json:"supplied,omitempty"` // beside the device file
	Hazards       []string                   `json:"hazards,omitempty"`
	MadeSafe      *device.MadeSafe           `json:"made_safe,omitempty"`
	Allowed       provisions.Level           `json:"allowed"`
	Effort        Effort                     `json:"effort"`
	MostWaitS     float64                    `json:"most_wait_s,omitempty"` // that a unit may make the run wait for the device to do something by itself; 0: as long as it takes
	Only          []string                   `json:"only,omitempty"`
	Waivers       []Waiver                   `json:"waivers,omitempty"`
	Require       []string                   `json:"require,omitempty"` // units that must be PASS
	Plan          []string                   `json:"plan"`              // units that suites judge in this run, in order
	ICS           map[string]device.Claim    `json:"ics,omitempty"`
	DeviceFile    string                     `json:"device_file,omitempty"` // SHA-256 of its bytes, which are kept as evidence
	Secrets       map[string]evidence.Secret `json:"secrets,omitempty"`     // handles of what the device file refers to
	Tool          Tool                       `json:"tool"`
	Parameters    map[string]string          `json:"parameters,omitempty"`
	Others        []string                   `json:"other_runs,omitempty"`
	JumpClock     bool                       `json:"jump_clock,omitempty"`
	Also          provisions.Edition         `json:"also,omitempty"`      // the other edition, in which the record is to be judged as well
	AlsoFile      string                     `json:"also_file,omitempty"` // SHA-256 of its device file
	AlsoPlan      []string                   `json:"also_plan,omitempty"` // its units that were run apart, for the run's own edition has no like of them
}

// A Run is one device, with its twin, once.
type Run struct {
	Opening  Opening
	Record   *evidence.Record
	Clock    clock.Clock
	Progress Progress
	// Identify reads who the device is, before each case. Another identity stops the run. Nil: not read.
	Identify func(ctx context.Context, on *dial.Device) (Facts, error)
	// Also is the device file of the other edition, in which the record is to be judged as well (see Past.As). Nil: none.
	Also *device.File

	past   *Past
	ctx    context.Context
	cancel context.CancelCauseFunc
	mu     sync.Mutex
	undos  []undo
	dids   []evidence.Event // operations that came to an outcome
	facts  *Facts
	ended  Closing
}

// Progress hears how a run goes. All its fields may be nil; they are called from several goroutines.
type Progress struct {
	Planned func(units []string)
	Begun   func(unit, purpose string)
	Asking  func(device, key string)
	Judged  func(Outcome)
	// Changing hears, before an operation acts that can be undone, the values of the secrets that undoing it needs, by handle.
	Changing func(secrets map[string]string)
}

func (p Progress) asking(device, key string) {
	if p.Asking != nil {
		p.Asking(device, key)
	}
}

// A Closing is the last event of a record.
type Closing struct {
	Undone    []string `json:"undone,omitempty"`
	NotUndone []string `json:"not_undone,omitempty"`
	Cut       string   `json:"cut,omitempty"`      // why the run did not reach its end
	WaitedS   float64  `json:"waited_s,omitempty"` // of its time: what methods made it wait for locks, windows and watches, in seconds
	Downs     []string `json:"downs,omitempty"`    // when the device did not answer, and what was sent to it last
}

// Secret is what a reference of the device file stands for: the value's handle, which is the same in a replay.
// A reference that could not be read makes the unit INCONCLUSIVE.
func (d *DUT) Secret(r device.Ref) evidence.Secret {
	s, ok := d.run.Opening.Secrets[string(r)]
	if !ok {
		Lack("make it readable and run again", "the secret %s of the device file could not be read", r)
	}
	return s
}

// secrets reads every reference that the samples, and generators of passwords, name. What cannot be read is left out.
func secrets(f *device.File) map[string]evidence.Secret {
	out := map[string]evidence.Secret{}
	keep := func(r device.Ref) {
		if s, err := r.Reveal(f); err == nil {
			out[string(r)] = s
		}
	}
	for _, s := range f.Samples {
		for _, l := range s.Logins {
			keep(l.Password)
		}
		for _, v := range s.Label {
			keep(v)
		}
	}
	if rows := f.IXIT.AuthMech; rows != nil {
		for _, m := range *rows {
			if m.Gen != nil && m.Gen.Samples != "" {
				keep(m.Gen.Samples)
			}
		}
	}
	return out
}

// Start opens the record, runs what is selected on device a (and its twin b, or nil), and returns an outcome for
// each planned unit. It returns an error where the run could not even begin. Calls must not overlap in a process.
func (r *Run) Start(ctx context.Context, a, b *dial.Device) ([]Outcome, error) {
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	var f *device.File
	if a != nil {
		f = a.File
	}
	dut := r.dut(a, b, f)
	if a != nil {
		r.Opening.Addresses = a.Addresses()
	}
	if b != nil {
		r.Opening.TwinAddresses = b.Addresses()
	}
	if f != nil && r.past == nil {
		r.Opening.Secrets = secrets(f)
	}
	p := read(dut, r.Opening.Edition)
	if err := p.choose(r.Opening.Only); err != nil {
		return nil, err
	}
	p.order()
	r.Opening.Plan = p.units()
	phases := []phase{{dut, p}}
	if r.Also != nil {
		also, err := r.also(dut)
		if err != nil {
			return nil, err
		}
		phases = append(phases, also)
	}
	if err := r.open(f); err != nil {
		return nil, err
	}
	return r.execute(phases...), nil
}

// A phase is a plan and the device that it is carried out on.
type phase struct {
	dut  *DUT
	plan *plan
}

func (r *Run) dut(a, b *dial.Device, f *device.File) *DUT {
	d := &DUT{Name: "A", File: f, run: r, dev: a, open: map[string]*pending{}, state: r.Opening.State}
	if b != nil || r.past != nil && r.Opening.Twin != nil {
		d.twin = &DUT{Name: "B", File: f, run: r, dev: b, open: map[string]*pending{}, state: r.Opening.State}
	}
	return d
}

// open writes the first event; the device file goes with it, so that a replay judges by the same declaration.
func (r *Run) open(f *device.File) error {
	if r.Record == nil {
		return nil
	}
	e := evidence.Event{Kind: evidence.Opened}
	if f != nil && f.Source != nil {
		file, err := r.Record.Put("device file", f.Source)
		if err != nil {
			return err
		}
		e.Evidence, r.Opening.DeviceFile = []evidence.File{file}, file.SHA256
		r.Opening.ICS = f.ICS
	}
	if r.Also != nil {
		file, err := r.Record.Put(alsoFile, r.Also.Source)
		if err != nil {
			return err
		}
		e.Evidence = append(e.Evidence, file)
		r.Opening.AlsoFile = file.SHA256
	}
	r.Opening.At = r.Clock.Now().UTC()
	data, err := json.Marshal(r.Opening)
	if err != nil {
		return fmt.Errorf("open the record: %w", err)
	}
	e.At, e.Data = r.Opening.At, data
	_, err = r.Record.Append(e)
	return err
}

// execute plants each plan into Ginkgo and runs it. Every planned unit has an outcome, whatever happens.
func (r *Run) execute(phases ...phase) []Outcome {
	var outcomes []Outcome
	at := map[string]int{}
	for _, ph := range phases {
		for _, c := range ph.plan.cases {
			for _, u := range c.units {
				at[u.key()] = len(outcomes)
				outcomes = append(outcomes, u.notRun())
			}
		}
	}
	if r.Progress.Planned != nil {
		r.Progress.Planned(slices.Concat(r.Opening.Plan, r.Opening.AlsoPlan))
	}
	r.Clock.Busy(1)
	defer r.Clock.Busy(-1)
	for _, ph := range phases {
		ph.watch()
		plant(ph.dut.Name, ph.plan, func(ctx context.Context, c *testCase, u *unit) Outcome {
			o := r.spec(ctx, ph.dut, c, u)
			outcomes[at[u.key()]] = o
			return o
		})
	}
	r.finish(phases[0].dut)
	for i := range outcomes {
		if outcomes[i].Reason == "not run" {
			outcomes[i].Reason = "not run: " + cmpOr(r.ended.Cut, "the run ended before it")
		}
	}
	return outcomes
}

// watch begins the watching of all units.
func (p phase) watch() {
	for _, c := range p.plan.cases {
		for _, u := range c.units {
			for _, w := range u.watches {
				w(p.dut)
			}
		}
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// spec runs one unit and records its verdict.
func (r *Run) spec(ctx context.Context, dut *DUT, c *testCase, u *unit) Outcome {
	none := u.notRun()
	if r.past != nil {
		if why, cut := r.past.notRun(u.key()); cut {
			none.Reason = why
			return none
		}
	} else if r.ctx.Err() != nil {
		return none
	} else if u == c.units[0] && !r.same(dut) {
		return none
	}
	if r.Progress.Begun != nil {
		r.Progress.Begun(u.id, u.purpose)
	}
	uctx, done := context.WithCancelCause(ctx)
	defer done(nil)
	defer context.AfterFunc(r.ctx, func() { done(context.Cause(r.ctx)) })()
	o := r.judge(uctx, dut, u)
	if r.past == nil {
		data, _ := json.Marshal(o)
		r.record(evidence.Event{Kind: evidence.Judged, Unit: u.key(), Data: data})
	}
	if r.Progress.Judged != nil {
		r.Progress.Judged(o)
	}
	return o
}

type silent struct{}

func (silent) Fail() {}

// plant makes a container of each case and a spec of each unit, and runs them in order: containers of one place in the source run
// in the order of their texts, so that each begins with its number. Ginkgo is told how a unit came out for its own sake; its states
// are never read.
func plant(name string, p *plan, run func(context.Context, *testCase, *unit) Outcome) {
	globals.Reset()
	gomega.RegisterFailHandler(assertion)
	formatter.ColorableStdOut = io.Discard
	conf, reporter := ginkgo.GinkgoConfiguration()
	conf.RandomSeed, conf.ParallelTotal, conf.ParallelProcess = 1, 1, 1
	reporter.Succinct, reporter.NoColor = true, true
	ginkgo.Describe(name, func() {
		for i, c := range p.cases {
			ginkgo.Describe(fmt.Sprintf("%06d %s", i, c.id), ginkgo.Label(string(c.provision)), ginkgo.Ordered, ginkgo.ContinueOnFailure, func() {
				for _, u := range c.units {
					ginkgo.It(u.id+" "+u.purpose, u.at, func(ctx ginkgo.SpecContext) {
						switch o := run(ctx, c, u); o.Verdict {
						case Fail:
							ginkgo.Fail(o.Reason)
						case Inconclusive, NotDone:
							ginkgo.Skip(o.Reason)
						}
					})
				}
			})
		}
	})
	ginkgo.RunSpecs(silent{}, name, conf, reporter)
	signal.Reset(os.Interrupt, syscall.SIGTERM) // RunSpecs keeps them for good
}

// stop ends the run early; the first cause stays.
func (r *Run) stop(why error) { r.cancel(why) }

// finish undoes what was done and closes the record.
func (r *Run) finish(dut *DUT) {
	if r.past != nil {
		r.ended = r.past.closing
		return
	}
	cause := context.Cause(r.ctx)
	if cause != nil {
		r.ended.Cut = cause.Error()
		r.record(evidence.Event{Kind: evidence.Trouble, Error: r.ended.Cut})
	}
	r.undoAll()
	r.log(dut)
	if w, ok := r.Clock.(*clock.Waits); ok {
		r.ended.WaitedS = w.Total().Round(time.Millisecond).Seconds()
	}
	if cause == nil {
		data, _ := json.Marshal(r.ended)
		r.record(evidence.Event{Kind: evidence.Closed, Data: data})
	}
}

// log keeps what went through the doors, and when a device went down.
func (r *Run) log(dut *DUT) {
	for _, d := range []*DUT{dut, dut.twin} {
		if d == nil || d.dev == nil || r.Record == nil {
			continue
		}
		for _, down := range d.dev.Downs() {
			r.ended.Downs = append(r.ended.Downs, d.Name+": "+spell(down))
		}
		lines, _ := json.Marshal(d.dev.Log())
		if f, err := r.Record.Put("connections to "+d.Name, lines); err == nil {
			r.record(evidence.Event{Kind: evidence.Saw, Device: d.Name, Key: "connections", Evidence: []evidence.File{f}})
		}
	}
	if len(r.ended.Downs) > 0 {
		downs, _ := json.Marshal(r.ended.Downs)
		r.record(evidence.Event{Kind: evidence.Trouble, Key: "down", Data: downs})
	}
}

// Closing is how the run ended.
func (r *Run) Closing() Closing { return r.ended }

// ErrStopped is the cause of a run that a person stopped.
var ErrStopped = errors.New("stopped by the operator")

// replay is Start without a device.
func (r *Run) replay(f *device.File) ([]Outcome, error) {
	r.ctx, r.cancel = context.WithCancelCause(context.Background())
	defer r.cancel(nil)
	dut := r.dut(nil, nil, f)
	p := read(dut, r.Opening.Edition)
	if err := p.choose(r.Opening.Only); err != nil {
		return nil, err
	}
	p.order()
	return r.execute(phase{dut, p}), nil
}

// spell says when a device was away, and what it was sent last.
func spell(d dial.Down) string {
	s := fmt.Sprintf("at %s, for %v", d.At.UTC().Format(time.RFC3339), d.Away.Round(time.Millisecond))
	if !d.Back {
		s += ", and did not come back"
	}
	if d.Services {
		s += " (the device itself answered, its services did not)"
	}
	if d.Last.To.IsValid() {
		s += fmt.Sprintf("; it was sent last, to %s %v: %q", d.Last.Network, d.Last.To, d.Last.Bytes)
	}
	return s
}
