package entries

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	probe "github.com/secure-by-design/assay/harness/probe/http"
)

func ask(t *testing.T, h http.HandlerFunc) Found {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	door, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Web{Port: at.Port()}.Ask(t.Context(), dial.New("A", door, nil, clock.Real()))
	if err != nil || !got.Open {
		t.Fatalf("%v %+v", err, got)
	}
	return got
}

func page(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/html")
	io.WriteString(w, "<!doctype html><html>"+text)
}

// A page and data that no link leads to are found, what links and scripts name is marked, and what is guarded is told apart.
func TestWaysIn(t *testing.T) {
	t.Parallel()
	got := ask(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			page(w, `<a href="/settings.html">Settings</a><script src="/app.js"></script><form><input type=password name=p></form>`)
		case "/app.js":
			io.WriteString(w, `fetch("/api/state")`)
		case "/settings.html":
			page(w, `<form><input name=zone></form>`)
		case "/api/state":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"on":true}`)
		case "/expert":
			page(w, `<title>Expert</title><form method=post><input name=gain></form>`)
		case "/api/v0/diag":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"load":0.2}`)
		case "/api/settings":
			w.WriteHeader(401)
		case "/api/config":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"error":"log in first"}`)
		default:
			http.NotFound(w, r)
		}
	})
	want := map[string]string{"/settings.html": "page true", "/api/state": "data true", "/expert": "page false", "/api/v0/diag": "data false", "/api/settings": "guarded false"}
	for _, e := range got.Entries {
		if is := fmt.Sprintf("%s %v", e.Kind, e.Linked); want[e.Path] != is {
			t.Errorf("%s is %s, want %q", e.Path, is, want[e.Path])
		}
		delete(want, e.Path)
	}
	if len(want) > 0 {
		t.Errorf("missed %v", want)
	}
}

// Servers that answer every address alike have no way in by it: a log-in page, a program in the browser, data that name the address,
// a refusal; nor have those that answer once alone, or with errors.
func TestServersThatAnswerAll(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for name, h := range map[string]http.HandlerFunc{
		"log-in": func(w http.ResponseWriter, r *http.Request) {
			page(w, r.URL.Path+`<form><input name=user><input name=p type=password></form>`)
		},
		"program": func(w http.ResponseWriter, r *http.Request) { page(w, `<form><input name=gain></form>`+r.URL.Path) },
		"data": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"asked":%q}`, r.URL.Path)
		},
		"refusal": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) },
		"errors":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"once": func(w http.ResponseWriter, r *http.Request) {
			if seen[r.URL.Path]++; r.URL.Path == "/api/v1/info" && seen[r.URL.Path] == 1 {
				io.WriteString(w, `{"a":1}`)
				return
			}
			http.NotFound(w, r)
		},
	} {
		if got := ask(t, h); len(got.Entries) > 0 {
			t.Errorf("%s: %+v", name, got.Entries)
		}
	}
}

// The list speaks of nothing that does something.
func TestCommon(t *testing.T) {
	if all := common(); len(all) < 120 {
		t.Errorf("%d addresses", len(all))
	}
}

func FuzzRead(f *testing.F) {
	f.Add("text/html", []byte(`<form><input name=a></form><script>x("/api/b")</script>`), 200)
	f.Add("application/json", []byte(`{"a":1}`), 200)
	f.Add("text/xml", []byte(`<a/>`), 200)
	f.Fuzz(func(t *testing.T, kind string, body []byte, status int) {
		r := probe.Response{Status: status, Header: http.Header{"Content-Type": {kind}, "Location": {kind}}, Body: body}
		e, _ := read("/a", r)
		if len(e.Title) > 600 || len(e.Inputs) > maxInputs || len(e.Begins) > 3*maxBegins {
			t.Errorf("%+v", e)
		}
		for _, p := range names("/a", r) {
			if p[0] != '/' {
				t.Errorf("%q", p)
			}
		}
	})
}
