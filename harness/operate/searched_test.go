package operate

import (
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// What gave no answer, is too long to be read, or is a page for browsers is not called a log that was searched.
func TestWhatWasSearched(t *testing.T) {
	t.Parallel()
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch r.URL.Path {
		case "/login":
			fmt.Fprint(w, `{"token":"0123456789abcdef"}`)
		case "/settings":
			if asked > 20 {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, `{"name":"x"}`)
		case "/log":
			fmt.Fprint(w, strings.Repeat("nothing of note\n", maxBody/8))
		case "/logs":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/debug":
			fmt.Fprint(w, "<!DOCTYPE html><title>Camera</title><div id=app></div><script src=/app.js></script>")
		case "/backup.bin":
			sealed := make([]byte, 4000)
			rand.Read(sealed)
			w.Write(sealed)
		case "/syslog":
			fmt.Fprint(w, strings.Repeat("started\n", 1000))
		default:
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	at := s.Listener.Addr().(*net.TCPAddr).AddrPort()
	dir := t.TempDir()
	for name, text := range map[string]string{"owner.txt": ownersPassword + "\n", "d.yaml": fmt.Sprintf(`device: {model: D}
samples: {a: {logins: {owner: {user: admin, password: "file:owner.txt"}}}}
operations:
  login: {steps: [{http: {method: POST, url: "http://{address}:%[1]d/login", body: "{user}:{password}"}, capture: {token: "json:/token"}}]}
  settings-read: {login: owner, steps: [{http: {url: "http://{address}:%[1]d/settings", headers: {Authorization: "Bearer {token}"}}}]}
`, at.Port())} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := device.Load(filepath.Join(dir, "d.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	door, err := dial.Options{Quiet: 100 * time.Millisecond, Settle: 100 * time.Millisecond, Patience: time.Second}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	got := ask(t, dial.New("A", door, f, clock.NewJump()), Exports{As: "owner", Canary: evidence.Keep("a canary of the test 17")})
	by := map[string]Export{}
	for _, e := range got.Read {
		by[e.Path] = e
	}
	if !got.LoggedIn || !by["/syslog"].Log || by["/syslog"].Cut != "" || by["/log"].Cut == "" || by["/backup.bin"].Cut == "" || by["/debug"].Log || by["/settings"].Log {
		t.Errorf("%+v", got.Read)
	}
	if len(got.Missed) != 2 || !slices.Contains(got.Missed, "/logs: 503") || !strings.HasPrefix(got.Missed[1], "/settings: 401 at the end") {
		t.Errorf("missed: %q", got.Missed)
	}
}
