package operate

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
)

// Bounds of one request, the time a real one.
const (
	requestTime = 60 * time.Second
	maxBody     = 1 << 20  // bytes
	maxHeader   = 64 << 10 // bytes
)

// request carries out an HTTP step. The device's answer, whatever it is, is a result; none is an error, unless it may hang up.
func request(ctx context.Context, on *dial.Device, h *device.HTTP, p parameters) (result, error) {
	r, err := unkept(ctx, on, h, p)
	if r.answered != "" {
		on.Evidence("answer", dump(r.answered, r.header, r.body))
	}
	return r, err
}

// unkept is request without keeping the answer as evidence.
func unkept(ctx context.Context, on *dial.Device, h *device.HTTP, p parameters) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	r := result{what: methodOf(h) + " " + p.shown(h.URL)}
	req, err := build(ctx, on, h, p)
	if err != nil {
		return r, fmt.Errorf("%s: %w", r.what, err)
	}
	var sent atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { sent.Store(i.Err == nil) }}))
	client := clientFor(on)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err == nil {
		defer resp.Body.Close()
		r.status, r.header = resp.StatusCode, resp.Header
		r.body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody))
		for _, c := range resp.Cookies() {
			if len(c.Value) >= evidence.MinCut {
				evidence.Keep(c.Value)
			}
		}
		r.answered = resp.Proto + " " + resp.Status
	}
	switch {
	case err != nil && h.HangUp && sent.Load() && hungUp(ctx, err):
		return r, nil
	case err != nil:
		return r, fmt.Errorf("%s: %w", r.what, trouble(err))
	}
	r.why = unexpected(h, r, p)
	return r, nil
}

// hungUp tells an end of the connection by the device from our own giving up.
func hungUp(ctx context.Context, err error) bool {
	var timeout net.Error
	return ctx.Err() == nil && !(errors.As(err, &timeout) && timeout.Timeout())
}

// trouble takes net/http's own words, with the URL and any secret in it, away.
func trouble(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}

func methodOf(h *device.HTTP) string {
	if h.Method == "" {
		return http.MethodGet
	}
	return h.Method
}

// unexpected says what differs from what the file expects.
func unexpected(h *device.HTTP, r result, p parameters) string {
	switch {
	case len(h.Status) == 0 && r.status/100 != 2:
		return fmt.Sprintf("the device answered %d, not 2xx", r.status)
	case len(h.Status) > 0 && !slices.Contains(h.Status, r.status):
		return fmt.Sprintf("the device answered %d, not %s", r.status, strings.Trim(strings.ReplaceAll(fmt.Sprint(h.Status), " ", " or "), "[]"))
	}
	want, err := p.fill(h.Expect, plain)
	if err != nil {
		return err.Error()
	}
	if !bytes.Contains(r.body, []byte(want)) {
		return fmt.Sprintf("the answer does not hold %q", p.shown(h.Expect))
	}
	return ""
}

// build fills a request in and keeps it as evidence.
func build(ctx context.Context, on *dial.Device, h *device.HTTP, p parameters) (*http.Request, error) {
	target := p
	if on.Address().Is6() { // in a URL it stands in brackets; a zone means something on this host alone
		target = p.with("address", "["+on.Address().WithZone("").String()+"]")
	}
	to, err := target.fill(h.URL, func(s string) string {
		if s == target["address"].text {
			return s
		}
		return inForm(s)
	})
	if err != nil {
		return nil, err
	}
	kind, as := bodyKind(h)
	body, err := p.fill(h.Body, as)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, methodOf(h), to, strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the address of the request cannot be read")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for k, v := range h.Headers {
		if v, err = p.fill(v, plain); err != nil {
			return nil, err
		}
		req.Header.Set(k, v)
	}
	if h.Login != "" {
		as := parameters{}
		if err := as.sample(on, h.Login); err != nil {
			return nil, err
		}
		req.SetBasicAuth(as["user"].text, as["password"].text)
	}
	on.Evidence("request", dump(req.Method+" "+to, req.Header, []byte(body)))
	return req, nil
}

// bodyKind tells a body's type and how values are written in it, by its header or its looks.
func bodyKind(h *device.HTTP) (string, writing) {
	kind := ""
	for k, v := range h.Headers {
		if http.CanonicalHeaderKey(k) == "Content-Type" {
			kind = v
		}
	}
	switch {
	case kind == "" && h.Body == "":
		return "", plain
	case kind == "" && strings.ContainsAny(h.Body[:1], "{["):
		kind = "application/json"
	case kind == "" && strings.Contains(h.Body, "="):
		kind = "application/x-www-form-urlencoded"
	}
	switch {
	case strings.Contains(kind, "json"):
		return kind, inJSON
	case strings.Contains(kind, "form-urlencoded"):
		return kind, inForm
	}
	return kind, plain
}

// clientFor speaks to the device alone: through its door, without redirects, and with any certificate and cipher, since it is
// the device's care and not ours that an operation needs.
func clientFor(on *dial.Device) *http.Client {
	var suites []uint16
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		suites = append(suites, s.ID)
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			TLSClientConfig:        &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, CipherSuites: suites},
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
			DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
				at, err := netip.ParseAddrPort(to)
				if err != nil {
					return nil, fmt.Errorf("%s is not the device's own address: write {address}", printable(to, 100))
				}
				if at.Addr() == on.Address().WithZone("") {
					at = netip.AddrPortFrom(on.Address(), at.Port())
				}
				return on.DialAddr(ctx, "tcp", at)
			},
		},
	}
}

func dump(first string, h http.Header, body []byte) []byte {
	var b bytes.Buffer
	b.WriteString(first + "\r\n")
	_ = h.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
