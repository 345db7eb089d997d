// Package coap asks CoAP servers (RFC 7252) in clear: which resources they list, and which of them anybody reads.
//
// Its one idea is that a list is no disclosure of what stands in it: each resource is read, by GET alone, and its code is told.
//
//	r, err := coap.Resources{Port: 5683}.Ask(ctx, on)
//	// r.Read: [{/temp 2.05 21.5}]
package coap

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// Bounds. Times are real.
const (
	Within    = 2 * time.Second // for an answer, which a confirmable message is sent up to twice for (clause 4.2)
	Separate  = 5 * time.Second // for one that was acknowledged before
	sends     = 2
	maxRead   = 40       // resources that are read
	maxBody   = 64 << 10 // bytes of one
	maxText   = 200      // characters kept of one
	maxBlocks = 256
)

// Resources asks for /.well-known/core and reads what it lists.
type Resources struct{ Port uint16 }

// Listed is what came.
type Listed struct {
	Answered bool // in CoAP
	Core     string
	Links    []Link // of the list; empty where there is none
	Read     []Read // at most 40, in the list's order
}

// A Read is what anybody got of a resource.
type Read struct {
	Path string
	Code string // 2.05 is content, 4.01 "not authorised"; "" where nothing came
	Size int    // bytes
	Text string // the printable part, at most 200 characters
}

// Open tells whether anybody reads it.
func (r Read) Open() bool { return r.Code == "2.05" }

func (q Resources) String() string {
	return fmt.Sprintf("which resources CoAP on port %d gives to anybody", q.Port)
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Resources) Lasting() {}

// Ask asks.
func (q Resources) Ask(ctx context.Context, on *dial.Device) (l Listed, err error) {
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return l, fmt.Errorf("ask CoAP on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	c := client{conn: conn}
	core, body, err := c.read(ctx, "/.well-known/core")
	if err != nil {
		return l, fmt.Errorf("ask CoAP on port %d: %w", q.Port, err)
	}
	if core == "" {
		return l, nil
	}
	on.Evidence("list", body)
	l.Answered, l.Core = true, core
	if core != "2.05" {
		return l, nil
	}
	l.Links = links(string(body))
	for _, link := range l.Links[:min(len(l.Links), maxRead)] {
		got, body, err := c.read(ctx, link.Path)
		if err != nil {
			return l, fmt.Errorf("read %s from CoAP on port %d: %w", link.Path, q.Port, err)
		}
		http.Learn(body)
		on.Evidence("resource "+link.Path, body)
		l.Read = append(l.Read, Read{link.Path, got, len(body), clean(string(body[:min(len(body), maxText)]))})
	}
	return l, nil
}

// A client asks one server.
type client struct {
	conn net.Conn
	id   uint16
}

// read gets a resource block by block (RFC 7959). Its code is "" where nothing came.
func (c *client) read(ctx context.Context, path string) (got string, body []byte, err error) {
	for block := uint32(0); block < maxBlocks && len(body) < maxBody; block++ {
		m, err := c.get(ctx, path, block)
		if err != nil || m == nil {
			return got, body, err
		}
		got = code(m.code)
		body = append(body, m.payload...)
		n, ok := m.number(block2)
		if !ok || n&8 == 0 || n>>4 != block || m.code != content {
			break
		}
	}
	return got, body[:min(len(body), maxBody)], nil
}

// get sends a confirmable GET, and returns what answers it; nil where nothing did.
func (c *client) get(ctx context.Context, path string, block uint32) (*message, error) {
	c.id++
	token := make([]byte, 4)
	rand.Read(token)
	m := message{kind: confirmable, code: get, id: c.id, token: string(token)}
	rest, query, asks := strings.Cut(path, "?")
	for part := range strings.SplitSeq(strings.TrimPrefix(rest, "/"), "/") {
		m.options = append(m.options, option{uriPath, []byte(part)})
	}
	if asks {
		m.options = append(m.options, option{uriQuery, []byte(query)})
	}
	if block > 0 {
		b := binary.BigEndian.AppendUint32(nil, block<<4|6)
		m.options = append(m.options, option{block2, b[1:]})
	}
	for range sends {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if _, err := c.conn.Write(m.bytes()); err != nil {
			return nil, refused(err)
		}
		if a, err := c.await(m); a != nil || err != nil {
			return a, err
		}
	}
	return nil, nil
}

// await reads until the answer to m came, or the time is over.
func (c *client) await(m message) (*message, error) {
	b := make([]byte, 65535)
	_ = c.conn.SetReadDeadline(time.Now().Add(Within))
	for range 64 { // what answers something else
		n, err := c.conn.Read(b)
		if dial.Classify(err) == dial.Timeout {
			return nil, nil
		}
		if err != nil {
			return nil, refused(err)
		}
		a, err := parse(b[:n])
		switch {
		case err != nil:
		case a.kind == acknowledgement && a.code == 0 && a.id == m.id: // the answer comes apart
			_ = c.conn.SetReadDeadline(time.Now().Add(Separate))
		case a.kind == reset && a.id == m.id:
			return &message{code: a.code}, nil
		case a.token == m.token && a.code>>5 >= 2:
			if a.kind == confirmable {
				_, _ = c.conn.Write(message{kind: acknowledgement, id: a.id}.bytes())
			}
			a.payload = append([]byte(nil), a.payload...)
			return &a, nil
		}
	}
	return nil, nil
}

// refused takes a closed port for no answer.
func refused(err error) error {
	if dial.Classify(err) == dial.Refused {
		return nil
	}
	return err
}

var unprintable = regexp.MustCompile(`[^ -~]+`)

func clean(s string) string { return strings.TrimSpace(unprintable.ReplaceAllString(s, " ")) }
