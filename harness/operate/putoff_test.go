package operate

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// An operation that a device puts off is begun again, whether it is its log-in or its own first step; one amid which it is put off is not.
func TestWhatIsPutOffIsBegunAgain(t *testing.T) {
	t.Parallel()
	putOff, calls := map[string]int{}, map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls[r.URL.Path]++
		if putOff[r.URL.Path]--; putOff[r.URL.Path] >= 0 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"token":"0123456789abcdef"}`)
	}))
	defer s.Close()
	at := s.Listener.Addr().(*net.TCPAddr).AddrPort()
	dir := t.TempDir()
	for name, text := range map[string]string{"owner.txt": ownersPassword + "\n", "d.yaml": fmt.Sprintf(`device: {model: D}
samples: {a: {logins: {owner: {user: admin, password: "file:owner.txt"}}}}
operations:
  login: {steps: [{http: {method: POST, url: "http://{address}:%[1]d/login", body: "{user}:{password}"}, capture: {token: "json:/token"}}]}
  pair: {login: owner, steps: [{http: {method: POST, url: "http://{address}:%[1]d/first"}}, {http: {method: POST, url: "http://{address}:%[1]d/second"}}]}
  power-cycle: {steps: [{http: {method: POST, url: "http://{address}:%[1]d/first"}}]}
`, at.Port())} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := device.Load(filepath.Join(dir, "d.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		operation string
		putOff    map[string]int
		ok        bool
		calls     int // of the first path in it
		waits     time.Duration
	}{
		"log-in":         {"pair", map[string]int{"/login": 3}, true, 4, 72 * time.Second},
		"first step":     {"power-cycle", map[string]int{"/first": 1}, true, 2, 2 * time.Second},
		"for good":       {"power-cycle", map[string]int{"/first": 99}, false, 4, 72 * time.Second},
		"after a log-in": {"pair", map[string]int{"/first": 1}, false, 1, 0},
		"amid":           {"pair", map[string]int{"/second": 1}, false, 1, 0},
	} {
		putOff, calls = c.putOff, map[string]int{}
		var path string
		for path = range c.putOff {
		}
		door, err := dial.Options{}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
		if err != nil {
			t.Fatal(err)
		}
		jump := clock.NewJump()
		jump.Busy(1)
		began := jump.Now()
		out, err := Run{Name: c.operation}.Do(t.Context(), dial.New("A", door, f, jump))
		took := jump.Now().Sub(began)
		if err != nil || out.OK != c.ok || calls[path] != c.calls || took < c.waits || took > c.waits+20*time.Second {
			t.Errorf("%s: OK %v after %v, %v, %v", name, out.OK, took, calls, err)
		}
	}
}
