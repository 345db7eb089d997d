package service

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"testing"
)

// A port that was known is asked at once in its own protocol; what has changed since is seen all the same.
func TestAskedAgain(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nServer: one/1\r\n\r\n"
	speak := map[string]func(net.Conn){
		"http":  func(c net.Conn) { c.Read(make([]byte, 512)); fmt.Fprint(c, answer) },
		"ssh":   func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-two_2\r\n"); c.Read(make([]byte, 512)) },
		"redis": func(c net.Conn) { redisOnly(c) },
		"https": func(c net.Conn) {
			c = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{certificate()}})
			c.Read(make([]byte, 512))
			fmt.Fprint(c, answer)
		},
	}
	for _, c := range []struct{ before, after, protocol string }{
		{"http", "http", "http"}, {"https", "https", "http"}, {"redis", "redis", "redis"},
		{"http", "ssh", "ssh"}, {"http", "redis", "redis"}, {"https", "http", "http"}, {"http", "https", "http"}, {"ssh", "http", "http"}, {"redis", "https", "http"},
	} {
		t.Run(c.before+" then "+c.after, func(t *testing.T) {
			t.Parallel()
			var now atomic.Value
			var connects atomic.Int32
			now.Store(c.before)
			at := serve(listener(t), func(conn net.Conn) { connects.Add(1); speak[now.Load().(string)](conn) })
			device := on(t, at)
			first, err := Identify{at.Port()}.Ask(t.Context(), device)
			if err != nil {
				t.Fatal(err)
			}
			now.Store(c.after)
			connects.Store(0)
			got, err := Identify{at.Port()}.Ask(t.Context(), device)
			if err != nil || got.Protocol != c.protocol || got.TLS != (c.after == "https") {
				t.Errorf("%+v, %v; want %v", got, err, c)
			}
			if c.before == c.after && (connects.Load() != 1 || got.Product != first.Product) {
				t.Errorf("%d connects for %+v; at first it was %+v", connects.Load(), got, first)
			}
			fresh, err := Identify{at.Port()}.Ask(t.Context(), on(t, at))
			if err != nil || fresh.Product != got.Product || fresh.Version != got.Version || slices.Contains(got.Tried, "Redis PING") != (c.after == "redis") {
				t.Errorf("asked again: %+v, afresh: %+v, %v", got, fresh, err)
			}
		})
	}
}

// redisOnly answers PING, and hangs up at anything else.
func redisOnly(c net.Conn) {
	b := make([]byte, 512)
	if n, _ := c.Read(b); string(b[:n]) == "*1\r\n$4\r\nPING\r\n" {
		fmt.Fprint(c, "+PONG\r\n")
	}
}
