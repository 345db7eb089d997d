package mutate

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// A field that keeps what is beyond its bounds, and one that runs commands, are convicted. One that refuses, one that holds values to its
// bounds, one that fetches whatever address it is given, and one that forgets, are not; and each is put back.
func TestFields(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"refuses": "", "clamps": "", "keeps": "a value beyond its bounds is kept", "runs": "command", "fetches": "", "forgets": ""} {
		got, stands := set(t, name)
		proven := ""
		for _, h := range got.Hits {
			if h.Proven() {
				proven = h.Oracle
			}
		}
		if proven != want || stands != "20" || got.Sent < 60 || len(got.Left) > 0 {
			t.Errorf("%s: proven %q, want %q; %q stands there; %+v", name, proven, want, stands, got)
		}
	}
}

var address = regexp.MustCompile(`http://[0-9.:]+/assay-[0-9]+`)

// set asks a device with one field, whose number may be from 5 to 30, and tells what stands there afterwards.
func set(t *testing.T, name string) (Tried, string) {
	t.Helper()
	var mu sync.Mutex
	value := "20"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Method == http.MethodGet {
			json.NewEncoder(w).Encode(map[string]string{"temperature": value})
			return
		}
		var in struct{ Temperature string }
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &in) != nil {
			w.WriteHeader(400)
			return
		}
		v := in.Temperature
		var number float64
		_, err := fmt.Sscanf(v, "%g", &number)
		ok := err == nil && number >= 5 && number <= 30
		call := name == "fetches" || name == "runs" && strings.ContainsAny(v, "$`;|&")
		switch at := address.FindString(v); {
		case call && at != "":
			if a, err := http.Get(at); err == nil {
				a.Body.Close()
			}
		case name == "forgets" && !ok: // says yes, and keeps what it had
		case name == "clamps" && err == nil && !ok:
			value = "30"
		case ok || name == "keeps":
			value = v
		default:
			w.WriteHeader(400)
		}
	}))
	t.Cleanup(s.Close)
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	text := fmt.Sprintf(`{read: {url: "http://{address}:%[1]d/"}, write: {method: POST, url: "http://{address}:%[1]d/", body: '{"temperature":"{value}"}'}, name: temperature, range: [5, 30]}`, at.Port())
	f, err := device.Parse("test.yaml", []byte("device: {model: a test}\nixit:\n  29-InpVal: [{ID: InpVal-1, Description: A number, fields: ["+text+"]}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	door, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewJump()
	c.Busy(1)
	defer c.Busy(-1)
	got, err := Fields{Row: "InpVal-1", Seed: 1, Most: 60, PerSecond: 100, Fastest: 1000}.Ask(t.Context(), dial.New("A", door, f, c))
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	return got, value
}

// A parser of XML that follows an entity to a file is convicted, one that does not is not; both are sent other bodies too.
func TestBodies(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"follows": true, "drops": false} {
		var parsed atomic.Bool
		got := ask(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get("Content-Type") == "text/xml" && len(body) > 1000 {
				parsed.Store(true)
			}
			switch {
			case r.URL.Path == "/onvif/device_service" && r.Method == http.MethodPost && name == "follows" && strings.Contains(string(body), "file:///etc/passwd"):
				io.WriteString(w, "<a>root:x:0:0:root:/root:/bin/sh</a>")
			case r.URL.Path == "/onvif/device_service":
				w.WriteHeader(400)
			case r.URL.Path == "/":
				io.WriteString(w, "<html>hello")
			default:
				http.NotFound(w, r)
			}
		}, Requests, 200)
		proven := false
		for _, h := range got.Hits {
			proven = proven || h.Proven() && h.Oracle == "path"
		}
		if proven != want || !parsed.Load() {
			t.Errorf("%s: proven %v of %d sent, long documents %v", name, proven, got.Sent, parsed.Load())
		}
	}
}
