package ftp

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// A server is a small FTP server: replies by command, and TLS where it has a certificate.
type server struct {
	greeting string
	replies  map[string]string // by command, the longest prefix first
	cert     *tls.Certificate
}

func (s server) start(t *testing.T) (*dial.Device, uint16) {
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
			go s.serve(c)
		}
	}()
	at := netip.MustParseAddrPort(l.Addr().String())
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), at.Port()
}

func (s server) serve(c net.Conn) {
	defer func() { c.Close() }()
	fmt.Fprint(c, s.greeting)
	in := bufio.NewReader(c)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		if line == "AUTH TLS" && s.cert != nil {
			fmt.Fprint(c, "234 go on\r\n")
			c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.cert}})
			in = bufio.NewReader(c)
			continue
		}
		said := "502 not here\r\n"
		best := -1
		for k, v := range s.replies {
			if strings.HasPrefix(line, k) && len(k) > best {
				said, best = v, len(k)
			}
		}
		if said == "" {
			return
		}
		fmt.Fprint(c, said)
	}
}

func certificate(t *testing.T) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var camera = map[string]string{
	"FEAT": "211-Features:\r\n MDTM\r\n AUTH TLS\r\n211 End\r\n",
	"USER": "331 and the password?\r\n", "PASS": "530 Login incorrect.\r\n", "PASS right": "230-Hello\r\n 530 is no code here\r\n230 in\r\n",
}

func TestOffers(t *testing.T) {
	t.Parallel()
	on, port := server{"220-Cam\r\n220 ready\r\n", camera, certificate(t)}.start(t)
	o, err := Offers{Port: port}.Ask(t.Context(), on)
	if err != nil || !o.FTP || !o.AuthTLS || o.Anonymous != Refused || !slices.Equal(o.Features, []string{"MDTM", "AUTH TLS"}) || o.Banner != "220-Cam / 220 ready" {
		t.Errorf("%v %+v", err, o)
	}
	on, port = server{greeting: "220 files\r\n", replies: map[string]string{"USER anonymous": "331 your address?\r\n", "PASS": "230 in\r\n"}}.start(t)
	if o, err := (Offers{Port: port}).Ask(t.Context(), on); err != nil || o.Anonymous != Accepted || o.AuthTLS || o.Features != nil {
		t.Errorf("an open one: %v %+v", err, o)
	}
	on, port = server{greeting: "SSH-2.0-dropbear\r\n"}.start(t)
	if o, err := (Offers{Port: port}).Ask(t.Context(), on); err != nil || o.FTP || !o.Open {
		t.Errorf("no FTP: %v %+v", err, o)
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, pass string
		s          server
		want       Outcome
		tls        bool
	}{
		{"right", "right", server{"220 a\r\n", camera, nil}, Accepted, false},
		{"right, under TLS", "right", server{"220 a\r\n", camera, certificate(t)}, Accepted, true},
		{"wrong", "wrong", server{"220 a\r\n", camera, nil}, Refused, false},
		{"full", "right", server{"421 too many connections\r\n", camera, nil}, Limited, false},
		{"locked by code", "x", server{"220 a\r\n", map[string]string{"USER": "331 ?\r\n", "PASS": "421 later\r\n"}, nil}, Limited, false},
		{"locked by words", "x", server{"220 a\r\n", map[string]string{"USER": "331 ?\r\n", "PASS": "530 Too many failures, account locked\r\n"}, nil}, Limited, false},
		{"no password asked", "x", server{"220 a\r\n", map[string]string{"USER": "230 in\r\n"}, nil}, Open, false},
		{"hangs up", "x", server{"220 a\r\n", map[string]string{"USER": "331 ?\r\n", "PASS": ""}, nil}, Unclear, false},
		{"wants TLS that it does not offer", "x", server{"220 a\r\n", map[string]string{"USER": "534 policy\r\n"}, nil}, Unclear, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			on, port := c.s.start(t)
			r, err := TryPassword(t.Context(), on, At{Port: port}, "admin", c.pass)
			if err != nil || r.Outcome != c.want || r.TLS != c.tls {
				t.Errorf("%v %+v, want %s", err, r, c.want)
			}
		})
	}
}

func TestHostileRepliesAreBounded(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"a long line": "220 " + strings.Repeat("x", 1<<20), "many lines": strings.Repeat("220-x\r\n", 1<<15), "no code": "hello\r\n", "nothing": "",
		"another code inside": "220-a\r\n230 b\r\n",
	} {
		r, err := readReply(bufio.NewReader(strings.NewReader(in)))
		if err == nil || r.code != 0 || len(r.lines) > maxLines {
			t.Errorf("%s: %v, code %d, %d lines", name, err, r.code, len(r.lines))
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("220-a\r\n b\r\n220 c\r\n"))
	f.Add([]byte("211-Features:\r\n MDTM\r\n211 End\r\n"))
	f.Add([]byte("530\n"))
	f.Add([]byte("\xff\xfe 99 220"))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := readReply(bufio.NewReader(bytes.NewReader(in)))
		if (err == nil) != (r.code >= 100 && r.code < 700) || len(r.text()) > 512*3 {
			t.Errorf("%q gave %v and %+v", in, err, r)
		}
		for _, l := range r.lines {
			if strings.ContainsAny(l, "\x1b\r\n\x00") {
				t.Errorf("%q lets %q through", in, l)
			}
		}
	})
}
