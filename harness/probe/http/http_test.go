package http

import (
	"bytes"
	"compress/gzip"
	stdtls "crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// behind is the door to a server on loopback.
func behind(t *testing.T, addr string, c clock.Clock) (*dial.Device, uint16) {
	t.Helper()
	at := netip.MustParseAddrPort(addr)
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, c), at.Port()
}

// A visit is a request as the server saw it.
type visits struct {
	sync.Mutex
	list []string
}

func (v *visits) note(r *http.Request) {
	v.Lock()
	defer v.Unlock()
	v.list = append(v.list, r.Method+" "+r.URL.RequestURI())
}

// serve is a server whose pages are given by path; other paths are not found.
func serve(t *testing.T, pages map[string]http.HandlerFunc) (*dial.Device, uint16, *visits) {
	t.Helper()
	seen := &visits{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.note(r)
		h := pages[r.URL.Path]
		if h == nil {
			h = pages["*"]
		}
		if h == nil {
			h = http.NotFound
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	c := clock.NewJump()
	c.Busy(1)
	t.Cleanup(func() { c.Busy(-1) })
	on, port := behind(t, s.Listener.Addr().String(), c)
	return on, port, seen
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func leads(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func paths(s Site) (out []string) {
	for _, p := range s.Pages {
		if p.Status < 300 && !p.Same {
			out = append(out, p.Path)
		}
	}
	slices.Sort(out)
	return out
}

const loginPage = `<html><head><title>Cam</title></head><body><form action="/do" method="post"><input name=u><input type=PASSWORD name=p></form></body></html>`

func TestCrawl(t *testing.T) {
	t.Parallel()
	on, port, seen := serve(t, map[string]http.HandlerFunc{
		"/": says(`<html><title> A cam </title><a href="/one">one</a><a href="/sys/reboot">x</a><a href="/do?x=1">q</a><a href="/two">Werkseinstellungen löschen</a>
			<a href="http://203.0.113.9/away">away</a><a href="//203.0.113.9/away2">away</a><a href="javascript:x()">j</a>
			<script>window.location.href = "/doc/start.asp?_" + Date.now();</script><meta http-equiv="Refresh" content="0; url='/meta'">`),
		"/one": says(`<html><a href="deeper/x">x</a>`), "/deeper/x": says(`<html><a href="/deeper/y">y</a>`), "/deeper/y": says(`<html><a href="/deeper/z">z</a>`),
		"/deeper/z": says("too deep"), "/doc/start.asp": says(loginPage), "/meta": says("meta"), "/do": says("done"), "/two": says("gone"), "/sys/reboot": says("down"),
		"/admin": leads("/hidden/login?next=%2Fadmin"), "/hidden/login": says(loginPage), "/status": leads("/system/reset?x=1"), "/system/reset": says("reset"),
		"/backup.cfg": says("psk=0123456789"),
	})
	site, err := Pages{Port: port}.Ask(t.Context(), on)
	if err != nil || !site.Open || site.Wildcard || site.Failed > 0 {
		t.Fatalf("%v %+v", err, site)
	}
	want := []string{"/", "/backup.cfg", "/deeper/x", "/deeper/y", "/doc/start.asp", "/hidden/login", "/meta", "/one"}
	if got := paths(site); !slices.Equal(got, want) {
		t.Errorf("seen %v\nwant %v", got, want)
	}
	for _, v := range seen.list {
		if !strings.HasPrefix(v, "GET /") || strings.Contains(v, "?") {
			t.Errorf("it was asked: %s", v)
		}
	}
	if root := site.Pages[0]; root.Path != "/" || root.Title != "A cam" || !slices.Contains(site.Left, "/sys/reboot") {
		t.Errorf("the root %+v, left %v", root, site.Left)
	}
	i := slices.IndexFunc(site.Pages, func(p Page) bool { return p.Path == "/hidden/login" })
	if f := site.Pages[i].Forms; len(f) != 1 || !f[0].Password || f[0].Method != "POST" || f[0].Action != "/do" || f[0].Fields[1] != (Field{"p", "password", ""}) || !site.Pages[i].Password {
		t.Errorf("the form %+v", f)
	}
}

func TestALogInPageOnEveryPath(t *testing.T) {
	t.Parallel()
	n := 0
	for name, c := range map[string]struct {
		page http.HandlerFunc
	}{
		"always the same": {says(loginPage)},
		"with a token": {func(w http.ResponseWriter, _ *http.Request) {
			n++
			fmt.Fprintf(w, "%s<!-- %032d at %d -->", loginPage, n, n)
		}},
		"that quotes the way": {func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s<p>%s", loginPage, r.URL.Path) }},
	} {
		on, port, _ := serve(t, map[string]http.HandlerFunc{"*": c.page, "/config": says("psk=abc123abc123")})
		site, err := Pages{Port: port}.Ask(t.Context(), on)
		if err != nil || !site.Wildcard {
			t.Errorf("%s: %v %+v", name, err, site.Wildcard)
		}
		if got := paths(site); !slices.Equal(got, []string{"/", "/config"}) {
			t.Errorf("%s: pages of their own are %v", name, got)
		}
	}
}

func TestARedirectToHTTPSAlone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages map[string]http.HandlerFunc
		want  bool
	}{
		"every path":    {map[string]http.HandlerFunc{"*": leads("https://127.0.0.1/x")}, true},
		"but one":       {map[string]http.HandlerFunc{"*": leads("https://127.0.0.1/x"), "/api/status": says("{}")}, false},
		"to plain HTTP": {map[string]http.HandlerFunc{"*": leads("/x")}, false},
		"with a cookie": {map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1"})
			http.Redirect(w, r, "https://127.0.0.1/", http.StatusMovedPermanently)
		}}, false},
		"nothing at all": {nil, false},
	} {
		on, port, _ := serve(t, c.pages)
		if site, err := (Pages{Port: port}).Ask(t.Context(), on); err != nil || site.OnlyRedirect != c.want {
			t.Errorf("%s: %v %v, want %v", name, err, site.OnlyRedirect, c.want)
		}
	}
}

func TestBeingPutOffIsNotAnAbsentPage(t *testing.T) {
	t.Parallel()
	asked := 0
	on, port, _ := serve(t, map[string]http.HandlerFunc{
		"/config": func(w http.ResponseWriter, _ *http.Request) {
			if asked++; asked == 1 {
				w.Header().Set("Retry-After", "30")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			fmt.Fprint(w, "here")
		},
		"/backup.cfg": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
	})
	began := on.Clock.Now()
	site, err := Pages{Port: port}.Ask(t.Context(), on)
	if err != nil || site.Limited != 1 || !slices.Contains(paths(site), "/config") || on.Clock.Now().Sub(began) < 30*time.Second {
		t.Errorf("%v: %d limited, %v after %v", err, site.Limited, paths(site), on.Clock.Now().Sub(began))
	}
}

func TestSecretsAreFoundInEverySpelling(t *testing.T) {
	t.Parallel()
	secret, other := evidence.Keep("k7mqp2xw9d4t"), evidence.Keep("nowhere1nowhere2")
	v, _ := secret.Reveal()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "wifi ", v)
	w.Close()
	on, port, _ := serve(t, map[string]http.HandlerFunc{
		"/": says("<html>" + strings.Repeat(" ", 3*MaxText) + v), "/config.json": says(base64.StdEncoding.EncodeToString([]byte("x:" + v))), "/backup.tar.gz": says(packed.String()),
		"/info": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Token", v) },
	})
	s, err := Search{Port: port, For: []evidence.Secret{secret, other}}.Ask(t.Context(), on)
	var got []string
	for _, h := range s.Shown {
		if h.Secret != secret {
			t.Errorf("found elsewhere: %+v", h)
		}
		got = append(got, h.Path)
	}
	slices.Sort(got)
	if err != nil || !slices.Equal(slices.Compact(got), []string{"/", "/backup.tar.gz", "/config.json", "/info"}) {
		t.Errorf("%v %v", err, got)
	}
}

func TestAClosedPortIsAnAnswer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	on, port := behind(t, l.Addr().String(), clock.Real())
	if s, err := (Pages{Port: port}).Ask(t.Context(), on); err != nil || s.Open {
		t.Errorf("%v %+v", err, s)
	}
}

// A server that wants a hybrid key exchange is heard as well.
func TestAHybridKeyExchangeAlone(t *testing.T) {
	s := httptest.NewUnstartedServer(says("welcome"))
	s.TLS = &stdtls.Config{CurvePreferences: []stdtls.CurveID{stdtls.X25519MLKEM768}, MinVersion: stdtls.VersionTLS13}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	on, port := behind(t, s.Listener.Addr().String(), clock.Real())
	r, err := Do(t.Context(), on, Request{Port: port, TLS: true, Path: "/"})
	if err != nil || string(r.Body) != "welcome" {
		t.Errorf("%q, %v", r.Body, err)
	}
	site, err := Pages{Port: port, TLS: true}.Ask(t.Context(), on)
	if err != nil || !site.Open || len(site.Pages) == 0 {
		t.Errorf("%+v, %v", site, err)
	}
}

// A crawl keeps its connection where the server lets it; a series of requests has one each.
func TestACrawlSharesAConnection(t *testing.T) {
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	on, port := behind(t, s.Listener.Addr().String(), clock.Real())
	if _, err := (Pages{Port: port}).Ask(t.Context(), on); err != nil || connections.Load() != 1 {
		t.Errorf("%d connections, %v: want one", connections.Load(), err)
	}
	for range 2 {
		if _, err := Do(t.Context(), on, Request{Port: port, Path: "/"}); err != nil {
			t.Error(err)
		}
	}
	if connections.Load() != 3 {
		t.Errorf("%d connections after two requests more: want one each", connections.Load())
	}
}
