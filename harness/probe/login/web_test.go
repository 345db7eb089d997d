package login

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// site is a web server on loopback behind its door.
func site(t *testing.T, h http.HandlerFunc) (*dial.Device, uint16) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(strings.TrimPrefix(s.URL, "http://"))
	return behind(t, clock.Real(), at.Addr(), at.Port()), at.Port()
}

const loginPage = `<form method="post" action="/go"><input type="hidden" name="csrf" value="c1"><input name="u"><input type="password" name="p"></form>`

// panel is a device's web page: how it answers a right and a wrong password, and what its pages show.
type panel struct {
	page        string // of /login
	always      bool   // /login shows the form to a session too
	wrong       func(w http.ResponseWriter)
	right       string // where a right password leads; "" answers 200 in place
	setUpInside bool   // there is no log-in any more: every page is the set-up
}

func (p panel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, _ := r.Cookie("sid")
	in := c != nil && c.Value == "session-of-the-owner"
	switch {
	case p.setUpInside:
		fmt.Fprint(w, "<h1>Welcome</h1>Choose your language")
	case r.URL.Path == "/go":
		if r.PostFormValue("csrf") != "c1" || !strings.HasSuffix(r.Referer(), "/login") {
			w.WriteHeader(400)
			return
		}
		if r.PostFormValue("u") != "admin" || r.PostFormValue("p") != "right" {
			p.wrong(w)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "session-of-the-owner"})
		if p.right != "" {
			w.Header().Set("Location", p.right)
			w.WriteHeader(302)
		}
	case r.URL.Path == "/login" && (p.always || !in):
		fmt.Fprint(w, p.page)
	case r.URL.Path == "/help":
		fmt.Fprint(w, "help")
	case !in:
		http.Redirect(w, r, "/login", http.StatusFound)
	default:
		fmt.Fprint(w, "<h1>Camera</h1> all is well")
	}
}

func to(path string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.Header().Set("Location", path); w.WriteHeader(302) }
}

func writes(status int, text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { w.WriteHeader(status); fmt.Fprint(w, text) }
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		p            panel
		right, wrong Outcome
	}{
		{"the form again", panel{page: loginPage, wrong: writes(200, loginPage), right: "/home"}, Accepted, Refused},
		{"sent back to the form", panel{page: loginPage, wrong: to("/login"), right: "/home"}, Accepted, Refused},
		{"a log-in page that never goes away", panel{page: loginPage, always: true, wrong: to("/login?e=1"), right: "/home"}, Accepted, Refused},
		{"an answer in place", panel{page: loginPage, wrong: writes(200, `{"error":"wrong password"}`)}, Accepted, Refused},
		{"led to a page that is open to all", panel{page: loginPage, always: true, wrong: to("/help"), right: "/help"}, Accepted, Unclear},
		{"a lock in words", panel{page: loginPage, wrong: writes(200, loginPage+"Too many attempts"), right: "/"}, Accepted, Limited},
		{"help that speaks of a lock", panel{page: loginPage + "<p>The account is locked after 5 tries", wrong: writes(200, loginPage+"<p>The account is locked after 5 tries"), right: "/"}, Accepted, Refused},
		{"a script that speaks of a lock", panel{page: loginPage, wrong: writes(200, loginPage+"<script>m='too many'</script>"), right: "/"}, Accepted, Refused},
		{"a lock by status", panel{page: loginPage, wrong: writes(429, "no"), right: "/"}, Accepted, Limited},
		{"a page of the wrong password's own", panel{page: loginPage, wrong: func(w http.ResponseWriter) {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "failed"})
			w.Write([]byte("The password is incorrect"))
		}, right: "/"}, Accepted, Refused},
		{"a set-up in its place", panel{setUpInside: true}, Unclear, Unclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			on, port := site(t, c.p.ServeHTTP)
			l := Login{Protocol: "form", Port: port, Page: "/login", Path: "/go", User: "u", Password: "p"}
			for pw, want := range map[string]Outcome{"right": c.right, "nope-it-is-not": c.wrong} {
				got, err := As{At: l, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
				if err != nil || got.Outcome != want {
					t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
				}
			}
		})
	}
}

func TestBasicNeedsItsControl(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, sent, right bool)
		pw     string
		want   Outcome
		wait   time.Duration
	}{
		{"an open page", func(w http.ResponseWriter, sent, right bool) {}, "right", Open, 0},
		{"right", challenged(401, "no"), "right", Accepted, 0},
		{"wrong", challenged(401, "no"), "wrong", Refused, 0},
		{"wrong, under a text that always speaks of blocking", challenged(401, "access is blocked"), "wrong", Refused, 0},
		{"a lock of our own", func(w http.ResponseWriter, sent, right bool) {
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(401)
			if sent {
				fmt.Fprint(w, "account locked")
			}
		}, "right", Limited, 0},
		{"a lock with a date", func(w http.ResponseWriter, sent, right bool) {
			w.Header().Set("Date", "Mon, 02 Nov 2026 10:00:00 GMT")
			w.Header().Set("Retry-After", "Mon, 02 Nov 2026 10:05:00 GMT")
			w.WriteHeader(429)
		}, "right", Limited, 5 * time.Minute},
		{"trouble", func(w http.ResponseWriter, sent, right bool) { w.WriteHeader(500) }, "right", Unclear, 0},
		{"a server whose Retry-After has no end", func(w http.ResponseWriter, sent, right bool) {
			w.Header().Set("Retry-After", "99999999999999999999")
			w.WriteHeader(429)
		}, "right", Limited, maxRetry},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
				_, p, sent := r.BasicAuth()
				c.answer(w, sent, p == "right")
			})
			got, err := As{At: Login{Protocol: "basic", Port: port, Path: "/"}, User: "admin", Password: evidence.Keep(c.pw)}.Ask(t.Context(), on)
			if err != nil || got.Outcome != c.want || got.Wait != c.wait {
				t.Errorf("%v %+v, want %s %v", err, got, c.want, c.wait)
			}
		})
	}
}

func challenged(status int, text string) func(http.ResponseWriter, bool, bool) {
	return func(w http.ResponseWriter, sent, right bool) {
		if !right {
			w.Header().Set("WWW-Authenticate", `Basic realm="cam"`)
			w.WriteHeader(status)
			fmt.Fprint(w, text)
		}
	}
}

// digestServer checks responses by RFC 7616 as a server does.
func digestServer(t *testing.T, algorithm, qop string, more ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		got := challenges(r.Header.Get("Authorization"))
		sum := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
		if strings.HasPrefix(algorithm, "SHA-256") {
			sum = func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
		}
		if len(got) == 1 && got[0].scheme == "digest" {
			p := got[0].params
			ha1 := sum(p["username"] + `:the "cam":right`)
			if strings.HasSuffix(algorithm, "-sess") {
				ha1 = sum(ha1 + ":n1:" + p["cnonce"])
			}
			want := sum(ha1 + ":n1:" + sum("GET:"+r.URL.RequestURI()))
			if qop != "" {
				want = sum(strings.Join([]string{ha1, "n1", p["nc"], p["cnonce"], p["qop"], sum("GET:" + r.URL.RequestURI())}, ":"))
			}
			if p["response"] == want && p["opaque"] == "o" && p["realm"] == `the "cam"` {
				return
			}
		}
		for _, m := range more {
			w.Header().Add("WWW-Authenticate", m)
		}
		c := `Digest realm="the \"cam\"", nonce="n1", opaque="o"`
		if algorithm != "" {
			c += ", algorithm=" + algorithm
		}
		if qop != "" {
			c += fmt.Sprintf(", qop=%q", qop)
		}
		w.Header().Add("WWW-Authenticate", c)
		w.WriteHeader(401)
	}
}

func TestDigests(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"", "", ""}, {"MD5", "auth", ""}, {"SHA-256", "auth,auth-int", ""}, {"MD5-sess", "auth", ""}, {"MD5", "auth", `Basic realm="x"`}, {"MD5", "auth", `Digest realm="y", nonce="z", algorithm=SHA-512-256`}} {
		more := c[2:]
		if c[2] == "" {
			more = nil
		}
		on, port := site(t, digestServer(t, c[0], c[1], more...))
		for pw, want := range map[string]Outcome{"right": Accepted, "wrong-one": Refused} {
			got, err := As{At: Login{Protocol: "digest", Port: port, Path: "/cgi?a=1"}, User: `ad"min`, Password: evidence.Keep(pw)}.Ask(t.Context(), on)
			if err != nil || got.Outcome != want {
				t.Errorf("%v: %s: %v %+v", c, pw, err, got)
			}
		}
	}
	on, port := site(t, digestServer(t, "MD5", "auth", `Basic realm="x"`))
	f, err := All{At: []Place{{Port: port, TLS: false, Protocol: "http"}}}.Ask(t.Context(), on)
	if err != nil || len(f.Logins) != 2 || f.Logins[1].Protocol != "digest" || f.Logins[1].Realm != `the "cam"` {
		t.Errorf("both schemes are log-ins: %v %+v", err, f)
	}
	on, port = site(t, func(http.ResponseWriter, *http.Request) {})
	if got, err := (As{At: Login{Protocol: "digest", Port: port, Path: "/"}, User: "a", Password: evidence.Keep("right")}).Ask(t.Context(), on); err != nil || got.Outcome != Open {
		t.Errorf("an open page: %v %+v", err, got)
	}
}

func TestAnAPIThatIsNoneRefusesNothing(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]Outcome{401: Refused, 400: Refused, 403: Refused, 404: Unclear, 405: Unclear, 500: Unclear, 200: Unclear, 429: Limited} {
		on, port := site(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		got, err := As{At: Login{Protocol: "json", Port: port, Path: "/api/login", Mech: "AuthMech-1"}, User: "a", Password: evidence.Keep("some password")}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want {
			t.Errorf("%d: %v %+v, want %s", status, err, got, want)
		}
		if status == 400 { // of a log-in that nobody declared it may mean that it was not understood
			want = Unclear
		}
		got, err = As{At: Login{Protocol: "json", Port: port, Path: "/api/login"}, User: "a", Password: evidence.Keep("some password")}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want {
			t.Errorf("%d, not declared: %v %+v, want %s", status, err, got, want)
		}
	}
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Digest realm="a\"b", nonce="c", qop="auth,auth-int", Basic realm=x`)
	f.Add(`Basic`)
	f.Add(`=,="`)
	f.Fuzz(func(t *testing.T, h string) {
		cs := challenges(h)
		if len(cs) > maxChallenges {
			t.Errorf("%q has %d challenges", h, len(cs))
		}
		for _, c := range cs {
			if a, ok := c.answer("/", "u", "p"); ok && strings.ContainsAny(a, "\r\n") {
				t.Errorf("%q makes the header %q", h, a)
			}
		}
	})
}

func FuzzPages(f *testing.F) {
	f.Add([]byte(loginPage))
	f.Add([]byte(strings.Repeat("<b><form>", 2000)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, _ := sheetOf(b, Login{Password: "p"})
		if len(s.values) > maxValues {
			t.Errorf("%d values", len(s.values))
		}
		passwordForm(b)
		visible(b)
		_, _ = url.ParseQuery(s.values.Encode())
	})
}

// A page may hold several forms, lead to its log-in, and bring along what the server expects back.
func TestFormsAreFilledInAsBrowsersDo(t *testing.T) {
	t.Parallel()
	const page = `<form action="/search"><input name="q"></form>
<form method="post" action="/change"><input type="password" name="old"><input type="password" name="new"></form>
<form method="post" action="do?x=1"><input type="hidden" name="csrf" value="%s"><input name="who"><input type="password" name="secret">
<select name="lang"><option value="de">D<option value="en" selected>E</select><input type="checkbox" name="tos" value="yes" checked><input type="checkbox" name="news">
<button name="go" value="in">Log in</button><button name="go" value="forgot">Forgot</button></form>`
	given := 0
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		token, _ := r.Cookie("pre")
		in, _ := r.Cookie("sid")
		switch {
		case r.URL.Path == "/":
			http.Redirect(w, r, "/auth/page", http.StatusFound)
		case r.URL.Path == "/auth/page":
			given++
			v := fmt.Sprintf("t%d", given)
			http.SetCookie(w, &http.Cookie{Name: "pre", Value: v})
			fmt.Fprintf(w, page, v)
		case r.URL.Path == "/auth/do":
			if token == nil || r.PostFormValue("csrf") != token.Value || token.Value != fmt.Sprintf("t%d", given) || r.PostFormValue("lang") != "en" || r.PostFormValue("tos") != "yes" ||
				r.PostForm.Has("news") || r.PostFormValue("go") != "in" || r.URL.Query().Get("x") != "1" || r.Header.Get("Origin") == "" {
				t.Errorf("the form came as %v with %v", r.PostForm, token)
				w.WriteHeader(400)
				return
			}
			if r.PostFormValue("who") == "admin" && r.PostFormValue("secret") == "right" {
				http.SetCookie(w, &http.Cookie{Name: "sid", Value: "of the owner"})
				fmt.Fprint(w, `<script>window.location.href = "/main.html"</script>`)
				return
			}
			fmt.Fprint(w, "No.")
		case r.URL.Path == "/main.html" && in != nil:
			fmt.Fprint(w, "all is well")
		default:
			w.WriteHeader(401)
		}
	})
	for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Unclear} {
		got, err := As{At: Login{Protocol: "form", Port: port, Page: "/", User: "user", Password: "password"}, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want {
			t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
		}
	}
}

func TestRedirectsStayOnTheDevice(t *testing.T) {
	t.Parallel()
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://203.0.113.9/login", http.StatusFound)
	})
	got, err := As{At: Login{Protocol: "form", Port: port, Page: "/", User: "u", Password: "p"}, User: "admin", Password: evidence.Keep("right")}.Ask(t.Context(), on)
	if err != nil || got.Outcome != Unclear || got.Status != 302 {
		t.Errorf("%v %+v", err, got)
	}
}

// A declared form may stand where it goes, and not at the root.
func TestAFormThatStandsWhereItGoes(t *testing.T) {
	t.Parallel()
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		in, _ := r.Cookie("sid")
		switch {
		case r.URL.Path == "/":
			fmt.Fprint(w, "<h1>Camera</h1><p>Live picture")
		case r.URL.Path == "/signin" && r.Method == "POST" && r.PostFormValue("mail") == "admin" && r.PostFormValue("pw") == "right":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "of the owner"})
		case r.URL.Path == "/signin":
			fmt.Fprint(w, `<form method=post><input type=email name=mail><input type=password name=pw></form>`)
		case in == nil:
			w.WriteHeader(401)
		}
	})
	l := Login{Protocol: "form", Port: port, Page: "/", Path: "/signin", Guards: "/settings", User: "user", Password: "password"}
	for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Refused} {
		got, err := As{At: l, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want {
			t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
		}
	}
}
