package harness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// UndoWithin bounds putting back what one operation changed, in real time.
const UndoWithin = 2 * time.Minute

// undo is what puts an operation back.
type undo struct {
	doing int
	key   string
	on    *dial.Device
	op    Undo
	idle  bool // it failed for want of an operation
}

var undoable = map[string]func([]byte) (Undo, error){}

// Undoable makes an operation known by its name, so that a run whose worker died can be put back from its record.
func Undoable[T Undo]() bool {
	t := reflect.TypeFor[T]()
	undoable[path.Base(t.PkgPath())+"."+t.Name()] = func(b []byte) (Undo, error) {
		var op T
		err := json.Unmarshal(b, &op)
		return op, err
	}
	return true
}

// mayUndo registers what undoes an operation, before it acts.
func (r *Run) mayUndo(d *DUT, q request, doing int) {
	op, ok := q.subject.(Undo)
	if !ok {
		return
	}
	if secrets := evidence.Named(q.key); len(secrets) > 0 && r.Progress.Changing != nil {
		r.Progress.Changing(secrets)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.undos = append(r.undos, undo{doing: doing, key: q.key, on: d.dev, op: op})
}

// lacked notes that the device file lacks what an operation, or a part of it, takes.
func (r *Run) lacked(doing int, err error) {
	if !errors.Is(err, device.ErrUndeclared) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.undos {
		if r.undos[i].doing == doing {
			r.undos[i].idle = true
		}
	}
}

// forgetUndos drops what was registered for a device that is in the factory state now: what was to be put back is gone.
func (r *Run) forgetUndos(d *DUT) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.undos = slices.DeleteFunc(r.undos, func(u undo) bool { return u.on == d.dev })
}

// undoAll puts back, last first, on a context of its own: it runs on every ending.
func (r *Run) undoAll() {
	r.mu.Lock()
	undos := r.undos
	r.undos = nil
	r.mu.Unlock()
	for i := len(undos) - 1; i >= 0; i-- {
		u := undos[i]
		r.Progress.asking(u.on.Name, "put back "+u.key)
		ctx, done := context.WithTimeout(context.WithoutCancel(r.ctx), UndoWithin)
		err := r.undo(ctx, u)
		done()
		if u.idle && errors.Is(err, device.ErrUndeclared) {
			continue // neither the operation nor its undoing is declared: nothing was done
		}
		e := evidence.Event{Kind: evidence.Undone, Device: u.on.Name, Key: u.key, Of: u.doing}
		if err != nil {
			e.Error = err.Error()
		}
		r.ended.note(e)
		r.record(e)
	}
}

func (r *Run) undo(ctx context.Context, u undo) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("our own trouble: undoing broke: %v", p)
		}
	}()
	return u.op.Undo(ctx, u.on)
}

// Restore puts back what a run that was cut short had changed, from its record, and notes why it was cut.
// It is for the parent of a worker that died.
func Restore(ctx context.Context, dir, why string, a, b *dial.Device) (Closing, error) {
	rec, log, err := evidence.Continue(dir)
	if err != nil {
		return Closing{}, err
	}
	defer rec.Close()
	r := &Run{Record: rec, Clock: a.Clock}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	r.ended.Cut = why
	r.record(evidence.Event{Kind: evidence.Trouble, Error: why})
	for _, e := range outstanding(log.Events) {
		on := map[string]*dial.Device{"A": a, "B": b}[e.Device]
		name, fields, _ := strings.Cut(e.Key, "{")
		decode, ok := undoable[name]
		if !ok || on == nil {
			continue // it has no undoing, as the plan said
		}
		op, err := decode([]byte("{" + fields))
		if err != nil {
			continue
		}
		r.undos = append(r.undos, undo{doing: e.N, key: e.Key, on: on, op: op})
	}
	r.undoAll()
	return r.ended, rec.Err()
}

// outstanding are the operations that were begun and not undone, in order.
func outstanding(events []evidence.Event) (out []evidence.Event) {
	undone := map[int]bool{}
	for _, e := range events {
		if e.Kind == evidence.Undone {
			undone[e.Of] = true
		}
	}
	for _, e := range events {
		if e.Kind == evidence.Doing && !undone[e.N] {
			out = append(out, e)
		}
	}
	return out
}
