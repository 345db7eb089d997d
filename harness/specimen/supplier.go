package specimen

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"fmt"
	"io/fs"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/web"
)

// A Supplier is the web server of the specimen's supplier, on a loopback address of its own: the pages that the device
// file names, conformant but for faults of it.
type Supplier struct {
	at     netip.AddrPort
	roots  *x509.CertPool
	server *http.Server
	done   chan struct{}
}

const supplierHost = "specimen.example"

//go:embed supplier
var supplierPages embed.FS

// A leaf is what the supplier's server says at a path.
type leaf struct {
	status int
	kind   string
	body   string
	once   int // the status of the first answer, where it is another
}

type site map[string]leaf

// paths are where the pages stand, as the device file says.
var paths = map[string]string{"security.html": "/security", "support.html": "/support", "boot-rom.html": "/support/boot-rom", "passwords.html": "/manual/passwords", "sensors.html": "/manual/sensors",
	"erase.html": "/manual/erase", "check.html": "/manual/check", "care.html": "/manual/care", "quick-guide.html": "/quick-guide", "privacy.html": "/privacy", "telemetry.html": "/privacy/telemetry",
	"security.txt": "/.well-known/security.txt"}

// published are the supplier's pages, as its faults and oddities leave them.
func published(has map[string]bool) (site, error) {
	s := site{}
	files, err := fs.ReadDir(supplierPages, "supplier")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := supplierPages.ReadFile(path.Join("supplier", f.Name()))
		if err != nil {
			return nil, err
		}
		kind := "text/html; charset=utf-8"
		if strings.HasSuffix(f.Name(), ".txt") {
			kind = "text/plain; charset=utf-8"
		}
		s[paths[f.Name()]] = leaf{status: http.StatusOK, kind: kind, body: string(b)}
	}
	for name, edits := range misprints {
		if !has[name] {
			continue
		}
		for _, e := range edits {
			if !e(s) {
				return nil, fmt.Errorf("the fault %s changes nothing of the supplier's pages", name)
			}
		}
	}
	return s, nil
}

// StartSupplier starts the web server of the supplier at an address, with the faults and oddities of its pages among those given.
func StartSupplier(o Options) (*Supplier, error) {
	has, err := known(o)
	if err != nil {
		return nil, err
	}
	pages, err := published(has)
	if err != nil {
		return nil, err
	}
	cert, roots, err := supplierCertificate()
	if err != nil {
		return nil, fmt.Errorf("start the supplier's server: %w", err)
	}
	l, err := net.Listen("tcp", netip.AddrPortFrom(o.Addr, 0).String())
	if err != nil {
		return nil, fmt.Errorf("start the supplier's server: %w", err)
	}
	s := &Supplier{at: netip.MustParseAddrPort(l.Addr().String()), roots: roots, done: make(chan struct{})}
	s.server = &http.Server{Handler: oneAtATime(pages), TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(nowhere{}, "", 0)}
	go func() {
		defer close(s.done)
		s.server.ServeTLS(l, "", "")
	}()
	return s, nil
}

type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }

// oneAtATime keeps answers that change the pages apart.
func oneAtATime(next http.Handler) http.Handler {
	var mu sync.Mutex
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers as the pages say.
func (s site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, ok := s[r.URL.Path]
	if !ok {
		at = leaf{status: http.StatusNotFound, kind: "text/html; charset=utf-8", body: "<!doctype html><title>Not found</title><h1>Not found</h1><p>There is no such page."}
	}
	if at.once != 0 {
		status, body := at.once, "Not here."
		at.once = 0
		s[r.URL.Path] = at
		at.status, at.body = status, body
	}
	w.Header().Set("Content-Type", at.kind)
	if at.status/100 == 3 {
		w.Header().Set("Location", at.body)
	}
	w.WriteHeader(at.status)
	fmt.Fprint(w, at.body)
}

// Door is a web door for the pages that a device file names, to which the supplier's host is this server.
func (s *Supplier) Door(f *device.File) (*web.Door, error) {
	found := func(_ context.Context, host string, _ uint16) ([]netip.AddrPort, error) {
		if host != supplierHost {
			return nil, fmt.Errorf("the specimen's supplier has no host %s", host)
		}
		return []netip.AddrPort{s.at}, nil
	}
	return web.Options{Resolve: found, Roots: s.roots, Private: true}.Door(web.Hosts(f)...)
}

// Close ends it.
func (s *Supplier) Close() {
	s.server.Close()
	<-s.done
}

func supplierCertificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Supplier of the specimen"}}, DNSNames: []string{supplierHost},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, nil
}
