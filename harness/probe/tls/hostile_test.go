package tls_test

import (
	"bytes"
	stdtls "crypto/tls"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/probe/tls"
)

func TestHostileServers(t *testing.T) {
	t.Parallel()
	alert := func(code byte) []byte { return []byte{21, 3, 1, 0, 2, 2, code} }
	for name, c := range map[string]struct {
		handle    func(net.Conn)
		tls       bool
		undecided string // in a sentence; "" wants none
	}{
		"closes at once":    {func(c net.Conn) {}, false, "closed the connection"},
		"http":              {func(c net.Conn) { readSome(c); io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\n") }, false, ""},
		"banner":            {func(c net.Conn) { io.WriteString(c, "SSH-2.0-dropbear\r\n"); io.Copy(io.Discard, c) }, false, ""},
		"mute":              {func(c net.Conn) { io.Copy(io.Discard, c) }, false, "no whole answer within"},
		"endless text":      {func(c net.Conn) { flood(c, []byte("aaaaaaaaaaaaaaaa")) }, false, ""},
		"endless records":   {func(c net.Conn) { flood(c, append([]byte{22, 3, 3, 0, 64, 9, 0, 0, 60}, make([]byte, 60)...)) }, false, ""},
		"endless warnings":  {func(c net.Conn) { flood(c, []byte{21, 3, 3, 0, 2, 1, 112}) }, false, ""},
		"drip":              {func(c net.Conn) { drip(c, alert(40)) }, false, "no whole answer within"},
		"refuses all":       {func(c net.Conn) { readSome(c); c.Write(alert(40)) }, true, "no hello was accepted in any version"},
		"wants a name":      {func(c net.Conn) { readSome(c); c.Write(alert(112)) }, true, "give Name"},
		"unoffered suite":   {func(c net.Conn) { readSome(c); c.Write(serverHello(0x0303, 0x7777)) }, true, "which was not offered"},
		"huge message":      {func(c net.Conn) { readSome(c); c.Write([]byte{22, 3, 3, 0, 4, 2, 255, 255, 255}) }, false, ""},
		"certificate first": {func(c net.Conn) { readSome(c); c.Write([]byte{22, 3, 3, 0, 7, 11, 0, 0, 3, 0, 0, 0}) }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := serve(t, c.handle)
			o := ask(t, tls.Offers{Port: port, Patience: 150 * time.Millisecond})
			all := strings.Join(o.Undecided, "\n")
			if !o.Open || o.TLS != c.tls || len(o.Versions) > 0 || len(o.Refused) > 0 || !strings.Contains(all, c.undecided) || c.undecided == "" && all != "" {
				t.Errorf("%+v", o)
			}
		})
	}
	t.Run("closed port", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if o := ask(t, tls.Offers{Port: uint16(l.Addr().(*net.TCPAddr).Port)}); o.Open || o.TLS {
			t.Errorf("%+v", o)
		}
	})
}

// A server that breaks every record into bytes, refuses by closing, or stops answering half-way.
func TestAwkwardServers(t *testing.T) {
	t.Parallel()
	config := &stdtls.Config{Certificates: []stdtls.Certificate{certificate(t, key(t, "ecdsa"))}, MinVersion: stdtls.VersionTLS12}
	handshake := func(c net.Conn) {
		if s := stdtls.Server(c, config); s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
	}
	plain := ask(t, tls.Offers{Port: serve(t, handshake)})

	t.Run("fragments", func(t *testing.T) {
		t.Parallel()
		o := ask(t, tls.Offers{Port: serve(t, func(c net.Conn) { handshake(&fragmenting{Conn: c}) })})
		if !slices.Equal(names(o.Suites()), names(plain.Suites())) || !slices.Equal(o.Refused, plain.Refused) || len(o.Undecided) > 0 {
			t.Errorf("%+v", o)
		}
	})
	t.Run("closes in place of alerts", func(t *testing.T) {
		t.Parallel()
		o := ask(t, tls.Offers{Port: serve(t, func(c net.Conn) { handshake(&wordless{Conn: c}) })})
		if !slices.Equal(names(o.Suites()), names(plain.Suites())) || !slices.Equal(o.Refused, plain.Refused) {
			t.Errorf("refused %v, undecided %q", o.Refused, o.Undecided)
		}
	})
	t.Run("wants a name", func(t *testing.T) {
		t.Parallel()
		named := config.Clone()
		named.GetConfigForClient = func(h *stdtls.ClientHelloInfo) (*stdtls.Config, error) {
			if h.ServerName != "camera.local" {
				return nil, io.EOF
			}
			return nil, nil
		}
		port := serveTLS(t, named)
		without, with := ask(t, tls.Offers{Port: port}), ask(t, tls.Offers{Port: port, Name: "camera.local"})
		if len(without.Versions)+len(without.Refused) > 0 || len(without.Undecided) == 0 || !slices.Equal(names(with.Suites()), names(plain.Suites())) {
			t.Errorf("without %+v, with %+v", without, with)
		}
	})
	t.Run("throttles", func(t *testing.T) {
		t.Parallel()
		var n atomic.Int64
		o := ask(t, tls.Offers{Patience: 150 * time.Millisecond, Port: serve(t, func(c net.Conn) {
			if n.Add(1) > 8 {
				return
			}
			handshake(c)
		})})
		if len(o.Refused) > 0 || len(o.Undecided) == 0 {
			t.Errorf("a server that closes on all after a while was taken to refuse %v", o.Refused)
		}
	})
	t.Run("few at once", func(t *testing.T) {
		t.Parallel()
		places := make(chan bool, 2)
		o := ask(t, tls.Offers{Port: serve(t, func(c net.Conn) {
			select {
			case places <- true:
				handshake(c)
				<-places
			default:
			}
		})})
		if !slices.Equal(names(o.Suites()), names(plain.Suites())) || !slices.Equal(o.Refused, plain.Refused) {
			t.Errorf("%v; refused %v, undecided %q", names(o.Suites()), o.Refused, o.Undecided)
		}
	})
}

// SSL 3.0 and SSL 2.0 are spoken by no library here: a few written bytes are.
func TestAncientServers(t *testing.T) {
	t.Parallel()
	ssl3 := serve(t, func(c net.Conn) {
		hello := readSome(c)
		if len(hello) > 11 && hello[0] == 22 && hello[9] == 3 && bytes.Contains(hello, []byte{0x00, 0x0A}) {
			c.Write(serverHello(0x0300, 0x000A))
			c.Write([]byte{22, 3, 0, 0, 4, 14, 0, 0, 0})
			return
		}
		c.Write([]byte{21, 3, 0, 0, 2, 2, 40})
	})
	o := ask(t, tls.Offers{Port: ssl3})
	if len(o.Versions) != 1 || o.Versions[0].Name != "SSL 3.0" || !slices.Equal(names(o.Suites()), []string{"TLS_RSA_WITH_3DES_EDE_CBC_SHA"}) || o.SecureRenegotiation == nil || *o.SecureRenegotiation {
		t.Errorf("%+v", o)
	}
	if want := []string{"SSL 2.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}; !slices.Equal(o.Refused, want) {
		t.Errorf("refused %v, undecided %q", o.Refused, o.Undecided)
	}
	a, err := tls.Handshake{Port: ssl3, Version: "SSL 3.0"}.Ask(t.Context(), device(t, ssl3))
	if err != nil || a.Completed || !a.Answered || a.Suite.Name != "TLS_RSA_WITH_3DES_EDE_CBC_SHA" {
		t.Errorf("%+v, %v", a, err)
	}

	ssl2 := serve(t, func(c net.Conn) {
		if hello := readSome(c); len(hello) > 2 && hello[0]&0x80 != 0 {
			c.Write([]byte{0x80, 11 + 3 + 6 + 1, 4, 0, 1, 0, 2, 0, 3, 0, 6, 0, 1, 'd', 'e', 'r', 7, 0, 0xC0, 2, 0, 0x80, 1})
			return
		}
		c.Write([]byte{21, 3, 0, 0, 2, 2, 40})
	})
	o = ask(t, tls.Offers{Port: ssl2})
	if len(o.Versions) != 1 || o.Versions[0].Name != "SSL 2.0" || len(o.Suites()) != 2 || !o.Suites()[0].Export() {
		t.Errorf("%+v", o)
	}
}

// serverHello is a ServerHello in its record.
func serverHello(version, suite uint16) []byte {
	body := append([]byte{byte(version >> 8), byte(version)}, make([]byte, 33)...)
	body = append(body, byte(suite>>8), byte(suite), 0)
	b := []byte{22, byte(version >> 8), byte(version), 0, byte(len(body) + 4), 2, 0, 0, byte(len(body))}
	return append(b, body...)
}

func readSome(c net.Conn) []byte {
	b := make([]byte, 4096)
	n, _ := c.Read(b)
	return b[:n]
}

func flood(c net.Conn, b []byte) {
	b = bytes.Repeat(b, 512)
	for {
		if _, err := c.Write(b); err != nil {
			return
		}
	}
}

func drip(c net.Conn, b []byte) {
	for i := range b {
		if _, err := c.Write(b[i : i+1]); err != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// fragmenting sends each handshake record as records of 7 bytes.
type fragmenting struct{ net.Conn }

func (f *fragmenting) Write(b []byte) (int, error) {
	rest := b
	for len(rest) >= 5 {
		n := int(rest[3])<<8 | int(rest[4])
		kind, version, body := rest[0], rest[1:3], rest[5:5+n]
		step := 7
		if kind != 22 {
			step = len(body)
		}
		for part := range slices.Chunk(body, step) {
			if _, err := f.Conn.Write(slices.Concat([]byte{kind}, version, []byte{byte(len(part) >> 8), byte(len(part))}, part)); err != nil {
				return 0, err
			}
		}
		rest = rest[5+n:]
	}
	return len(b), nil
}

// wordless closes where it would send an alert.
type wordless struct{ net.Conn }

func (w *wordless) Write(b []byte) (int, error) {
	if len(b) > 0 && b[0] == 21 {
		w.Conn.Close()
		return len(b), nil
	}
	return w.Conn.Write(b)
}
