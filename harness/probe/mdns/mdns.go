// Package mdns asks a device by unicast what it announces by mDNS (RFC 6762 section 5.5, RFC 6763).
//
// Its one idea is to ask the device alone: nothing is multicast, so that nobody else hears the question.
//
//	a, err := mdns.Announced{}.Ask(ctx, on)
package mdns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Within is how long an answer may take, in real time.
const Within = time.Second

// Bounds of what is kept.
const (
	maxTypes  = 32
	maxLines  = 200
	maxLength = 1024
)

// Announced asks for all services and their texts.
type Announced struct{}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Announced) Lasting() {}

// Level is gentle.
func (Announced) Level() provisions.Level { return provisions.Gentle }
func (Announced) String() string          { return "what the device announces by mDNS" }

// Records are what it announces.
type Records struct {
	Answers bool
	Types   []string
	Lines   []string // instances, and the strings of their TXT records
	Texts   []Text   // the same by instance
	Why     string   // it could not be asked
}

// A Text is the TXT record of an instance: "Cam._matterc._udp.local." and "CM=1".
type Text struct {
	Instance string
	Strings  []string
}

// Ask asks. A device that answers no mDNS by unicast is an answer.
func (Announced) Ask(ctx context.Context, on *dial.Device) (Records, error) {
	conn, err := on.Dial(ctx, "udp", 5353)
	if errors.Is(err, dial.ErrScope) {
		return Records{Why: "port 5353 is not in scope"}, nil
	}
	if err != nil {
		return Records{}, fmt.Errorf("ask for mDNS announcements: %w", err)
	}
	defer conn.Close()
	var r Records
	types := []string{"_services._dns-sd._udp.local."}
	for i := 0; i < len(types) && i < maxTypes; i++ {
		m, err := ask(conn, types[i], dns.TypePTR)
		switch {
		case errors.Is(err, syscall.ECONNREFUSED), err != nil && i == 0:
			return r, ctx.Err()
		case err != nil:
			continue
		}
		r.Answers = true
		for _, rr := range append(m.Answer, m.Extra...) {
			r.take(rr, &types)
		}
	}
	r.Types = types[1:]
	for _, instance := range r.untold() { // some send no TXT record beside
		m, err := ask(conn, instance, dns.TypeTXT)
		if err != nil {
			break
		}
		for _, rr := range m.Answer {
			r.take(rr, &types)
		}
	}
	return r, ctx.Err()
}

// untold are the instances whose TXT record did not come.
func (r *Records) untold() (out []string) {
	for _, l := range r.Lines {
		if strings.HasSuffix(l, ".local.") && !slices.ContainsFunc(r.Texts, func(t Text) bool { return t.Instance == l }) && len(out) < maxTypes {
			out = append(out, l)
		}
	}
	return out
}

func ask(conn net.Conn, name string, kind uint16) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, kind)
	b, err := q.Pack()
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(Within))
	if _, err := conn.Write(b); err != nil {
		return nil, err
	}
	buf := make([]byte, 9000)
	for range 8 { // late answers to earlier questions come too
		n, err := conn.Read(buf)
		if err != nil {
			return nil, err
		}
		if m, err := parse(buf[:n]); err == nil && m.Id == q.Id {
			return m, nil
		}
	}
	return nil, errors.New("no answer to the question")
}

func parse(b []byte) (*dns.Msg, error) {
	m := new(dns.Msg)
	if err := m.Unpack(b); err != nil {
		return nil, err
	}
	if !m.Response {
		return nil, errors.New("that is a question")
	}
	return m, nil
}

func (r *Records) take(rr dns.RR, types *[]string) {
	add := func(s string) {
		if len(r.Lines) < maxLines && !slices.Contains(r.Lines, s) {
			r.Lines = append(r.Lines, s[:min(len(s), maxLength)])
		}
	}
	switch rr := rr.(type) {
	case *dns.PTR:
		if rr.Hdr.Name == "_services._dns-sd._udp.local." {
			if !slices.Contains(*types, rr.Ptr) {
				*types = append(*types, rr.Ptr)
			}
			return
		}
		add(rr.Ptr)
	case *dns.TXT:
		t := Text{Instance: rr.Hdr.Name}
		for _, s := range rr.Txt[:min(len(rr.Txt), maxLines)] {
			add(s)
			t.Strings = append(t.Strings, s[:min(len(s), maxLength)])
		}
		if len(r.Texts) < maxTypes && !slices.ContainsFunc(r.Texts, func(o Text) bool { return o.Instance == t.Instance }) {
			r.Texts = append(r.Texts, t)
		}
	}
}
