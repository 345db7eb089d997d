package mutate

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// What a log-in by SSH opens is told apart: a shell computes, a menu does not, some give no session, and a wrong password none at all.
func TestCommandLine(t *testing.T) {
	t.Setenv("ASSAY_TEST_PASSWORD", "right-one")
	for kind, want := range map[string]Opened{"shell": {LoggedIn: true, Session: true, Shell: true}, "menu": {LoggedIn: true, Session: true}, "none": {LoggedIn: true}, "refuses": {}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go serveSSH(l, kind)
		at := netip.MustParseAddrPort(l.Addr().String())
		f, err := device.Parse("test.yaml", []byte("device: {model: a test}\nsamples:\n  a:\n    logins: {owner: {user: admin, password: \"env:ASSAY_TEST_PASSWORD\"}}\n"))
		if err != nil {
			t.Fatal(err)
		}
		door, err := dial.Options{PerSecond: 1 << 20}.Door(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
		if err != nil {
			t.Fatal(err)
		}
		got, err := CommandLine{Port: at.Port(), As: "owner"}.Ask(t.Context(), dial.New("A", door, f, clock.Real()))
		if got.Why = ""; err != nil || got != want {
			t.Errorf("%s: %+v, %v", kind, got, err)
		}
	}
}

func serveSSH(l net.Listener, kind string) {
	_, key, _ := ed25519.GenerateKey(rand.Reader)
	host, _ := ssh.NewSignerFromKey(key)
	conf := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, pw []byte) (*ssh.Permissions, error) {
		if kind == "refuses" || string(pw) != "right-one" {
			return nil, errors.New("wrong")
		}
		return nil, nil
	}}
	conf.AddHostKey(host)
	c, err := l.Accept()
	if err != nil {
		return
	}
	conn, chans, reqs, err := ssh.NewServerConn(c, conf)
	if err != nil {
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(reqs)
	for ch := range chans {
		if kind == "none" {
			ch.Reject(ssh.Prohibited, "no sessions")
			continue
		}
		s, asked, err := ch.Accept()
		if err != nil {
			return
		}
		for r := range asked {
			r.Reply(r.Type == "shell", nil)
			if r.Type != "shell" {
				continue
			}
			got, _ := io.ReadAll(s)
			if kind == "shell" {
				fmt.Fprint(s, "assay42yassa\n")
			} else {
				fmt.Fprintf(s, "1) status\n2) log\n%s: unknown command\n", got)
			}
			s.Close()
		}
	}
}
