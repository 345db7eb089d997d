package login

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/evidence"
)

// app is a device whose page is a script: what its API expects, and how it answers.
type app struct {
	user, password string // keys
	status         int    // of a wrong password
	right, wrong   string // answers
	cookie         bool   // a session is a cookie
	optionsOnly    bool   // a GET finds nothing: only OPTIONS tells
}

func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/":
		fmt.Fprint(w, `<!doctype html><title>Cam</title><div id=app></div><script src=/app.js></script>`)
	case r.URL.Path == "/app.js":
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, `fetch("/device/v3/sign-in",{method:"POST",body:JSON.stringify({%s:u.value,%s:p.value})})`, a.user, a.password)
	case r.URL.Path == "/device/v3/sign-in" && r.Method == "POST":
		var in map[string]string
		b, _ := io.ReadAll(r.Body)
		if json.Unmarshal(b, &in) != nil || in[a.user] == "" || in[a.password] == "" {
			w.WriteHeader(422)
			return
		}
		if in[a.user] != "admin" || in[a.password] != "right" {
			w.WriteHeader(a.status)
			fmt.Fprint(w, a.wrong)
			return
		}
		if a.cookie {
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "of the owner"})
		}
		fmt.Fprint(w, a.right)
	case r.URL.Path == "/device/v3/sign-in" && (r.Method == "OPTIONS" || !a.optionsOnly):
		w.Header().Set("Allow", "OPTIONS, POST")
		if r.Method != "OPTIONS" {
			w.WriteHeader(405)
		}
	case r.URL.Path == "/me" && (r.Header.Get("Authorization") == "Bearer token-of-the-owner" || strings.Contains(r.Header.Get("Cookie"), "sid=of the owner")):
		fmt.Fprint(w, "{}")
	case r.URL.Path == "/me":
		w.WriteHeader(401)
	default:
		http.NotFound(w, r)
	}
}

func TestLogInsOfScripts(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]app{
		"a bearer token":             {"username", "password", 401, `{"access_token":"token-of-the-owner"}`, `{}`, false, false},
		"a token deep inside":        {"email", "pwd", 403, `{"code":0,"data":{"user":{"id":1},"sessionToken":"token-of-the-owner"}}`, ``, false, true},
		"a cookie":                   {"user", "password", 200, `{"success":true}`, `{"success":false}`, true, false},
		"an error of its own in 200": {"login", "pass", 200, `{"token":"token-of-the-owner"}`, `{"error":{"code":3}}`, false, true},
		"a status that is a word":    {"login", "pass", 200, `{"status":"ok"}`, `{"status":"failed"}`, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, port := site(t, a.ServeHTTP)
			f, err := All{At: []Place{{Port: port, Protocol: "http"}}}.Ask(t.Context(), on)
			if err != nil || len(f.Logins) != 1 || f.Logins[0].Protocol != "json" || f.Logins[0].Path != "/device/v3/sign-in" || f.Logins[0].User != a.user || f.Logins[0].Password != a.password || len(f.Failed) > 0 {
				t.Fatalf("%v %+v", err, f)
			}
			for _, guards := range []string{"", "/me"} {
				l := f.Logins[0]
				l.Guards = guards
				for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Refused} {
					got, err := As{At: l, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
					if err != nil || got.Outcome != want || (want == Accepted) == got.Session.IsZero() {
						t.Errorf("%s, guards %q: %v %+v, want %s", pw, guards, err, got, want)
					}
				}
			}
		})
	}
}

// A declared API may have its own names for user and password, which its answers to others do not judge.
func TestSpellingsOfAnAPI(t *testing.T) {
	t.Parallel()
	a := app{user: "username", password: "password", status: 401, right: `{"token":"token-of-the-owner"}`}
	on, port := site(t, a.ServeHTTP)
	for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Refused} {
		got, err := As{At: Login{Protocol: "json", Port: port, Path: "/device/v3/sign-in", Guards: "/me"}, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want || want == Refused && got.Status != 401 {
			t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
		}
	}
}

// Where no spelling is understood it is tried with once, so that no account is tried more often than it is told; and that is no refusal.
func TestAnAPIThatUnderstandsNothing(t *testing.T) {
	t.Parallel()
	posts := 0
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			posts++
		}
		w.WriteHeader(400)
	})
	h, err := WellKnown{At: Login{Protocol: "json", Port: port, Path: "/login", Guards: "/me"}, Most: 5}.Ask(t.Context(), on)
	if err != nil || h.Refused > 0 || h.Unclear != 5 || posts != len(spellings)+5 {
		t.Errorf("%v %+v, %d requests", err, h, posts)
	}
}

// A script may send a form's fields.
func TestAnAPIThatTakesFields(t *testing.T) {
	t.Parallel()
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/login" && r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
			w.WriteHeader(415)
		case r.URL.Path == "/login" && r.PostFormValue("username") == "admin" && r.PostFormValue("password") == "right":
			fmt.Fprint(w, `{"token":"token-of-the-owner"}`)
		default:
			w.WriteHeader(401)
		}
	})
	for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Refused} {
		got, err := As{At: Login{Protocol: "json", Port: port, Path: "/login"}, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
		if err != nil || got.Outcome != want {
			t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
		}
	}
}

// What only has the name of a log-in is said, and convicts nobody; a server that answers alike at every path has none.
func TestPlacesThatMayBeLogIns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		at     string
		maybe  int
	}{"one that takes a POST": {405, "/api/login", 1}, "every path": {405, "", 0}, "none": {404, "", 0}, "one that is shut": {401, "/api/login", 0}} {
		on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/":
				fmt.Fprint(w, "<h1>A device</h1><p>It shows this page to anybody, and it needs no script for that.</p>")
			case c.at == "" || r.URL.Path == c.at:
				w.WriteHeader(c.status)
			default:
				w.WriteHeader(404)
			}
		})
		f, err := All{At: []Place{{Port: port, Protocol: "http"}}}.Ask(t.Context(), on)
		if err != nil || len(f.Maybe) != c.maybe || len(f.Logins) > 0 {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"data":{"token":"12345678"},"success":true}`))
	f.Add([]byte(`[[[[[[{"error":1}]]]]]]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := reply(b); s.yes && s.no || len(s.token) > 8<<10 {
			t.Errorf("%+v", s)
		}
	})
}
