package login

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
)

// cutter is a log-in that hangs up: on each nth connection, or for a while on everybody after some wrong passwords.
type cutter struct {
	sync.Mutex
	clock        clock.Clock
	every        int           // hang up on each of these; 0: on none
	unavailable  bool          // instead of hanging up, it says that it is unavailable
	after        int           // wrong passwords, that make it hang up on all; 0: never
	ban          time.Duration // for so long
	seen, wrongs int
	until        time.Time
}

func (c *cutter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.Lock()
	defer c.Unlock()
	c.seen++
	if c.every > 0 && c.seen%c.every == 0 || c.clock.Now().Before(c.until) {
		if c.unavailable {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		panic(http.ErrAbortHandler)
	}
	if _, p, sent := r.BasicAuth(); p == "the right one" {
		c.wrongs = 0
		return
	} else if sent {
		if c.wrongs++; c.after > 0 && c.wrongs%c.after == 0 {
			c.until = c.clock.Now().Add(c.ban)
		}
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
	w.WriteHeader(http.StatusUnauthorized)
}

// A service that drops a connection now and then does not defend itself; one that hangs up on whoever guesses does.
func TestHangingUpIsALimitOnlyInARow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		every, after int
		limited      bool
	}{
		"unreliable": {9, 0, false}, "a ban": {0, 5, true}, "both": {9, 5, true}, "neither": {0, 0, false},
		"unavailable now and then": {9, 0, false}, "unavailable to whoever guesses": {0, 5, true},
	} {
		jump := clock.NewJump()
		h := &cutter{clock: jump, every: c.every, unavailable: strings.HasPrefix(name, "unavailable"), after: c.after, ban: time.Minute}
		served, port := site(t, h.ServeHTTP)
		on := behind(t, jump, served.Address(), port)
		ctx := busy(t, jump)
		g, err := Guess{At: Login{Protocol: "basic", Port: port, Path: "/", Guards: "/"}, User: "admin", Right: evidence.Keep("the right one"), Attempts: 30}.Ask(ctx, on)
		if err != nil || g.Before != Accepted || g.After != Accepted || g.Attempts != 30 || (g.Limits > 0) != c.limited {
			t.Errorf("%s: %v %+v", name, err, g)
		}
		if c.limited && g.PerMinute > 10 {
			t.Errorf("%s: five a minute are let through, and %.1f were measured", name, g.PerMinute)
		}
	}
}
