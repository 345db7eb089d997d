package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Ask puts a question to the device and returns its answer, as recorded. An answer holds for one epoch:
// within it a question is put once, whoever asks. A question that fails makes the unit INCONCLUSIVE.
func Ask[A any](ctx context.Context, dut *DUT, q Question[A]) A {
	r := request{kind: evidence.Saw, key: Key(q), shape: Shape(reflect.TypeFor[A]()), level: levelOf(q, provisions.Gentle), subject: q}
	r.act = func(ctx context.Context, on *dial.Device) (any, error) { return q.Ask(ctx, on) }
	if d, ok := q.(Disturbs); ok {
		r.disturbs = d.Disturbs()
	}
	return decode[A](dut.get(ctx, r))
}

// Do performs an operation on the device; the epoch ends with it. What undoes it is registered before it acts.
func Do[A any](ctx context.Context, dut *DUT, op Operation[A]) A {
	r := request{kind: evidence.Did, key: Key(op), shape: Shape(reflect.TypeFor[A]()), level: levelOf(op, provisions.Disruptive), disturbs: "an operation", subject: op}
	r.act = func(ctx context.Context, on *dial.Device) (any, error) { return op.Do(ctx, on) }
	return decode[A](dut.get(ctx, r))
}

// Leaves is of an operation that brings the device to a state when it succeeds.
type Leaves interface{ Leaves() device.State }

// A request is a question or an operation with its answer's type taken away.
type request struct {
	kind     evidence.Kind
	key      string
	shape    string
	level    provisions.Level
	disturbs string
	at       netip.Addr // where it is asked; zero: at the device's first address
	subject  any
	act      func(context.Context, *dial.Device) (any, error)
}

// decode reads the recording, live too: a live judgement sees what a replayed one will.
func decode[A any](e evidence.Event) (a A) {
	if e.Error != "" {
		Inconclude("%s", e.Error)
	}
	dec := json.NewDecoder(bytes.NewReader(e.Answer))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		Inconclude("the answer to %s does not survive the record: %v", e.Key, err)
	}
	return a
}

// pending is an answer that is being given, or was.
type pending struct {
	done     chan struct{}
	event    evidence.Event
	waiters  int
	finished bool
	lasting  bool
}

// get answers a request from the record in replay, from this epoch's answers, or from the device.
func (d *DUT) get(ctx context.Context, r request) evidence.Event {
	u := unitOf(ctx)
	d, r = d.place(r)
	d.run.consent(r)
	if d.run.past != nil {
		e, why := d.run.past.find(u.key(), d.Name, r.key, r.shape)
		if why != "" {
			Inconclude("%s", why)
		}
		d.after(r, e)
		return u.given(d, r, e)
	}
	if err := context.Cause(d.run.ctx); err != nil {
		Inconclude("not asked: %v", err)
	}
	p := d.answer(r)
	d.await(ctx, p, r.key)
	d.run.record(evidence.Event{Kind: evidence.Used, Device: d.Name, Unit: u.key(), Key: r.key, Of: p.event.N})
	return u.given(d, r, p.event)
}

// given hands an answer to the unit. What was stopped is no answer.
func (u *running) given(d *DUT, r request, e evidence.Event) evidence.Event {
	if e.Stopped {
		Inconclude("stopped: %s", e.Error)
	}
	u.use(d, r, e)
	return e
}

// answer finds the answer of this epoch, or begins to get one.
func (d *DUT) answer(r request) *pending {
	d.mu.Lock()
	if w := d.open["watch "+r.key]; w != nil {
		d.mu.Unlock()
		return w
	}
	if p := d.open[r.key]; p != nil && r.disturbs == "" {
		d.mu.Unlock()
		return p
	}
	p := &pending{done: make(chan struct{})}
	_, p.lasting = r.subject.(Lasting)
	if r.disturbs == "" {
		d.open[r.key] = p
	}
	d.mu.Unlock()
	d.run.Clock.Busy(1)
	go func() {
		defer d.run.Clock.Busy(-1)
		if r.disturbs == "" {
			d.shared.RLock()
			defer d.shared.RUnlock()
			d.run.perform(d, p, r)
			return
		}
		d.shared.Lock() // waits for questions that are out
		defer d.shared.Unlock()
		d.run.perform(d, p, r)
	}()
	return p
}

// newEpoch voids all answers but those of watches, and those that outlast what was done at this level. The caller holds d.mu.
func (d *DUT) newEpoch(after provisions.Level) {
	d.epoch++
	for k, p := range d.open {
		watch := strings.HasPrefix(k, "watch ")
		lasts := p.lasting && p.finished && p.event.Error == "" && after < provisions.Disruptive
		if !watch && !lasts {
			delete(d.open, k)
		}
	}
}

// await waits for an answer; who waits is not busy, and whoever answers makes the waiters busy again.
func (d *DUT) await(ctx context.Context, p *pending, key string) {
	d.mu.Lock()
	if !p.finished {
		p.waiters++
		d.run.Clock.Busy(-1)
	}
	d.mu.Unlock()
	select {
	case <-p.done:
	case <-ctx.Done():
		if d.run.ctx.Err() != nil && soon(p.done) {
			return // the question was stopped with the run, and says so in the record
		}
		d.mu.Lock()
		if !p.finished {
			p.waiters--
			d.run.Clock.Busy(1)
		}
		d.mu.Unlock()
		Inconclude("stopped while waiting for %s: %v", key, context.Cause(ctx))
	}
}

// StopWithin is how long a stopped run waits for the question that is out, in real time.
const StopWithin = 5 * time.Second

func soon(done <-chan struct{}) bool {
	t := time.NewTimer(StopWithin)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	}
}

// perform asks the device on the run's context, never on that of the unit that happened to be first, and records.
func (r *Run) perform(d *DUT, p *pending, q request) {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if q.disturbs != "" { // before anyone who waits goes on
			d.newEpoch(q.level)
		}
		p.finished = true
		r.Clock.Busy(p.waiters)
		close(p.done)
	}()
	d.mu.Lock()
	e := evidence.Event{Kind: q.kind, Device: d.Name, Key: q.key, Shape: q.shape, Epoch: d.epoch}
	d.mu.Unlock()
	doing := 0
	if q.kind == evidence.Did {
		doing = r.record(evidence.Event{Kind: evidence.Doing, Device: d.Name, Key: q.key, Epoch: e.Epoch})
		r.mayUndo(d, q, doing)
	}
	r.Progress.asking(d.Name, q.key)
	sheet := &evidence.Sheet{}
	answer, err := guarded(r.ctx, d.dev.With(sheet), q)
	r.lacked(doing, err)
	switch {
	case err != nil && r.ctx.Err() != nil:
		e.Stopped, e.Error = true, context.Cause(r.ctx).Error()
	case err != nil:
		e.Error = err.Error()
	default:
		if e.Answer, err = json.Marshal(answer); err != nil {
			e.Error = "our own trouble: the answer cannot be recorded: " + err.Error()
		}
	}
	r.keep(&e, sheet)
	e.N = r.record(e)
	r.did(e)
	d.after(q, e)
	p.event = e
}

// keep writes the evidence after the answer: its secrets are known by now.
func (r *Run) keep(e *evidence.Event, sheet *evidence.Sheet) {
	if sheet.Dropped > 0 && e.Error == "" {
		e.Error = fmt.Sprintf("%v: %s gave %d bytes beyond it; the answer is not used", evidence.ErrQuota, e.Key, sheet.Dropped)
		e.Answer = nil
	}
	for _, it := range sheet.Items() {
		f, err := r.Record.Put(it.Name, it.Data)
		if err != nil {
			if e.Error == "" {
				e.Error, e.Answer = "our own trouble: "+err.Error(), nil
			}
			if !errors.Is(err, evidence.ErrQuota) {
				r.stop(fmt.Errorf("the evidence cannot be written: %w", err))
			}
			return
		}
		e.Evidence = append(e.Evidence, f)
	}
}

// guarded turns a panic of a probe into an error: trouble of ours is no verdict.
func guarded(ctx context.Context, on *dial.Device, q request) (a any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("our own trouble: %s broke: %v", q.key, p)
		}
	}()
	return q.act(ctx, on)
}

// after notes what an operation that succeeded made of the device.
func (d *DUT) after(q request, e evidence.Event) {
	if l, ok := q.subject.(Leaves); ok && e.Error == "" && !failed(e) {
		d.enter(l.Leaves())
		if l.Leaves() == device.Factory {
			d.run.forgetUndos(d)
		}
	}
}

// failed tells of an operation that the device did not take: its outcome says so itself.
func failed(e evidence.Event) bool {
	var o struct{ OK *bool }
	return json.Unmarshal(e.Answer, &o) == nil && o.OK != nil && !*o.OK
}

// record appends an event; a record that cannot be written stops the run.
func (r *Run) record(e evidence.Event) int {
	if r.Record == nil {
		return 0
	}
	if e.At.IsZero() {
		e.At = r.Clock.Now().UTC()
	}
	n, err := r.Record.Append(e)
	if err != nil {
		r.stop(err)
	}
	return n
}
