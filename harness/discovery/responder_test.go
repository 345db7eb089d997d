package discovery

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// A responder is a device that answers mDNS on one interface, from one address, with the records it is given.
type responder struct {
	t      testing.TB
	group  *conn        // hears questions
	out    *net.UDPConn // speaks, from the address
	sender *conn        // the same
	v6     bool
	link   *link

	mu      sync.Mutex
	records []dns.RR
	extra   bool // answers a PTR question with all it has, as RFC 6763, 12 recommends
	mute    bool // answers nothing
	heard   []dns.Question
	direct  []dns.Question // of them, those sent to its own address
}

// respond starts a responder at an address of the interface (link-local ones without zone).
func respond(t testing.TB, iface *net.Interface, from string, extra bool, records ...string) *responder {
	t.Helper()
	a := netip.MustParseAddr(from)
	l := newLink(*iface)
	group, err := l.socket(mdns, a.Is6(), false)
	if err != nil {
		t.Fatal(err)
	}
	out, err := (&unixAddress{addr: a, port: mdns.port, v6: a.Is6(), zone: l.index}).listen()
	if err != nil {
		t.Fatal(err)
	}
	l.prefixes = []netip.Prefix{netip.PrefixFrom(a, a.BitLen())} // what it sends from
	sender := &conn{UDPConn: out, link: l, proto: mdns, v6: a.Is6(), asker: true}
	if err := sender.attach(); err != nil {
		t.Fatal(err)
	}
	r := &responder{t: t, group: group, out: out, v6: a.Is6(), link: l, extra: extra, sender: sender}
	r.set(records...)
	done := make(chan struct{}, 2)
	for _, c := range []*net.UDPConn{group.UDPConn, out} {
		go func() { r.serve(c); done <- struct{}{} }()
	}
	t.Cleanup(func() { group.Close(); out.Close(); <-done; <-done })
	return r
}

func parse(t testing.TB, records ...string) (rrs []dns.RR) {
	t.Helper()
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			t.Fatalf("record %q: %v", s, err)
		}
		rrs = append(rrs, rr)
	}
	return rrs
}

func (r *responder) set(records ...string) {
	rrs := parse(r.t, records...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = rrs
}

func (r *responder) serve(c *net.UDPConn) {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		var m dns.Msg
		if m.Unpack(buf[:n]) == nil && !m.Response {
			r.answer(&m, from, c == r.out)
		}
	}
}

func (r *responder) answer(q *dns.Msg, from netip.AddrPort, direct bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, q.Question...)
	if direct {
		r.direct = append(r.direct, q.Question...)
	}
	if r.mute {
		return
	}
	a := dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}, Compress: true}
	unicast := from.Port() != mdns.port
	for _, question := range q.Question {
		unicast = unicast || question.Qclass&(1<<15) != 0
		for _, rr := range r.records {
			if strings.EqualFold(rr.Header().Name, question.Name) && rr.Header().Rrtype == question.Qtype && !slices.Contains(a.Answer, rr) {
				a.Answer = append(a.Answer, rr)
			}
		}
	}
	if len(a.Answer) == 0 {
		return
	}
	if r.extra {
		for _, rr := range r.records {
			if !slices.Contains(a.Answer, rr) {
				a.Extra = append(a.Extra, rr)
			}
		}
	}
	if !unicast {
		from = netip.AddrPortFrom(mdns.group(r.v6).WithZone(""), mdns.port)
		if r.v6 {
			from = netip.AddrPortFrom(mdns.group6.WithZone(r.link.name), mdns.port)
		}
	} else {
		a.Id = q.Id
	}
	if data, err := a.Pack(); err == nil {
		_, _ = r.out.WriteToUDPAddrPort(data, from)
	}
}

// announce sends records to all, unasked; with TTL 0 they are a goodbye.
func (r *responder) announce(records ...string) {
	m := dns.Msg{MsgHdr: dns.MsgHdr{Response: true, Authoritative: true}, Answer: parse(r.t, records...)}
	data, err := m.Pack()
	if err != nil {
		r.t.Fatal(err)
	}
	r.shout(data)
}

// shout sends any bytes to the group.
func (r *responder) shout(data []byte) {
	r.sender.ask(data)
}
