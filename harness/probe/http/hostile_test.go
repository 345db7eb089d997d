package http

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
)

func TestAnAnswerIsBounded(t *testing.T) {
	t.Parallel()
	on, port, _ := serve(t, map[string]http.HandlerFunc{
		"/much": func(w http.ResponseWriter, _ *http.Request) {
			w.Write(bytes.Repeat([]byte("x"), 4*MaxBody))
		},
		"/stall": func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("x"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"/mute": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/away": leads("http://203.0.113.9/x"),
	})
	if r, err := Do(t.Context(), on, Request{Port: port, Path: "/much"}); err != nil || len(r.Body) != MaxBody || !r.Truncated {
		t.Errorf("%v: %d bytes, truncated %v", err, len(r.Body), r.Truncated)
	}
	began := time.Now()
	if r, err := Do(t.Context(), on, Request{Port: port, Path: "/stall", Patience: 500 * time.Millisecond}); err != nil || len(r.Body) > MaxBody || time.Since(began) > 5*time.Second {
		t.Errorf("%v: %d bytes after %v", err, len(r.Body), time.Since(began))
	}
	if _, err := Do(t.Context(), on, Request{Port: port, Path: "/mute", Patience: 300 * time.Millisecond}); err == nil {
		t.Error("no answer is no error")
	}
	if r, err := Do(t.Context(), on, Request{Port: port, Path: "/away"}); err != nil || r.Status != 302 || r.Header.Get("Location") != "http://203.0.113.9/x" {
		t.Errorf("%v %+v", err, r)
	}
	for _, c := range on.Log() {
		if c.To.Addr() != on.Address() {
			t.Errorf("the door led to %v", c.To)
		}
	}
}

// Devices keep pages compressed and send them so unasked; one that swells is bounded, and one that is none stays as it is.
func TestAPageThatIsKeptCompressed(t *testing.T) {
	t.Parallel()
	packed := func(text []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(text)
			z.Close()
		}
	}
	const form = "<html><form method=post action=/in><input name=u><input type=password name=p></form>"
	on, port, _ := serve(t, map[string]http.HandlerFunc{
		"/": packed([]byte(form)), "/bomb": packed(bytes.Repeat([]byte("x"), 8*MaxBody)),
		"/none": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "plain")
		},
	})
	if site, err := (Pages{Port: port}).Ask(t.Context(), on); err != nil || len(site.Pages) == 0 || !site.Pages[0].Password {
		t.Errorf("%v %+v", err, site)
	}
	if r, err := Do(t.Context(), on, Request{Port: port, Path: "/bomb"}); err != nil || len(r.Body) != MaxBody || !r.Truncated {
		t.Errorf("%v: %d bytes, truncated %v", err, len(r.Body), r.Truncated)
	}
	if r, err := Do(t.Context(), on, Request{Port: port, Path: "/none"}); err != nil || string(r.Body) != "plain" {
		t.Errorf("%v %q", err, r.Body)
	}
}

// Credentials are cut from the evidence by structure, and what a page names as secret by value.
func TestEvidenceHoldsNoCredentials(t *testing.T) {
	t.Cleanup(evidence.Forget)
	on, port, _ := serve(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "sid=cookie-of-the-device")
		fmt.Fprint(w, "api_key=abcdef0123456789")
	}})
	var sheet evidence.Sheet
	_, err := Do(t.Context(), on.With(&sheet), Request{Port: port, Path: "/", Header: map[string]string{"Authorization": "Bearer token-of-ours", "Cookie": "a=cookie-of-ours"}})
	if err != nil || len(sheet.Items()) != 1 {
		t.Fatal(err, len(sheet.Items()))
	}
	got := string(evidence.Cut(sheet.Items()[0].Data))
	for _, secret := range []string{"cookie-of-the-device", "abcdef0123456789", "token-of-ours", "cookie-of-ours"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q stands in\n%s", secret, got)
		}
	}
	if !strings.Contains(got, "GET /\r\n") || !strings.Contains(got, "200 OK") {
		t.Errorf("what is left is no exchange:\n%s", got)
	}
}

// A site without an end is left at the bound; one that only stalls is given up.
func TestASiteIsBounded(t *testing.T) {
	t.Parallel()
	n := 0
	on, port, seen := serve(t, map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, _ *http.Request) {
		n++
		fmt.Fprintf(w, "<html><a href='/p%d'>%s%s", n, strings.Repeat("<div><a href=/x>", 20), strings.Repeat("y", 3000))
	}})
	site, err := Pages{Port: port, Most: 80, Depth: 1000}.Ask(t.Context(), on)
	if err != nil || site.Asked > 80 || len(seen.list) > 80 || site.Why == "" {
		t.Errorf("%v: %d asked, %q", err, site.Asked, site.Why)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	on, port = behind(t, l.Addr().String(), clock.Real())
	if _, err := (Pages{Port: port}).Ask(t.Context(), on); err == nil {
		t.Error("a server that only hangs up was read")
	}
}

// Redirects without an end are left like a browser leaves them; a page behind a few is read.
func TestRedirectsAreBounded(t *testing.T) {
	t.Parallel()
	for end, want := range map[int]int{5: 5, 1000: maxHops} {
		furthest := 0
		on, port, _ := serve(t, map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, r *http.Request) {
			n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/hop"))
			switch furthest = max(furthest, n); {
			case r.URL.Path != "/" && err != nil:
				http.NotFound(w, r)
			case n >= end:
				fmt.Fprint(w, "here it ends")
			default:
				leads(fmt.Sprintf("/hop%d", n+1))(w, r)
			}
		}})
		site, err := Pages{Port: port}.Ask(t.Context(), on)
		if err != nil || site.Why != "" || furthest != want {
			t.Errorf("%d redirects: %v %q, %d followed, want %d", end, err, site.Why, furthest, want)
		}
	}
}

func TestValuesThatAreNamedSecret(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]pair{
		"wifi_psk=abc123abc": {"wifi_psk", "abc123abc"}, `{"apiKey": "0123456789"}`: {"apiKey", "0123456789"}, "X-Token : zzzzzz9,": {"Token", "zzzzzz9"},
		"adminPassword2=hunter22\n": {"adminPassword2", "hunter22"},
	} {
		if got := named([]byte(text)); len(got) != 1 || got[0] != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"password: ", "a=bcdefgh", "the token of the day", "psk=short"} {
		if got := named([]byte(text)); len(got) != 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
	began := time.Now()
	named(bytes.Repeat([]byte("x"), MaxBody))
	named(bytes.Repeat([]byte("token"), MaxBody/5))
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

// Nesting without end must not cost time without end.
func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]string{
		"nested":       strings.Repeat("<div>", MaxBody/5),
		"tables":       strings.Repeat("<table><tr><td>", MaxBody/15),
		"formatting":   strings.Repeat("<a href=x><b><i>", MaxBody/16),
		"forms":        strings.Repeat("<form><input>", MaxBody/13),
		"attributes":   "<input " + strings.Repeat("a=b ", MaxBody/4),
		"never closed": "<title>" + strings.Repeat("x", MaxBody),
	} {
		began := time.Now()
		title, forms, _, links := read([]byte(page))
		if took := time.Since(began); took > 5*time.Second || len(title) > 200 || len(forms) > maxForms || len(links) > maxLinks+5 {
			t.Errorf("%s: %d forms, %d links after %v", name, len(forms), len(links), took)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(loginPage))
	f.Add([]byte(`<meta http-equiv=refresh content="0;url=/x"><script>location.replace('/y')</script>`))
	f.Add([]byte("password: hunter2hunter2\napi_key=\"a\""))
	f.Add([]byte("<form><select><table><form>"))
	f.Add([]byte("<script>fetch('/api/login',{body:JSON.stringify({user:u,password:p})})</script>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		title, forms, _, links := read(b)
		if len(title) > 600 || len(forms) > maxForms || len(links) > maxLinks+6 {
			t.Errorf("%d, %d forms, %d links", len(title), len(forms), len(links))
		}
		drawn(b)
		if paths, k := calls(append(scripts(b), b...)); len(paths) > maxCalls || len(k.User)+len(k.Password) > 20 {
			t.Errorf("%q %q", paths, k)
		}
		l := like("/x", Response{Status: 200, Body: b})
		if !l.common(l).fits(l) {
			t.Error("an answer is not like itself")
		}
		for _, p := range named(b) {
			if len(p.name) > maxName || len(p.value) < 6 || len(p.value) > 4*128 {
				t.Errorf("%q", p)
			}
		}
	})
}
