package harness

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// An absent lever is an operation that the device file does not have, nor its undoing.
type absent struct{ Name string }

func (absent) Do(context.Context, *dial.Device) (int, error) {
	return 0, fmt.Errorf("operation: %w", device.ErrUndeclared)
}
func (absent) Undo(context.Context, *dial.Device) error {
	return fmt.Errorf("put back: %w", device.ErrUndeclared)
}
func (absent) Level() provisions.Level { return provisions.Intrusive }

// What could not begin needs no putting back: nothing is waited for, and nothing is said to be left changed.
func TestWhatCouldNotBeginIsNotUndone(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Do(ctx, dut, absent{"a"}) })
	})
	began := time.Now()
	dir, _ := live(t, opening())
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m := p.Matrix(); len(m.NotUndone) > 0 || !m.Complete {
		t.Errorf("not undone %v, complete %v", m.NotUndone, m.Complete)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

// What was begun and cannot be put back for want of an operation is named at once: no waiting declares it.
func TestAnUndeclaredUndoingIsNotWaitedFor(t *testing.T) {
	c := clock.NewJump()
	r := &Run{Clock: c, undos: []undo{{key: "absent", on: on(t, "A", c), op: absent{}}}}
	r.ctx, r.cancel = context.WithCancelCause(t.Context())
	defer r.cancel(nil)
	c.Busy(1)
	began := c.Now()
	defer c.Busy(-1)
	r.undoAll()
	if len(r.ended.NotUndone) != 1 || c.Now().Sub(began) > time.Second {
		t.Errorf("not undone %v after %v", r.ended.NotUndone, c.Now().Sub(began))
	}
}
