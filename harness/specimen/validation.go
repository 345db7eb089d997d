package specimen

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// watchdog is what its web server takes to be started again after a crash.
const watchdog = 20 * time.Second

// crasherKey leads a handler to what brings down its server.
type crasherKey struct{}

// fragile is the web server of a device that some input brings down.
func (d *Device) fragile(l net.Listener) {
	var s *http.Server
	crash := sync.OnceFunc(func() { d.crash(s) })
	s = &http.Server{Handler: d.routes(), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return context.WithValue(d.ctx, crasherKey{}, crash) }}
	d.wg.Go(func() { s.Serve(tls.NewListener(l, d.tlsConfig())) })
	context.AfterFunc(d.ctx, func() { s.Close() })
}

// crash ends the web server with all its connections; the watchdog starts it again.
func (d *Device) crash(s *http.Server) { d.fall(HTTPS, func() { s.Close() }, d.fragile) }

// fall ends a service; the watchdog starts it again.
func (d *Device) fall(port uint16, end func(), again func(net.Listener)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ctx.Err() != nil {
		return
	}
	d.revive(end, func() {
		if l, err := net.Listen("tcp", netip.AddrPortFrom(d.Options.Addr, port).String()); err == nil {
			again(l)
		}
	})
}

// revive ends something, which the watchdog starts again.
func (d *Device) revive(end, again func()) {
	d.Clock.Busy(1) // before anyone sees that it is gone: the clock must not run ahead of the watchdog
	end()
	d.wg.Go(func() {
		defer d.Clock.Busy(-1)
		if d.Clock.Sleep(d.ctx, watchdog) == nil {
			again()
		}
	})
}

// spins tells whether a question's name points at itself, which a weak responder follows until its watchdog ends it.
func spins(b []byte) bool {
	const head = 12
	return len(b) > head+1 && b[head] == 0xc0 && b[head+1] == head
}

// trusting is a broker that makes room for as much as a packet says that it has, and falls over where that is more than its memory.
func (d *Device) trusting(l net.Listener) {
	var shut func()
	ready := make(chan struct{})
	fall := sync.OnceFunc(func() { <-ready; d.fall(MQTTS, shut, d.trusting) })
	defer close(ready)
	shut = d.accept(tls.NewListener(l, d.tlsConfig()), func(c net.Conn) {
		in := bufio.NewReader(c)
		head, _ := in.Peek(4) // kind, and three of the bytes of the length
		if len(head) == 4 && head[1] >= 0x80 && head[2] >= 0x80 && head[3] >= 0x80 {
			fall()
			return
		}
		d.client(c, in)
	})
}

// addresses are all that its page and its API have.
var addresses = []string{"/login", "/dashboard", "/static", "/backup.cfg", "/api/login", "/api/logout", "/api/status", "/api/setup", "/api/settings", "/api/userdata", "/api/users", "/api/password", "/api/version",
	"/api/update", "/api/restore-image", "/api/reset", "/api/reboot", "/api/pair", "/api/ws"}

// hostNames are those that the device takes (RFC 1123, 2.1), of one label.
var hostNames = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`)

// checked holds settings against their types and bounds, and says what is wrong.
func (d *Device) checked(in map[string]string) string {
	if v, ok := in["temperature"]; ok && !d.is("stores-out-of-range-value") {
		if t, err := strconv.ParseFloat(v, 64); err != nil || !(t >= 5 && t <= 30) {
			return "choose a temperature from 5 to 30"
		}
	}
	v, ok := in["hostname"]
	if ok && d.is("command-injection-in-hostname") && len(v) < 256 {
		d.shellOut(v)
		return ""
	}
	if ok && !hostNames.MatchString(v) {
		return "a host name has letters, digits and hyphens"
	}
	return ""
}

// command is what a shell would find in a text: a command in its own right that fetches an address.
var command = regexp.MustCompile("(?:[;|&`\n]|\\$\\()\\s*wget [^;|&`\n]*?(http://[0-9.:a-f\\[\\]]+/[a-z0-9-]+)")

// shellOut stands for a shell that is handed a host name: it knows one command, and fetches what that names.
func (d *Device) shellOut(v string) {
	m := command.FindStringSubmatch(v)
	if m == nil {
		return
	}
	ctx, end := context.WithTimeout(d.ctx, 5*time.Second)
	defer end()
	if r, err := http.NewRequestWithContext(ctx, http.MethodGet, m[1], nil); err == nil {
		c := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: d.Options.Addr.AsSlice()}}).DialContext}}
		if a, err := c.Do(r); err == nil {
			a.Body.Close()
		}
	}
}

// breaks tells whether the server must be one that can break.
func (d *Device) breaks() bool {
	return d.any("crash-on-long-header", "crash-on-long-form-field", "reboot-after-watchdog-unrelated")
}

// nightly is how many requests without the name of a client come before its nightly restart: in the midst of a test with such.
const nightly = 120

// night tells whether it is time for the nightly restart, once.
func (d *Device) night(r *http.Request) bool {
	return d.is("reboot-after-watchdog-unrelated") && r.UserAgent() == "" && d.nameless.Add(1) == nightly
}

// unchecked is what faults do to input before anything looks at it.
func (d *Device) unchecked(next http.Handler) http.Handler {
	if !d.breaks() && !d.any("path-traversal-read", "reflected-script", "hidden-expert-page", "undeclared-rest-endpoint") {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case d.night(r), d.is("crash-on-long-header") && longer(r.Header, 4096), d.is("crash-on-long-form-field") && r.ParseForm() == nil && longer(r.PostForm, 1024):
			if crash, ok := r.Context().Value(crasherKey{}).(func()); ok {
				crash()
				panic(http.ErrAbortHandler)
			}
		case d.is("path-traversal-read") && strings.HasPrefix(r.URL.Path, "/files/..") && strings.HasSuffix(r.URL.Path, "/etc/passwd"):
			io.WriteString(w, "root:x:0:0:root:/root:/bin/sh\nnobody:x:99:99::/:/bin/false\n")
			return
		case d.is("hidden-expert-page") && r.URL.Path == "/expert":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, `<!doctype html><title>Expert settings</title><form method="get" action="/expert"><label>Gain <input name="gain" value="12"></label><label>Zone <input name="zone" value="2"></label></form>`)
			return
		case d.is("undeclared-rest-endpoint") && r.URL.Path == "/api/v0/diag":
			reply(w, 200, "load", 0.21, "free", 20480)
			return
		case d.is("reflected-script") && r.URL.Path == "/search":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, "<!doctype html><title>Search</title><form action=/search><input name=q><button>Search</button></form><p>Nothing was found for %s.</p>", r.FormValue("q"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// longer tells whether a value is longer than n bytes.
func longer(values map[string][]string, n int) bool {
	for _, list := range values {
		for _, v := range list {
			if len(v) > n {
				return true
			}
		}
	}
	return false
}

// searching is the link to the search that a fault has.
func (d *Device) searching() string {
	if d.is("reflected-script") {
		return `<a href="/search">Search</a>`
	}
	return ""
}
