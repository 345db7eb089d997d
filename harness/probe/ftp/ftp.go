// Package ftp asks FTP servers (RFC 959, and RFC 4217 for TLS): what they offer, and what comes of a password.
//
// Its one idea is that the code of a reply judges and its words do not: 530 is a refusal, 421 is none.
//
//	o, err := ftp.Offers{Port: 21}.Ask(ctx, on)
//	r, err := ftp.TryPassword(ctx, on, ftp.At{Port: 21}, "admin", "admin")
package ftp

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds.
const (
	Within = 20 * time.Second // for one conversation, real time: servers that slow guessing down wait some seconds
	maxAll = 64 << 10         // bytes that are read of it
)

// At is where a server is.
type At struct {
	Port uint16
	TLS  bool // from the first byte, as on port 990
}

// Offers asks what a server offers, and whether it lets "anonymous" in (RFC 1635): that is no credential.
type Offers struct {
	Port uint16
	TLS  bool
	Look int // a second look is another question
}

// Level is gentle: nothing is written or listed.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string        { return fmt.Sprintf("what FTP on port %d offers to anybody", q.Port) }

// Offered is what it offers.
type Offered struct {
	Open      bool // the port takes connections
	FTP       bool // it greets in FTP
	Banner    string
	Features  []string // of FEAT (RFC 2389); none where it must be logged in to ask
	AuthTLS   bool     // AUTH TLS is taken up
	Anonymous Outcome
}

// Ask asks. The TLS offer is tried on the same connection last, and not begun.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	t, err := open(ctx, on, At{q.Port, q.TLS})
	if dial.Classify(err) == dial.Refused {
		return Offered{}, nil
	}
	if err != nil {
		return Offered{}, err
	}
	o := Offered{Open: true}
	greeting := t.hear()
	o.FTP, o.Banner = greeting.code == 220, greeting.text()
	if !o.FTP {
		t.close()
		return o, nil
	}
	if feat := t.ask("FEAT"); feat.code == 211 && len(feat.lines) > 2 {
		for _, l := range feat.lines[1 : len(feat.lines)-1] {
			o.Features = append(o.Features, strings.TrimSpace(l))
		}
	}
	o.AuthTLS = t.ask("AUTH TLS").code == 234
	t.close()
	r, err := TryPassword(ctx, on, At{q.Port, q.TLS}, "anonymous", "guest@example.invalid")
	o.Anonymous = r.Outcome
	return o, err
}

// An Outcome is what came of a password.
type Outcome string

// Outcomes. Only Refused says that the credential is wrong.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
	Limited  Outcome = "limited" // put off: the credential was not judged
	Open     Outcome = "open"    // the user needs no password
	Unclear  Outcome = "unclear"
)

// A Result is one try.
type Result struct {
	Outcome Outcome
	Code    int    // of the last reply; 0 where none came
	Text    string // of it
	TLS     bool   // the password went under TLS
	Why     string // of what is not accepted or refused
}

// TryPassword logs in, under TLS wherever the server takes AUTH TLS.
func TryPassword(ctx context.Context, on *dial.Device, at At, user, password string) (Result, error) {
	t, err := open(ctx, on, at)
	if err != nil {
		return Result{}, err
	}
	defer t.close()
	if g := t.hear(); g.code != 220 {
		return t.unjudged(g, "before a user was named"), nil
	}
	if !at.TLS && t.ask("AUTH TLS").code == 234 {
		if err := t.secure(ctx); err != nil {
			return Result{}, fmt.Errorf("take up TLS with FTP on port %d, which it offered: %w", at.Port, err)
		}
	}
	r := t.ask("USER " + user)
	switch {
	case r.code == 230 || r.code == 232:
		return t.result(Open, r, fmt.Sprintf("it lets %s in and asks for no password", user)), nil
	case r.code == 530 || r.code == 430:
		return t.result(Refused, r, "it refuses the user, whatever the password"), nil
	case r.code != 331:
		return t.unjudged(r, "to the user's name"), nil
	}
	switch r = t.ask("PASS " + password); r.code {
	case 230, 202:
		return t.result(Accepted, r, ""), nil
	case 530, 430:
		if putOff(r.text()) {
			return t.result(Limited, r, "it said that the caller is put off"), nil
		}
		return t.result(Refused, r, ""), nil
	}
	return t.unjudged(r, "to the password"), nil
}

// putOff knows a lock behind the code of a refusal.
func putOff(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"too many", "try again in", "try again later", "locked", "temporarily", "gesperrt"},
		func(w string) bool { return strings.Contains(text, w) })
}

// unjudged is a reply that says nothing of the credential.
func (t *talk) unjudged(r reply, when string) Result {
	switch {
	case r.code == 421 || r.code == 450:
		return t.result(Limited, r, fmt.Sprintf("it answered %d %s", r.code, when))
	case r.code == 0:
		return t.result(Unclear, r, "it hung up or fell silent "+when)
	}
	return t.result(Unclear, r, fmt.Sprintf("it answered %d %s", r.code, when))
}

func (t *talk) result(o Outcome, r reply, why string) Result {
	return Result{o, r.code, r.text(), t.tls, why}
}

// A talk is one conversation.
type talk struct {
	on   *dial.Device
	conn net.Conn
	in   *bufio.Reader
	tls  bool
	log  strings.Builder
}

func open(ctx context.Context, on *dial.Device, at At) (*talk, error) {
	c, err := on.Dial(ctx, "tcp", at.Port)
	if err != nil {
		return nil, fmt.Errorf("connect to FTP on port %d: %w", at.Port, err)
	}
	c = dial.Bounded(c, maxAll, time.Now().Add(Within))
	t := &talk{on: on, conn: c, in: bufio.NewReader(c)}
	if at.TLS {
		if err := t.secure(ctx); err != nil {
			c.Close()
			return nil, fmt.Errorf("start TLS with FTP on port %d: %w", at.Port, err)
		}
	}
	return t, nil
}

// secure goes on under TLS. What stood in the buffer came in clear and is dropped: it could be somebody else's.
func (t *talk) secure(ctx context.Context) error {
	s := tls.Client(t.conn, http.TLSConfig())
	if err := s.HandshakeContext(ctx); err != nil {
		return err
	}
	t.conn, t.in, t.tls = s, bufio.NewReader(s), true
	return nil
}

func (t *talk) close() {
	t.conn.Close()
	t.on.Evidence("conversation", []byte(t.log.String()))
}

// ask sends a command and hears its reply.
func (t *talk) ask(command string) reply {
	command = strings.NewReplacer("\r", "", "\n", "").Replace(command)
	fmt.Fprintf(&t.log, "> %s\n", command)
	_, _ = t.conn.Write([]byte(command + "\r\n")) // what breaks shows in the reply
	return t.hear()
}

// hear reads one reply; a broken one has code 0.
func (t *talk) hear() reply {
	r, _ := readReply(t.in)
	fmt.Fprintf(&t.log, "%s\n", strings.Join(r.lines, "\n"))
	return r
}
