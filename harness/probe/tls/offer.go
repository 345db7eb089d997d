package tls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// An outcome is how one hello fared.
type outcome int

const (
	chosen      outcome = iota // the server chose among what was offered and waits for us
	refused                    // an alert that can only mean "none of these", or another version
	unclear                    // an alert that may also mean trouble
	broken                     // it chose, and then broke off
	closed                     // it closed the connection without a word
	silent                     // no answer, or no whole answer, within the time
	garbled                    // an answer that is not TLS, or breaks its rules
	unreachable                // no connection
)

// A reply is the answer to one hello.
type reply struct {
	flight
	outcome outcome
	why     string // one clause, for whom the outcome puzzles
}

// Bounds of one question.
const (
	patience = 5 * time.Second // for one answer; Offers.Patience overrides it
	silences = 6               // so many unanswered hellos in a row end the question
	whole    = 5 * time.Minute // for all hellos of one question
	kept     = 2048            // bytes of each answer that the evidence keeps
)

// A prober offers hellos to one service and keeps what came of them.
type prober struct {
	on       *dial.Device
	port     uint16
	name     string
	patience time.Duration
	until    time.Time // when the whole question must be over

	rests []time.Duration // still to be given to a service that is in trouble

	mu     sync.Mutex
	silent int  // hellos in a row that got no answer
	spoke  bool // an answer in TLS has been seen
	alerts map[Alert]bool
	logs   map[uint16]*bytes.Buffer // evidence by version
}

func newProber(on *dial.Device, port uint16, name string, wait time.Duration) *prober {
	if wait <= 0 {
		wait = patience
	}
	return &prober{on: on, port: port, name: name, patience: wait, until: time.Now().Add(whole),
		rests: []time.Duration{time.Second, 3 * time.Second, 6 * time.Second}, alerts: map[Alert]bool{}, logs: map[uint16]*bytes.Buffer{}}
}

// connect dials. refused tells that the port is closed; other trouble of the network is the reply's.
// The connection ends with ctx and after the patience.
func (p *prober) connect(ctx context.Context) (net.Conn, reply, error) {
	within, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	conn, err := p.on.Dial(within, "tcp", p.port)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, reply{}, context.Cause(ctx)
	case errors.Is(err, dial.ErrScope), errors.Is(err, dial.ErrBudget), errors.Is(err, dial.ErrDown):
		return nil, reply{}, fmt.Errorf("offer TLS to port %d: %w", p.port, err)
	default:
		return nil, reply{outcome: unreachable, why: fmt.Sprintf("no connection: %v", err)}, nil
	}
	conn.SetDeadline(time.Now().Add(p.patience))
	return conn, reply{}, nil
}

// offer sends one hello and reads the answer. The error is the harness's own: the end of ctx, or the door's no.
func (p *prober) offer(ctx context.Context, h hello, wantSealed bool) (reply, error) {
	h.name = p.name
	return p.converse(ctx, h.version, h.record(), func(r io.Reader) reply {
		f, err := readFlight(r, h.version, wantSealed)
		return judge(h, f, err)
	})
}

// over says why no more hellos are sent, or "".
func (p *prober) over() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.silent >= silences:
		return fmt.Sprintf("%d hellos in a row got no answer within %v each, and no more were sent", silences, p.patience)
	case time.Now().After(p.until):
		return fmt.Sprintf("the service is so slow that %v were not enough, and no more hellos were sent", whole)
	}
	return ""
}

// converse sends b on a new connection and lets read make a reply of the answer.
func (p *prober) converse(ctx context.Context, version uint16, b []byte, read func(io.Reader) reply) (reply, error) {
	if why := p.over(); why != "" {
		return reply{outcome: silent, why: why}, nil
	}
	conn, r, err := p.connect(ctx)
	if conn == nil {
		return r, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Now()) })
	defer stop()
	var got bytes.Buffer
	if _, err := conn.Write(b); err != nil {
		r = trouble(err)
	} else {
		r = read(io.TeeReader(conn, &got))
	}
	if ctx.Err() != nil {
		return reply{}, context.Cause(ctx)
	}
	if r.outcome == silent {
		r.why = fmt.Sprintf("no whole answer within %v", p.patience)
	}
	p.keep(version, b, got.Bytes(), r)
	return r, nil
}

// keep notes an answer for evidence and counts.
func (p *prober) keep(version uint16, sent, got []byte, r reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent++
	if r.outcome != silent {
		p.silent = 0
	}
	if r.alert != nil || r.hello != nil {
		p.spoke = true
	}
	if r.alert != nil {
		p.alerts[Alert{versionName(version), alertName(*r.alert)}] = true
	}
	log := p.logs[version]
	if log == nil {
		log = &bytes.Buffer{}
		p.logs[version] = log
	}
	fmt.Fprintf(log, "> %x\n< %x\n", sent, got[:min(len(got), kept)])
}

// submit hands the evidence over.
func (p *prober) submit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, v := range versions {
		if log := p.logs[v]; log != nil {
			p.on.Evidence(versionName(v)+" hellos and answers", log.Bytes())
		}
	}
}

// decisive are the alerts that say "not with these parameters" and nothing else.
var decisive = []uint8{alertHandshakeFailure, alertProtocolVersion, alertInsufficientSecurity, alertMissingExtension}

// judge makes an outcome of what was read.
func judge(h hello, f flight, err error) reply {
	r := reply{flight: f}
	switch {
	case f.hello != nil && f.hello.version != h.version:
		r.outcome, r.why = refused, "it answered with "+versionName(f.hello.version)
	case f.hello != nil && !slices.Contains(h.suites, f.hello.suite):
		r.outcome, r.why = garbled, fmt.Sprintf("it chose %s, which was not offered", SuiteByID(f.hello.suite).Name)
	case f.done:
		r.outcome = chosen
	case f.alert != nil && f.hello != nil:
		r.outcome, r.why = broken, "it chose and then sent the alert "+alertName(*f.alert)
	case f.alert != nil && slices.Contains(decisive, *f.alert):
		r.outcome, r.why = refused, "alert "+alertName(*f.alert)
	case f.alert != nil:
		r.outcome, r.why = unclear, "alert "+alertName(*f.alert)
	case f.hello != nil && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)):
		r.outcome, r.why = broken, "it chose and then closed the connection"
	default:
		t := trouble(err)
		r.outcome, r.why = t.outcome, t.why
	}
	return r
}

// trouble classifies an error of the connection.
func trouble(err error) reply {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return reply{outcome: silent, why: "no whole answer in time"}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return reply{outcome: closed, why: "it closed the connection"}
	}
	return reply{outcome: garbled, why: err.Error()}
}
