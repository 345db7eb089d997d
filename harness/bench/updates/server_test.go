package updates

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

var loopback = netip.MustParseAddr("127.0.0.1")

func onLoopback(t *testing.T) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.71.1")}, Ports: []uint16{9}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

// fetch is the device's side.
func fetch(t *testing.T, method, url string, header ...string) (*http.Response, []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, b
}

func TestServe(t *testing.T) {
	t.Parallel()
	image := bytes.Repeat([]byte("0123456789"), 10000)
	s, err := Serve(context.Background(), onLoopback(t), map[string][]byte{"fw/manifest.json": []byte("{}"), "image.bin": image}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if a := netip.MustParseAddrPort(s.Address()); !a.Addr().IsLoopback() {
		t.Errorf("it listens on %v, beyond loopback", a)
	}
	if paths, fully := s.Fetched(); paths != nil || fully {
		t.Error("something was fetched before anybody came")
	}
	if r, b := fetch(t, "GET", s.URL()+"/fw/manifest.json"); r.StatusCode != 200 || string(b) != "{}" {
		t.Errorf("%s %q", r.Status, b)
	}
	fetch(t, "HEAD", s.URL()+"/image.bin")
	if paths, fully := s.Fetched(); !slices.Equal(paths, []string{"fw/manifest.json"}) || !fully {
		t.Errorf("a question for the headers counts as a fetch: %v", paths)
	}
	if r, b := fetch(t, "GET", s.URL()+"/image.bin", "Range", "bytes=50000-"); r.StatusCode != 206 || !bytes.Equal(b, image[50000:]) {
		t.Errorf("%s, %d bytes", r.Status, len(b))
	}
	if _, fully := s.Fetched(); fully {
		t.Error("the second half counts as the whole")
	}
	fetch(t, "GET", s.URL()+"/image.bin", "Range", "bytes=0-49999")
	if paths, fully := s.Fetched(); !slices.Equal(paths, []string{"fw/manifest.json", "image.bin"}) || !fully {
		t.Errorf("two halves are not the whole: %v", paths)
	}
	for path, want := range map[string]int{"/nothing": 404, "/moved/image.bin": 404} {
		if r, _ := fetch(t, "GET", s.URL()+path); r.StatusCode != want {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	if r, _ := fetch(t, "POST", s.URL()+"/image.bin"); r.StatusCode != 405 {
		t.Error(r.Status)
	}
	log, missed := s.Requests()
	if len(log) != 7 || missed != 0 || log[2].Range != "bytes=50000-" || log[2].Status != 206 || log[2].Bytes != 50000 || !log[2].From.IsLoopback() {
		t.Errorf("%d lines: %+v", len(log), log)
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	s, err := Serve(context.Background(), onLoopback(t), map[string][]byte{"image.bin": []byte("image")}, Options{Redirect: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if r, b := fetch(t, "GET", s.URL()+"/image.bin"); string(b) != "image" || r.Request.URL.Path != "/moved/image.bin" {
		t.Errorf("%q by %s", b, r.Request.URL)
	}
	if log, _ := s.Requests(); len(log) != 2 || log[0].Status != 302 {
		t.Errorf("%+v", log)
	}
}

func TestOthersAreTurnedAway(t *testing.T) {
	t.Parallel()
	s, err := listen(context.Background(), loopback, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, clock.Real(), map[string][]byte{"a": []byte("a")}, Options{Requests: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 3 {
		c, err := net.Dial("tcp", s.Address())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(5 * time.Second))
		fmt.Fprintf(c, "GET /a HTTP/1.0\r\n\r\n")
		if b, _ := io.ReadAll(c); len(b) > 0 {
			t.Errorf("a stranger was told %q", b)
		}
		c.Close()
	}
	if log, missed := s.Requests(); len(log) != 2 || missed != 1 || log[0].Status != 0 || log[0].From != loopback {
		t.Errorf("%+v, %d missed", log, missed)
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	may := allowed([]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("fe80::1%eth0")})
	for a, want := range map[string]bool{"192.0.2.1": true, "192.0.2.2": false, "127.0.0.1": false, "fe80::1": true} {
		if may(netip.MustParseAddr(a)) != want {
			t.Errorf("%s: %v", a, !want)
		}
	}
}

// A device that takes nothing does not keep the server from closing; the context's end closes it too.
func TestClose(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s, err := Serve(ctx, onLoopback(t), map[string][]byte{"big": make([]byte, 32<<20)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(c, "GET /big HTTP/1.0\r\n\r\n")
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cancel()
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it does not close")
	}
	if _, fully := s.Fetched(); fully {
		t.Error("what was cut off counts as a whole")
	}
	if c, err := net.Dial("tcp", s.Address()); err == nil {
		c.Close()
		t.Error("the port is still open")
	}
}
