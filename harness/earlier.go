package harness

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	"github.com/secure-by-design/assay/harness/evidence"
)

// Earlier is what the same operation came to each time that it was done in this run, the oldest first: several units may judge one
// attack, and a device is not to suffer it for each of them. What failed for a reason of ours is left out. The caller says whether
// an outcome of then still tells something now.
//
//	for _, got := range Earlier(ctx, dut, operate.OfferUpdate{Attack: "bitflip-middle"}) { … }
func Earlier[A any](ctx context.Context, dut *DUT, op Operation[A]) (out []A) {
	past := earlier{Of: Key(op)}
	e, ok := dut.earlier(unitOf(ctx), past, Shape(reflect.TypeFor[[]A]()))
	if ok {
		out = decode[[]A](e)
	}
	return out
}

// earlier is asked of the record, not of the device. It is recorded like any question, so that a replay is given the same.
type earlier struct{ Of string }

func (q earlier) String() string { return "what came of it before: " + q.Of }

// earlier gets the answer. A unit that was given nothing then is given nothing now.
func (d *DUT) earlier(u *running, q earlier, shape string) (evidence.Event, bool) {
	r := request{kind: evidence.Saw, key: Key(q), shape: shape, subject: q}
	if d.run.past != nil {
		if _, own := d.run.past.byUnit[u.key()+" "+d.Name+" "+r.key]; !own {
			return evidence.Event{}, false
		}
		e, why := d.run.past.find(u.key(), d.Name, r.key, r.shape)
		if why != "" {
			return e, false
		}
		return u.given(d, r, e), true
	}
	then := d.run.done(d.Name, q.Of)
	if len(then) == 0 {
		return evidence.Event{}, false
	}
	e := evidence.Event{Kind: evidence.Saw, Device: d.Name, Key: r.key, Shape: shape}
	var answers []json.RawMessage
	for _, one := range then {
		answers = append(answers, one.Answer)
		e.Evidence = append(e.Evidence, one.Evidence...)
	}
	e.Answer, _ = json.Marshal(answers) // of what was marshalled before
	e.N = d.run.record(e)
	d.run.record(evidence.Event{Kind: evidence.Used, Device: d.Name, Unit: u.key(), Key: r.key, Of: e.N})
	return u.given(d, r, e), true
}

// did keeps an operation that came to an outcome.
func (r *Run) did(e evidence.Event) {
	if e.Kind != evidence.Did || e.Error != "" || e.Stopped {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dids = append(r.dids, e)
}

// done are the outcomes of an operation on a device.
func (r *Run) done(device, key string) []evidence.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	other := func(e evidence.Event) bool { return e.Device != device || e.Key != key }
	return slices.DeleteFunc(slices.Clone(r.dids), other)
}
