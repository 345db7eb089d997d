package mutate

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// behind is the door to a server on loopback.
func behind(t testing.TB, addr string) (*dial.Device, uint16) {
	t.Helper()
	at := netip.MustParseAddrPort(addr)
	door, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewJump()
	c.Busy(1)
	t.Cleanup(func() { c.Busy(-1) })
	return dial.New("A", door, nil, c), at.Port()
}

func ask(t testing.TB, h http.HandlerFunc, part string, most int) Tried {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	on, port := behind(t, s.Listener.Addr().String())
	got, err := HTTP{Port: port, Part: part, Seed: 1, Most: most, PerSecond: 20}.Ask(t.Context(), on)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const searchPage = `<html><title>x</title><a href="/search">Search</a><form action="/search"><input name=q></form>`

// Input that is executed is found by each oracle, on a page that shows it; the same page with its input escaped shows nothing.
func TestWhatIsExecuted(t *testing.T) {
	t.Parallel()
	for oracle, show := range map[string]func(q string) string{
		"markup": func(q string) string { return q },
		"template": func(q string) string {
			var a, b int
			if i := strings.Index(q, "{{"); i >= 0 {
				if n, _ := fmt.Sscanf(q[i:], "{{%d*%d}}", &a, &b); n == 2 {
					return fmt.Sprintf("assay%dyassa", a*b)
				}
			}
			return ""
		},
		"query": func(q string) string {
			if strings.Count(q, "'")%2 == 1 {
				return "You have an error in your SQL syntax"
			}
			return ""
		},
		"path": func(q string) string {
			if strings.HasSuffix(q, "../etc/passwd") {
				return "root:x:0:0:root:/root:/bin/sh\n"
			}
			return ""
		},
		"": func(q string) string {
			return strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(q) + "<script>var q='</scr';</script><textarea>" + q + "</textarea><!-- " + q + " -->"
		},
	} {
		got := ask(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, searchPage+show(r.FormValue("q")))
		}, Forms, 60)
		if oracle == "" {
			for _, h := range got.Hits {
				if h.Sent != "" && !strings.Contains(h.Sent, "%22%27%3E") {
					t.Errorf("escaped input was taken for executed: %+v", h)
				}
			}
			continue
		}
		found := false
		for _, h := range got.Hits {
			found = found || h.Oracle == oracle && h.Proven()
		}
		if !found {
			t.Errorf("%s: not found: %+v", oracle, got)
		}
	}
}

// A plan is the same for the same seed, and another for another.
func TestASeedReplays(t *testing.T) {
	t.Parallel()
	spell := func(seed uint64) string {
		var b strings.Builder
		for m := range plan(append(headers(), line()), HTTP{Seed: seed, Most: 500}, func(string) bool { return false }) {
			b.WriteString(new(session).spoken(m))
		}
		return b.String()
	}
	if spell(7) != spell(7) || spell(7) == spell(8) {
		t.Error("the seed does not decide the plan")
	}
}

// A server that falls over at one header is convicted by it alone. One that hangs up without an answer, one that answers 500, one
// that fell once, and one that answers and then shuts out whoever sent it, are not.
func TestLosses(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ losses, proven int }{"falls": {1, 1}, "falls once": {1, 0}, "hangs up": {}, "500": {}, "shuts out": {1, 0}} {
		got, err := fragile(t, name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		proven := 0
		for _, l := range got.Losses {
			if l.Proven() {
				proven++
				if len(l.Sequence) != 1 || !strings.Contains(l.Sequence[0], "AAAA") {
					t.Errorf("%s: the sequence is not minimal: %q", name, l.Sequence)
				}
			}
		}
		if len(got.Losses) != want.losses || proven != want.proven {
			t.Errorf("%s: %d losses, %d proven, want %+v: %+v", name, len(got.Losses), proven, want, got.Losses)
		}
	}
}

// fragile asks a server that some requests hurt; its watchdog starts it again after 20 s by the clock.
func fragile(t *testing.T, name string) (Tried, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	on, port := behind(t, l.Addr().String())
	addr, fell, s := l.Addr().String(), 0, (*http.Server)(nil)
	var serve func(net.Listener)
	serve = func(l net.Listener) {
		s = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if len(r.UserAgent()) <= 4096 || name == "falls once" && fell > 0 {
				io.WriteString(w, "hello")
				return
			}
			fell++
			switch name {
			case "500":
				w.WriteHeader(500)
				return
			case "hangs up":
				panic(http.ErrAbortHandler)
			}
			on.Clock.Busy(1)
			if name == "shuts out" {
				w.WriteHeader(400)
				w.(http.Flusher).Flush()
				l.Close()
			} else {
				s.Close()
			}
			go func() {
				defer on.Clock.Busy(-1)
				on.Clock.Sleep(t.Context(), 20*time.Second)
				if l, err := net.Listen("tcp", addr); err == nil {
					serve(l)
				}
			}()
			if name != "shuts out" {
				panic(http.ErrAbortHandler)
			}
		})}
		go s.Serve(l)
	}
	serve(l)
	t.Cleanup(func() { s.Close() })
	var sheet evidence.Sheet
	got, err := HTTP{Port: port, Part: Requests, Seed: 1, Most: 100, PerSecond: 20}.Ask(t.Context(), on.With(&sheet))
	for _, l := range got.Losses {
		if l.Proven() && len(sheet.Items()) == 0 {
			t.Error("the minimal sequence is not kept")
		}
	}
	return got, err
}

// Whatever a device answers, reading it ends and shows little.
func FuzzSigns(f *testing.F) {
	f.Add([]byte("<p><assay-7>"), true)
	f.Add([]byte("root:$6$abc:0:0:root"), false)
	f.Add([]byte("You have an error in your SQL syntax Traceback (most recent call last)"), true)
	f.Fuzz(func(t *testing.T, b []byte, html bool) {
		a := answer{status: 200, html: html, body: b}
		for _, sign := range []func(int, answer) string{element, sum, passwd, sqlError, delayed} {
			if got := sign(7, a); len(got) > 500 || strings.Contains(got, "$6$") {
				t.Errorf("%q", got)
			}
		}
		if len(trace(b)) > 500 {
			t.Error("a trace is long")
		}
	})
}
