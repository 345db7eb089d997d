package operate

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// A device that takes another identity is given its own back: what it showed stands again, what it did not show is gone.
func TestAnIdentityIsGivenBack(t *testing.T) {
	t.Parallel()
	first := map[string]any{"name": "hall", "serial": "D-17"}
	var mu sync.Mutex
	now := maps.Clone(first)
	keeps := "" // an entry that cannot be taken away again
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.URL.Path == "/login":
			fmt.Fprint(w, `{"token":"0123456789abcdef"}`)
		case r.Method == http.MethodGet:
			json.NewEncoder(w).Encode(now)
		case r.Method == http.MethodPut:
			was := now[keeps]
			now = nil
			json.NewDecoder(r.Body).Decode(&now)
			if _, there := now[keeps]; keeps != "" && was != nil && !there {
				now[keeps] = was
			}
		default:
			w.WriteHeader(http.StatusMethodNotAllowed)
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
	door, err := dial.Options{}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	on := dial.New("A", door, f, clock.Real())
	r := RewriteIdentity{As: "owner", Fields: []Trait{{"serial", "D-17"}}}
	for _, keeps = range []string{"", "mac"} {
		got, err := r.Do(t.Context(), on)
		if err != nil || strings.Join(got.Taken, " ") != "serial device_id mac" {
			t.Fatalf("%+v, %v", got, err)
		}
		err = r.Undo(t.Context(), on)
		delete(now, keeps)
		if (err != nil) != (keeps != "") || err != nil && !strings.Contains(err.Error(), "mac is") || !maps.Equal(now, first) {
			t.Errorf("keeping %q: %v, and it shows %v", keeps, err, now)
		}
	}
}
