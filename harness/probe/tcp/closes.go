package tcp

import (
	"context"
	"fmt"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// How often Closes looks, by the clock: first soon, then less often as time passes, so that what is short is timed as well as what
// is long, and the device is not asked without end.
const (
	Soonest = 200 * time.Millisecond
	Share   = 8 // of the time that has passed, one part is waited
	Between = 10 * time.Second
)

// Closes looks at a port until it is closed, for a time at most. Before is what happened to it, so that the same question after
// another event is another one.
type Closes struct {
	Port   uint16
	Within time.Duration // by the clock
	Before string
}

// A Closing is how that ended. A port that some connects reach and others do not is not closed.
type Closing struct {
	Closed bool
	After  time.Duration // by the clock: when it was seen closed, or how long it was looked at
	Looks  int
}

// Ask looks until it is closed.
func (q Closes) Ask(ctx context.Context, on *dial.Device) (c Closing, err error) {
	began := on.Clock.Now()
	for {
		d, err := Open{q.Port}.Ask(ctx, on)
		if err != nil {
			return c, fmt.Errorf("look whether TCP %d closes: %w", q.Port, err)
		}
		c.Looks++
		c.After = on.Clock.Now().Sub(began)
		if c.Closed = d.shut(); c.Closed || c.After >= q.Within {
			return c, nil
		}
		if err := on.Clock.Sleep(ctx, min(max(c.After/Share, Soonest), Between)); err != nil {
			return c, fmt.Errorf("look whether TCP %d closes: stopped after %v: %w", q.Port, c.After.Round(time.Second), err)
		}
	}
}

func (q Closes) String() string {
	return fmt.Sprintf("whether TCP %d closes within %v %s", q.Port, q.Within, q.Before)
}

// shut tells whether no connect was accepted.
func (d Door) shut() bool {
	for _, o := range d.Each {
		if o == dial.Opened {
			return false
		}
	}
	return true
}
