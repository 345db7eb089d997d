package login

import (
	"context"
	"fmt"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Recovered waits until a right password works, as it must after wrong ones. It ends a series of tries.
type Recovered struct {
	At    Login
	User  string
	Right evidence.Secret
	After string // the series, for another question each
}

// Back is how it ended.
type Back struct {
	Outcome Outcome
	Within  time.Duration // by the clock
	Why     string
}

// Level is intrusive.
func (Recovered) Level() provisions.Level { return provisions.Intrusive }
func (q Recovered) String() string {
	return fmt.Sprintf("wait until %s can log in at %s", q.User, q.At)
}

// Ask waits, for MaxLocked at most. Who is let in with no password is not waited for: no lock holds there.
func (q Recovered) Ask(ctx context.Context, on *dial.Device) (b Back, err error) {
	began := on.Clock.Now()
	for pause := unsaid; ; pause = min(2*pause, 5*time.Minute) {
		t, err := As{At: q.At, User: q.User, Password: q.Right}.Ask(ctx, on)
		if err != nil {
			return b, err
		}
		if t.Cut { // as some locks do; a device that went down is not waited for
			if err := on.Alive(ctx); err != nil {
				return b, err
			}
		}
		b = Back{t.Outcome, on.Clock.Now().Sub(began), t.Why}
		if t.Outcome == Accepted || t.Outcome == Open || b.Within > MaxLocked {
			return b, nil
		}
		if err := on.Clock.Sleep(ctx, min(max(t.Wait+100*time.Millisecond, pause), MaxLocked-b.Within+time.Second)); err != nil {
			return b, err
		}
	}
}
