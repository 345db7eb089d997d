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
	Why     string   // it could not be asked
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
		m, err := ask(conn, types[i])
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
	return r, ctx.Err()
}

func ask(conn net.Conn, name string) (*dns.Msg, error) {
	q := new(dns.Msg)
	q.SetQuestion(name, dns.TypePTR)
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
		for _, t := range rr.Txt {
			add(t)
		}
	}
}
