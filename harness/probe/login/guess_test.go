package login

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
)

// A lock counts wrong passwords and locks after three for a minute of its clock.
type lock struct {
	mu     sync.Mutex
	clock  clock.Clock
	wrong  int
	until  time.Time
	limits func(w http.ResponseWriter, right bool, left time.Duration) bool // answers while locked; false: as if it were not
	slow   time.Duration
}

func (l *lock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, p, sent := r.BasicAuth()
	if !sent {
		w.Header().Set("WWW-Authenticate", `Basic realm="cam"`)
		w.WriteHeader(401)
		return
	}
	if left := l.until.Sub(l.clock.Now()); left > 0 && l.limits(w, p == "the right one", left) {
		return
	}
	if p == "the right one" {
		l.wrong = 0
		return
	}
	if l.slow > 0 {
		_ = l.clock.Sleep(r.Context(), l.slow)
	}
	if l.wrong++; l.wrong%3 == 0 && l.limits != nil {
		l.until = l.clock.Now().Add(time.Minute)
	}
	w.WriteHeader(401)
}

func TestLimitsOfManyKinds(t *testing.T) {
	t.Parallel()
	hangUp := func(w http.ResponseWriter) {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
	}
	for _, c := range []struct {
		name                   string
		l                      *lock
		limited, silent, leaky bool
		slower                 bool
	}{
		{name: "none", l: &lock{}},
		{name: "said", limited: true, l: &lock{limits: func(w http.ResponseWriter, _ bool, _ time.Duration) bool {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(429)
			return true
		}}},
		{name: "said without a time", limited: true, l: &lock{limits: func(w http.ResponseWriter, _ bool, _ time.Duration) bool { w.WriteHeader(429); return true }}},
		{name: "by hanging up", limited: true, l: &lock{limits: func(w http.ResponseWriter, _ bool, _ time.Duration) bool { hangUp(w); return true }}},
		{name: "silent", limited: true, silent: true, l: &lock{limits: func(w http.ResponseWriter, _ bool, _ time.Duration) bool { w.WriteHeader(401); return true }}},
		{name: "for wrong ones alone", leaky: true, l: &lock{limits: func(w http.ResponseWriter, right bool, _ time.Duration) bool {
			if !right {
				w.Header().Set("Retry-After", "60")
				w.WriteHeader(429)
			}
			return true
		}}},
		{name: "a delay each", slower: true, l: &lock{slow: 3 * time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			j := clock.NewJump()
			ctx := busy(t, j)
			c.l.clock = j
			on, port := site(t, c.l.ServeHTTP)
			on.Clock = j
			g, err := Guess{At: Login{Protocol: "basic", Port: port, Path: "/"}, User: "admin", Right: evidence.Keep("the right one"), Attempts: 12}.Ask(ctx, on)
			if err != nil || g.Before != Accepted || g.After != Accepted || g.Attempts != 12 {
				t.Fatalf("%v %+v", err, g)
			}
			if (g.Limits > 0) != c.limited || g.Silent != c.silent || g.Leaky != c.leaky || g.Slower != c.slower {
				t.Errorf("%+v", g)
			}
			if c.limited && !c.silent && (g.FirstLimit != 3 || g.PerMinute > 4.5) {
				t.Errorf("three a minute are taken: %+v", g)
			}
			if c.silent && g.PerMinute > 12.5 {
				t.Errorf("a silent lock of a minute for 12: %+v", g)
			}
		})
	}
}

func TestALockForEverIsSaid(t *testing.T) {
	t.Parallel()
	j := clock.NewJump()
	ctx := busy(t, j)
	l := &lock{clock: j}
	l.limits = func(w http.ResponseWriter, _ bool, _ time.Duration) bool {
		l.until = j.Now().Add(time.Hour) // each try prolongs it
		w.WriteHeader(423)
		return true
	}
	on, port := site(t, l.ServeHTTP)
	on.Clock = j
	g, err := Guess{At: Login{Protocol: "basic", Port: port, Path: "/"}, User: "admin", Right: evidence.Keep("the right one"), Attempts: 12}.Ask(ctx, on)
	if err != nil || g.Attempts != 3 || g.After != Limited || g.RecoveredWithin < MaxLocked || !strings.Contains(g.Why, "locked for") {
		t.Errorf("%v %+v", err, g)
	}
}

func TestForWhomALimitHolds(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Outcome{"the account": Accepted, "the caller": Limited} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := clock.NewJump()
			ctx := busy(t, j)
			l := &lock{clock: j, limits: func(w http.ResponseWriter, _ bool, _ time.Duration) bool { w.WriteHeader(429); return true }}
			on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
				if u, p, _ := r.BasicAuth(); want == Accepted && u == "guest" && p == "the guest's" {
					return
				}
				l.ServeHTTP(w, r)
			})
			on.Clock = j
			at := Login{Protocol: "basic", Port: port, Path: "/"}
			g, err := Guess{At: at, User: "admin", Right: evidence.Keep("the right one"), Attempts: 12, Beside: As{At: at, User: "guest", Password: evidence.Keep("the guest's")}}.Ask(ctx, on)
			if err != nil || g.Besides != want || g.FirstLimit != 3 {
				t.Errorf("%v %+v", err, g)
			}
			if g.P05 > g.P50 || g.P50 > g.P95 || g.P95 > g.P99 || g.P99 == 0 {
				t.Errorf("the delays are not in order: %+v", g)
			}
		})
	}
}
