package login

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/specimen"
)

var next atomic.Int32

// device is a specimen with faults behind its door, and the password of its owner.
func device(t *testing.T, c clock.Clock, faults ...string) (*dial.Device, evidence.Secret) {
	t.Helper()
	n := next.Add(2)
	dir := t.TempDir()
	u, err := specimen.StartOne(t.Context(), specimen.Options{Addr: netip.AddrFrom4([4]byte{127, 86, byte(n >> 8), byte(n)}), Clock: c, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	if _, err := u.WriteDeviceFile(dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "secret-A-owner"))
	if err != nil {
		t.Fatal(err)
	}
	d := u.Devices()[0]
	return behind(t, c, d.Addr(), d.Ports()...), evidence.Keep(strings.TrimSpace(string(b)))
}

func behind(t *testing.T, c clock.Clock, a netip.Addr, ports ...uint16) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{a}, Ports: ports})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, c)
}

var (
	api  = Login{Protocol: "json", Port: specimen.HTTPS, TLS: true, Path: "/api/login", Guards: "/api/version"}
	page = Login{Protocol: "form", Port: specimen.HTTPS, TLS: true, Page: "/", Path: "/login", Guards: "/api/version", User: "user", Password: "password"}
	host = Login{Protocol: "ssh", Port: specimen.SSH}
)

// busy counts the test as one who works, as the harness does.
func busy(t *testing.T, c clock.Clock) context.Context {
	c.Busy(1)
	t.Cleanup(func() { c.Busy(-1) })
	return t.Context()
}

func TestFindsTheFormAndSSH(t *testing.T) {
	on, _ := device(t, clock.Real())
	f, err := All{At: []Place{{Port: specimen.HTTPS, TLS: true, Protocol: "http"}, {Port: specimen.HTTP, TLS: false, Protocol: "http"}, {Port: specimen.SSH, TLS: false, Protocol: "ssh"}, {Port: specimen.MQTTS, TLS: true, Protocol: "mqtt"}}}.Ask(t.Context(), on)
	if err != nil || len(f.Failed) > 0 {
		t.Fatal(err, f.Failed)
	}
	var got []string
	for _, l := range f.Logins {
		got = append(got, l.String())
	}
	if want := "the form at https port 8443 /, ssh on port 2222, MQTT over TLS on port 8883"; strings.Join(got, ", ") != want {
		t.Errorf("%v", got)
	}
}

func TestEveryWayTellsRightFromWrong(t *testing.T) {
	c := clock.NewJump()
	on, right := device(t, c)
	ctx := busy(t, c)
	for _, l := range []Login{api, page, host} {
		for _, want := range []Outcome{Accepted, Refused} {
			pw := right
			if want == Refused {
				pw = evidence.Keep("certainly wrong")
			}
			got, err := As{At: l, User: "admin", Password: pw}.Ask(ctx, on)
			if err != nil || got.Outcome != want {
				t.Errorf("%s: %v %+v, want %s", l, err, got, want)
			}
		}
	}
}

func TestALockIsNoRefusal(t *testing.T) {
	for _, l := range []Login{api, page, host} {
		c := clock.NewJump()
		on, right := device(t, c)
		ctx := busy(t, c)
		for range 5 {
			try(ctx, on, l, "admin", "wrong", nil)
		}
		got, err := As{At: l, User: "admin", Password: right}.Ask(ctx, on)
		if err != nil || got.Outcome != Limited || got.Wait < 30*time.Second {
			t.Errorf("%s: while locked the right password gave %v %+v", l, err, got)
		}
	}
}

func TestPublishedCredentials(t *testing.T) {
	c := clock.NewJump()
	on, _ := device(t, c, "universal-default-password")
	ctx := busy(t, c)
	h, err := WellKnown{At: api}.Ask(ctx, on)
	if err != nil || len(h.Accepted) != 1 || h.Accepted[0].User != "admin" || h.Accepted[0].Password != "admin" {
		t.Errorf("%v %+v", err, h)
	}
	on, _ = device(t, c)
	if h, err := (WellKnown{At: host}).Ask(ctx, on); err != nil || len(h.Accepted) != 0 || h.Tried < 10 || h.Tried != h.Refused {
		t.Errorf("a device without any: %v %+v", err, h)
	}
	on, _ = device(t, c, "auth-any-password")
	if h, err := (WellKnown{At: Login{Protocol: "json", Port: specimen.HTTPS, TLS: true, Path: "/api/login", Guards: "/api/version"}}).Ask(ctx, on); err != nil || len(h.Accepted) == 0 {
		t.Errorf("a login that takes any password of a known user: %v %+v", err, h)
	}
}

func TestGuessing(t *testing.T) {
	for fault, limited := range map[string]bool{"": true, "no-lockout": false, "lockout-ui-only": false, "lockout-reset-by-reconnect": false} {
		c := clock.NewJump()
		var faults []string
		if fault != "" {
			faults = []string{fault}
		}
		on, right := device(t, c, faults...)
		ctx := busy(t, c)
		g, err := Guess{At: api, User: "admin", Right: right, Attempts: 20}.Ask(ctx, on)
		if err != nil || g.Before != Accepted || g.After != Accepted || g.Attempts != 20 || (g.Limits > 0) != limited {
			t.Errorf("%q: %v %+v", fault, err, g)
		}
		if limited && (g.FirstLimit != 5 || g.PerMinute > 6) {
			t.Errorf("five a minute are declared: %+v", g)
		}
	}
	c := clock.NewJump()
	on, right := device(t, c, "lockout-header-bypass")
	ctx := busy(t, c)
	if g, err := (Guess{At: api, User: "admin", Right: right, Attempts: 12, Variant: "forwarded-for"}).Ask(ctx, on); err != nil || g.Limits != 0 {
		t.Errorf("by claimed sources: %v %+v", err, g)
	}
}

func TestBasicAndDigestOfARealServer(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch u, p, ok := r.BasicAuth(); {
		case r.URL.Path == "/open":
			w.WriteHeader(200)
		case ok && u == "admin" && p == "admin":
			w.Write([]byte("inside"))
		default:
			w.Header().Set("WWW-Authenticate", `Basic realm="cam"`)
			w.WriteHeader(401)
		}
	}))
	defer s.Close()
	at := netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
	on := behind(t, clock.Real(), at.Addr(), at.Port())
	f, err := All{At: []Place{{Port: at.Port(), TLS: false, Protocol: "http"}}}.Ask(t.Context(), on)
	if err != nil || len(f.Logins) != 1 || f.Logins[0].Realm != "cam" {
		t.Fatalf("%v %+v", err, f)
	}
	if h, err := (WellKnown{At: f.Logins[0], Most: 12}).Ask(t.Context(), on); err != nil || len(h.Accepted) != 1 {
		t.Errorf("%v %+v", err, h)
	}
	if h, err := (WellKnown{At: Login{Protocol: "basic", Port: at.Port(), Path: "/open", Guards: "/open"}}).Ask(t.Context(), on); err != nil || !h.Open || len(h.Accepted) != 0 {
		t.Errorf("a page that needs no login is no default password: %v %+v", err, h)
	}
}

func TestTheListIsSound(t *testing.T) {
	seen := map[[2]string]bool{}
	for _, c := range WellKnownList() {
		k := [2]string{c.User, c.Password}
		if seen[k] || c.Source == "" {
			t.Errorf("%v stands twice or has no source", c)
		}
		seen[k] = true
	}
	if len(seen) < 40 {
		t.Errorf("%d credentials", len(seen))
	}
}
