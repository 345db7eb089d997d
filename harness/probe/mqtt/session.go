package mqtt

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// A session is one conversation with a broker.
type session struct {
	on          *dial.Device
	conn        net.Conn
	in          *bufio.Reader
	level       byte // of the protocol: 4 is 3.1.1
	answered    bool // CONNACK came
	code        byte // of it
	certificate bool // the server asked for one under TLS
	log         strings.Builder
}

// enter connects by 3.1.1, and by 5 where that version is refused; where hangUp is true, also where the broker hangs up on it.
// Without a credential that is harmless, with one it could be a second wrong try.
func enter(ctx context.Context, on *dial.Device, at At, c *credential, hangUp bool) (*session, error) {
	s, err := connect(ctx, on, at, 4, c)
	if err != nil {
		return nil, err
	}
	if s.answered && s.code != 1 && s.code != 0x84 || !s.answered && (!hangUp || s.certificate) {
		return s, nil
	}
	five, err := connect(ctx, on, at, 5, c)
	if err != nil {
		s.close()
		return nil, err
	}
	if !five.answered && s.answered {
		five.close()
		return s, nil
	}
	s.close()
	return five, nil
}

func connect(ctx context.Context, on *dial.Device, at At, level byte, c *credential) (*session, error) {
	conn, err := on.Dial(ctx, "tcp", at.Port)
	if err != nil {
		return nil, fmt.Errorf("connect to MQTT on port %d: %w", at.Port, err)
	}
	s := &session{on: on, conn: dial.Bounded(conn, maxAll, time.Now().Add(3*Within)), level: level}
	s.end(time.Now().Add(Within))
	if at.TLS {
		if err := s.secure(ctx); err != nil && s.certificate {
			s.note("TLS: %v", err)
			return s, nil
		} else if err != nil {
			s.close()
			return nil, fmt.Errorf("start TLS with MQTT on port %d: %w; see whether the port speaks TLS at all", at.Port, err)
		}
	}
	s.in = bufio.NewReader(s.conn)
	s.note("> CONNECT, level %d, credentials %v", level, c != nil)
	s.send(hello(level, c))
	if p, err := s.hear(); err == nil {
		s.code, s.answered = p.reason()
		s.note("< packet %#02x % x", p.kind, p.body[:min(len(p.body), 16)])
	} else {
		s.note("no answer: %s", dial.Classify(err))
	}
	return s, nil
}

// secure takes up TLS, with no certificate of ours. Version 1.3 refuses its lack only after the handshake.
func (s *session) secure(ctx context.Context) error {
	config := http.TLSConfig()
	config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		s.certificate = true
		return &tls.Certificate{}, nil
	}
	t := tls.Client(s.conn, config)
	if err := t.HandshakeContext(ctx); err != nil {
		return err
	}
	s.conn = t
	return nil
}

// send writes a packet. What breaks shows when the answer is read.
func (s *session) send(b []byte) { _, _ = s.conn.Write(b) }

func (s *session) hear() (packet, error) { return read(s.in) }

// end sets when waiting ends, in real time.
func (s *session) end(at time.Time) { _ = s.conn.SetDeadline(at) }

func (s *session) note(format string, a ...any) { fmt.Fprintf(&s.log, format+"\n", a...) }

func (s *session) close() {
	if s.answered && s.code == 0 {
		s.send(frame(0xe0, nil)) // DISCONNECT
	}
	s.conn.Close()
	if s.log.Len() > 0 {
		s.on.Evidence("conversation", []byte(s.log.String()))
		s.log.Reset()
	}
}
