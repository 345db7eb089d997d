// Package shell asks whether a port gives a command line to anybody.
//
// Its one idea is that a prompt is not yet a shell: a sum is given to it, and only who answers with the result, which was not in
// what we sent, has run something.
//
//	r, err := shell.Runs{Port: 4444}.Ask(ctx, on)
//	// r.Ran: "echo $((20+22))assay" was answered with 42assay
package shell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/telnet"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real: the device is what is waited for.
const (
	hush    = 500 * time.Millisecond // how long it is heard before we speak
	answer  = 2 * time.Second        // what the command gets
	most    = 8 << 10                // bytes read
	kept    = 200                    // characters of what it said
	command = "\r\necho $((20+22))assay\r\n"
	result  = "42assay"
)

// Runs gives a harmless command to a port, with no credential. A second look is another question.
type Runs struct {
	Port   uint16
	Telnet bool // it negotiates first
	Look   int
}

// Ran is what came of it.
type Ran struct {
	Ran  bool   // the command was run
	Said string // printable, cut
}

// Level is intrusive: a command is run.
func (Runs) Level() provisions.Level { return provisions.Intrusive }
func (q Runs) String() string {
	return fmt.Sprintf("whether TCP %d runs a command of anybody's", q.Port)
}

// Ask connects, listens, and gives the command.
func (q Runs) Ask(ctx context.Context, on *dial.Device) (Ran, error) {
	if q.Telnet {
		text, err := telnet.Command(ctx, on, telnet.At{Port: q.Port}, strings.TrimSpace(command))
		if err != nil {
			return Ran{}, fmt.Errorf("give a command to TCP %d: %w", q.Port, err)
		}
		return Ran{Ran: strings.Contains(text, result), Said: said([]byte(text))}, context.Cause(ctx)
	}
	c, err := on.Dial(ctx, "tcp", q.Port)
	if err != nil {
		return Ran{}, fmt.Errorf("give a command to TCP %d: %w", q.Port, err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	all := hear(c, hush, nil)
	if _, err := c.Write([]byte(command)); err != nil {
		all = append(all, " (hung up)"...)
	} else {
		all = append(all, hear(c, answer, []byte(result))...)
	}
	on.Evidence("shell", all)
	if err := context.Cause(ctx); err != nil {
		return Ran{}, fmt.Errorf("give a command to TCP %d: stopped: %w", q.Port, err)
	}
	return Ran{Ran: bytes.Contains(all, []byte(result)), Said: said(all)}, nil
}

// hear reads for a time, until something stands in it or there is too much.
func hear(c interface {
	io.Reader
	SetReadDeadline(time.Time) error
}, while time.Duration, until []byte) (all []byte) {
	_ = c.SetReadDeadline(time.Now().Add(while))
	b := make([]byte, 1024)
	for len(all) < most {
		n, err := c.Read(b)
		all = append(all, b[:n]...)
		if err != nil || until != nil && bytes.Contains(all, until) {
			break
		}
	}
	return all
}

// said is what is shown of it.
func said(b []byte) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(string(b), "\ufffd"))
	if r := []rune(s); len(r) > kept {
		s = string(r[:kept])
	}
	return strings.TrimSpace(s)
}
