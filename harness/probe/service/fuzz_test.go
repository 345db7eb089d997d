package service

import (
	"strings"
	"testing"
	"unicode"
)

var seeds = []string{
	"", "SSH-2.0-dropbear_2020.81\r\n", "SSH-", "220 (vsFTPd 3.0.3)\r\n", "220-a\r\n220 ESMTP\r\n", "RFB 003.008\n", "+OK\r\n", "* OK IMAP\r\n",
	"\x4a\x00\x00\x00\x0a5.5.5\x00xxxxx", "\x07\x00\x00\x00\xff\x6a\x04Host", "\xff\xfd\x01\xff\xfb\x03login: ", "\xff\xfa\x18\x01\xff\xf0", "\xff", "BusyBox v1.2\n# ",
	"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n", "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
	"RTSP/1.0 200 OK\r\nServer: x\r\n\r\n", " \x02\x00\x05", " \x0b\x00\x00\x08", "AMQP\x00\x00\x09\x01",
	"\x01\x00\x00\x00\x00\x00\x30\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x20\x07productS\x00\x00\x00\x08RabbitMQ\x07versionS\x00\x00\x00\x053.1.2", "+PONG\r\n", "-NOAUTH x\r\n",
	"\x15\x03\x01\x00\x02\x02\x28", "\x1b[2J\u202e\xff\xfe",
}

// FuzzAnswers feeds every judge: none may panic, and what is shown must be printable and bounded.
func FuzzAnswers(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		guesses := []guess{greeted(b), answered(b), afterEHLO(b, guess{}), prompt(b)}
		for _, p := range spoken {
			guesses = append(guesses, p.answer(b))
		}
		for _, g := range guesses {
			if len(g.note) > 200 || g.Protocol == "" && g.note != "" {
				t.Errorf("%+v", g)
			}
		}
		if reply := declined(b); len(reply) > 3*32 || len(reply)%3 != 0 {
			t.Errorf("reply of %d bytes", len(reply))
		}
		if v := visible(b); len(v) > len(b) {
			t.Errorf("%d visible bytes of %d", len(v), len(b))
		}
		isTLS(b)
		if p := printable(b, MaxBanner); len(p) > MaxBanner+16 || strings.ContainsFunc(p, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q", p)
		}
	})
}
