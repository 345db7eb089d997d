package harness

import (
	"context"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// patient is a question that its method makes wait.
type patient struct{}

func (patient) Ask(ctx context.Context, on *dial.Device) (int, error) {
	return 0, on.Clock.Sleep(ctx, 90*time.Second)
}

// What a run waited because methods demand it stands in its matrix, also when it is read from the record again.
func TestWaitedStandsInTheMatrix(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, patient{}) })
	})
	c := &clock.Waits{Clock: clock.NewJump()}
	dir, _ := liveBy(t, t.Context(), opening(), c)
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Matrix().WaitedS; got < 90 || got > 100 {
		t.Errorf("%v s", got)
	}
}
