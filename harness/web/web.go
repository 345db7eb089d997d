// Package web is the door to the supplier's pages: what is published of a device, fetched as a stranger sees it.
//
// Its one idea is that a name is the right to be read: only hosts that the device file or the command line names are
// visited, and of these no address that is private, loopback or link-local, whatever DNS or a redirect says. No cookie
// is kept, and an address is fetched once a run.
//
//	door, err := web.Open(web.Hosts(file)...)
//	got := door.Fetch(ctx, "https://maker.example/security") // trouble is in the answer: it convicts nobody
package web

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/device"
)

// Options are the parameters of a door. A zero field has its default.
type Options struct {
	Timeout   time.Duration // of a page with all its redirects, real time: 20 s
	MaxBody   int64         // bytes of a page, after its decompression: 4 MiB
	MaxPDF    int64         // bytes of one that is a PDF: 24 MiB
	Pages     int           // addresses fetched in a run: 64
	Redirects int           // followed from one address: 5 (test method of the policy's publication)
	Agent     string        // what the door calls itself

	// Tests alone set these: where a host is found, whom its certificate is trusted by, and that private addresses are.
	Resolve func(ctx context.Context, host string, port uint16) ([]netip.AddrPort, error)
	Roots   *x509.CertPool
	Private bool
}

func (o Options) filled() Options {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.Timeout, 20*time.Second)
	if o.MaxBody == 0 {
		o.MaxBody = 4 << 20
	}
	if o.MaxPDF == 0 {
		o.MaxPDF = 24 << 20
	}
	if o.Pages == 0 {
		o.Pages = 64
	}
	if o.Redirects == 0 {
		o.Redirects = 5
	}
	if o.Agent == "" {
		o.Agent = "Mozilla/5.0 (X11; Linux x86_64) Assay/1"
	}
	return o
}

// A Door fetches pages of named hosts, one at a time.
type Door struct {
	opt    Options
	hosts  map[string][]uint16 // ports beside 80 and 443
	client *http.Client

	mu      sync.Mutex
	fetched map[string]Fetched
	silent  map[string]Fetched // by host: what befell the first who could not reach it
}

// Open makes the door to the hosts of some addresses.
func Open(pages ...string) (*Door, error) { return Options{}.Door(pages...) }

// Door makes the door to the hosts of some addresses. With "www." before its name, or without, a host is the same.
func (o Options) Door(pages ...string) (*Door, error) {
	d := &Door{opt: o.filled(), hosts: map[string][]uint16{}, fetched: map[string]Fetched{}, silent: map[string]Fetched{}}
	for _, page := range pages {
		u, err := Parse(page)
		if err != nil {
			return nil, err
		}
		host := bare(u.Hostname())
		d.hosts[host] = append(d.hosts[host], port(u))
	}
	d.client = d.newClient()
	return d, nil
}

// Hosts are the addresses that a device file names in 2-UserInfo, typed or in words.
func Hosts(f *device.File) (pages []string) {
	if f == nil || f.IXIT.UserInfo == nil {
		return nil
	}
	for _, at := range f.IXIT.UserInfo.At {
		if u, err := Parse(at.URL); err == nil {
			pages = append(pages, u.String())
		}
	}
	slices.Sort(pages)
	return slices.Compact(pages)
}

// Parse reads an address that may be fetched: http or https, of a host with a name, without a user.
func Parse(page string) (*url.URL, error) {
	const most = 2048
	refuse := func(why string) (*url.URL, error) {
		return nil, fmt.Errorf("read the address %.200q: %s; write it as https://host/path", page, why)
	}
	u, err := url.Parse(page)
	switch {
	case len(page) > most:
		return refuse("it is longer than 2,048 bytes")
	case err != nil:
		return refuse("it is no address")
	case u.Scheme != "http" && u.Scheme != "https":
		return refuse("it begins with neither http:// nor https://")
	case u.Hostname() == "":
		return refuse("it names no host")
	case u.User != nil:
		return refuse("it names a user, and pages are read by anybody")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return refuse("its port is none")
		}
	}
	u.Host = strings.ToLower(u.Host)
	return u, nil
}

// allows tells whether a host and port are named. A redirect may go between 80 and 443, and to a port that was named.
func (d *Door) allows(u *url.URL) bool {
	ports, named := d.hosts[bare(u.Hostname())]
	p := port(u)
	return named && (p == 80 || p == 443 || slices.Contains(ports, p))
}

func bare(host string) string {
	return strings.TrimPrefix(strings.TrimSuffix(strings.ToLower(host), "."), "www.")
}

func port(u *url.URL) uint16 {
	if n, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		return uint16(n)
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// dial connects to an address that a host has at this moment, checked just before it is dialled.
func (d *Door) dial(ctx context.Context, network, hostPort string) (net.Conn, error) {
	host, p, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return nil, err
	}
	found, err := d.resolve(ctx, host, uint16(n))
	if err != nil {
		return nil, &trouble{Name, err}
	}
	err = &trouble{Scope, fmt.Errorf("%s has no public address: %v", host, found)}
	for _, to := range found {
		to = netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
		if !d.opt.Private && !public(to.Addr()) {
			continue
		}
		var c net.Conn
		dialer := net.Dialer{Timeout: d.opt.Timeout / 2, KeepAlive: -1}
		if c, err = dialer.DialTCP(ctx, "tcp", netip.AddrPort{}, to); err == nil {
			return c, nil
		}
		err = &trouble{Connect, err}
	}
	return nil, err
}

func (d *Door) resolve(ctx context.Context, host string, port uint16) (out []netip.AddrPort, err error) {
	if d.opt.Resolve != nil {
		return d.opt.Resolve(ctx, host, port)
	}
	if reserved(host) {
		return nil, fmt.Errorf("%s is a name for examples and tests alone (RFC 6761)", host)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(a, port)}, nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for _, a := range addrs {
		out = append(out, netip.AddrPortFrom(a, port))
	}
	return out, err
}

// A Certificate is who a server proved to be.
type Certificate struct {
	Subject, Issuer string
	Until           time.Time
	SHA256          string
}

func certificate(c *x509.Certificate) *Certificate {
	sum := sha256.Sum256(c.Raw)
	return &Certificate{Subject: clip(c.Subject.String()), Issuer: clip(c.Issuer.String()), Until: c.NotAfter.UTC(), SHA256: hex.EncodeToString(sum[:])}
}

func clip(s string) string {
	const most = 300
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
