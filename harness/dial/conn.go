package dial

import (
	"fmt"
	"net"
	"sync"
	"time"
)

// conn counts what passes and gives its place back when it is closed.
type conn struct {
	net.Conn
	door *Door
	line *line
	once sync.Once
	born time.Time
}

func (c *conn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.line.received.Add(int64(n)) > c.door.opt.MaxReceived {
		return 0, fmt.Errorf("read from %v: %w of %d bytes a connection", c.line.To, ErrTooMuch, c.door.opt.MaxReceived)
	}
	return n, err
}

func (c *conn) Write(b []byte) (int, error) {
	c.door.log.sending(c.door.now(), c.line.Network, c.line.To, b)
	n, err := c.Conn.Write(b)
	c.line.sent.Add(int64(n))
	return n, err
}

// CloseWrite ends our half, where the network has halves.
func (c *conn) CloseWrite() error {
	if h, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}

func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() {
		c.line.lasted.Store(int64(c.door.now().Sub(c.born)))
		c.door.leave()
		c.door.log.end(c.line)
	})
	return err
}

// Bounded is a connection that ends with ErrTooMuch beyond most bytes read, and with a timeout at the deadline however
// slowly the bytes drip: a later deadline that is set on it moves nothing. The deadline is of real time.
func Bounded(c net.Conn, most int64, deadline time.Time) net.Conn {
	b := &bounded{Conn: c, left: most, most: most, end: deadline}
	_ = c.SetDeadline(deadline) // a connection that can not have one fails at its first use
	return b
}

type bounded struct {
	net.Conn
	mu         sync.Mutex
	left, most int64
	end        time.Time
}

func (b *bounded) Read(p []byte) (int, error) {
	b.mu.Lock()
	left := b.left
	b.mu.Unlock()
	if int64(len(p)) > left+1 {
		p = p[:left+1] // one byte more shows that there is more
	}
	n, err := b.Conn.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left -= int64(n); b.left < 0 {
		n += int(b.left)
		b.left = 0
		return n, fmt.Errorf("read from %v: %w of %d", b.RemoteAddr(), ErrTooMuch, b.most)
	}
	return n, err
}

func (b *bounded) within(t time.Time) time.Time {
	if t.IsZero() || t.After(b.end) {
		return b.end
	}
	return t
}

func (b *bounded) SetDeadline(t time.Time) error      { return b.Conn.SetDeadline(b.within(t)) }
func (b *bounded) SetReadDeadline(t time.Time) error  { return b.Conn.SetReadDeadline(b.within(t)) }
func (b *bounded) SetWriteDeadline(t time.Time) error { return b.Conn.SetWriteDeadline(b.within(t)) }

// CloseWrite ends our half, where the network has halves.
func (b *bounded) CloseWrite() error {
	if h, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}
