package shell

import (
	"bufio"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// serve answers each connection on loopback.
func serve(t *testing.T, talk func(net.Conn)) (*dial.Device, uint16) {
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
			go func() { defer c.Close(); talk(c) }()
		}
	}()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	door, err := dial.Options{}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

func TestRuns(t *testing.T) {
	for name, c := range map[string]struct {
		talk func(net.Conn)
		want bool
	}{
		"a real shell": {func(c net.Conn) {
			sh := exec.Command("sh")
			sh.Stdin, sh.Stdout = c, c
			sh.Run()
		}, true},
		"an echo":     {func(c net.Conn) { io.Copy(c, c) }, false},
		"a prompt":    {func(c net.Conn) { io.WriteString(c, "# "); io.Copy(io.Discard, c) }, false},
		"a log-in":    {func(c net.Conn) { io.WriteString(c, "login: "); bufio.NewReader(c).ReadString('\n') }, false},
		"a hanger-up": {func(c net.Conn) {}, false},
		"a flood": {func(c net.Conn) {
			b := make([]byte, 1<<16)
			for {
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, port := serve(t, c.talk)
			got, err := Runs{Port: port}.Ask(t.Context(), on)
			if err != nil || got.Ran != c.want {
				t.Errorf("%+v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func FuzzSaid(f *testing.F) {
	f.Add([]byte("\x1b[31m# \xff\xfe"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := said(b); !utf8.ValidString(s) || strings.ContainsAny(s, "\x1b\r\n\x00") || utf8.RuneCountInString(s) > kept {
			t.Errorf("%q", s)
		}
	})
}

// A telnet server that leads to a shell negotiates first; one that asks who is there gets no command.
func TestRunsBehindTelnet(t *testing.T) {
	for prompt, want := range map[string]bool{"# ": true, "cam login: ": false} {
		on, port := serve(t, func(c net.Conn) {
			io.WriteString(c, "\xff\xfd\x18\xff\xfb\x01")
			in := bufio.NewReader(c)
			if answer, _ := in.Peek(3); string(answer) != "\xff\xfc\x18" {
				return
			}
			in.Discard(6) // what it declined and allowed
			io.WriteString(c, prompt)
			if line, _ := in.ReadString('\n'); strings.HasPrefix(line, "echo $((20+22))assay") {
				io.WriteString(c, line+"42assay\r\n# ")
			}
		})
		if got, err := (Runs{Port: port, Telnet: true}).Ask(t.Context(), on); err != nil || got.Ran != want {
			t.Errorf("%q: %v %+v", prompt, err, got)
		}
	}
}
