package specimen

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
	"golang.org/x/crypto/ssh"
)

var next atomic.Int32

// at is an address that no other test has.
func at() netip.Addr {
	n := next.Add(2)
	return netip.AddrFrom4([4]byte{127, 84, byte(n >> 8), byte(n)})
}

func started(t *testing.T, o Options) *Units {
	t.Helper()
	o.Addr, o.Dir = at(), t.TempDir()
	if o.Clock == nil {
		o.Clock = clock.Real()
	}
	u, err := StartPair(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	return u
}

var client = &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}

func call(t *testing.T, d *Device, method, path, token, body string) (int, string) {
	t.Helper()
	r, _ := http.NewRequest(method, fmt.Sprintf("https://%s:%d%s", d.Addr(), HTTPS, path), strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func logIn(t *testing.T, d *Device, user, password string) (int, string) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"user": user, "password": password})
	status, answer := call(t, d, "POST", "/api/login", "", string(body))
	var got struct{ Token string }
	json.Unmarshal([]byte(answer), &got)
	return status, got.Token
}

func TestNamesAreTheCatalogues(t *testing.T) {
	if u := Undeclared(); len(u) > 0 {
		t.Errorf("the catalogue does not know %v", u)
	}
	if _, err := StartOne(t.Context(), Options{Faults: []string{"no-lokout-at-all"}}); err == nil {
		t.Error("an unknown fault was taken")
	}
	if _, err := StartOne(t.Context(), Options{Faults: []string{"lockout-ui"}}); err == nil || !strings.Contains(err.Error(), "lockout-ui-only") {
		t.Errorf("a near name was not offered: %v", err)
	}
}

func TestDeviceFileIsRead(t *testing.T) {
	u := started(t, Options{})
	for _, e := range provisions.Editions() {
		path, err := u.WriteDeviceFileOf(t.TempDir(), e)
		if err != nil {
			t.Fatal(err)
		}
		f, err := device.Load(path)
		if err != nil {
			t.Fatalf("%s:\n%v", e, err)
		}
		for _, s := range u.Secrets() {
			if bytes.Contains(f.Source, []byte(s)) {
				t.Errorf("%s: the device file holds a secret", e)
			}
		}
	}
}

func TestConformantBehaviour(t *testing.T) {
	c := clock.NewJump()
	u := started(t, Options{Clock: c})
	a, b := u.Devices()[0], u.Devices()[1]
	if a.label == b.label || a.keys.ssh == b.keys.ssh {
		t.Error("the units share secrets")
	}
	status, token := logIn(t, a, "admin", a.label)
	if status != 200 {
		t.Fatalf("the owner was refused: %d", status)
	}
	if s, _ := logIn(t, b, "admin", a.label); s != 401 {
		t.Errorf("the twin took the password: %d", s)
	}
	for path, want := range map[string]int{"/api/userdata": 401, "/api/version": 401, "/backup.cfg": 401, "/api/status": 200, "/": 200, "/none": 404} {
		if s, _ := call(t, a, "GET", path, "", ""); s != want {
			t.Errorf("GET %s without login: %d, want %d", path, s, want)
		}
	}
	for i := range 6 {
		s, _ := logIn(t, a, "admin", fmt.Sprint("wrong", i))
		if want := map[bool]int{true: 401, false: 429}[i < 5]; s != want {
			t.Errorf("wrong password %d: %d, want %d", i+1, s, want)
		}
	}
	c.Busy(1)
	c.Sleep(t.Context(), 61*time.Second)
	c.Busy(-1)
	if s, _ := logIn(t, a, "admin", a.label); s != 200 {
		t.Errorf("after the lock: %d", s)
	}
	call(t, a, "POST", "/api/userdata", token, `{"text":"canary"}`)
	if _, body := call(t, a, "GET", "/api/userdata", token, ""); !strings.Contains(body, "canary") {
		t.Errorf("user data: %s", body)
	}
	if s, body := call(t, a, "POST", "/api/reset", token, ""); s != 200 || !strings.Contains(body, "deleted") {
		t.Errorf("reset: %d %s", s, body)
	}
	if s, _ := call(t, a, "GET", "/api/userdata", token, ""); s != 401 {
		t.Errorf("the token lives on: %d", s)
	}
	if s, _ := call(t, a, "POST", "/api/setup", "", `{"code":"wrong","guest":"long enough"}`); s != 403 {
		t.Errorf("set-up with a wrong code: %d", s)
	}
	if s, _ := call(t, a, "POST", "/api/setup", "", fmt.Sprintf(`{"code":%q,"guest":"long enough","password":"owner two"}`, a.label)); s != 200 {
		t.Errorf("set-up: %d", s)
	}
	if s, _ := logIn(t, a, "admin", "owner two"); s != 200 {
		t.Errorf("the new owner: %d", s)
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	before := runtime.NumGoroutine()
	u, err := StartPair(t.Context(), Options{Addr: at(), Clock: clock.Real(), Faults: []string{"undeclared-telnet", "cleartext-channel"}, MDNS: true})
	if err != nil {
		t.Fatal(err)
	}
	u.Close()
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+2; {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, were %d", runtime.NumGoroutine(), before)
		}
		client.CloseIdleConnections()
		runtime.Gosched()
	}
}

// An update that is taken while the device is stopped neither outlives it nor races with its end.
func TestStoppedAmidUpdates(t *testing.T) {
	t.Parallel()
	d := newDevice(t.Context(), Options{Clock: clock.Real(), Install: time.Hour}, "A", newMaker(), nil)
	var busy sync.WaitGroup
	for range 4 {
		busy.Go(func() {
			for d.ctx.Err() == nil {
				d.install("1.1.0")
			}
			d.install("1.2.0")
		})
	}
	d.stop()
	busy.Wait()
	if d.pending == "1.2.0" {
		t.Error("a stopped device began an update")
	}
}

func TestEveryFaultStarts(t *testing.T) {
	for _, f := range Faults() {
		u := started(t, Options{Faults: []string{f}})
		_, older := u.WriteDeviceFileOf(t.TempDir(), provisions.V21)
		_, newer := u.WriteDeviceFileOf(t.TempDir(), provisions.V31)
		if older != nil && newer != nil { // a declaration's fault may be one of an edition alone
			t.Errorf("%s: %v; %v", f, older, newer)
		}
		u.Close()
	}
	for _, h := range HonestVariants() {
		u := started(t, Options{Honest: []string{h}})
		u.Close()
	}
}

// What honest variants do is real, and never less safe than the ordinary specimen.
func TestOddities(t *testing.T) {
	only := func(h string) *Device {
		return started(t, Options{Honest: []string{h}, Clock: clock.NewJump()}).Devices()[0]
	}
	set := func(d *Device, token, body string) int {
		s, _ := call(t, d, "POST", "/api/setup", token, body)
		return s
	}
	reset := func(d *Device) {
		_, token := logIn(t, d, "admin", d.password("admin"))
		if s, _ := call(t, d, "POST", "/api/reset", token, ""); s != 200 {
			t.Fatalf("reset: %d", s)
		}
	}
	d := only("forced-change-default")
	if s, _ := logIn(t, d, "admin", "admin"); s != 401 {
		t.Errorf("admin/admin in use: %d", s)
	}
	reset(d)
	s, token := logIn(t, d, "admin", "admin")
	if s != 200 {
		t.Fatalf("admin/admin as from the factory: %d", s)
	}
	for _, path := range []string{"/api/userdata", "/api/version", "/backup.cfg"} {
		if s, _ := call(t, d, "GET", path, token, ""); s != 403 {
			t.Errorf("GET %s before a password was chosen: %d", path, s)
		}
	}
	if a, b, c := set(d, token, `{"guest":"long enough"}`), set(d, "", `{"guest":"long enough","password":"long enough"}`), set(d, token, `{"guest":"","password":"long enough"}`); a < 400 || b < 400 || c < 400 {
		t.Errorf("set up without a password, without a log-in, and without the guest's: %d %d %d", a, b, c)
	}
	if s := set(d, token, `{"guest":"long enough","password":"chosen by me"}`); s != 200 {
		t.Errorf("set up: %d", s)
	}
	if s, _ := logIn(t, d, "admin", "admin"); s != 401 {
		t.Errorf("admin/admin after the set-up: %d", s)
	}
	if s, _ := call(t, d, "GET", "/api/version", token, ""); s != 401 {
		t.Errorf("the token of the set-up lives on: %d", s)
	}

	d = only("commissioning-code-8-digits")
	reset(d)
	for i := range codeTries {
		if s := set(d, "", fmt.Sprintf(`{"code":"%08d","guest":"long enough"}`, i)); s != 403 {
			t.Errorf("wrong code %d: %d", i, s)
		}
	}
	right := fmt.Sprintf(`{"code":%q,"guest":"long enough"}`, d.code)
	if s := set(d, "", right); s != 429 {
		t.Errorf("the right code after %d wrong ones: %d", codeTries, s)
	}
	d.Reboot()
	if a, b := set(d, "", right), set(d, "", right); a != 200 || b != 409 {
		t.Errorf("the right code after a restart, and again: %d %d", a, b)
	}

	d = only("self-update-mid-run")
	reset(d)
	if s := set(d, "", fmt.Sprintf(`{"code":%q,"guest":"long enough"}`, d.code)); s != 200 || d.version != "1.0.1" || d.boots != 2 {
		t.Errorf("%d, version %s, boots %d", s, d.version, d.boots)
	}
}

// Secrets tells all that no record may hold: also private keys, however they are written, and what the lab planted.
func TestSecretsHoldKeysAndCanaries(t *testing.T) {
	for _, faults := range [][]string{nil, {"tls-weak-suite"}, {"shared-device-key"}} {
		u := started(t, Options{Faults: faults})
		d := u.Devices()[0]
		_, token := logIn(t, d, "admin", d.label)
		call(t, d, "POST", "/api/userdata", token, `{"text":"planted canary"}`)
		call(t, d, "POST", "/api/settings", token, `{"name":"planted name"}`)
		held := evidence.NewFinder(slices.Concat(func() (all [][]string) {
			for _, s := range u.Secrets() {
				all = append(all, evidence.Spellings(s))
			}
			return all
		}()...))
		key, err := x509.MarshalPKCS8PrivateKey(d.keys.tls.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		host, err := ssh.MarshalPrivateKey(d.keys.host, "")
		if err != nil {
			t.Fatal(err)
		}
		for what, b := range map[string][]byte{"TLS key, DER": key, "TLS key, PEM": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
			"SSH key": host.Bytes, "canary": []byte("planted canary"), "setting": []byte("planted name"), "update key": d.maker.update} {
			if i, _ := held.Find(b); i < 0 {
				t.Errorf("%v: the %s is no secret", faults, what)
			}
		}
	}
}
