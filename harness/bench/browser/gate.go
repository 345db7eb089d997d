package browser

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// A gate is the proxy of one browser. It ends TLS itself, so that it sees what is asked, and asks again through the door.
type gate struct {
	ctx context.Context
	on  *dial.Device
	tls *tls.Config

	mu      sync.Mutex
	asked   int
	refused []string
}

func newGate(ctx context.Context, on *dial.Device) (*gate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{on.Address().WithZone("").AsSlice()}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return &gate{ctx: ctx, on: on, tls: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}}, nil
}

// serve answers the browser until the listener closes.
func (g *gate) serve(l net.Listener) {
	_ = g.server(http.HandlerFunc(g.proxy)).Serve(l) // it ends with its listener
}

func (g *gate) server(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: within, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return g.ctx }}
}

// proxy takes plain requests with a whole address, and CONNECT for those by TLS.
func (g *gate) proxy(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		host := r.URL.Host
		if r.URL.Port() == "" {
			host = net.JoinHostPort(r.URL.Hostname(), "80")
		}
		g.answer(w, r, host, false)
		return
	}
	if _, ok := g.device(r.Host); !ok {
		g.refuse(w, r.Host)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	host := r.Host
	inside := g.server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.answer(w, r, host, true) }))
	l := newOne(tls.Server(conn, g.tls))
	inside.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed || s == http.StateHijacked {
			l.Close()
		}
	}
	_ = inside.Serve(l) // it ends with its connection
}

// device tells whether an address is the device's own, and its port.
func (g *gate) device(host string) (uint16, bool) {
	at, err := netip.ParseAddrPort(host)
	if err != nil || at.Addr() != g.on.Address().WithZone("") {
		return 0, false
	}
	return at.Port(), g.on.InScope(netip.AddrPortFrom(g.on.Address(), at.Port()))
}

// answer asks the device in the browser's place.
func (g *gate) answer(w http.ResponseWriter, r *http.Request, host string, tls bool) {
	path := r.URL.RequestURI()
	port, ok := g.device(host)
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead || web.Acts(path) || !g.more() {
		g.refuse(w, r.Method+" "+host+path)
		return
	}
	header := map[string]string{}
	for _, name := range []string{"Accept", "Accept-Language", "Cookie", "Referer"} {
		if v := r.Header.Get(name); v != "" {
			header[name] = v
		}
	}
	a, err := web.Do(g.ctx, g.on, web.Request{Port: port, TLS: tls, Method: r.Method, Path: path, Header: header})
	if err != nil {
		http.Error(w, "the device gave no answer", http.StatusBadGateway)
		return
	}
	for _, name := range []string{"Content-Type", "Location", "Set-Cookie", "WWW-Authenticate", "Content-Security-Policy"} {
		w.Header()[name] = a.Header.Values(name)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// more counts a request, and tells whether it is within the bound.
func (g *gate) more() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked++
	return g.asked <= maxAsks
}

const maxRefused = 20

func (g *gate) refuse(w http.ResponseWriter, what string) {
	g.mu.Lock()
	if what = fmt.Sprintf("%.200q", what); len(g.refused) < maxRefused && !slices.Contains(g.refused, what) {
		g.refused = append(g.refused, what)
	}
	g.mu.Unlock()
	http.Error(w, "out of scope", http.StatusForbidden)
}

func (g *gate) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return min(g.asked, maxAsks)
}

func (g *gate) refusals() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.refused)
}

// one is a listener that gives a single connection.
type one struct {
	conn chan net.Conn
	done chan struct{}
	once sync.Once
	addr net.Addr
}

func newOne(c net.Conn) *one {
	o := &one{conn: make(chan net.Conn, 1), done: make(chan struct{}), addr: c.LocalAddr()}
	o.conn <- c
	return o
}

func (o *one) Accept() (net.Conn, error) {
	select {
	case c := <-o.conn:
		return c, nil
	case <-o.done:
		return nil, net.ErrClosed
	}
}

func (o *one) Close() error {
	o.once.Do(func() { close(o.done) })
	return nil
}

func (o *one) Addr() net.Addr { return o.addr }
