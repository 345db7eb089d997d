// Package http asks web servers: one request at a time, through the door, followed nowhere.
//
// Its one idea is that a page which answers is not yet a page that exists: what the server says to an invented path is
// asked first, so that a log-in page on every path is told from a page.
//
//	site, err := http.Pages{Port: 8443, TLS: true}.Ask(ctx, on)
package http

import (
	"bytes"
	"compress/gzip"
	"context"
	stdtls "crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Bounds of one exchange.
const (
	MaxBody = 1 << 20          // bytes
	Within  = 10 * time.Second // of real time, answer and all; whoever delays on purpose is waited for by Patience
)

// A Request is one exchange with the device.
type Request struct {
	Port     uint16
	TLS      bool
	Method   string // GET when empty
	Path     string
	Header   map[string]string
	Body     string
	Patience time.Duration // real time; 0 means Within
}

// A Response is what came. Redirects are not followed: Location says where one leads.
type Response struct {
	Status    int
	Header    http.Header
	Body      []byte
	Truncated bool // it was longer than MaxBody
	Took      time.Duration
}

// ErrClosed says that the port takes no connection.
var ErrClosed = errors.New("the port is closed")

type lineKey struct{}

// Line returns a context in which exchanges with one server share connections, as far as the server lets them, and its end.
// Without it each has a connection of its own: a series of log-ins must not look like one visitor.
func Line(ctx context.Context, on *dial.Device, port uint16) (context.Context, func()) {
	t := transport(on, port, false)
	t.DisableKeepAlives = false
	return context.WithValue(ctx, lineKey{}, t), t.CloseIdleConnections
}

// Do makes one request.
func Do(ctx context.Context, on *dial.Device, r Request) (Response, error) {
	t, shared := ctx.Value(lineKey{}).(*http.Transport)
	if !shared {
		t = transport(on, r.Port, false)
	}
	out, err := r.do(ctx, on, t)
	var op *net.OpError
	if r.TLS && errors.As(err, &op) && op.Op == "remote error" { // it may want a hybrid key exchange
		return r.do(ctx, on, transport(on, r.Port, true))
	}
	return out, err
}

func (r Request) do(ctx context.Context, on *dial.Device, t *http.Transport) (Response, error) {
	patience := r.Patience
	if patience == 0 {
		patience = Within
	}
	ctx, done := context.WithTimeout(ctx, patience)
	defer done()
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	host := Origin(on, r.Port, r.TLS)
	req, err := http.NewRequestWithContext(ctx, method, host+r.Path, strings.NewReader(r.Body))
	if err != nil {
		return Response{}, fmt.Errorf("ask for %q: %w", r.Path, err)
	}
	req.Header.Set("User-Agent", "Assay")
	for k, v := range r.Header {
		req.Header.Set(k, v)
	}
	client := &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	began := on.Clock.Now()
	resp, err := client.Do(req)
	if err != nil {
		if dial.Classify(err) == dial.Refused {
			return Response{}, fmt.Errorf("ask port %d: %w", r.Port, ErrClosed)
		}
		return Response{}, fmt.Errorf("ask %s for %s: %w", host, r.Path, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	out := Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Took: on.Clock.Now().Sub(began)}
	if len(body) > MaxBody {
		out.Body, out.Truncated, err = body[:MaxBody], true, nil
	}
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") { // unasked, as devices do that keep their pages compressed
		out.unpack()
	}
	learn(out.Body)
	on.Evidence("request and answer", dump(req, r.Body, out))
	if err != nil && len(body) == 0 {
		return out, fmt.Errorf("read the answer of %s to %s: %w", host, r.Path, err)
	}
	return out, nil
}

// unpack takes the place of a compressed body, as far as it can be read and MaxBody allows.
func (r *Response) unpack() {
	z, err := gzip.NewReader(bytes.NewReader(r.Body))
	if err != nil {
		return
	}
	plain, _ := io.ReadAll(io.LimitReader(z, MaxBody+1)) // what came before a break is text too
	if len(plain) > MaxBody {
		plain, r.Truncated = plain[:MaxBody], true
	}
	if len(plain) > 0 {
		r.Body = plain
	}
}

// Origin is scheme, address and port of a server as a URL begins with them.
func Origin(on *dial.Device, port uint16, tls bool) string {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(on.Address().WithZone("").String(), fmt.Sprint(port))
}

// TLSConfig speaks to whatever a device has, old versions and weak suites too: who is there is proved elsewhere, and a log-in
// behind old cryptography is to be found as well.
func TLSConfig() *stdtls.Config {
	var all []uint16
	for _, s := range append(stdtls.CipherSuites(), stdtls.InsecureCipherSuites()...) {
		all = append(all, s.ID)
	}
	return &stdtls.Config{InsecureSkipVerify: true, MinVersion: stdtls.VersionTLS10, CipherSuites: all}
}

// classical are the groups that nearly every server has; a hybrid key exchange takes ten times as long on both sides.
var classical = []stdtls.CurveID{stdtls.X25519, stdtls.CurveP256, stdtls.CurveP384, stdtls.CurveP521}

// transport leads to the device's port alone, whatever an address in a page says.
func transport(on *dial.Device, port uint16, hybrid bool) *http.Transport {
	conf := TLSConfig()
	if !hybrid {
		conf.CurvePreferences = classical
	}
	return &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return on.Dial(ctx, "tcp", port) },
		TLSClientConfig:        conf,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// dump is the exchange for the record. Whatever a body holds of secrets is cut there by value, credentials in headers by structure.
func dump(req *http.Request, body string, r Response) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s\r\n", req.Method, req.URL.RequestURI())
	req.Header.Write(&b)
	fmt.Fprintf(&b, "\r\n%s\r\n\r\n%d %s\r\n", body, r.Status, http.StatusText(r.Status))
	r.Header.Write(&b)
	b.WriteString("\r\n")
	b.Write(r.Body[:min(len(r.Body), 64<<10)])
	return b.Bytes()
}
