// Package open asks servers that were made without a log-in, or for one that can be left out, whether they serve anybody.
//
// Its one idea is that a port which is open is not yet a function that is: the server's own answer must show that it did something
// for us, and what it did must change nothing.
//
//	u, err := open.Uses{Protocol: "redis", Port: 6379}.Ask(ctx, on)
//	// u.Open: true, u.What: "answers commands of anybody (redis 7.0.15)"
package open

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real: the device is what is waited for.
const (
	Within = 5 * time.Second // for one conversation
	maxAll = 64 << 10        // bytes that are read of it
	kept   = 120             // characters of what it said
)

// Uses asks one server. A second look is another question.
type Uses struct {
	Protocol string // one of Protocols, as package service names it
	Port     uint16
	TLS      bool
	Look     int
}

// Used is what came of it.
type Used struct {
	Spoke bool   // it answered in the protocol
	Open  bool   // it did something for anybody
	What  string // that it did, as the end of a sentence: "answers commands of anybody"
	Asks  string // what it asks for instead: "a password"
}

// talks are the conversations, by protocol. Each reads only, and leaves the server as it was.
var talks = map[string]func(t *talk) Used{"redis": redis, "vnc": vnc, "modbus": modbus, "adb": adb, "gdb": gdb, "openocd": openOCD, "memcached": memcached, "mpd": mpd}

// Protocols are those that can be asked.
func Protocols() []string {
	return []string{"adb", "gdb", "memcached", "modbus", "mpd", "openocd", "redis", "vnc"}
}

// Level is gentle: it reads, and no credential is sent.
func (Uses) Level() provisions.Level { return provisions.Gentle }
func (q Uses) String() string {
	return fmt.Sprintf("whether %s on TCP %d serves anybody", q.Protocol, q.Port)
}

// Ask connects and asks.
func (q Uses) Ask(ctx context.Context, on *dial.Device) (Used, error) {
	say := talks[q.Protocol]
	if say == nil {
		return Used{}, fmt.Errorf("ask whether TCP %d serves anybody: this version cannot speak %q; it can %s", q.Port, q.Protocol, strings.Join(Protocols(), ", "))
	}
	c, err := on.Dial(ctx, "tcp", q.Port)
	if dial.Classify(err) == dial.Refused {
		return Used{}, nil
	}
	if err != nil {
		return Used{}, fmt.Errorf("connect to %s on TCP %d: %w", q.Protocol, q.Port, err)
	}
	c = dial.Bounded(c, maxAll, time.Now().Add(Within))
	defer func() { c.Close() }()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if q.TLS {
		s := tls.Client(c, http.TLSConfig())
		if err := s.HandshakeContext(ctx); err != nil {
			return Used{}, fmt.Errorf("start TLS with %s on TCP %d: %w", q.Protocol, q.Port, err)
		}
		c = s
	}
	t := &talk{conn: c, in: bufio.NewReader(c)}
	u := say(t)
	on.Evidence("conversation", []byte(t.log.String()))
	return u, context.Cause(ctx)
}

// A talk is one conversation. What breaks shows as fewer bytes.
type talk struct {
	conn net.Conn
	in   *bufio.Reader
	log  strings.Builder
}

func (t *talk) send(b string) {
	fmt.Fprintf(&t.log, "> %q\n", b)
	_, _ = t.conn.Write([]byte(b))
}

// read reads so many bytes, or what came of them.
func (t *talk) read(n int) []byte {
	b := make([]byte, 0, min(n, maxAll))
	for len(b) < cap(b) {
		c, err := t.in.ReadByte()
		if err != nil {
			break
		}
		b = append(b, c)
	}
	fmt.Fprintf(&t.log, "< %q\n", b)
	return b
}

// until reads to one of several bytes, itself included, and at most so many.
func (t *talk) until(ends string, most int) []byte {
	var b []byte
	for len(b) < most && !bytes.ContainsAny(b, ends) {
		c, err := t.in.ReadByte()
		if err != nil {
			break
		}
		b = append(b, c)
	}
	fmt.Fprintf(&t.log, "< %q\n", b)
	return b
}

// said is what is shown of bytes.
func said(b []byte) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(string(b), "\ufffd"))
	if r := []rune(strings.TrimSpace(s)); len(r) > kept {
		return string(r[:kept])
	}
	return strings.TrimSpace(s)
}
