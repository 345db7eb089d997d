package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Trouble is why there is no page: ours, the network's, or a bound's. It convicts nobody (rule WEB).
type Trouble string

// Kinds of trouble.
const (
	Scope     Trouble = "scope"     // the host is not named, or has no public address
	Name      Trouble = "name"      // it was not found by DNS
	Connect   Trouble = "connect"   // nobody answered
	TLS       Trouble = "tls"       // the server did not prove to be its name
	HTTP      Trouble = "http"      // what it said is no HTTP, or it stopped in the middle
	Time      Trouble = "time"      // it took too long
	Redirects Trouble = "redirects" // it sent on too often
	Budget    Trouble = "budget"    // the run has fetched its number of pages
)

type trouble struct {
	kind Trouble
	err  error
}

func (t *trouble) Error() string { return t.err.Error() }
func (t *trouble) Unwrap() error { return t.err }

// Fetched is what an address gave.
type Fetched struct {
	Asked, Final string // addresses: of the question and of the answer
	Chain        []Hop  // redirects
	Status       int    // of the final answer; 0: see Trouble
	Type         string // "text/html", without parameters
	Charset      string
	Header       http.Header
	Body         []byte
	Cut          bool // the body is longer than the bound
	Certificate  *Certificate
	Trouble      Trouble
	Why          string
}

// A Hop is a redirect.
type Hop struct {
	Status int
	To     string
}

func (d *Door) newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext: d.dial, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: d.opt.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: d.opt.Timeout / 2, ResponseHeaderTimeout: d.opt.Timeout, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Fetch gets a page by GET, as somebody whom the server never saw. A second call gives what the first one got.
func (d *Door) Fetch(ctx context.Context, page string) Fetched {
	u, err := Parse(page)
	if err != nil {
		return Fetched{Asked: page, Trouble: Scope, Why: err.Error()}
	}
	u.Fragment, u.RawFragment = "", ""
	d.mu.Lock()
	defer d.mu.Unlock()
	key := u.String()
	if f, ok := d.fetched[key]; ok {
		return f
	}
	f := Fetched{Asked: key, Final: key}
	switch silent, known := d.silent[u.Host]; {
	case known:
		f.Trouble, f.Why = silent.Trouble, silent.Why
	case len(d.fetched) >= d.opt.Pages:
		f.Trouble, f.Why = Budget, fmt.Sprintf("%d addresses were fetched in this run, and more are not", d.opt.Pages)
		return f
	default:
		d.follow(ctx, u, &f)
	}
	if ctx.Err() == nil {
		d.fetched[key] = f
		if f.Trouble == Name || f.Trouble == Connect || f.Trouble == Time {
			d.silent[u.Host] = f
		}
	}
	return f
}

// Again gets a page once more, past what a first call got: only what is so twice speaks against a page. It costs no place of
// the run's number of pages, so that a page which was not fetched before is none.
func (d *Door) Again(ctx context.Context, page string) Fetched {
	u, err := Parse(page)
	if err != nil {
		return Fetched{Asked: page, Trouble: Scope, Why: err.Error()}
	}
	u.Fragment, u.RawFragment = "", ""
	d.mu.Lock()
	defer d.mu.Unlock()
	f := Fetched{Asked: u.String(), Final: u.String()}
	if _, ok := d.fetched[f.Asked]; !ok {
		f.Trouble, f.Why = Budget, "it was not fetched before"
		return f
	}
	d.follow(ctx, u, &f)
	return f
}

// follow goes from redirect to redirect.
func (d *Door) follow(ctx context.Context, u *url.URL, f *Fetched) {
	ctx, cancel := context.WithTimeout(ctx, d.opt.Timeout)
	defer cancel()
	for {
		f.Final = u.String()
		next, err := d.get(ctx, u, f)
		if err != nil {
			f.Status, f.Body = 0, nil
			f.Trouble, f.Why = kind(ctx, err), clip(err.Error())
			return
		}
		if next == nil {
			return
		}
		if len(f.Chain) == d.opt.Redirects {
			f.Status, f.Trouble, f.Why = 0, Redirects, fmt.Sprintf("it sends on more than %d times", d.opt.Redirects)
			return
		}
		f.Chain = append(f.Chain, Hop{f.Status, clip(next.String())})
		u = next
	}
}

// get makes one request, and gives the address that it is sent on to.
func (d *Door) get(ctx context.Context, u *url.URL, f *Fetched) (*url.URL, error) {
	if !d.allows(u) {
		return nil, &trouble{Scope, fmt.Errorf("%s is not named: name it by --page %s://%s/ if it is the supplier's", u.Host, u.Scheme, u.Host)}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &trouble{Scope, err}
	}
	r.Header.Set("User-Agent", d.opt.Agent)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5")
	r.Header.Set("Accept-Language", "en,de;q=0.5")
	a, err := d.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	f.Status, f.Header, f.Certificate = a.StatusCode, a.Header, nil
	if a.TLS != nil && len(a.TLS.PeerCertificates) > 0 {
		f.Certificate = certificate(a.TLS.PeerCertificates[0])
	}
	if to := a.Header.Get("Location"); to != "" && a.StatusCode/100 == 3 {
		next, err := u.Parse(to)
		if err == nil {
			next, err = Parse(next.String())
		}
		if err != nil {
			return nil, &trouble{Scope, fmt.Errorf("it sends on: %w", err)}
		}
		return next, nil
	}
	var parameters map[string]string
	f.Type, parameters, _ = mime.ParseMediaType(a.Header.Get("Content-Type"))
	f.Charset = parameters["charset"]
	most := d.opt.MaxBody
	if f.Type == "application/pdf" {
		most = d.opt.MaxPDF
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, most+1))
	if err != nil {
		return nil, &trouble{HTTP, err}
	}
	if f.Cut = int64(len(b)) > most; f.Cut {
		b = b[:most]
	}
	f.Body = b
	return nil, nil
}

// kind of trouble that an error is.
func kind(ctx context.Context, err error) Trouble {
	var ours *trouble
	var untrusted *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var late interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil, errors.As(err, &late) && late.Timeout():
		return Time
	case errors.As(err, &ours):
		return ours.kind
	case errors.As(err, &untrusted), errors.As(err, &record), errors.As(err, &alert):
		return TLS
	}
	return HTTP
}
