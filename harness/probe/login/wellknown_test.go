package login

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
)

// wellKnownAt tries the list at a server with basic authentication that lets in whom in says.
func wellKnownAt(t *testing.T, in func(user, password string) bool) (h Harvest, asked int) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, given := r.BasicAuth()
		if given {
			n.Add(1)
		}
		if !given || !in(user, password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="cam"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer s.Close()
	at := netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
	h, err := WellKnown{At: Login{Protocol: "basic", Port: at.Port(), Path: "/", Guards: "/"}}.Ask(t.Context(), behind(t, clock.Real(), at.Addr(), at.Port()))
	if err != nil {
		t.Fatal(err)
	}
	return h, int(n.Load())
}

// A user who gets in with any password has no default password: the two are told apart, within the account's budget.
func TestAnyPasswordIsNoDefaultPassword(t *testing.T) {
	t.Parallel()
	if h, _ := wellKnownAt(t, func(user, _ string) bool { return user == "admin" }); len(h.Accepted) == 0 || len(h.AnyWord) != 1 || h.AnyWord[0] != "admin" || len(h.Untold) > 0 {
		t.Errorf("any password: %+v", h)
	}
	if h, _ := wellKnownAt(t, func(user, password string) bool { return user == "admin" && password == "admin" }); len(h.Accepted) != 1 || len(h.AnyWord)+len(h.Untold) > 0 {
		t.Errorf("one password: %+v", h)
	}
	third := ""
	for _, c := range (WellKnown{}).list() {
		if c.User == "admin" {
			third = c.Password
		}
	}
	var wrong atomic.Int32
	h, _ := wellKnownAt(t, func(user, password string) bool {
		if user == "admin" && password != third {
			wrong.Add(1)
		}
		return user == "admin" && password == third
	})
	if len(h.Accepted) != 1 || len(h.AnyWord) > 0 || len(h.Untold) != 1 || wrong.Load() > perAccount {
		t.Errorf("the last that the budget allows: %+v, %d wrong tries", h, wrong.Load())
	}
}

// A log-in that ends every connection judges nothing, and is left after a few.
func TestALogInThatOnlyHangsUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var n atomic.Int32
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n.Add(1)
			c.Close()
		}
	}()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	h, err := WellKnown{At: Login{Protocol: "ssh", Port: at.Port()}}.Ask(t.Context(), behind(t, clock.Real(), at.Addr(), at.Port()))
	if err != nil || h.Tried+h.Limited > 0 || h.Why == "" || n.Load() > 10 {
		t.Errorf("%v %+v, %d connections", err, h, n.Load())
	}
}

// A server that asks nobody for a password has no default one, and nothing locks there that would be waited for.
func TestWhoeverIsLetInWithoutAPassword(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { // as FTP servers do that serve anonymous users alone, whatever name they give
				defer c.Close()
				fmt.Fprint(c, "220 files\r\n")
				for in := bufio.NewScanner(c); in.Scan(); {
					fmt.Fprint(c, map[bool]string{true: "230 anonymous user logged in\r\n", false: "500 unknown\r\n"}[strings.HasPrefix(in.Text(), "USER ")])
				}
			}()
		}
	}()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	on, ftp := behind(t, clock.Real(), at.Addr(), at.Port()), Login{Protocol: "ftp", Port: at.Port()}
	if h, err := (WellKnown{At: ftp}).Ask(t.Context(), on); err != nil || !h.Open || len(h.Accepted) > 0 {
		t.Errorf("the list: %v %+v", err, h)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if b, err := (Recovered{At: ftp, User: "admin", Right: evidence.Keep("long-secret-pw-1")}).Ask(ctx, on); err != nil || b.Outcome != Open {
		t.Errorf("waiting for the right password: %v %+v", err, b)
	}
}
