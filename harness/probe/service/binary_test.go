package service

import (
	"bytes"
	"io"
	"net"
	"testing"
)

func TestBinaryProtocols(t *testing.T) {
	t.Parallel()
	smb := make([]byte, 4+64+65)
	copy(smb[4:], "\xfeSMB\x40\x00")
	smb[4+64+4], smb[4+64+5] = 0x02, 0x03
	for request, c := range map[string]struct{ reply, protocol, version, note string }{
		"\x00\x17\x00\x00": {"\x00\x17\x00\x00\x00\x04\x01\x01\x01\x00", "modbus", "", "a coil is read by anybody"},
		"CNXN":             {"AUTH\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xbe\xaa\xab\xb7", "adb", "", "it asks for a key"},
		"\x03\x00\x00\x13": {"\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00\x02\x00\x08\x00\x02\x00\x00\x00", "rdp", "", "a log-in before the session"},
		"\x00\x00\x00\x6c": {string(smb), "smb", "3.0.2", ""},
		dnsQuery:           {"\x00\x11\xa5\x5a\x80\x05\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01", "dns", "", "a query is answered with code 5"},
		stunBinding:        {"\x01\x01\x00\x00" + stunBinding[4:], "stun", "", ""},
		"version\r\n":      {"VERSION 1.6.18\r\n", "memcached", "1.6.18", "it answers without a password"},
		"$qSupported":      {"+$PacketSize=47ff;QPassSignals+#aa", "gdb", "", "it debugs a program for anybody"},
	} {
		s := ask(t, serve(listener(t), func(conn net.Conn) {
			b := make([]byte, 512)
			if n, _ := conn.Read(b); bytes.HasPrefix(b[:n], []byte(request)) {
				io.WriteString(conn, c.reply)
			}
		}))
		if s.Protocol != c.protocol || s.Version != c.version || s.Note != c.note || s.TLS {
			t.Errorf("%q: %+v", request, s)
		}
	}
}

// A stub of GDB serves one connection at a time.
func TestOneConnectionAtATime(t *testing.T) {
	t.Parallel()
	l := listener(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			for b := make([]byte, 512); ; {
				n, err := c.Read(b)
				if err != nil {
					break
				}
				if bytes.Contains(b[:n], []byte("$qSupported")) {
					io.WriteString(c, "+$PacketSize=47ff#aa")
				}
			}
			c.Close()
		}
	}()
	if s := ask(t, l.Addr().(*net.TCPAddr).AddrPort()); s.Protocol != "gdb" || s.Via != "answer to GDB qSupported" {
		t.Errorf("%+v", s)
	}
}

// What these say unasked names them.
func TestUnasked(t *testing.T) {
	t.Parallel()
	for hello, want := range map[string]string{
		"OK MPD 0.23.5\n": "mpd", "\x00\x00\x00\x04\x00\x00\x00\x00\x00": "http2",
		"HTTP/1.0 403 Forbidden\r\nContent-Type: text/plain\r\n\r\nno ALPN": "http",
	} {
		s := ask(t, serve(listener(t), func(conn net.Conn) {
			io.WriteString(conn, hello)
			io.Copy(io.Discard, conn)
		}))
		if s.Protocol != want || s.Via != "greeting" {
			t.Errorf("%q: %+v", hello, s)
		}
	}
}
