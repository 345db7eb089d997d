package operate

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// A camera is a small real device: an HTTPS API with a login, user data, a reset and a signed update.
type camera struct {
	clock  clock.Clock
	maker  ed25519.PublicKey
	server *httptest.Server

	mu       sync.Mutex
	owner    string // "" in the factory state
	password string
	tokens   []string
	data     []string
	version  string
	said     string // of the last update

	// What it does wrong, or oddly.
	anySignature, keepsData, keepsTokens, losesData bool
	refuses                                         string // what it says to every update
	bricked                                         bool   // after an update
	updating                                        sync.WaitGroup
}

const ownersPassword = "fern-otter-59-lamp"

// newCamera starts a camera on loopback and writes its device file.
func newCamera(t *testing.T, c clock.Clock) (*camera, *dial.Device) {
	t.Helper()
	maker, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	cam := &camera{clock: c, maker: maker, owner: "admin", password: ownersPassword, version: "1.0.0"}
	cam.server = httptest.NewUnstartedServer(cam)
	cam.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	cam.server.StartTLS()
	t.Cleanup(func() {
		cam.updating.Wait()
		cam.server.Close()
	})
	at := cam.server.Listener.Addr().(*net.TCPAddr).AddrPort()
	dir := t.TempDir()
	write := func(name string, b []byte, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), b, mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, version := range map[string]string{"n-1": "1.0.0", "n": "1.1.0"} {
		b := fmt.Appendf(nil, "FW%-10s", version)
		b = append(b, []byte(strings.Repeat(version+" payload ", 2000))...)
		write(name+".fw", append(b, ed25519.Sign(key, b)...), 0o600)
	}
	write("owner.txt", []byte(ownersPassword+"\n"), 0o600)
	write("hook.sh", []byte(hook), 0o700)
	write("camera.yaml", []byte(strings.ReplaceAll(file, "PORT", fmt.Sprint(at.Port()))), 0o600)
	f, err := device.Load(filepath.Join(dir, "camera.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	door, err := dial.Options{Quiet: 100 * time.Millisecond, Settle: 100 * time.Millisecond, Patience: time.Second}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return cam, dial.New("A", door, f, c)
}

const hook = `#!/bin/sh
case "$1" in
  env) echo "password is $ASSAY_PASSWORD, address is $ASSAY_ADDRESS, kind $2, in $(basename "$PWD")" ;;
  fail) echo "cannot: $2" >&2; exit 3 ;;
  loud) yes | head -c 300000 ;;
  hang) sleep 300 & echo $! > child; wait ;;
esac
`

const file = `
device: {model: Camera}
samples: {a: {logins: {owner: {user: admin, password: "file:owner.txt"}}}}
operations:
  login:
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/login", body: '{"user":"{user}","password":"{password}"}'}, capture: {token: "json:/token"}}]
  initialise:
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/setup", body: "user={user}&password={password}"}}]
  factory-reset:
    login: owner
    wait_s: 5
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/reset", headers: {Authorization: "Bearer {token}"}, expect: deleted}, capture: {confirmation: body}}]
  change-credential:
    login: owner
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/password", headers: {Authorization: "Bearer {token}"}, body: '{"old":"{password}","new":"{value}"}'}}]
  create-user-data:
    login: owner
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/data", headers: {Authorization: "Bearer {token}"}, body: '{"kind":"{kind}","text":"{canary}"}'}}]
    undo: [{http: {method: DELETE, url: "https://{address}:PORT/api/data?text={canary}", headers: {Authorization: "Bearer {token}"}}}]
  create-user-data/photos:
    steps: [{exec: [./hook.sh, fail, "no photos today"]}]
  read-user-data:
    login: owner
    steps: [{http: {url: "https://{address}:PORT/api/data", headers: {Authorization: "Bearer {token}"}}}]
  delete-user-data:
    login: owner
    steps: [{http: {method: DELETE, url: "https://{address}:PORT/api/data", headers: {Authorization: "Bearer {token}"}}}]
  read-version:
    steps: [{http: {url: "https://{address}:PORT/api/version", login: owner}, capture: {version: "json:/version"}}]
  read-update:
    steps: [{http: {url: "https://{address}:PORT/api/said", login: owner}}]
  offer-update:
    login: owner
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/update", headers: {Authorization: "Bearer {token}"}, body: '{"url":"{url}/fw/{version}.fw"}'}}]
  power-cycle:
    login: owner
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/reboot", headers: {Authorization: "Bearer {token}"}, hang_up: yes}}]
  reimage:
    steps: [{http: {method: POST, url: "https://{address}:PORT/api/reimage?v={version}"}}]
  health:
    steps: [{exec: [./hook.sh, env, "{kind:none}"], capture: {state: 'regex:(address is \S+)', code: 'regex:(password is [^,]+)'}}]
  stimulus:
    steps: [{exec: [./hook.sh, loud]}]
  pair:
    steps: [{exec: [./hook.sh, hang]}]
  unpair:
    steps: [{exec: [no-such-program]}]
updates:
  install_s: 5
  images:
    n-1: {version: 1.0.0, files: {fw: n-1.fw}}
    n: {version: 1.1.0, files: {fw: n.fw}}
  layout: {file: fw, signature: {at: -64}, version: {at: 2, length: 10, as: ascii}, payload: {at: 12, length: -64}}
  serve: {"fw/{version}.fw": fw}
`

func (c *camera) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var in map[string]string
	if b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16)); strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		_ = json.Unmarshal(b, &in)
	} else if r.Method == http.MethodPost && strings.Contains(string(b), "user=") {
		in = map[string]string{}
		for _, pair := range strings.Split(string(b), "&") {
			k, v, _ := strings.Cut(pair, "=")
			in[k] = strings.ReplaceAll(v, "%20", " ")
		}
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	user, password, _ := r.BasicAuth()
	inside := slices.Contains(c.tokens, token) || c.owner != "" && user == c.owner && password == c.password
	say := func(status int, what any) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(what)
	}
	switch path := r.Method + " " + r.URL.Path; {
	case path == "POST /api/login":
		if c.owner == "" || in["user"] != c.owner || in["password"] != c.password {
			say(401, "wrong user or password")
			return
		}
		t := fmt.Sprintf("token-%d-%d", len(c.tokens), time.Now().UnixNano())
		c.tokens = append(c.tokens, t)
		say(200, map[string]string{"token": t})
	case path == "POST /api/setup":
		if c.owner != "" {
			say(409, "somebody owns this camera")
			return
		}
		c.owner, c.password = in["user"], in["password"]
		say(201, "welcome")
	case path == "POST /api/reimage":
		c.version = strings.TrimSpace(r.URL.Query().Get("v"))
		say(200, "done")
	case !inside:
		say(401, "log in first")
	case path == "POST /api/reset":
		c.owner, c.password = "", ""
		if !c.keepsTokens {
			c.tokens = nil
		}
		if !c.keepsData {
			c.data = nil
		}
		say(200, "all user data were deleted")
	case path == "POST /api/password":
		if in["old"] != c.password {
			say(403, "wrong password")
			return
		}
		c.password = in["new"]
		say(200, "changed")
	case path == "GET /api/data":
		say(200, c.data)
	case path == "POST /api/data":
		if !c.losesData {
			c.data = append(c.data, in["kind"]+": "+in["text"])
		}
		say(201, "kept")
	case path == "DELETE /api/data":
		c.data = slices.DeleteFunc(c.data, func(d string) bool { return strings.Contains(d, r.URL.Query().Get("text")) })
		say(200, "gone")
	case path == "GET /api/version":
		say(200, map[string]string{"version": c.version})
	case path == "GET /api/said":
		say(200, c.said)
	case path == "POST /api/reboot":
		if c.bricked {
			c.server.Listener.Close()
		}
		conn, _, _ := w.(http.Hijacker).Hijack()
		conn.Close()
	case path == "POST /api/update":
		if c.refuses != "" {
			say(409, c.refuses)
			return
		}
		c.clock.Busy(1)
		c.updating.Add(1)
		go c.update(in["url"])
		say(202, "looking")
	default:
		say(404, "nothing here")
	}
}

// update fetches, verifies and installs for five seconds of the clock.
func (c *camera) update(from string) {
	defer c.updating.Done()
	defer c.clock.Busy(-1)
	tell := func(s string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.said = s
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		tell(err.Error())
		return
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	n := len(b) - 64
	if n < 12 || !c.anySignature && !ed25519.Verify(c.maker, b[:n], b[n:]) {
		tell("bad signature")
		return
	}
	_ = c.clock.Sleep(ctx, 5*time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version, c.said = strings.TrimRight(string(b[2:12]), " \x00"), "installed"
}

// do counts the test as busy, as the harness does for who asks.
func do[A any](t *testing.T, on *dial.Device, op interface {
	Do(context.Context, *dial.Device) (A, error)
}) A {
	t.Helper()
	on.Clock.Busy(1)
	defer on.Clock.Busy(-1)
	a, err := op.Do(t.Context(), on)
	if err != nil {
		t.Fatalf("%T: %v", op, err)
	}
	return through(t, a)
}

func ask[A any](t *testing.T, on *dial.Device, q interface {
	Ask(context.Context, *dial.Device) (A, error)
}) A {
	t.Helper()
	on.Clock.Busy(1)
	defer on.Clock.Busy(-1)
	a, err := q.Ask(t.Context(), on)
	if err != nil {
		t.Fatalf("%T: %v", q, err)
	}
	return through(t, a)
}

// through takes an answer through JSON, as the record does, and looks for secrets in it.
func through[A any](t *testing.T, a A) (back A) {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{ownersPassword, "token-0-"} {
		if strings.Contains(string(b), s) {
			t.Errorf("a secret is in the answer: %s", b)
		}
	}
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	return back
}
