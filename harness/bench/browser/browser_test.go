package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// asked are requests that a server saw.
type asked struct {
	mu  sync.Mutex
	all []string
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.all = append(a.all, r.Method+" "+r.URL.Path)
	a.mu.Unlock()
}

func (a *asked) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.all, ", ")
}

// needs ends a test where a browser cannot be shut in: without root, or without Chromium where nobody says that it is there.
func needs(t *testing.T) {
	t.Helper()
	_, err := installed()
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatalf("%v, and .ci/packages.sh installs it", err)
	case err != nil:
		t.Skipf("%v: run .ci/packages.sh", err)
	case os.Geteuid() != 0:
		t.Skip("a browser is shut off from the network by root alone")
	}
}

// A device's script draws its page, asks for more of it, and tries to do and to reach what it must not.
func TestScriptsDrawAndReachNobody(t *testing.T) {
	t.Parallel()
	needs(t)
	neighbour := &asked{}
	next := httptest.NewServer(neighbour)
	t.Cleanup(next.Close)
	for name, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := &asked{}
			s := start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen.ServeHTTP(w, r)
				switch r.URL.Path {
				case "/":
					http.SetCookie(w, &http.Cookie{Name: "lang", Value: "en"})
					fmt.Fprint(w, `<!doctype html><title>Cam</title><div id=app></div><script src=/app.js></script>`)
				case "/app.js":
					fmt.Fprintf(w, `new Image().src="%[1]s/picture"; fetch("%[1]s/beacon").catch(function(){}); fetch("/api/settings",{method:"POST",body:"x"}); fetch("/api/reboot");
navigator.sendBeacon("%[1]s/b","x"); try { new WebSocket("%[2]s/ws") } catch(e) {}
fetch("/api/info").then(function(r){return r.text()}).then(function(t){setTimeout(function(){document.getElementById("app").innerHTML="<p>"+t+"</p><input type=password>"},3000)})`,
						next.URL, strings.Replace(next.URL, "http", "ws", 1))
				case "/api/info":
					c, _ := r.Cookie("lang")
					fmt.Fprint(w, "a camera in ", c)
				}
			}))
			t.Cleanup(s.Close)
			at := netip.MustParseAddrPort(s.Listener.Addr().String())
			door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
			if err != nil {
				t.Fatal(err)
			}
			d, err := Draw(t.Context(), dial.New("A", door, nil, clock.Real()), Page{Port: at.Port(), TLS: name == "https", Path: "/"})
			if err != nil || !strings.Contains(string(d.DOM), "a camera in lang=en") || !strings.Contains(string(d.DOM), `type="password"`) {
				t.Errorf("%v %s", err, d.DOM)
			}
			if was := seen.String(); strings.Contains(was, "POST") || strings.Contains(was, "reboot") || !strings.Contains(was, "GET /api/info") {
				t.Errorf("the device was asked: %s", was)
			}
			if got := neighbour.String(); got != "" {
				t.Errorf("a neighbour was asked: %s", got)
			}
			if all := strings.Join(d.Refused, "\n"); !strings.Contains(all, "/beacon") || !strings.Contains(all, "POST") || !strings.Contains(all, "reboot") {
				t.Errorf("refused:\n%s", all)
			}
		})
	}
}

func TestAScriptThatNeverEnds(t *testing.T) {
	t.Parallel()
	needs(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `<script>setInterval(function(){document.body.innerHTML+="<p>"+"x".repeat(100000)},1)</script><body>`)
	}))
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, done := context.WithTimeout(t.Context(), 5*time.Second)
	defer done()
	began := time.Now()
	d, err := Draw(ctx, dial.New("A", door, nil, clock.Real()), Page{Port: at.Port(), Path: "/"})
	if err == nil || len(d.DOM) > maxDOM || time.Since(began) > 12*time.Second {
		t.Errorf("%v: %d bytes after %v", err, len(d.DOM), time.Since(began))
	}
}
