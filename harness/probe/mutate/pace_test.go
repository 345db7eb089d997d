package mutate

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// A pace rises to its most while answers come as fast as before, and falls when they come later or not at all.
func TestPace(t *testing.T) {
	t.Parallel()
	const usual = 10 * time.Millisecond
	for name, c := range map[string]struct {
		answer   answer
		low, top float64
	}{
		"as before":       {answer{status: 200, took: usual}, 1000, 1000},
		"a little later":  {answer{status: 200, took: 2 * usual}, 40, 40},
		"much later":      {answer{status: 200, took: 5 * usual}, leastRate, 2},
		"hung up at once": {answer{took: usual, err: io.EOF}, 1000, 1000},
		"not in time":     {answer{took: within, err: os.ErrDeadlineExceeded}, leastRate, leastRate},
		"not reached":     {answer{err: io.EOF}, leastRate, leastRate},
	} {
		p := pace{rate: 40, most: 1000, usual: usual}
		for range 6 * step {
			p.answered(c.answer)
		}
		if p.rate < c.low || p.rate > c.top {
			t.Errorf("%s: %v a second", name, p.rate)
		}
	}
}

// A server that answers at once is through long before the twenty seconds of the rate to begin with; one that slows down under what it is sent is left half of the time to rest.
func TestAServerIsNotOverrun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slow      time.Duration
		low, most time.Duration
	}{"quick": {0, 0, 10 * time.Second}, "slow": {12 * time.Millisecond, 200 * 2 * 12 * time.Millisecond, time.Minute}} {
		var n atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) > ordinary+2 && c.slow > 0 {
				time.Sleep(c.slow)
			}
			io.WriteString(w, "hello")
		}))
		t.Cleanup(s.Close)
		on, port := behind(t, s.Listener.Addr().String())
		began := on.Clock.Now()
		got, err := HTTP{Port: port, Part: Requests, Seed: 1, Most: 200, PerSecond: 10, Fastest: 1000}.Ask(t.Context(), on)
		took := on.Clock.Now().Sub(began)
		if err != nil || got.Sent != 200 || took < c.low || took > c.most {
			t.Errorf("%s: %v for %d, %v", name, took, got.Sent, err)
		}
	}
}
