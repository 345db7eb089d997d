// Package ssh shows what an SSH server offers, the host keys that it proves to hold, how it lets users in, and
// what comes of a password.
//
// Its one idea is that an SSH server names all its algorithms unasked: its KEXINIT is read raw, so that nothing hides
// behind what a library would choose. The library only completes exchanges: as proof of a host key, of a weak algorithm
// that really works, and to try a password.
//
//	offered, err := ssh.Offers{Port: 22}.Ask(ctx, on)
//	slices.Contains(offered.Kex, "diffie-hellman-group1-sha1")
package ssh

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// clientIdent is how the harness names itself.
const clientIdent = "SSH-2.0-Assay"

// patience is how long one connection may take, in real time, unless the question says otherwise.
const patience = 10 * time.Second

// strictMarker says that a server counters the Terrapin attack.
const strictMarker = "kex-strict-s-v00@openssh.com"

// Nobody is a user who exists nowhere.
const Nobody = "assay-nobody"

// Offers asks what a server offers.
type Offers struct {
	Port     uint16
	Users    []string      // for whom the ways of log-in are asked; none: Nobody, root and admin
	OneKey   bool          `json:",omitempty"` // the first host key that is proven is enough
	Patience time.Duration // for one connection, in real time; 0 is 10 s
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Offers) Lasting() {}

// Level is gentle: asking for the ways of log-in sends no credential.
func (Offers) Level() provisions.Level { return provisions.Gentle }

// Offered is what a server offers. In is from the client to the server, Out the other way.
type Offered struct {
	Open                          bool     // the port took a connection
	SSH                           bool     // it answered with an identification
	Ident                         string   // "SSH-2.0-dropbear_2022.83"
	Before                        []string // lines before the identification
	Protocol                      string   // "2.0"; "1.99" also speaks SSH 1
	Software                      string   // "dropbear_2022.83"
	Comment                       string
	Kex                           []string // as sent, markers included
	HostKeyAlgorithms             []string
	CiphersIn, CiphersOut         []string
	MACsIn, MACsOut               []string
	CompressionIn, CompressionOut []string
	StrictKex                     bool // counters Terrapin (CVE-2023-48795)
	HostKeys                      []HostKey
	Auth                          []Auth
	Undecided                     []string // sentences: what could not be found out, and why
}

// A HostKey is a key of the server.
type HostKey struct {
	Type   string // "ssh-ed25519"
	Bits   int
	SHA256 string // fingerprint as OpenSSH writes it: "SHA256:…"
	Proven bool   // it signed a key exchange
}

// An Auth is how a user may log in, as the server answers to a log-in with nothing.
type Auth struct {
	User    string
	Methods []string // "publickey", "password", "keyboard-interactive", …
	Open    bool     // the user is let in with nothing at all
	Banner  string
}

// KeyExchanges are the methods of Kex without its markers.
func (o Offered) KeyExchanges() []string {
	return slices.DeleteFunc(slices.Clone(o.Kex), func(k string) bool {
		return strings.HasPrefix(k, "kex-strict-") || strings.HasPrefix(k, "ext-info-")
	})
}

// Ask reads identification and KEXINIT, has each host key proven and asks how users log in. A closed port, or one that
// speaks something else, is an answer.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	l := line{on: on, port: q.Port, patience: q.Patience}
	o, err := l.greeting(ctx)
	if err != nil || !o.SSH || len(o.Kex) == 0 {
		return o, err
	}
	for _, kind := range keyKinds(o.HostKeyAlgorithms) {
		if err := o.hostKey(ctx, l, kind); err != nil {
			return Offered{}, err
		}
		if q.OneKey && len(o.HostKeys) > 0 {
			break
		}
	}
	users := q.Users
	if len(users) == 0 {
		users = []string{Nobody, "root", "admin"}
	}
	for _, u := range users {
		if err := o.auth(ctx, l, u); err != nil {
			return Offered{}, err
		}
	}
	return o, nil
}

// A line leads to one SSH port.
type line struct {
	on       *dial.Device
	port     uint16
	patience time.Duration
}

var errClosedPort = errors.New("the port is closed")

// connect dials; the connection ends with ctx and after the patience. errClosedPort is an answer, other errors are the harness's.
func (l line) connect(ctx context.Context) (net.Conn, error) {
	wait := l.patience
	if wait <= 0 {
		wait = patience
	}
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	conn, err := l.on.Dial(within, "tcp", l.port)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, errClosedPort
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to SSH port %d: %w; see that the device is on and in reach", l.port, err)
	}
	conn.SetDeadline(time.Now().Add(wait))
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })
	return &stoppable{conn, stop}, nil
}

// stoppable lets go of its context when closed.
type stoppable struct {
	net.Conn
	stop func() bool
}

func (s *stoppable) Close() error {
	s.stop()
	return s.Conn.Close()
}

// greeting reads what the server says of itself, once more where the first connection was cut.
func (l line) greeting(ctx context.Context) (o Offered, err error) {
	for _, pause := range []time.Duration{0, 2 * time.Second} {
		if pause > 0 {
			if err := l.on.Clock.Sleep(ctx, pause); err != nil {
				return Offered{}, err
			}
		}
		var trouble error
		o, trouble, err = l.greet(ctx)
		if err != nil || trouble == nil || errors.Is(trouble, errNotSSH) {
			return o, err
		}
		o.Undecided = []string{fmt.Sprintf("what the server offers: %s", reason(trouble))}
	}
	return o, nil
}

// greet reads once. trouble says why it did not come to the end.
func (l line) greet(ctx context.Context) (o Offered, trouble, err error) {
	conn, err := l.connect(ctx)
	if errors.Is(err, errClosedPort) {
		return o, nil, nil
	}
	if err != nil {
		return o, nil, err
	}
	defer conn.Close()
	var got bytes.Buffer
	defer func() { l.on.Evidence("identification and KEXINIT", got.Bytes()) }()
	o.Open = true
	r := bufio.NewReader(io.TeeReader(conn, &got))
	id, trouble := readIdent(r)
	o.Before = id.before
	if trouble != nil {
		return o, trouble, stopped(ctx)
	}
	o.SSH, o.Ident, o.Protocol, o.Software, o.Comment = true, id.line, id.protocol, id.software, id.comment
	if _, trouble = io.WriteString(conn, clientIdent+"\r\n"); trouble != nil {
		return o, trouble, stopped(ctx)
	}
	if id.protocol != "2.0" && id.protocol != "1.99" {
		return o, nil, nil // SSH 1 alone: it has no KEXINIT
	}
	k, trouble := readKexInit(r)
	if trouble != nil {
		return o, fmt.Errorf("it sent no KEXINIT: %s", reason(trouble)), stopped(ctx)
	}
	o.Kex, o.HostKeyAlgorithms = k.kex, k.hostKey
	o.CiphersIn, o.CiphersOut, o.MACsIn, o.MACsOut = k.cipherIn, k.cipherOut, k.macIn, k.macOut
	o.CompressionIn, o.CompressionOut = k.compressionIn, k.compressionOut
	o.StrictKex = slices.Contains(k.kex, strictMarker)
	return o, nil, nil
}

func stopped(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// reason makes a clause of an error of the connection.
func reason(err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return "no whole answer in time"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "it closed the connection"
	}
	return cut(strings.TrimPrefix(err.Error(), "ssh: "))
}
