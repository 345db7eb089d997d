package ssh_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	xssh "golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/ssh"
)

// device is a device whose only service is at port. Its clock leaps over rests; the test is its one busy asker.
func device(t testing.TB, port uint16) *dial.Device {
	t.Helper()
	c := clock.NewJump()
	c.Busy(1)
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, c)
}

// serve runs handle for each connection until the test ends, and returns the port.
func serve(t testing.TB, handle func(net.Conn)) uint16 {
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
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

func signers(t testing.TB) (rsaKey, edKey xssh.Signer) {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if rsaKey, err = xssh.NewSignerFromKey(r); err != nil {
		t.Fatal(err)
	}
	if edKey, err = xssh.NewSignerFromKey(e); err != nil {
		t.Fatal(err)
	}
	return rsaKey, edKey
}

// serveSSH runs the library's server; a command is answered with its own words.
func serveSSH(t testing.TB, c *xssh.ServerConfig) uint16 {
	t.Helper()
	r, e := signers(t)
	c.AddHostKey(r)
	c.AddHostKey(e)
	return serve(t, func(conn net.Conn) {
		_, channels, requests, err := xssh.NewServerConn(conn, c)
		if err != nil {
			return
		}
		go xssh.DiscardRequests(requests)
		for n := range channels {
			ch, rs, err := n.Accept()
			if err != nil {
				return
			}
			for q := range rs {
				q.Reply(true, nil)
				if q.Type == "exec" {
					ch.Write(q.Payload[4:])
					ch.Stderr().Write([]byte("!"))
					ch.SendRequest("exit-status", false, []byte{0, 0, 0, 1})
					ch.Close()
				}
			}
		}
	})
}

func ask(t testing.TB, q ssh.Offers) ssh.Offered {
	t.Helper()
	o, err := q.Ask(t.Context(), device(t, q.Port))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var again ssh.Offered
	if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(o, again) {
		t.Fatalf("the answer does not survive JSON: %v\n%+v\n%+v", err, o, again)
	}
	return o
}

var errWrong = errors.New("wrong")

func byPassword(password string) func(xssh.ConnMetadata, []byte) (*xssh.Permissions, error) {
	return func(_ xssh.ConnMetadata, p []byte) (*xssh.Permissions, error) {
		if string(p) != password {
			return nil, errWrong
		}
		return nil, nil
	}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	port := serveSSH(t, &xssh.ServerConfig{
		ServerVersion: "SSH-2.0-Camera_1.2 build 7", PasswordCallback: byPassword("right"),
		BannerCallback: func(xssh.ConnMetadata) string { return "hello\x1b[31m" },
	})
	o := ask(t, ssh.Offers{Port: port})
	if !o.Open || !o.SSH || o.Protocol != "2.0" || o.Software != "Camera_1.2" || o.Comment != "build 7" || !o.StrictKex {
		t.Errorf("%+v", o)
	}
	if !slices.Contains(o.Kex, "curve25519-sha256") || slices.ContainsFunc(o.KeyExchanges(), func(k string) bool { return strings.HasPrefix(k, "kex-strict") }) || len(o.CiphersIn) == 0 || !slices.Equal(o.CiphersIn, o.CiphersOut) || len(o.MACsOut) == 0 || !slices.Equal(o.CompressionIn, []string{"none"}) {
		t.Errorf("%+v", o)
	}
	if len(o.HostKeys) != 2 || o.HostKeys[0].SHA256 == o.HostKeys[1].SHA256 {
		t.Errorf("host keys: %+v, undecided %q", o.HostKeys, o.Undecided)
	}
	for _, k := range o.HostKeys {
		if !k.Proven || k.Bits != map[string]int{"ssh-rsa": 2048, "ssh-ed25519": 256}[k.Type] {
			t.Errorf("host key %+v", k)
		}
	}
	if len(o.Auth) != 3 || o.Auth[1].User != "root" || !slices.Equal(o.Auth[1].Methods, []string{"password"}) || o.Auth[1].Open || o.Auth[0].Banner != "hello\x1b[31m" {
		t.Errorf("auth: %+v", o.Auth)
	}
	if len(o.Undecided) > 0 {
		t.Errorf("undecided: %q", o.Undecided)
	}
}

func TestWeakHandshake(t *testing.T) {
	t.Parallel()
	weak := xssh.Config{KeyExchanges: []string{"diffie-hellman-group1-sha1"}, Ciphers: []string{"3des-cbc"}, MACs: []string{"hmac-sha1-96"}}
	port := serveSSH(t, &xssh.ServerConfig{Config: weak, NoClientAuth: true})
	o := ask(t, ssh.Offers{Port: port, Users: []string{"root"}})
	if !slices.Equal(o.KeyExchanges(), weak.KeyExchanges) || !slices.Equal(o.CiphersIn, weak.Ciphers) || len(o.HostKeys) != 2 || len(o.Auth) != 1 || !o.Auth[0].Open {
		t.Errorf("%+v", o)
	}
	for _, c := range []struct {
		q    ssh.Handshake
		want ssh.Handshaken
	}{
		{ssh.Handshake{Kex: "diffie-hellman-group1-sha1", Cipher: "3des-cbc"}, ssh.Handshaken{Completed: true, Kex: "diffie-hellman-group1-sha1", Cipher: "3des-cbc", MAC: "hmac-sha1-96"}},
		{ssh.Handshake{Kex: "curve25519-sha256"}, ssh.Handshaken{}},
		{ssh.Handshake{Kex: "made-up"}, ssh.Handshaken{Unknown: true}},
	} {
		c.q.Port = port
		got, err := c.q.Ask(t.Context(), device(t, port))
		if err != nil || !got.Completed != (got.Why != "") {
			t.Errorf("%+v: %+v, %v", c.q, got, err)
		}
		got.Why, got.HostKey = "", ""
		if got != c.want {
			t.Errorf("%+v: %+v", c.q, got)
		}
	}
	refusing := serveSSH(t, &xssh.ServerConfig{Config: weak, PasswordCallback: byPassword("x")})
	if got, err := (ssh.Handshake{Port: refusing}).Ask(t.Context(), device(t, refusing)); err != nil || !got.Completed || got.HostKey == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestHandWrittenServers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		handle    func(net.Conn)
		ssh       bool
		kex       []string
		undecided string
	}{
		"legacy lists": {func(c net.Conn) {
			io.WriteString(c, "# a notice\r\n\r\nSSH-1.99-ROM 3\r\n")
			c.Write(packet(2, 0, 0, 0, 0))
			c.Write(kexInit("diffie-hellman-group1-sha1,kex-strict-s-v00@openssh.com", "ssh-dss", "3des-cbc,arcfour", "none", "hmac-md5", "hmac-md5", "zlib", "none"))
			io.Copy(io.Discard, c)
		}, true, []string{"diffie-hellman-group1-sha1", "kex-strict-s-v00@openssh.com"}, "the host key for ssh-dss"},
		"SSH 1":          {func(c net.Conn) { io.WriteString(c, "SSH-1.5-old\n"); io.Copy(io.Discard, c) }, true, nil, ""},
		"http":           {func(c net.Conn) { io.WriteString(c, "HTTP/1.0 400 Bad\r\n\r\n") }, false, nil, "closed the connection"},
		"closes":         {func(c net.Conn) {}, false, nil, "closed the connection"},
		"mute":           {func(c net.Conn) { io.Copy(io.Discard, c) }, false, nil, "no whole answer in time"},
		"endless line":   {func(c net.Conn) { flood(c, "aaaaaaaaaaaaaaaa") }, false, nil, ""},
		"endless lines":  {func(c net.Conn) { flood(c, "a\n") }, false, nil, ""},
		"ident only":     {func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n"); io.Copy(io.Discard, c) }, true, nil, "it sent no KEXINIT: no whole answer in time"},
		"huge packet":    {func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n\xff\xff\xff\xff\x04"); io.Copy(io.Discard, c) }, true, nil, "a packet says it has"},
		"endless ignore": {func(c net.Conn) { io.WriteString(c, "SSH-2.0-x\r\n"); flood(c, string(packet(2, 0, 0, 0, 0))) }, true, nil, "none of them is KEXINIT"},
		"disconnects": {func(c net.Conn) {
			io.WriteString(c, "SSH-2.0-x\r\n")
			c.Write(packet(append([]byte{1, 0, 0, 0, 12, 0, 0, 0, 4}, "busy"...)...))
			io.Copy(io.Discard, c)
		}, true, nil, `reason 12, "busy"`},
		"drip": {func(c net.Conn) { drip(c, "SSH-2.0-slow as a snail, byte by byte") }, false, nil, "no whole answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := ask(t, ssh.Offers{Port: serve(t, c.handle), Patience: 200 * time.Millisecond, Users: []string{"root"}})
			all := strings.Join(o.Undecided, "\n")
			if !o.Open || o.SSH != c.ssh || !slices.Equal(o.Kex, c.kex) || !strings.Contains(all, c.undecided) || c.undecided == "" && all != "" || len(o.HostKeys)+len(o.Auth) > 0 {
				t.Errorf("%+v", o)
			}
			if name == "legacy lists" && (o.Protocol != "1.99" || !o.StrictKex || o.CiphersIn[1] != "arcfour" || o.CiphersOut[0] != "none" || o.CompressionIn[0] != "zlib" || len(o.Before) != 2) {
				t.Errorf("%+v", o)
			}
			r, err := ssh.Attempt{Port: 0, Patience: 200 * time.Millisecond}.Try(t.Context(), device(t, 1))
			if err == nil {
				t.Errorf("port 0 was tried: %+v", r)
			}
		})
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	type interactive = func(xssh.ConnMetadata, xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error)
	prompts := func(instruction string, and ...string) interactive {
		return func(_ xssh.ConnMetadata, ask xssh.KeyboardInteractiveChallenge) (*xssh.Permissions, error) {
			got, err := ask("", instruction, []string{"User: ", "Password: "}, []bool{true, false})
			if err != nil || got[0] != "admin" || got[1] != "right" {
				return nil, errWrong
			}
			for _, p := range and {
				if got, err := ask("", "", []string{p}, []bool{false}); err != nil || got[0] != "123456" {
					return nil, errWrong
				}
			}
			return nil, nil
		}
	}
	for name, c := range map[string]struct {
		config   xssh.ServerConfig
		password string
		want     ssh.Outcome
		method   string
		text     string
	}{
		"right":              {xssh.ServerConfig{PasswordCallback: byPassword("right")}, "right", ssh.Accepted, "password", ""},
		"wrong":              {xssh.ServerConfig{PasswordCallback: byPassword("right")}, "wrong", ssh.Refused, "password", ""},
		"wrong, warned":      {xssh.ServerConfig{PasswordCallback: byPassword("right"), BannerCallback: func(xssh.ConnMetadata) string { return "accounts are locked after 5 tries" }}, "wrong", ssh.Refused, "password", "locked after 5"},
		"interactive right":  {xssh.ServerConfig{KeyboardInteractiveCallback: prompts("")}, "right", ssh.Accepted, "keyboard-interactive", ""},
		"interactive wrong":  {xssh.ServerConfig{KeyboardInteractiveCallback: prompts("")}, "wrong", ssh.Refused, "keyboard-interactive", ""},
		"interactive locked": {xssh.ServerConfig{KeyboardInteractiveCallback: prompts("The account is locked due to 3 failed logins.")}, "wrong", ssh.Limited, "keyboard-interactive", "3 failed logins"},
		"code":               {xssh.ServerConfig{KeyboardInteractiveCallback: prompts("", "Verification code: ")}, "right", ssh.Partial, "keyboard-interactive", "Verification code"},
		"must change":        {xssh.ServerConfig{KeyboardInteractiveCallback: prompts("", "New password: ")}, "right", ssh.MustChange, "keyboard-interactive", ""},
		"keys only":          {xssh.ServerConfig{PublicKeyCallback: func(xssh.ConnMetadata, xssh.PublicKey) (*xssh.Permissions, error) { return nil, errWrong }}, "right", ssh.NotOffered, "", ""},
		"nothing asked":      {xssh.ServerConfig{NoClientAuth: true}, "right", ssh.Unasked, "", ""},
		"too many":           {xssh.ServerConfig{MaxAuthTries: 1, PasswordCallback: byPassword("right")}, "wrong", ssh.Limited, "password", "too many"},
		"two factors": {xssh.ServerConfig{PasswordCallback: func(xssh.ConnMetadata, []byte) (*xssh.Permissions, error) {
			return nil, &xssh.PartialSuccessError{Next: xssh.ServerAuthCallbacks{KeyboardInteractiveCallback: prompts("")}}
		}}, "right", ssh.Partial, "password", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := serveSSH(t, &c.config)
			r, err := ssh.TryPassword(t.Context(), device(t, port), port, "admin", c.password)
			if err != nil || r.Outcome != c.want || r.Method != c.method || !strings.Contains(r.Text, c.text) || !strings.HasPrefix(r.HostKey, "SHA256:") {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
}

func TestPasswordAtAwkwardServers(t *testing.T) {
	t.Parallel()
	port := serveSSH(t, &xssh.ServerConfig{PasswordCallback: byPassword("right")})
	r, err := ssh.Attempt{Port: port, User: "admin", Password: "right", Exec: "id"}.Try(t.Context(), device(t, port))
	if err != nil || r.Outcome != ssh.Accepted || !strings.Contains(r.Output, "id") || !strings.Contains(r.Output, "!") {
		t.Errorf("%+v, %v", r, err)
	}
	_, key := signers(t)
	hangsUp := serve(t, func(conn net.Conn) {
		c := &xssh.ServerConfig{PasswordCallback: func(xssh.ConnMetadata, []byte) (*xssh.Permissions, error) {
			conn.Close()
			return nil, errWrong
		}}
		c.AddHostKey(key)
		xssh.NewServerConn(conn, c)
	})
	if r, err := ssh.TryPassword(t.Context(), device(t, hangsUp), hangsUp, "admin", "wrong"); err != nil || r.Outcome != ssh.Cut {
		t.Errorf("%+v, %v", r, err)
	}
	closes := serve(t, func(net.Conn) {})
	if r, err := ssh.TryPassword(t.Context(), device(t, closes), closes, "admin", "wrong"); err != nil || r.Outcome != ssh.Cut || r.Text == "" {
		t.Errorf("%+v, %v", r, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	if r, err := ssh.TryPassword(t.Context(), device(t, closed), closed, "admin", "wrong"); err != nil || r.Outcome != ssh.NoPort {
		t.Errorf("%+v, %v", r, err)
	}
	if o := ask(t, ssh.Offers{Port: closed}); o.Open {
		t.Errorf("%+v", o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ssh.TryPassword(ctx, device(t, port), port, "admin", "right"); err == nil {
		t.Error("a stopped attempt gave an answer")
	}
}

// The key that dropbear proves is that which its own tool shows.
func TestDropbear(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("dropbear")
	if err != nil {
		t.Skip("dropbear is not installed")
	}
	key := filepath.Join(t.TempDir(), "host")
	for _, kind := range []string{"ed25519", "rsa"} {
		if out, err := exec.Command("dropbearkey", "-t", kind, "-f", key+kind).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	port, _ := dropbear(t, path, key+"ed25519", key+"rsa")
	o := ask(t, ssh.Offers{Port: port, Users: []string{ssh.Nobody}})
	if !strings.HasPrefix(o.Software, "dropbear") || len(o.HostKeys) != 2 || len(o.Auth) != 1 || !slices.Contains(o.Auth[0].Methods, "password") || len(o.Undecided) > 0 {
		t.Fatalf("%+v", o)
	}
	for i, kind := range []string{"ed25519", "rsa"} {
		shown, err := exec.Command("dropbearkey", "-y", "-f", key+kind).CombinedOutput()
		if err != nil || !bytes.Contains(shown, []byte(o.HostKeys[i].SHA256)) {
			t.Errorf("%s is not in %s", o.HostKeys[i].SHA256, shown)
		}
	}
	if r, err := ssh.TryPassword(t.Context(), device(t, port), port, ssh.Nobody, "wrong"); err != nil || r.Outcome != ssh.Refused {
		t.Errorf("%+v, %v", r, err)
	}
}

// dropbear starts a real server with these host keys. The log may be read when the test has ended the server.
func dropbear(t *testing.T, path string, keys ...string) (port uint16, end func() (log string)) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	args := []string{"-F", "-E", "-p", fmt.Sprintf("127.0.0.1:%d", port)}
	for _, k := range keys {
		args = append(args, "-r", k)
	}
	cmd, said := exec.Command(path, args...), new(bytes.Buffer)
	cmd.Stderr, cmd.WaitDelay = said, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceValue(func() string { cmd.Process.Kill(); cmd.Wait(); return said.String() })
	t.Cleanup(func() { end() })
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal("dropbear did not listen")
		}
	}
	return port, end
}

// A dropbear with an ed25519 key alone announces RSA too, and its session dies by an assertion when RSA is chosen: who asks
// for a password, or only who it is, must not choose it.
func TestDropbearWithoutAnRSAKey(t *testing.T) {
	t.Parallel()
	path, err := exec.LookPath("dropbear")
	if err != nil {
		t.Skip("dropbear is not installed")
	}
	key := filepath.Join(t.TempDir(), "host")
	if out, err := exec.Command("dropbearkey", "-t", "ed25519", "-f", key).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	port, end := dropbear(t, path, key)
	if o := ask(t, ssh.Offers{Port: port, Users: []string{ssh.Nobody}, OneKey: true}); len(o.HostKeys) != 1 || len(o.Undecided) > 0 || len(o.Auth) != 1 {
		t.Errorf("%+v", o)
	}
	if r, err := ssh.TryPassword(t.Context(), device(t, port), port, ssh.Nobody, "wrong"); err != nil || r.Outcome != ssh.Refused {
		t.Errorf("%+v, %v", r, err)
	}
	if log := end(); strings.Contains(log, "assertion") || !strings.Contains(log, "nonexistent user") {
		t.Error(log)
	}
	port, _ = dropbear(t, path, key)
	o := ask(t, ssh.Offers{Port: port, Users: []string{ssh.Nobody}})
	if len(o.HostKeys) != 1 || len(o.Undecided) != 1 || !strings.Contains(o.Undecided[0], "has no such key") || len(o.Auth) != 1 {
		t.Errorf("%+v", o)
	}
}

// packet is a payload in a packet in clear.
func packet(payload ...byte) []byte {
	padding := 8 - (len(payload)+5)%8
	if padding < 4 {
		padding += 8
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+padding+1))
	b = append(append(b, byte(padding)), payload...)
	return append(b, make([]byte, padding)...)
}

func kexInit(lists ...string) []byte {
	b := append([]byte{20}, make([]byte, 16)...)
	for _, l := range append(lists, "", "") {
		b = binary.BigEndian.AppendUint32(b, uint32(len(l)))
		b = append(b, l...)
	}
	return packet(append(b, 0, 0, 0, 0, 0)...)
}

func flood(c net.Conn, s string) {
	b := []byte(strings.Repeat(s, 512))
	for {
		if _, err := c.Write(b); err != nil {
			return
		}
	}
}

func drip(c net.Conn, s string) {
	for i := range s {
		if _, err := c.Write([]byte{s[i]}); err != nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}
