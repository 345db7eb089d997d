package passwords

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// A site is a web server with basic authentication, and the wrong tries that it counted.
type site struct {
	password string
	wrong    atomic.Int32
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, sent := r.BasicAuth()
	if user == "admin" && password == s.password {
		w.Write([]byte("status of the camera"))
		return
	}
	if sent {
		s.wrong.Add(1)
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="camera"`)
	http.Error(w, "log in", http.StatusUnauthorized)
}

// serve lets a site answer on an address until the test ends; with a certificate in TLS.
func serve(t *testing.T, at netip.AddrPort, s http.Handler, cert *tls.Certificate) {
	t.Helper()
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	if cert != nil {
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{*cert}})
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
}

func certificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "camera"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// judged runs a unit on a device with two addresses and no declaration, and replays it.
func judged(t *testing.T, unit string, port uint16, at ...netip.Addr) harness.Outcome {
	t.Helper()
	gate, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: at, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewJump()
	r := &harness.Run{Clock: c, Record: rec, Opening: harness.Opening{Run: "two", Target: "camera", Edition: provisions.V21, State: device.Initialised,
		StateShownBy: "the test", Hazards: []string{"none"}, Allowed: provisions.Intrusive, Effort: harness.Normal, Only: []string{unit}}}
	out, err := r.Start(context.Background(), dial.New("A", gate, nil, c), nil)
	if err != nil || len(out) != 1 {
		t.Fatal(out, err)
	}
	rec.Close()
	past, err := harness.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := past.Replay(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range past.Differences(again) {
		t.Errorf("replay: %s", d)
	}
	return out[0]
}

// A log-in that only the second address has, or that the second address has with another password, is found there.
func TestEachAddressIsLookedInto(t *testing.T) {
	first, second, port := netip.MustParseAddr("127.61.7.1"), netip.MustParseAddr("127.61.7.2"), uint16(8181)
	mine, other := certificate(t), certificate(t)
	for _, c := range []struct {
		name         string
		first, other *site
		certificates [2]*tls.Certificate
		fails        bool
	}{
		{"only the second listens", nil, &site{password: "admin"}, [2]*tls.Certificate{}, true},
		{"another server on the second", &site{password: "x9#kQ2vLp7"}, &site{password: "admin"}, [2]*tls.Certificate{mine, other}, true},
		{"the same server on both", &site{password: "x9#kQ2vLp7"}, &site{password: "x9#kQ2vLp7"}, [2]*tls.Certificate{mine, mine}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			port++
			if c.first != nil {
				serve(t, netip.AddrPortFrom(first, port), c.first, c.certificates[0])
			}
			serve(t, netip.AddrPortFrom(second, port), c.other, c.certificates[1])
			o := judged(t, "5.1-1-2c", port, first, second)
			t.Log(o.Verdict, o.Reason)
			if c.fails && (o.Verdict != harness.Fail || !strings.Contains(o.Reason, "admin/admin") || !strings.Contains(o.Reason, second.String())) {
				t.Errorf("%s %q: want FAIL that names admin/admin at %v", o.Verdict, o.Reason, second)
			}
			if !c.fails && (o.Verdict == harness.Fail || c.other.wrong.Load() > 0) {
				t.Errorf("%s %q, %d wrong tries at the second address: want none there, it is the same server", o.Verdict, o.Reason, c.other.wrong.Load())
			}
		})
	}
}
