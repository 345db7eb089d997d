package http

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/canary"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds of what is heard at one socket, in real time.
const (
	maxFrames = 8
	maxFrame  = 64 << 10
	hearing   = time.Second
)

// socketPaths are where servers commonly keep their web sockets.
var socketPaths = []string{"/ws", "/websocket", "/api/ws", "/api/websocket", "/wss", "/socket", "/events", "/live", "/ws/", "/api/v1/ws", "/socket.io/?EIO=4&transport=websocket", "/"}

// Sockets asks which web sockets (RFC 6455) a server opens to anybody, and hears what it says there by itself. Nothing is said to it:
// that a socket is open shows no function yet, since many ask for the log-in inside it.
type Sockets struct {
	Port uint16
	TLS  bool
	For  []evidence.Secret // looked for in what it says
	Look int               // a second look is another question
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Sockets) Lasting() {}

// Level is gentle: no message is sent.
func (Sockets) Level() provisions.Level { return provisions.Gentle }
func (q Sockets) String() string {
	return fmt.Sprintf("which web sockets the server on TCP %d opens to anybody", q.Port)
}

// Opened is what it opens.
type Opened struct {
	Sockets []Socket
	Asked   int // paths that were answered
}

// A Socket is one that is open to anybody.
type Socket struct {
	Path   string
	Frames int     // that it sent by itself
	Shown  []Shown // secrets in them; the status is that of the upgrade
}

// Ask tries each path.
func (q Sockets) Ask(ctx context.Context, on *dial.Device) (Opened, error) {
	var out Opened
	var values []string
	for _, s := range q.For {
		v, err := s.Reveal()
		if err != nil {
			return out, fmt.Errorf("hear the web sockets on TCP %d: %w", q.Port, err)
		}
		values = append(values, v)
	}
	finder := canary.New(values...)
	for _, path := range socketPaths {
		s, answered, err := q.open(ctx, on, path, finder)
		if err != nil {
			return out, err
		}
		if answered {
			out.Asked++
		}
		if s != nil {
			out.Sockets = append(out.Sockets, *s)
		}
	}
	return out, nil
}

// open upgrades at one path and listens; there is no socket where it is refused.
func (q Sockets) open(ctx context.Context, on *dial.Device, path string, f *canary.Finder) (s *Socket, answered bool, err error) {
	conf := TLSConfig()
	conf.CurvePreferences = classical
	d := websocket.Dialer{NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		c, err := on.Dial(ctx, "tcp", q.Port)
		if err != nil {
			return nil, err
		}
		return dial.Bounded(c, maxFrames*maxFrame, time.Now().Add(Within)), nil
	}, TLSClientConfig: conf, HandshakeTimeout: Within}
	url := "ws" + strings.TrimPrefix(Origin(on, q.Port, q.TLS), "http") + path
	c, r, err := d.DialContext(ctx, url, http.Header{"User-Agent": {"Assay"}})
	switch {
	case ctx.Err() != nil:
		return nil, false, context.Cause(ctx)
	case errors.Is(err, websocket.ErrBadHandshake):
		on.Evidence("no web socket", fmt.Appendf(nil, "%s: %d", path, r.StatusCode))
		return nil, true, nil
	case err != nil && on.Alive(ctx) != nil:
		return nil, false, fmt.Errorf("open the web socket %s on TCP %d: %w", path, q.Port, err)
	case err != nil: // it hung up, or is no server of the web
		return nil, false, nil
	}
	defer c.Close()
	s = &Socket{Path: path}
	c.SetReadLimit(maxFrame)
	_ = c.SetReadDeadline(time.Now().Add(hearing))
	for s.Frames < maxFrames {
		_, b, err := c.ReadMessage()
		if err != nil {
			break
		}
		on.Evidence("web socket "+path, b)
		s.hear(f, q.For, r.StatusCode, b)
	}
	return s, true, nil
}

// hear looks through one message.
func (s *Socket) hear(f *canary.Finder, secrets []evidence.Secret, status int, b []byte) {
	s.Frames++
	for _, h := range f.Find(b) {
		if len(s.Shown) < canary.MaxHits {
			s.Shown = append(s.Shown, Shown{s.Path, status, secrets[h.Value], h.Spelling})
		}
	}
}
