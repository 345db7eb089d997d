package telnet

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// serve answers each connection with handle, on loopback, until the test ends.
func serve(t *testing.T, handle func(net.Conn)) (*dial.Device, uint16) {
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
			go func() { defer c.Close(); handle(c) }()
		}
	}()
	at := netip.MustParseAddrPort(l.Addr().String())
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

// router is a log-in as of BusyBox: it negotiates, frames its banner with #, and greets with the last log-in.
func router(wrong string) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		line := func() string {
			s, _ := in.ReadString('\n')
			return strings.Trim(s, "\r\n\xff\xfb\xfc\xfd\xfe\x01\x03\x18\x1f")
		}
		c.Write([]byte("\xff\xfd\x18\xff\xfb\x01\xff\xfb\x03\xff\xfa\x18\x01\xff\xf0"))
		c.Write([]byte("############\r\n# Cam <1> 100% #\r\n############\r\n"))
		for range 3 {
			c.Write([]byte("\r\n\x1b[1mcam login: "))
			user := line()
			c.Write([]byte("Password: "))
			if pass := line(); user == "root" && pass == "pass" {
				c.Write([]byte("\r\nLast login: "))
				c.Write([]byte("Mon Nov  2 from 192.0.2.1\r\n2 failed logins since\r\nroot@cam:~# "))
				in.ReadString('\n')
				return
			}
			fmt.Fprint(c, "\r\n", wrong, "\r\n")
			if strings.HasPrefix(wrong, "Too many") {
				return
			}
		}
	}
}

func TestGreetingOfARouter(t *testing.T) {
	t.Parallel()
	on, port := serve(t, router("Login incorrect"))
	g, err := Greeting{Port: port}.Ask(t.Context(), on)
	if err != nil || !g.Open || !g.Telnet || g.Asks != User || strings.Join(g.Options, ",") != "DO TERMINAL-TYPE,WILL ECHO,WILL SUPPRESS-GO-AHEAD" {
		t.Errorf("%v %+v", err, g)
	}
	if strings.ContainsRune(g.Text, 0x1b) || !strings.Contains(g.Text, "# Cam <1> 100% #") {
		t.Errorf("the banner is %q", g.Text)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pass string
		handle     func(net.Conn)
		want       Outcome
	}{
		{"the right one, with a last log-in in the greeting", "pass", router("Login incorrect"), Accepted},
		{"a wrong one", "word", router("Login incorrect"), Refused},
		{"a lock", "word", router("Too many failures, try again later"), Limited},
		{"a shell for everybody", "", say("BusyBox v1.30\r\n\r\n/ # "), Open},
		{"a password alone", "x", asks("Password:", "\r\nWrong password\r\nPassword:"), Refused},
		{"a server that hangs up", "x", asks("Password: ", ""), Unclear},
		{"one that says no with a sign behind it", "x", asks("Password: ", "Access denied >"), Unclear},
		{"no telnet at all", "x", say("220 mail ready\r\n"), Unclear},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			on, port := serve(t, c.handle)
			r, err := TryPassword(t.Context(), on, At{Port: port}, "root", c.pass)
			if err != nil || r.Outcome != c.want {
				t.Errorf("%v %+v, want %s", err, r, c.want)
			}
		})
	}
}

// Whoever knows the prompts tries as surely, and does not sit out their silences again.
func TestKnownPromptsSaveTime(t *testing.T) {
	t.Parallel()
	on, port := serve(t, router("Login incorrect"))
	ctx := Acquainted(t.Context())
	try := func(pass string, want Outcome) time.Duration {
		t.Helper()
		began := time.Now()
		if r, err := TryPassword(ctx, on, At{Port: port}, "root", pass); err != nil || r.Outcome != want {
			t.Errorf("%s: %v %+v, want %s", pass, err, r, want)
		}
		return time.Since(began)
	}
	if first := try("word", Refused); first < 2*Quiet {
		t.Errorf("the first took %v: its prompts were taken for prompts without silence", first)
	}
	for range 3 {
		if next := try("word", Refused); next > Quiet {
			t.Errorf("a further one took %v", next)
		}
		try("pass", Accepted) // it greets with "Last login: " and a pause is not what tells
	}
}

// say says one thing and hears the rest out; what is no prompt ends the connection.
func say(text string) func(net.Conn) {
	return func(c net.Conn) {
		c.Write([]byte(text))
		if promptAt(printable([]byte(text))) != Nothing {
			bufio.NewReader(c).ReadString('\n')
		}
	}
}

func asks(prompt, answer string) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		c.Write([]byte(prompt))
		in.ReadString('\n')
		c.Write([]byte(answer))
		if answer != "" {
			in.ReadString('\n')
		}
	}
}

func TestHostileServersAreBounded(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]func(net.Conn){
		"closes at once": func(net.Conn) {},
		"endless text": func(c net.Conn) {
			for {
				if _, err := c.Write([]byte(strings.Repeat("login: \xff\xfd\x18", 500))); err != nil {
					return
				}
			}
		},
		"endless options": func(c net.Conn) {
			for {
				if _, err := c.Write([]byte(strings.Repeat("\xff\xfd\x18", 500))); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, port := serve(t, handle)
			began := time.Now()
			g, err := Greeting{Port: port}.Ask(t.Context(), on)
			if err != nil || len(g.Text) > maxText+4096 || len(g.Options) > maxOptions || time.Since(began) > 10*time.Second {
				t.Errorf("%v: %d bytes, %d options after %v", err, len(g.Text), len(g.Options), time.Since(began))
			}
		})
	}
}

func TestAClosedPortIsAnAnswer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(l.Addr().String())
	l.Close()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	if g, err := (Greeting{Port: at.Port()}).Ask(t.Context(), dial.New("A", door, nil, clock.Real())); err != nil || g.Open {
		t.Errorf("%v %+v", err, g)
	}
}

func TestPrompts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Prompt{
		"cam login: ": User, "Username:": User, "User Access Verification\nPassword: ": Password, "root's password: ": Password,
		"# ": Shell, "\n~ $ ": Shell, "router>": Shell, "host% ": Shell, "OpenWrt\nroot@OpenWrt:/# ": Shell,
		"##########\n": Nothing, "Loading 100%": Nothing, "Last login: Monday\n": Nothing, "": Nothing, "Welcome.\n": Nothing,
	} {
		if got := promptAt(text); got != want {
			t.Errorf("%q asks for %q, want %q", text, got, want)
		}
	}
}

// FuzzIAC: however a stream is cut into pieces, the text and the answers are the same, and both are bounded by what came.
func FuzzIAC(f *testing.F) {
	f.Add([]byte("\xff\xfd\x18\xff\xfb\x01hello\xff\xff\xff\xfa\x18\x01\xff\xf0 login: "), 3)
	f.Add([]byte("\xff\xfa never ended"), 1)
	f.Add([]byte("\xff\xff\xff"), 2)
	f.Fuzz(func(t *testing.T, in []byte, cut int) {
		var whole, parts iac
		text, reply := whole.take(in)
		cut = max(0, min(cut, len(in)))
		t1, r1 := parts.take(in[:cut])
		t2, r2 := parts.take(in[cut:])
		if string(text) != string(t1)+string(t2) || string(reply) != string(r1)+string(r2) {
			t.Errorf("%q cut at %d", in, cut)
		}
		if len(text)+len(reply) > len(in) || len(whole.options) > maxOptions {
			t.Errorf("%d bytes gave %d of text and %d of answer", len(in), len(text), len(reply))
		}
		promptAt(printable(text))
	})
}
