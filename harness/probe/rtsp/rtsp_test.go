package rtsp

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Live\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\nm=audio 0 RTP/AVP 0\r\n"

// camera answers each request by what answer says; "" hangs up.
func camera(t *testing.T, answer func(method, path, auth string) string) (*dial.Device, uint16) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c, answer)
		}
	}()
	at := netip.MustParseAddrPort(l.Addr().String())
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

func serve(c net.Conn, answer func(method, path, auth string) string) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		var method, path, seq, auth string
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			if line == "" {
				break
			}
			if method == "" {
				f := strings.Fields(line)
				method = f[0]
				_, path, _ = strings.Cut(strings.TrimPrefix(f[1], "rtsp://"), "/")
			}
			if v, is := strings.CutPrefix(line, "CSeq: "); is {
				seq = v
			}
			if v, is := strings.CutPrefix(line, "Authorization: "); is {
				auth = v
			}
		}
		said := answer(method, "/"+path, auth)
		if said == "" {
			return
		}
		head, body, _ := strings.Cut(said, "\n\n")
		fmt.Fprintf(c, "RTSP/1.0 %s\r\nCSeq: %s\r\nContent-Length: %d\r\n\r\n%s", strings.ReplaceAll(head, "\n", "\r\n"), seq, len(body), body)
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	on, port := camera(t, func(method, path, _ string) string {
		switch {
		case method == "OPTIONS":
			return "200 OK\nPublic: OPTIONS, DESCRIBE\nServer: cam/1"
		case path == "/live":
			return "200 OK\nContent-Type: application/sdp\n\n" + sdp
		case path == "/stream":
			return "401 Unauthorized\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\nWWW-Authenticate: Basic realm=\"a\""
		}
		return "404 Not Found"
	})
	o, err := Offers{Port: port}.Ask(t.Context(), on)
	if err != nil || !o.RTSP || o.Server != "cam/1" || len(o.Streams) != 1 || o.Streams[0].String() != "/live (video H264, audio)" || o.Asked != len(paths) {
		t.Errorf("%v %+v", err, o)
	}
	if o.Guarded != "/stream" || o.Auth != `Digest realm="a", nonce="b", Basic realm="a"` || !slices.Equal(o.Methods, []string{"OPTIONS", "DESCRIBE"}) {
		t.Errorf("%+v", o)
	}
}

// Neither a log-in on every path, nor an empty description, nor one that hangs up after each answer shows a stream.
func TestNoStream(t *testing.T) {
	t.Parallel()
	for name, describe := range map[string]string{"a log-in": "401 no\nWWW-Authenticate: Basic realm=\"a\"", "an empty description": "200 OK\n\nv=0\r\ns=nothing\r\n",
		"a page": "200 OK\n\n<html>m=video</html>", "a hanger-up": ""} {
		on, port := camera(t, func(method, _, _ string) string {
			if method == "OPTIONS" {
				return "200 OK"
			}
			return describe
		})
		o, err := Offers{Port: port}.Ask(t.Context(), on)
		if err != nil || !o.RTSP || len(o.Streams) != 0 || (o.Guarded == "/") != (name == "a log-in") {
			t.Errorf("%s: %v %+v", name, err, o)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	on, port := camera(t, func(_, _, auth string) string {
		if auth == "Basic right" {
			return "200 OK\n\n" + sdp
		}
		return "401 Unauthorized\nWWW-Authenticate: Basic realm=\"cam\""
	})
	for auth, want := range map[string]int{"Basic right": 200, "Basic wrong": 401} {
		first, second, err := Describe(t.Context(), on, At{Port: port}, "/live", func(challenges, url string) (string, bool) {
			if challenges != `Basic realm="cam"` || !strings.HasSuffix(url, "/live") {
				t.Errorf("challenges %q, url %q", challenges, url)
			}
			return auth, true
		})
		if err != nil || first.Status != 401 || second.Status != want {
			t.Errorf("%s: %v, %d then %d", auth, err, first.Status, second.Status)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 3\r\n\r\nv=0"))
	f.Add([]byte("RTSP/1.0 401\n\n"))
	f.Add([]byte("RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 200 OK\r\n\x1b\r\n\r\n" + sdp))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := readReply(bufio.NewReader(bytes.NewReader(in)))
		if (err == nil) != (r.Status >= 100 && r.Status < 600) || len(r.body) > 3*maxBody {
			t.Errorf("%q gave %v and %+v", in, err, r)
		}
		for _, s := range append(media(r.body), r.Reason, r.field("server"), r.field("www-authenticate")) {
			if strings.ContainsAny(s, "\x1b\r\n\x00") {
				t.Errorf("%q lets %q through", in, s)
			}
		}
		media(string(in))
	})
}
