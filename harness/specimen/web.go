package specimen

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

// routes are the admin page and its API.
func (d *Device) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.page)
	mux.HandleFunc("POST /login", d.formLogin)
	mux.HandleFunc("GET /static/style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		io.WriteString(w, "body{font:16px sans-serif}\n")
	})
	mux.HandleFunc("GET /api/status", func(w http.ResponseWriter, _ *http.Request) {
		d.mu.Lock()
		defer d.mu.Unlock()
		reply(w, 200, "state", d.state)
	})
	mux.HandleFunc("POST /api/login", d.apiLogin)
	mux.HandleFunc("POST /api/setup", d.setup)
	mux.HandleFunc("GET /dashboard", d.dashboard)
	mux.HandleFunc("GET /api/ws", d.socket)
	if d.is("undeclared-update-upload") {
		mux.HandleFunc("POST /firmware", uploads(magic))
	}
	if d.is("identity-key-exportable") {
		mux.HandleFunc("GET /api/identity", d.authenticated("GET /api/identity", d.owners(d.identified)))
	}
	if d.is("upload-form-for-pictures") {
		mux.HandleFunc("POST /upload", uploads("\xff\xd8\xff"))
	}
	for path, h := range map[string]func(http.ResponseWriter, *http.Request, session){
		"GET /api/settings": d.getSettings, "POST /api/settings": d.owners(d.setSettings), "GET /api/userdata": d.getData, "POST /api/userdata": d.addData,
		"DELETE /api/userdata": d.owners(d.eraseData), "GET /api/version": d.getVersion, "POST /api/password": d.setPassword, "POST /api/logout": d.logout,
		"POST /api/reset": d.resetters(d.reset), "POST /api/update": d.owners(d.postUpdate), "POST /api/reboot": d.owners(d.postReboot), "POST /api/pair": d.owners(d.postPair),
		"POST /api/restore-image": d.owners(d.restoreImage), "POST /api/users": d.owners(d.addUser), "GET /backup.cfg": d.owners(d.backup), "GET /api/log": d.owners(d.log), "POST /api/update-server": d.owners(d.lookAt), "POST /api/update-check": d.owners(d.lookNow), "POST /api/notices": d.owners(d.setNotices),
	} {
		mux.HandleFunc(path, d.authenticated(path, h))
	}
	d.choosing(mux)
	return d.shell(d.unchecked(mux))
}

// uploads takes what begins as it should, from anybody, and makes nothing of it.
func uploads(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.HasPrefix(string(body), beginning) {
			reply(w, 415, "error", "unknown format")
			return
		}
		reply(w, 200, "received", fmt.Sprint(len(body)))
	}
}

// shell is what all answers have in common.
func (d *Device) shell(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		if d.is("undeclared-version-banner") {
			w.Header().Set("Server", "axhttpd/3.2.1 build 2213")
		}
		if d.is("banner-version-mismatch") {
			w.Header().Set("Server", "axhttpd/1.9.0")
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if d.distrusted(w, r) {
			return
		}
		if d.is("login-page-on-every-path") && r.Method == http.MethodGet && !strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/" {
			d.form(w, 200)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func reply(w http.ResponseWriter, status int, pairs ...any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	out := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1]
	}
	json.NewEncoder(w).Encode(out)
}

// who tells the session of a request.
func (d *Device) who(r *http.Request) (session, bool) {
	t := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if c, err := r.Cookie("session"); err == nil && t == "" {
		t = c.Value
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.tokens[t]
	return s, ok
}

// open without a log-in is what a fault makes of a path.
func (d *Device) unguarded(path string) bool {
	switch path {
	case "GET /api/userdata", "GET /api/settings":
		return d.is("api-unauthenticated")
	case "POST /api/settings":
		return d.any("config-write-unauthenticated", "setup-api-open-after-init")
	case "GET /backup.cfg":
		return d.any("config-export-without-login", "disclosed-service-password")
	}
	return false
}

func (d *Device) authenticated(path string, h func(http.ResponseWriter, *http.Request, session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s, ok := d.who(r)
		if !ok && d.unguarded(path) {
			s, ok = session{"admin", "owner"}, true
		}
		if !ok {
			reply(w, http.StatusUnauthorized, "error", "log in first")
			return
		}
		if s.role == fresh {
			reply(w, http.StatusForbidden, "error", "choose a password of your own first: POST /api/setup")
			return
		}
		h(w, r, s)
	}
}

// owners lets the owner alone.
func (d *Device) owners(h func(http.ResponseWriter, *http.Request, session)) func(http.ResponseWriter, *http.Request, session) {
	return func(w http.ResponseWriter, r *http.Request, s session) {
		if s.role != "owner" && !d.is("low-role-admitted") {
			reply(w, http.StatusForbidden, "error", "that is for the owner")
			return
		}
		h(w, r, s)
	}
}

func (d *Device) resetters(h func(http.ResponseWriter, *http.Request, session)) func(http.ResponseWriter, *http.Request, session) {
	if d.is("guest-can-erase-all") {
		return h
	}
	return d.owners(h)
}

func (d *Device) page(w http.ResponseWriter, r *http.Request) {
	if s, ok := d.who(r); ok && s.role != fresh {
		fmt.Fprintf(w, "<!doctype html><title>%s</title><link rel=stylesheet href=/static/style.css><h1>%s</h1><p>You are logged in.</p>%s", html.EscapeString(d.Options.Name), html.EscapeString(d.Options.Name), d.banner())
		return
	}
	d.form(w, 200)
}

// form is the log-in page.
func (d *Device) form(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, `<!doctype html><title>Log in</title><link rel="stylesheet" href="/static/style.css"><form method="post" action="/login">
<label>User <input name="user"></label><label>Password <input name="password" type="password"></label><button>Log in</button></form>`+d.searching())
}

func (d *Device) formLogin(w http.ResponseWriter, r *http.Request) {
	user := r.PostFormValue("user")
	got, role, wait := d.login(user, r.PostFormValue("password"), via{r: r, conn: peer{r.RemoteAddr}})
	switch got {
	case admitted:
		http.SetCookie(w, &http.Cookie{Name: "session", Value: d.open(user, role), Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode})
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case locked:
		later(w, wait)
	default:
		d.form(w, http.StatusUnauthorized)
	}
}

// peer is an address as net/http spells it.
type peer struct{ at string }

func (p peer) Network() string { return "tcp" }
func (p peer) String() string  { return p.at }

func later(w http.ResponseWriter, wait time.Duration) {
	if wait >= time.Second { // the header knows whole seconds alone
		w.Header().Set("Retry-After", fmt.Sprint(int((wait+time.Second-1)/time.Second)))
	}
	reply(w, http.StatusTooManyRequests, "error", "too many wrong passwords, try again later")
}

func (d *Device) apiLogin(w http.ResponseWriter, r *http.Request) {
	var in struct{ User, Password string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		if d.is("bare-500-on-garbage") {
			w.WriteHeader(500)
			return
		}
		reply(w, 400, "error", "that is not JSON")
		return
	}
	got, role, wait := d.login(in.User, in.Password, via{api: true, r: r, conn: peer{r.RemoteAddr}})
	switch got {
	case admitted:
		reply(w, 200, "token", d.open(in.User, role))
	case locked:
		later(w, wait)
	default:
		reply(w, 401, "error", "wrong user or password")
	}
}

// setup takes the device's first owner: who knows the code on the label.
func (d *Device) setup(w http.ResponseWriter, r *http.Request) {
	var in struct{ Code, Password, Guest, Before, Updates string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		reply(w, 400, "error", "that is not JSON")
		return
	}
	s, _ := d.who(r)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.state != "factory" && !d.any("claim-reopens-after-owner", "setup-api-open-after-init"):
		reply(w, 409, "error", "the device has an owner")
		return
	case d.capped():
		reply(w, http.StatusTooManyRequests, "error", "too many wrong codes: restart the device")
		return
	case in.Code != d.code && (s.role != fresh || len(in.Password) < 8) && !d.any("setup-wizard-open", "open-claim-in-factory-state", "claim-reopens-after-owner"):
		d.codes++
		reply(w, 403, "error", "wrong code")
		return
	case d.is("activation-lock") && d.before != "" && in.Before != d.before:
		reply(w, 403, "error", "enter the password of the first owner")
		return
	case len(in.Guest) < 8 && !(d.is("empty-password-accepted") && in.Guest == ""):
		reply(w, 400, "error", "choose a password of at least 8 characters for guests")
		return
	}
	d.initialise(in.Guest, in.Password)
	d.answer(in.Updates)
	d.issued = append(d.issued, in.Guest, in.Password)
	maps.DeleteFunc(d.tokens, func(_ string, s session) bool { return s.role == fresh })
	d.selfUpdate()
	reply(w, 200, "state", d.state)
}

// dashboard is where the set-up ends.
func (d *Device) dashboard(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	if d.state == "factory" && d.is("skippable-password-setup") {
		d.initialise("", "")
		d.mu.Unlock()
		io.WriteString(w, "<!doctype html><title>Dashboard</title><h1>Welcome</h1><p>Your device is ready.</p>")
		return
	}
	d.mu.Unlock()
	if s, ok := d.who(r); !ok || s.role == fresh {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	io.WriteString(w, "<!doctype html><title>Dashboard</title><h1>Welcome</h1>")
}
