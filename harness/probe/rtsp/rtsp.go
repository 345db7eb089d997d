// Package rtsp asks servers of RTSP (RFC 2326, RFC 7826) what they tell to anybody, and what comes of a password.
//
// Its one idea is that OPTIONS is for all and a description is not: who gets the description of a stream without a log-in is let
// to the stream. A description counts where it names media (RFC 8866); nothing is set up or played.
//
//	o, err := rtsp.Offers{Port: 554}.Ask(ctx, on)
//	// o.Streams: [{/live video H264}], o.Guarded: "/", o.Auth: `Digest realm="cam", nonce="…"`
package rtsp

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real: the device is what is waited for.
const (
	Within = 10 * time.Second // for one conversation
	maxAll = 256 << 10        // bytes that are read of it
)

// paths are where servers and cameras commonly keep their streams.
var paths = []string{"/", "/live", "/stream", "/stream1", "/test", "/h264", "/video1", "/live/ch00_0", "/live.sdp", "/11", "/onvif1",
	"/cam/realmonitor?channel=1&subtype=0", "/Streaming/Channels/101", "/axis-media/media.amp", "/ch0_0.h264", "/unicast"}

// At is where a server is.
type At struct {
	Port uint16
	TLS  bool
}

// Offers asks what a server tells to anybody. A second look is another question.
type Offers struct {
	Port uint16
	TLS  bool
	Look int
}

// Level is gentle: nothing is set up, no credential is sent.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string {
	return fmt.Sprintf("what RTSP on port %d tells to anybody", q.Port)
}

// Offered is what it tells.
type Offered struct {
	Open    bool // the port takes connections
	RTSP    bool // it answers in RTSP
	Server  string
	Methods []string // of Public
	Streams []Stream // described to anybody
	Guarded string   // a path that asks for a log-in
	Auth    string   // with these challenges, as of WWW-Authenticate
	Asked   int      // paths that were answered
}

// A Stream is one that was described.
type Stream struct {
	Path  string
	Media []string // "video H264", "audio"
}

func (s Stream) String() string { return s.Path + " (" + strings.Join(s.Media, ", ") + ")" }

// Ask asks for OPTIONS and for the description of each path, until enough streams are known.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	t, err := open(ctx, on, At{q.Port, q.TLS})
	if dial.Classify(err) == dial.Refused {
		return Offered{}, nil
	}
	if err != nil {
		return Offered{}, err
	}
	defer func() { t.close() }()
	o := Offered{Open: true}
	first := t.ask("OPTIONS", "/", "")
	o.RTSP, o.Server = first.Status != 0, first.field("server")
	for m := range strings.SplitSeq(first.field("public"), ",") {
		if m = strings.TrimSpace(m); m != "" && len(o.Methods) < 20 {
			o.Methods = append(o.Methods, m)
		}
	}
	lost := 0 // descriptions that never came, on two connections each
	for _, path := range paths {
		if !o.RTSP || len(o.Streams) == 3 || lost == 2 || ctx.Err() != nil {
			break
		}
		r := t.ask("DESCRIBE", path, "")
		if r.Status == 0 { // it hung up, as some do after an error
			t.close()
			if t, err = t.again(ctx); err != nil {
				return o, err
			}
			if r = t.ask("DESCRIBE", path, ""); r.Status == 0 {
				lost++
			}
		}
		o.take(path, r)
	}
	return o, context.Cause(ctx)
}

// take reads the answer to one DESCRIBE.
func (o *Offered) take(path string, r Reply) {
	if r.Status != 0 {
		o.Asked++
	}
	switch m := media(r.body); {
	case r.Status == 401 && o.Guarded == "":
		o.Guarded, o.Auth = path, r.field("www-authenticate")
	case r.Status == 200 && len(m) > 0:
		o.Streams = append(o.Streams, Stream{path, m})
	}
}

// media are the kinds of media that a session description names, with their encodings where it gives them (RFC 8866, 5.14 and 6.6).
func media(sdp string) (out []string) {
	if !strings.HasPrefix(sdp, "v=0") {
		return nil
	}
	for line := range strings.Lines(sdp) {
		line = strings.TrimSpace(line)
		if m, is := strings.CutPrefix(line, "m="); is && len(out) < 8 {
			kind, _, _ := strings.Cut(m, " ")
			if slices.Contains([]string{"video", "audio", "application", "text"}, kind) {
				out = append(out, kind)
			}
		}
		if m, is := strings.CutPrefix(line, "a=rtpmap:"); is && len(out) > 0 && !strings.Contains(out[len(out)-1], " ") {
			_, encoding, _ := strings.Cut(m, " ")
			encoding, _, _ = strings.Cut(encoding, "/")
			out[len(out)-1] = strings.TrimSpace(out[len(out)-1] + " " + encoding[:min(len(encoding), 20)])
		}
	}
	return out
}

// Describe asks for the description of a path twice on one connection: without a credential, and then with what authorize makes
// of the challenges and the URL. Where nothing was asked for, or authorize has no answer, second has status 0.
func Describe(ctx context.Context, on *dial.Device, at At, path string, authorize func(challenges, url string) (string, bool)) (first, second Reply, err error) {
	t, err := open(ctx, on, at)
	if err != nil {
		return first, second, err
	}
	defer func() { t.close() }()
	if first = t.ask("DESCRIBE", path, ""); first.Status != 401 {
		return first, second, context.Cause(ctx)
	}
	auth, ok := authorize(first.field("www-authenticate"), t.url(path))
	if !ok {
		return first, second, nil
	}
	if second = t.ask("DESCRIBE", path, auth); second.Status == 0 && ctx.Err() == nil { // it ends the connection with each 401
		t.close()
		if t, err = t.again(ctx); err != nil {
			return first, second, err
		}
		second = t.ask("DESCRIBE", path, auth)
	}
	return first, second, context.Cause(ctx)
}

// A talk is one conversation.
type talk struct {
	on   *dial.Device
	at   At
	conn net.Conn
	in   *bufio.Reader
	seq  int
	log  strings.Builder
}

func open(ctx context.Context, on *dial.Device, at At) (*talk, error) {
	c, err := on.Dial(ctx, "tcp", at.Port)
	if err != nil {
		return nil, fmt.Errorf("connect to RTSP on port %d: %w", at.Port, err)
	}
	c = dial.Bounded(c, maxAll, time.Now().Add(Within))
	if at.TLS {
		s := tls.Client(c, http.TLSConfig())
		if err := s.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, fmt.Errorf("start TLS with RTSP on port %d: %w", at.Port, err)
		}
		c = s
	}
	return &talk{on: on, at: at, conn: c, in: bufio.NewReader(c)}, nil
}

// again is the conversation on a new connection. It is never nil.
func (t *talk) again(ctx context.Context) (*talk, error) {
	n, err := open(ctx, t.on, t.at)
	if err != nil {
		return t, err
	}
	n.seq = t.seq
	return n, nil
}

func (t *talk) close() {
	t.conn.Close()
	if t.log.Len() > 0 {
		t.on.Evidence("conversation", []byte(t.log.String()))
		t.log.Reset()
	}
}

func (t *talk) url(path string) string {
	scheme := "rtsp"
	if t.at.TLS {
		scheme = "rtsps"
	}
	return fmt.Sprintf("%s://%v%s", scheme, netip.AddrPortFrom(t.on.Address().WithZone(""), t.at.Port), path)
}

// ask sends one request and reads its reply; a broken one has status 0. A credential is not logged.
func (t *talk) ask(method, path, auth string) Reply {
	t.seq++
	request := fmt.Sprintf("%s %s RTSP/1.0\r\nCSeq: %d\r\nUser-Agent: Assay\r\n", method, t.url(path), t.seq)
	if method == "DESCRIBE" {
		request += "Accept: application/sdp\r\n"
	}
	fmt.Fprintf(&t.log, "%s\r\n", request)
	if auth != "" {
		request += "Authorization: " + auth + "\r\n"
	}
	_, _ = t.conn.Write([]byte(request + "\r\n")) // what breaks shows in the reply
	r, _ := readReply(t.in)
	fmt.Fprintf(&t.log, "%d %v\r\n%s\r\n", r.Status, r.fields, r.body)
	return r
}
