package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/device"
)

// supplier is a real server, under names that a resolver of the test knows.
type supplier struct {
	*httptest.Server
	hits atomic.Int32
}

func serve(t *testing.T, h http.HandlerFunc) *supplier {
	t.Helper()
	s := &supplier{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *supplier) at(context.Context, string, uint16) ([]netip.AddrPort, error) {
	return []netip.AddrPort{netip.MustParseAddrPort(s.Listener.Addr().String())}, nil
}

func door(t *testing.T, o Options, pages ...string) *Door {
	t.Helper()
	d, err := o.Door(pages...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestAPageIsFetchedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie was kept")
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new?x=1", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<p>"+r.Host+r.URL.String())
	})
	d := door(t, Options{Resolve: s.at, Private: true}, "http://maker.example/")
	for range 2 {
		got := d.Fetch(t.Context(), "http://WWW.maker.example/old#part")
		if got.Status != 200 || string(got.Body) != "<p>www.maker.example/new?x=1" || got.Final != "http://www.maker.example/new?x=1" ||
			len(got.Chain) != 1 || got.Chain[0] != (Hop{301, got.Final}) || got.Type != "text/html" || got.Charset != "utf-8" {
			t.Fatalf("%+v", got)
		}
	}
	if n := s.hits.Load(); n != 2 {
		t.Errorf("%d requests, not a redirect and a page", n)
	}
}

// TestNoForgery: neither redirects nor DNS lead the door to another host or to a private address.
func TestNoForgery(t *testing.T) {
	t.Parallel()
	inside := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "inside") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	d := door(t, Options{Resolve: s.at, Private: true}, "http://maker.example/")
	for _, to := range []string{inside.URL, "http://localhost/", "http://other.example/", "//other.example/", "http://maker.example:22/", "file:///etc/passwd", "gopher://maker.example/", "http://u:p@maker.example/",
		"http://169.254.169.254/", "http://[::1]/", "http://maker.example.evil.example/", "http://evilmaker.example/"} {
		got := d.Fetch(t.Context(), "http://maker.example/?to="+url.QueryEscape(to))
		if got.Trouble != Scope || got.Status != 0 && got.Body != nil {
			t.Errorf("%s: %+v", to, got)
		}
	}
	// DNS rebinding: the name is public when it is first asked for and private when it is dialled, or has both.
	turn := 0
	rebinding := func(context.Context, string, uint16) ([]netip.AddrPort, error) {
		turn++
		return []netip.AddrPort{netip.MustParseAddrPort(inside.Listener.Addr().String())}, nil
	}
	if got := door(t, Options{Resolve: rebinding}, "http://maker.example/").Fetch(t.Context(), "http://maker.example/"); got.Trouble != Scope || turn != 1 {
		t.Errorf("%+v after %d lookups", got, turn)
	}
	if n := inside.hits.Load(); n != 0 {
		t.Errorf("inside was reached %d times", n)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	for a, want := range map[string]bool{"8.8.8.8": true, "2606:4700::1": true, "64:ff9b::808:808": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.1.1.1": false, "172.16.0.1": false, "192.168.0.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false,
		"224.0.0.1": false, "198.18.0.1": false, "::1": false, "::": false, "fe80::1": false, "fe80::1%lo": false, "fd00::1": false, "fec0::1": false, "ff02::1": false, "::ffff:127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false, "2001:db8::1": false, "2001::1": false, "::7f00:1": false} {
		if got := public(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
	if got := door(t, Options{}, "https://maker.example/").Fetch(t.Context(), "https://maker.example/"); got.Trouble != Name || !strings.Contains(got.Why, "RFC 6761") {
		t.Errorf("%+v", got)
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	defer close(released)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/endless":
			b := []byte(strings.Repeat("x", 1<<10))
			for r.Context().Err() == nil {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/slow":
			select {
			case <-released:
			case <-r.Context().Done():
			}
		case "/torn":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "x")
		}
	})
	at := "http://maker.example"
	d := door(t, Options{Resolve: s.at, Private: true, MaxBody: 4 << 10, Timeout: 300 * time.Millisecond, Pages: 4}, at)
	if got := d.Fetch(t.Context(), at+"/endless"); len(got.Body) != 4<<10 || !got.Cut || got.Trouble != "" {
		t.Errorf("endless: %d bytes, %+v", len(got.Body), got.Trouble)
	}
	before := s.hits.Load()
	if got := d.Fetch(t.Context(), at+"/round"); got.Trouble != Redirects || got.Status != 0 || s.hits.Load()-before != 6 {
		t.Errorf("%+v after %d requests", got, s.hits.Load()-before)
	}
	if got := d.Fetch(t.Context(), at+"/torn"); got.Trouble != HTTP || got.Status != 0 {
		t.Errorf("%+v", got)
	}
	if got := d.Fetch(t.Context(), at+"/slow"); got.Trouble != Time {
		t.Errorf("%+v", got)
	}
	if got := d.Fetch(t.Context(), at+"/fifth"); got.Trouble != Time || got.Status != 0 { // its host is known to be silent
		t.Errorf("%+v", got)
	}
	other := door(t, Options{Resolve: s.at, Private: true, Pages: 1}, at)
	other.Fetch(t.Context(), at+"/1")
	if got := other.Fetch(t.Context(), at+"/2"); got.Trouble != Budget {
		t.Errorf("%+v", got)
	}
}

func TestATLSNameIsProved(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	at := func(context.Context, string, uint16) ([]netip.AddrPort, error) {
		return []netip.AddrPort{netip.MustParseAddrPort(s.Listener.Addr().String())}, nil
	}
	if got := door(t, Options{Resolve: at, Private: true}, "https://maker.example").Fetch(t.Context(), "https://maker.example"); got.Trouble != TLS || got.Status != 0 {
		t.Errorf("%+v", got)
	}
	roots := s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs // of example.com
	got := door(t, Options{Resolve: at, Private: true, Roots: roots}, "https://example.com").Fetch(t.Context(), "https://example.com")
	if got.Status != 404 || got.Certificate == nil || len(got.Certificate.SHA256) != 64 {
		t.Errorf("%+v", got)
	}
}

func TestHostsOfADeviceFile(t *testing.T) {
	t.Parallel()
	f := &device.File{}
	if Hosts(nil) != nil || Hosts(f) != nil {
		t.Error("nothing is named")
	}
	f.IXIT.UserInfo = &device.UserInfo{At: map[string]device.Reading{"A": {URL: "https://B.example/x"}, "B": {Place: "box"}, "C": {URL: "https://a.example/"}, "D": {URL: "javascript:1"}}}
	if got := fmt.Sprint(Hosts(f)); got != "[https://a.example/ https://b.example/x]" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"https://a.example/b?c#d", "http://[::1%25eth0]:1/", "https://a:b@c", "HTTPS://A.example:443", "//x", "https://a.example:99999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(u.String()); err != nil || again.Host != u.Host {
			t.Errorf("%q became %q: %v", s, u, err)
		}
		if u.Hostname() == "" || u.User != nil {
			t.Errorf("%q passed", s)
		}
	})
}
