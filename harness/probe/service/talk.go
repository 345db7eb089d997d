package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// talk is the conversation with one port.
type talk struct {
	on *dial.Device
	at netip.AddrPort

	mu sync.Mutex
	s  Service
}

// A manner is how a port was known once to answer.
type manner struct {
	tls    bool
	spoken *protocol
}

// learnt is where the manner of a port is kept.
type learnt netip.AddrPort

// run begins with what the port spoke before, if it was asked before.
func (t *talk) run(ctx context.Context) error {
	if m, ok := t.on.Hint(learnt(t.at)).(manner); ok {
		before := t.s
		if known, err := t.asBefore(ctx, m); known || err != nil {
			return err
		}
		t.s = before
	}
	return t.anew(ctx)
}

// asBefore speaks to the port as was right before: who answered that in silence has no login that garbage would wrong.
func (t *talk) asBefore(ctx context.Context, m manner) (bool, error) {
	t.s.TLS = m.tls
	if m.tls {
		t.tried("TLS ClientHello")
	}
	return t.speak(ctx, m.spoken, nil)
}

// learn keeps in whose words an answer came.
func (t *talk) learn(b []byte) {
	for i := range spoken {
		if spoken[i].answer(b).Protocol != "" {
			t.on.Learn(learnt(t.at), manner{t.s.TLS, &spoken[i]})
		}
	}
}

// anew listens, then asks for a debugger, then tries TLS, then speaks in clear.
func (t *talk) anew(ctx context.Context) error {
	first, err := t.dial(ctx)
	if err != nil {
		return err
	}
	defer first.Close()
	late := hear(first, Life)
	if b, ended := t.hush(late); ended {
		if t.greeting(first, b) {
			return nil
		}
		late.all = nil // it ended without a word
	}
	if late.all != nil {
		known, over := t.debugger(first, late)
		if known {
			return nil
		}
		if over {
			late.all = nil
		}
	}
	for _, step := range []func(context.Context) (bool, error){t.tls, t.clear, t.others} {
		if known, err := step(ctx); known || err != nil {
			return err
		}
		select {
		case b := <-late.all:
			if t.greeting(first, b) {
				return nil
			}
			late.all = nil
		default:
		}
	}
	return nil
}

// debugger asks for a GDB stub, first of all and on the first connection: GDB's server takes one peer at a time, and is lost to
// everybody once another protocol was spoken to it. What it is asked ends no line, so that it is no wrong try at a prompt that is late.
// It tells whether the service is known, and whether what it says was heard out.
func (t *talk) debugger(first net.Conn, late ear) (known, over bool) {
	t.tried("GDB qSupported")
	if _, err := first.Write([]byte(gdbSupported)); err != nil {
		return false, false
	}
	b, over := t.hush(late)
	if len(b) == 0 {
		return false, over
	}
	if g := gdbAnswer(b); g.Protocol != "" {
		_, _ = first.Write([]byte("+")) // it was received: some end for good where they are left without a word
		t.on.Evidence(fmt.Sprintf("GDB qSupported received from port %d", t.at.Port()), b)
		g.via = "answer to GDB qSupported"
		return t.know(g, b), over
	}
	if g := greeted(b); g.Protocol != "" && g.Protocol != "http" { // it greets late; a server of HTTPS refuses in clear what is no TLS
		return t.greeting(first, b), over
	}
	return false, over // an error of another protocol, which is asked for next
}

// An ear listens for a greeting.
type ear struct {
	began chan struct{} // closed when the first of it came
	all   chan []byte   // gets what was heard when it is over
}

// hear listens beside what we do.
func hear(c net.Conn, wait time.Duration) ear {
	e := ear{make(chan struct{}), make(chan []byte, 1)}
	go func() {
		first := sync.OnceFunc(func() { close(e.began) })
		e.all <- listen(c, wait, func(b []byte) guess {
			first()
			return greeted(b)
		})
	}()
	return e
}

// hush waits for a greeting until the silence counts: Hush, or a quarter of it on loopback, where nothing is far away. There
// the whole of Hush where this host is so busy that our own timers come late: then the service may not have had its turn.
func (t *talk) hush(e ear) (b []byte, ended bool) {
	const slices = 16
	least := slices
	if t.at.Addr().IsLoopback() {
		least = slices / 4
	}
	for n := 1; n <= least; n++ {
		began := time.Now()
		select {
		case b := <-e.all:
			return b, true
		case <-e.began:
			return <-e.all, true // it speaks: hear it out
		case <-time.After(Hush / slices):
			if time.Since(began) > Hush/slices*5/4 {
				least = slices
			}
		}
	}
	return nil, false
}

// dial connects, bounded in time and bytes.
func (t *talk) dial(ctx context.Context) (net.Conn, error) {
	c, err := t.on.DialAddr(ctx, "tcp", t.at)
	if err != nil {
		return nil, err
	}
	return dial.Bounded(c, MaxBytes, time.Now().Add(Life)), nil
}

// again connects once more; that the device does not want more than one connection ends the talk, and is no error.
func (t *talk) again(ctx context.Context) (net.Conn, error) {
	c, err := t.dial(ctx)
	if err != nil && fact(err) {
		t.note("a further connect: " + string(dial.Classify(err)))
		return nil, nil
	}
	return c, err
}

func (t *talk) note(s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !strings.Contains(t.s.Note, s) {
		t.s.Note = strings.TrimPrefix(t.s.Note+"; "+s, "; ")
	}
}

// know takes a guess over. It is false where there is none.
func (t *talk) know(g guess, b []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.s.Banner == "" {
		t.s.Banner = printable(b, MaxBanner)
	}
	if g.Protocol == "" || t.s.Protocol != "" {
		return false
	}
	t.s.Protocol, t.s.Product, t.s.Version, t.s.Via = g.Protocol, printable([]byte(g.Product), 80), printable([]byte(g.Version), 40), g.via
	if g.note != "" {
		t.s.Note = strings.TrimPrefix(t.s.Note+"; "+g.note, "; ")
	}
	return true
}

func (t *talk) tried(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Tried = append(t.s.Tried, what)
}

// greeting judges what came before we said anything, and is false where nothing came. Who greets in no way that is known
// is sent nothing: it may count that as a wrong try.
func (t *talk) greeting(c net.Conn, b []byte) bool {
	if len(b) == 0 {
		return false
	}
	g := greeted(b)
	if g.Protocol == "" && !hasCode(b, "220") { // it may not have come to its point
		b = append(b, listen(c, Step, nil)...)
		g = greeted(b)
	}
	t.on.Evidence(fmt.Sprintf("greeting of port %d", t.at.Port()), b)
	g.via = "greeting"
	switch {
	case g.Protocol == "telnet":
		if reply := declined(b); len(reply) > 0 { // some show their prompt only then
			if _, err := c.Write(reply); err == nil {
				b = append(b, listen(c, Hush, nil)...)
			}
		}
		b = visible(b)
		if o := openOCD(b); o.Protocol != "" {
			o.via, g = g.via, o
			break
		}
		g.Product, g.Version = product(b)
	case g.Protocol == "" && hasCode(b, "220"):
		t.tried("EHLO")
		if _, err := fmt.Fprint(c, "EHLO assay.invalid\r\n"); err == nil {
			g = afterEHLO(listen(c, Step, nil), g)
		}
	}
	if !t.know(g, b) {
		t.note("it greets in no way that is known, and was sent nothing more")
	}
	return true
}

// tls tries a handshake, and then speaks inside.
func (t *talk) tls(ctx context.Context) (bool, error) {
	t.tried("TLS ClientHello")
	c, raw, err := t.shake(ctx)
	if c == nil {
		if err != nil || len(raw) == 0 {
			return false, err
		}
		if isTLS(raw) { // it speaks TLS, but not with us
			t.s.TLS = true
			return true, nil
		}
		g := answered(raw)
		g.via = "answer to a TLS ClientHello"
		t.learn(raw)
		return t.know(g, raw), nil
	}
	defer c.Close()
	t.s.TLS = true
	inside := hear(c, Hush)
	b, ended := t.hush(inside)
	if !ended {
		_ = c.SetReadDeadline(time.Now()) // that was silence enough
		b = <-inside.all
	}
	if t.greeting(c, b) {
		return true, nil
	}
	if known, err := t.speak(ctx, &spoken[0], c); known || err != nil {
		return known, err
	}
	_, err = t.others(ctx)
	return true, err // TLS it is, whatever is inside
}

// clear speaks HTTP in clear.
func (t *talk) clear(ctx context.Context) (bool, error) { return t.speak(ctx, &spoken[0], nil) }

// others speaks all other protocols side by side, each on a connection of its own.
func (t *talk) others(ctx context.Context) (bool, error) {
	rest := spoken[1:]
	known, errs := make([]bool, len(rest)), make([]error, len(rest))
	sideBySide(t.on.Clock, len(rest), func(i int) { known[i], errs[i] = t.speak(ctx, &rest[i], nil) })
	return slices.Contains(known, true), errors.Join(errs...)
}

// speak sends a protocol's first words and judges the answer, on c or on a connection of its own.
func (t *talk) speak(ctx context.Context, p *protocol, c net.Conn) (bool, error) {
	name := p.name
	if t.s.TLS {
		name += " inside TLS"
	}
	t.tried(name)
	if c == nil {
		var err error
		if t.s.TLS {
			c, _, err = t.shake(ctx)
		} else {
			c, err = t.again(ctx)
		}
		if c == nil {
			return false, err
		}
		defer c.Close()
	}
	request := p.request(t.at)
	if _, err := c.Write(request); err != nil {
		return false, nil // it hung up
	}
	b := listen(c, Step, p.answer)
	t.on.Evidence(fmt.Sprintf("%s sent to port %d", p.name, t.at.Port()), request)
	t.on.Evidence(fmt.Sprintf("%s received from port %d", p.name, t.at.Port()), b)
	if len(b) == 0 {
		return false, nil
	}
	g := p.answer(b)
	if g.Protocol == "" {
		g = answered(b)
	}
	g.via = "answer to " + name
	t.learn(b)
	return t.know(g, b), nil
}

// shake makes a TLS connection with whatever the server can, and shows the first bytes that came where there is none.
func (t *talk) shake(ctx context.Context) (net.Conn, []byte, error) {
	c, err := t.again(ctx)
	if c == nil {
		return nil, nil, err
	}
	tap := &tap{Conn: c}
	conn := tls.Client(tap, lenient)
	brief, cancel := context.WithTimeout(ctx, Step)
	defer cancel()
	if err := conn.HandshakeContext(brief); err != nil {
		c.Close()
		t.on.Evidence(fmt.Sprintf("answer to a TLS ClientHello of port %d", t.at.Port()), tap.first)
		if isTLS(tap.first) {
			t.note("the TLS handshake failed: " + printable([]byte(err.Error()), 200))
		}
		return nil, tap.first, ctx.Err()
	}
	return conn, tap.first, nil
}

// lenient takes every version and suite that Go has, and any certificate: it looks, it does not trust.
var lenient = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, CipherSuites: everySuite()}

func everySuite() (ids []uint16) {
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, s.ID)
	}
	return ids
}

// tap keeps the first bytes that were read.
type tap struct {
	net.Conn
	first []byte
}

func (t *tap) Read(b []byte) (int, error) {
	n, err := t.Conn.Read(b)
	if room := MaxBanner - len(t.first); room > 0 {
		t.first = append(t.first, b[:min(n, room)]...)
	}
	return n, err
}

// listen reads until judge needs no more, the peer pauses after it began, or wait is over.
func listen(c net.Conn, wait time.Duration, judge func([]byte) guess) []byte {
	const pause = 100 * time.Millisecond
	end := time.Now().Add(wait)
	var all []byte
	buf := make([]byte, 4096)
	for len(all) < MaxBytes {
		until := end
		if soon := time.Now().Add(pause); len(all) > 0 && soon.Before(end) {
			until = soon
		}
		_ = c.SetReadDeadline(until)
		n, err := c.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			break
		}
		if judge != nil {
			if g := judge(all); g.Protocol != "" && !g.more {
				break
			}
		}
		if !time.Now().Before(end) {
			break
		}
	}
	return all
}
