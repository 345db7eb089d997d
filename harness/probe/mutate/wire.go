package mutate

import (
	"bufio"
	"bytes"
	"context"
	stdtls "crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	stdhttp "net/http"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
)

// session is a series of exchanges with one server, on one connection as far as it lets us.
type session struct {
	HTTP
	Tried
	on      *dial.Device
	hybrid  bool // it wants a hybrid key exchange
	conn    net.Conn
	in      *bufio.Reader
	usual   int           // status of the ordinary answer
	median  time.Duration // of the ordinary answers
	normal  request
	dropped map[string]string // inputs that are left alone, and why
	grammar *grammar          // of what is sent, where that is no HTTP
	udp     *datagrams
	wary    bool     // who breaks the protocol is shut out for a while by well-known servers
	secrets []string // of the session that requests carry: nowhere shown
}

// A request is what is sent, to the byte.
type request struct {
	method, target string
	header         [][2]string
	body           string
	raw            string // instead of all above
}

// answer is what came; status 0 is none.
type answer struct {
	status int
	html   bool
	later  bool // Retry-After
	body   []byte
	took   time.Duration
	err    error
}

// Bounds of an answer.
const (
	maxBody = 256 << 10
	within  = 10 * time.Second
)

func (r request) bytes(host string) []byte {
	if r.raw != "" {
		return []byte(r.raw)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.method, r.target)
	if !slices.ContainsFunc(r.header, func(h [2]string) bool { return h[0] == "Host" }) {
		fmt.Fprintf(&b, "Host: %s\r\n", host)
	}
	for _, h := range r.header {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	if r.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.body))
	}
	b.WriteString("\r\n" + r.body)
	return b.Bytes()
}

// errShook says that the handshake failed, where the connection stood.
var errShook = errors.New("the handshake failed")

func (s *session) connect(ctx context.Context) error {
	c, err := s.on.Dial(ctx, "tcp", s.Port)
	if err != nil {
		return err
	}
	c = dial.Bounded(c, 64<<20, time.Now().Add(5*time.Minute))
	if s.TLS {
		conf := http.TLSConfig()
		if !s.hybrid {
			conf.CurvePreferences = []stdtls.CurveID{stdtls.X25519, stdtls.CurveP256, stdtls.CurveP384, stdtls.CurveP521}
		}
		t := stdtls.Client(c, conf)
		c.SetDeadline(time.Now().Add(within))
		if err := t.HandshakeContext(ctx); err != nil {
			c.Close()
			var op *net.OpError
			if !s.hybrid && errors.As(err, &op) && op.Op == "remote error" {
				s.hybrid = true
				return s.connect(ctx)
			}
			return fmt.Errorf("%w: %w", errShook, err)
		}
		c = t
	}
	s.conn, s.in = c, bufio.NewReader(c)
	return nil
}

func (s *session) hangUp() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
	if s.udp != nil {
		s.udp.close()
		s.udp = nil
	}
}

// send makes one exchange. A connection that was kept may have ended meanwhile: then it is made once more on a new one.
func (s *session) send(ctx context.Context, r request) answer {
	if s.lossy() {
		return s.exchange(ctx, r, s.patience())
	}
	return s.exchange(ctx, r, within)
}

func (s *session) exchange(ctx context.Context, r request, patience time.Duration) answer {
	if s.lossy() {
		return s.drop(ctx, r.raw, patience)
	}
	if s.grammar != nil {
		return s.pour(ctx, r.raw, patience)
	}
	kept := s.conn != nil
	if !kept {
		if err := s.connect(ctx); err != nil {
			return answer{err: err}
		}
	}
	c := s.conn
	defer context.AfterFunc(ctx, func() { c.Close() })()
	a := s.once(r, patience)
	if a.status == 0 && kept && !late(a.err) && ctx.Err() == nil {
		s.hangUp()
		return s.exchange(ctx, r, patience)
	}
	return a
}

func (s *session) once(r request, patience time.Duration) (a answer) {
	began := time.Now()
	s.conn.SetDeadline(began.Add(patience))
	host := strings.TrimPrefix(strings.TrimPrefix(http.Origin(s.on, s.Port, false), "http://"), "https://")
	_, werr := s.conn.Write(r.bytes(host)) // a server that has read enough may answer and hang up
	resp, err := stdhttp.ReadResponse(s.in, &stdhttp.Request{Method: r.method})
	a.took = time.Since(began)
	if err != nil {
		s.hangUp()
		a.err = errors.Join(err, werr)
		return a
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	a.took = time.Since(began)
	kind := strings.ToLower(resp.Header.Get("Content-Type"))
	a.status, a.body, a.later = resp.StatusCode, body, resp.Header.Get("Retry-After") != ""
	a.html = strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "application/xhtml")
	if err != nil || werr != nil || len(body) > maxBody || resp.Close || r.raw != "" || r.method == "HEAD" {
		s.hangUp()
	}
	return a
}

// show is a request as it may be seen.
func (s *session) show(r request, host string) string {
	text := string(r.bytes(host))
	for _, secret := range s.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

// errStrange is of datagrams that answer nothing that was asked.
var errStrange = errors.New("what came answers nothing that was asked")

func refused(err error) bool { return dial.Classify(err) == dial.Refused }

func late(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
