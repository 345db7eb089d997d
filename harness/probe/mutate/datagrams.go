package mutate

import (
	"context"
	"net"
	"time"
)

// A pair of sockets: one for what is odd, the other for what is ordinary, so that answers to both are told apart.
type datagrams struct {
	odd, plain net.Conn
	n          int // ordinary packets so far
}

func (d *datagrams) close() {
	for _, c := range []net.Conn{d.odd, d.plain} {
		if c != nil {
			c.Close()
		}
	}
}

// drop sends a datagram and after it an ordinary one. Status 1: the ordinary one was answered.
func (s *session) drop(ctx context.Context, b string, patience time.Duration) (a answer) {
	if s.udp == nil {
		odd, err := s.on.Dial(ctx, "udp", s.Port)
		if err != nil {
			return answer{err: err}
		}
		plain, err := s.on.Dial(ctx, "udp", s.Port)
		if err != nil {
			odd.Close()
			return answer{err: err}
		}
		s.udp = &datagrams{odd: odd, plain: plain}
	}
	u := s.udp
	defer context.AfterFunc(ctx, u.close)()
	began := time.Now()
	if b != s.normal.raw {
		if _, err := u.odd.Write([]byte(b)); err != nil && !refused(err) { // what ICMP said of an earlier one is told here
			s.hangUp()
			return answer{err: err}
		}
	}
	u.n++
	plain := s.grammar.ordinary(u.n)
	u.plain.SetDeadline(began.Add(patience))
	_, err := u.plain.Write([]byte(plain))
	buf := make([]byte, 9000)
	for range maxReads {
		if err != nil {
			break
		}
		var n int
		if n, err = u.plain.Read(buf); err == nil && (s.grammar.answers == nil || s.grammar.answers(plain, string(buf[:n]))) {
			return answer{status: 1, took: time.Since(began)}
		}
	}
	a = answer{took: time.Since(began), err: err}
	s.hangUp() // whatever comes late belongs to nothing
	if a.err == nil {
		a.err = errStrange
	}
	return a
}
