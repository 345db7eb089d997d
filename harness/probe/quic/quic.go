// Package quic asks a server of QUIC (RFC 9000) which versions it speaks, whether HTTP/3 is what it carries (RFC 9114), and by which
// certificate it proves itself.
//
// Its one idea is that QUIC carries TLS 1.3 and nothing less, so that what is left to ask is who is there. The versions are read off the
// server's own list, which it must send to whoever speaks none of them.
//
//	o, err := quic.Offers{Port: 443}.Ask(ctx, on)
//	// o.Versions: [1 2], o.HTTP3: true
package quic

import (
	"context"
	stdtls "crypto/tls"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real.
const (
	Within      = 3 * time.Second // for the list, and for the handshake
	sends       = 3
	maxVersions = 32
	maxChain    = 8
)

// Offers asks.
type Offers struct{ Port uint16 }

// Offered is what was learnt.
type Offered struct {
	QUIC     bool
	Versions []string          // "1", "2", "draft 29", "0x51303433"; those that are there to be ignored are left out (RFC 9000 clause 15)
	HTTP3    bool              // a handshake that named h3 was completed
	Chain    []tls.Certificate // the leaf first
	Why      string            // the handshake did not come about
}

// Level is gentle.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string        { return fmt.Sprintf("what QUIC on port %d speaks", q.Port) }

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Offers) Lasting() {}

// Ask asks for the list, and then shakes hands.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (o Offered, err error) {
	if o.Versions, o.QUIC, err = q.versions(ctx, on); err != nil || !o.QUIC {
		return o, err
	}
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return o, fmt.Errorf("ask QUIC on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	t := quic.Transport{Conn: packets{conn}}
	defer t.Close()
	brief, done := context.WithTimeout(ctx, Within)
	defer done()
	c, err := t.Dial(brief, conn.RemoteAddr(), &stdtls.Config{InsecureSkipVerify: true, NextProtos: []string{"h3"}}, &quic.Config{HandshakeIdleTimeout: Within})
	if err != nil {
		o.Why = fmt.Sprintf("%.200q", err.Error())
		return o, context.Cause(ctx)
	}
	state := c.ConnectionState().TLS
	o.HTTP3 = state.NegotiatedProtocol == "h3"
	for _, cert := range state.PeerCertificates[:min(len(state.PeerCertificates), maxChain)] {
		o.Chain = append(o.Chain, tls.Describe(cert.Raw))
	}
	return o, c.CloseWithError(0x100, "") // H3_NO_ERROR
}

// versions sends a packet of a version that nobody speaks (RFC 9000 clause 6).
func (q Offers) versions(ctx context.Context, on *dial.Device) (out []string, answered bool, err error) {
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return nil, false, fmt.Errorf("ask QUIC on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	request := make([]byte, 1200)
	copy(request, "\xc0\x1a\x2a\x3a\x4a\x08assayone\x08assaytwo")
	b := make([]byte, 2048)
	for range sends {
		if _, err := conn.Write(request); err != nil {
			return nil, false, context.Cause(ctx)
		}
		_ = conn.SetReadDeadline(time.Now().Add(Within / sends))
		n, err := conn.Read(b)
		switch {
		case dial.Classify(err) == dial.Refused:
			return nil, false, nil
		case err == nil:
			on.Evidence("version negotiation", b[:n])
			out, answered = parse(b[:n])
			return out, answered, nil
		case context.Cause(ctx) != nil:
			return nil, false, context.Cause(ctx)
		}
	}
	return nil, false, nil
}

// parse reads a Version Negotiation packet (RFC 9000 clause 17.2.1).
func parse(b []byte) (versions []string, ok bool) {
	if len(b) < 7 || b[0]&0x80 == 0 || binary.BigEndian.Uint32(b[1:]) != 0 {
		return nil, false
	}
	b = b[5:]
	for range 2 { // the connection identifiers
		if len(b) == 0 || len(b) < 1+int(b[0]) {
			return nil, false
		}
		b = b[1+int(b[0]):]
	}
	for ; len(b) >= 4 && len(versions) < maxVersions; b = b[4:] {
		if v := binary.BigEndian.Uint32(b); v&0x0f0f0f0f != 0x0a0a0a0a {
			versions = append(versions, name(v))
		}
	}
	return versions, true
}

func name(v uint32) string {
	switch {
	case v == 1:
		return "1"
	case v == 0x6b3343cf: // RFC 9369
		return "2"
	case v>>8 == 0xff0000:
		return fmt.Sprintf("draft %d", v&0xff)
	}
	return fmt.Sprintf("%#08x", v)
}

// packets is a connected socket as one of packets, all of which are the device's.
type packets struct{ net.Conn }

func (p packets) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.Read(b)
	return n, p.RemoteAddr(), err
}

func (p packets) WriteTo(b []byte, _ net.Addr) (int, error) { return p.Write(b) }
