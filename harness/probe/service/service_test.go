package service

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

const host = "127.11.0.1"

func listener(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// serve accepts at l and counts what each connection was sent.
func serve(l net.Listener, handle func(net.Conn)) netip.AddrPort {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); handle(c) }()
		}
	}()
	return l.Addr().(*net.TCPAddr).AddrPort()
}

func on(t testing.TB, ports ...netip.AddrPort) *dial.Device {
	t.Helper()
	s := dial.Scope{}
	for _, p := range ports {
		s.Ports = append(s.Ports, p.Port())
	}
	s.Addresses = []netip.Addr{ports[0].Addr()}
	d, err := dial.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", d, nil, clock.Real())
}

func ask(t testing.TB, at netip.AddrPort) Service {
	t.Helper()
	began := time.Now()
	s, err := Identify{Port: at.Port()}.Ask(t.Context(), on(t, at))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("took %v", took)
	}
	if b, err := json.Marshal(s); err != nil || len(b) > 4096 {
		t.Errorf("JSON of %d bytes: %v", len(b), err)
	}
	return s
}

// certificate is that of httptest's server.
func certificate() tls.Certificate {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	return s.TLS.Certificates[0]
}

// says greets and then swallows what comes.
func says(greeting string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, greeting)
		io.Copy(io.Discard, c)
	}
}

func TestGreetings(t *testing.T) {
	t.Parallel()
	for greeting, want := range map[string]Service{
		"SSH-2.0-dropbear_2020.81\r\n":               {Protocol: "ssh", Product: "dropbear", Version: "2020.81"},
		"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n": {Protocol: "ssh", Product: "OpenSSH", Version: "9.2p1"},
		"220 (vsFTPd 3.0.3)\r\n":                     {Protocol: "ftp", Product: "vsFTPd", Version: "3.0.3"},
		"220 mail.example ESMTP Postfix\r\n":         {Protocol: "smtp"},
		"+OK Dovecot ready.\r\n":                     {Protocol: "pop3"},
		"* OK [CAPABILITY IMAP4rev1] ready\r\n":      {Protocol: "imap"},
		"RFB 003.008\n":                              {Protocol: "vnc", Version: "003.008"},
		"\x4a\x00\x00\x00\x0a5.5.5-10.11.6-MariaDB\x00" + strings.Repeat("x", 48): {Protocol: "mysql", Product: "MariaDB", Version: "5.5.5-10.11.6-MariaDB"},
		"\xff\xfd\x01\xff\xfb\x03\r\nDVR login: ":                                 {Protocol: "telnet"},
		"\r\nWelcome to IPCAM 1.2.7\r\n\r\nPassword: ":                            {Protocol: "telnet", Product: "IPCAM", Version: "1.2.7"},
		"\r\n\r\nBusyBox v1.20.2 (2016) built-in shell (ash)\r\n\r\n# ":           {Protocol: "shell", Product: "BusyBox", Version: "1.20.2"},
		"\xff\xfb\x03\xff\xfe\x01Open On-Chip Debugger\r\n\r> ":                   {Protocol: "openocd", Product: "OpenOCD"},
		"\x1b[2J\x1b]0;owned\x07hello \u202e there\xff\r\n":                       {},
	} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			s := ask(t, serve(listener(t), says(greeting)))
			if s.Protocol != want.Protocol || s.Product != want.Product || s.Version != want.Version || s.TLS {
				t.Errorf("%q: %+v", greeting, s)
			}
			if s.Protocol != "" && s.Via != "greeting" || s.Protocol == "" && s.Note == "" || s.Banner == "" || len(s.Tried) > 0 {
				t.Errorf("%q: %+v", greeting, s)
			}
			if strings.ContainsFunc(s.Banner+s.Product+s.Note, func(r rune) bool { return r < ' ' || r == 0x202e || r == 0x9b }) {
				t.Errorf("%q is shown raw", s.Banner)
			}
		})
	}
}

// Who greets is never sent anything that could be a wrong try, even when it takes a second to greet.
func TestTelnetIsSentNoGarbage(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got bytes.Buffer
	at := serve(listener(t), func(c net.Conn) {
		io.WriteString(c, "\xff\xfd\x18\xff\xfd\x20\xff\xfb\x01")
		b := make([]byte, 64)
		n, _ := c.Read(b)
		mu.Lock()
		got.Write(b[:n])
		mu.Unlock()
		io.WriteString(c, "router login: ")
		n, _ = c.Read(b)
		mu.Lock()
		got.Write(b[:n])
		mu.Unlock()
	})
	s := ask(t, at)
	mu.Lock()
	defer mu.Unlock()
	if want := "\xff\xfc\x18\xff\xfc\x20\xff\xfe\x01"; s.Protocol != "telnet" || s.Banner != "router login: " || got.String() != want {
		t.Errorf("%+v, sent %q", s, got.String())
	}
}

func TestLateGreeting(t *testing.T) {
	t.Parallel()
	s := ask(t, serve(listener(t), func(c net.Conn) {
		select { // as slow as a reverse look-up of our name
		case <-t.Context().Done():
		case <-time.After(2 * Hush):
		}
		says("SSH-2.0-slow_1\r\n")(c)
	}))
	if s.Protocol != "ssh" || s.TLS {
		t.Errorf("%+v", s)
	}
}

func TestAmbiguous220(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]string{"250-hello\r\n250 PIPELINING\r\n": "smtp", "530 Please login with USER and PASS.\r\n": "ftp"} {
		s := ask(t, serve(listener(t), func(c net.Conn) {
			io.WriteString(c, "220 ready\r\n")
			c.Read(make([]byte, 64))
			io.WriteString(c, reply)
		}))
		if s.Protocol != want || s.Via != "answer to EHLO" {
			t.Errorf("%+v", s)
		}
	}
}

func TestSSHServer(t *testing.T) {
	t.Parallel()
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	signer, _ := ssh.NewSignerFromKey(key)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(signer)
	if s := ask(t, serve(listener(t), func(c net.Conn) { ssh.NewServerConn(c, config) })); s.Protocol != "ssh" || s.Product != "Go" {
		t.Errorf("%+v", s)
	}
}

func TestHTTPServers(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "lighttpd/1.4.69")
		w.WriteHeader(401)
	})
	for _, secure := range []bool{false, true} {
		srv := httptest.NewUnstartedServer(handler)
		srv.Config.ErrorLog = log.New(io.Discard, "", 0)
		srv.Listener.Close()
		srv.Listener = listener(t)
		if secure {
			srv.StartTLS()
		} else {
			srv.Start()
		}
		defer srv.Close()
		began := time.Now()
		s := ask(t, srv.Listener.Addr().(*net.TCPAddr).AddrPort())
		if s.Protocol != "http" || s.TLS != secure || secure && (s.Product != "lighttpd" || s.Version != "1.4.69" || s.Note != "status 401") {
			t.Errorf("%+v", s)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("took %v", took)
		}
	}
}

// A server that hangs up on a ClientHello is asked in clear.
func TestPlainHTTP(t *testing.T) {
	t.Parallel()
	s := ask(t, serve(listener(t), func(c net.Conn) {
		b := make([]byte, 512)
		if n, _ := c.Read(b); bytes.HasPrefix(b[:n], []byte("GET / HTTP/1.1\r\n")) {
			io.WriteString(c, "HTTP/1.0 200 OK\r\nServer: GoAhead-Webs\r\n\r\n")
		}
	}))
	if s.Protocol != "http" || s.TLS || s.Product != "GoAhead-Webs" || s.Via != "answer to GET / HTTP/1.1" {
		t.Errorf("%+v", s)
	}
}

func TestMQTTBroker(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		broker := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
		if !secure {
			broker.AddHook(new(auth.AllowHook), nil)
		}
		l := listener(t)
		at := l.Addr().(*net.TCPAddr).AddrPort()
		var in net.Listener = l
		if secure {
			in = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate()}})
		}
		if err := broker.AddListener(listeners.NewNet("t", in)); err != nil {
			t.Fatal(err)
		}
		go broker.Serve()
		s := ask(t, at)
		want := "anonymous CONNECT: CONNACK 0, accepted"
		if secure { // nobody allows it anything
			want = "anonymous CONNECT: CONNACK 5, not authorised"
		}
		if s.Protocol != "mqtt" || s.TLS != secure || s.Note != want {
			t.Errorf("%+v", s)
		}
	}
}

func TestOthers(t *testing.T) {
	t.Parallel()
	for request, c := range map[string]struct{ reply, protocol, product string }{
		"OPTIONS rtsp://":  {"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: Rtsp Server/2.0\r\n\r\n", "rtsp", "Server"},
		"AMQP":             {"AMQP\x00\x00\x09\x01", "amqp", ""},
		"version\x1a":      {"Open On-Chip Debugger 0.12.0\x1a", "openocd", "OpenOCD"},
		"PRI * HTTP/2.0":   {"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64", "http2", ""},
		"*1\r\n$4\r\nPING": {"-NOAUTH Authentication required.\r\n", "redis", ""},
	} {
		s := ask(t, serve(listener(t), func(conn net.Conn) {
			b := make([]byte, 512)
			if n, _ := conn.Read(b); bytes.HasPrefix(b[:n], []byte(request)) {
				io.WriteString(conn, c.reply)
			}
		}))
		if s.Protocol != c.protocol || s.Product != c.product || s.TLS {
			t.Errorf("%s: %+v", request, s)
		}
	}
}

// Old and strict TLS servers are TLS all the same.
func TestTLSThatRefusesUs(t *testing.T) {
	t.Parallel()
	s := ask(t, serve(listener(t), func(c net.Conn) {
		c.Read(make([]byte, 2048))
		c.Write([]byte{21, 3, 1, 0, 2, 2, 40}) // alert: handshake failure
	}))
	if !s.TLS || s.Protocol != "" || !strings.Contains(s.Note, "handshake failure") {
		t.Errorf("%+v", s)
	}
	old := &tls.Config{Certificates: []tls.Certificate{certificate()}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10,
		CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}}
	s = ask(t, serve(tls.NewListener(listener(t), old), says("+OK ready\r\n")))
	if !s.TLS || s.Protocol != "pop3" {
		t.Errorf("%+v", s)
	}
}

func TestHostileServers(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]func(net.Conn){
		"endless bytes": func(c net.Conn) {
			for err := error(nil); err == nil; {
				_, err = c.Write(bytes.Repeat([]byte("A"), 65536))
			}
		},
		"drip": func(c net.Conn) {
			for tick := time.NewTicker(20 * time.Millisecond); ; <-tick.C {
				if _, err := c.Write([]byte{'x'}); err != nil {
					return
				}
			}
		},
		"close at once": func(net.Conn) {},
		"reset at once": func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
		"mute":          func(c net.Conn) { io.Copy(io.Discard, c) },
		"echo":          func(c net.Conn) { io.Copy(c, c) },
		"endless headers": func(c net.Conn) {
			c.Read(make([]byte, 512))
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for err := error(nil); err == nil; {
				_, err = io.WriteString(c, "X-A: "+strings.Repeat("b", 1000)+"\r\n")
			}
		},
		"endless TLS": func(c net.Conn) {
			c.Read(make([]byte, 512))
			for err := error(nil); err == nil; {
				_, err = c.Write(append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 16384)...))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ask(t, serve(listener(t), handle))
			if len(s.Banner) > MaxBanner+16 || s.State != dial.Opened && s.State != dial.Reset {
				t.Errorf("%+v", s)
			}
			if known := s.Protocol != ""; known != (name == "endless headers") || !known && s.Note == "" {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestClosedPort(t *testing.T) {
	t.Parallel()
	l := listener(t)
	at := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	if s := ask(t, at); s.State != dial.Refused || s.Protocol != "" || s.Note == "" {
		t.Errorf("%+v", s)
	}
	other := netip.AddrPortFrom(at.Addr(), 1)
	if _, err := (Identify{Port: at.Port()}).Ask(t.Context(), on(t, other)); !errors.Is(err, dial.ErrScope) {
		t.Errorf("a port out of scope: %v", err)
	}
}

func TestAllSideBySide(t *testing.T) {
	t.Parallel()
	var ports []netip.AddrPort
	for i := range 12 {
		ports = append(ports, serve(listener(t), says(fmt.Sprintf("SSH-2.0-x_%d\r\n", i))))
	}
	c := clock.NewJump()
	c.Busy(1)
	d, err := dial.Options{PerSecond: 1, Burst: 1}.Door(dial.Scope{Addresses: []netip.Addr{ports[0].Addr()}, Ports: portsOf(ports)})
	if err != nil {
		t.Fatal(err)
	}
	began, before := time.Now(), c.Now()
	all, err := All{Ports: ports}.Ask(t.Context(), dial.New("A", d, nil, c))
	if err != nil || len(all) != 12 {
		t.Fatalf("%v, %v", all, err)
	}
	for i, s := range all {
		if s.Protocol != "ssh" || i > 0 && s.Addr.Compare(all[i-1].Addr) <= 0 {
			t.Errorf("%+v", s)
		}
	}
	if real, said := time.Since(began), c.Now().Sub(before); real > 5*time.Second || said < 10*time.Second {
		t.Errorf("%v of real time, %v by the clock", real, said)
	}
	if _, err := (All{Ports: make([]netip.AddrPort, 2)}).Ask(t.Context(), on(t, ports[0])); !errors.Is(err, dial.ErrScope) {
		t.Errorf("no address: %v", err)
	}
}

func portsOf(all []netip.AddrPort) (out []uint16) {
	for _, p := range all {
		out = append(out, p.Port())
	}
	return out
}

// A zone names a link of this host and is nothing to say to a server: some answer it with 400.
func TestNoZoneIsSaid(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort("[fe80::1%eth0]:8080")
	for what, b := range map[string][]byte{"\r\nHost: [fe80::1]:8080\r\n": httpRequest(at), "rtsp://[fe80::1]:8080/ ": rtspRequest(at)} {
		if !strings.Contains(string(b), what) {
			t.Errorf("%q is not in %q", what, b)
		}
	}
}

// GDB's server takes one peer at a time and does not survive other protocols: it is asked first, and sent nothing more.
func TestGDBServer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	at := serve(listener(t), func(c net.Conn) {
		b := make([]byte, 512)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			mu.Lock()
			got = append(got, string(b[:n]))
			mu.Unlock()
			io.WriteString(c, "+$PacketSize=47ff;QPassSignals+#00")
		}
	})
	s := ask(t, at)
	mu.Lock()
	defer mu.Unlock()
	if s.Protocol != "gdb" || strings.TrimSuffix(strings.Join(got, ""), "+") != gdbSupported {
		t.Errorf("%+v, sent %q", s, got)
	}
}

// A server of HTTPS refuses in clear what is no TLS, as nginx does; that is no greeting.
func TestHTTPSThatRefusesInClear(t *testing.T) {
	t.Parallel()
	config := &tls.Config{Certificates: []tls.Certificate{certificate()}}
	s := ask(t, serve(listener(t), func(c net.Conn) {
		in := bufio.NewReader(c)
		if b, err := in.Peek(1); err != nil || b[0] != 22 {
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nConnection: close\r\n\r\n")
			return
		}
		secure := tls.Server(&peeked{c, in}, config)
		if n, _ := secure.Read(make([]byte, 512)); n > 0 {
			io.WriteString(secure, "HTTP/1.1 401 Unauthorized\r\nServer: nginx\r\n\r\n")
		}
	}))
	if s.Protocol != "http" || !s.TLS || s.Note != "status 401" {
		t.Errorf("%+v", s)
	}
}

// peeked reads what was looked at first.
type peeked struct {
	net.Conn
	in *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.in.Read(b) }
