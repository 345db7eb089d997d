package dial

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// A Conn is a line of the door's log: a connection, a UDP association, an echo or a whole sweep.
type Conn struct {
	At       time.Time       `json:"at"`
	Network  string          `json:"network"` // tcp, udp, icmp
	To       netip.AddrPort  `json:"to"`
	Outcome  Outcome         `json:"outcome"`
	Why      string          `json:"why,omitempty"` // the error's words
	Sent     int64           `json:"sent"`          // bytes
	Received int64           `json:"received"`      // bytes
	Took     time.Duration   `json:"took"`          // connecting, or sweeping
	Lasted   time.Duration   `json:"lasted"`        // from open to close; 0 while open
	Sweep    map[Outcome]int `json:"sweep,omitempty"`
}

// Last is what a device was sent last.
type Last struct {
	At      time.Time      `json:"at"`
	Network string         `json:"network"`
	To      netip.AddrPort `json:"to"`
	Bytes   []byte         `json:"bytes"` // the first MaxLast of it; nil: a bare connect
}

// MaxLast bounds what is kept of the last thing sent, in bytes.
const MaxLast = 512

// line is a Conn that may still be open.
type line struct {
	Conn
	sent, received, lasted atomic.Int64
}

func (l *line) now() Conn {
	c := l.Conn
	c.Sent, c.Received, c.Lasted = l.sent.Load(), l.received.Load(), time.Duration(l.lasted.Load())
	return c
}

// journal is a ring of lines and the last thing sent.
type journal struct {
	mu    sync.Mutex
	lines []*line
	next  int // where the ring is written next, once it is full
	max   int
	last  Last
	tell  func(Conn)
}

// begin puts a line into the ring.
func (j *journal) begin(l *line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.lines) < j.max {
		j.lines = append(j.lines, l)
		return
	}
	j.lines[j.next] = l
	j.next = (j.next + 1) % j.max
}

// end tells a line that will not change any more.
func (j *journal) end(l *line) {
	if j.tell != nil {
		j.tell(l.now())
	}
}

// whole logs a line that is over when it is known.
func (j *journal) whole(c Conn) {
	l := &line{Conn: c}
	l.sent.Store(c.Sent)
	l.received.Store(c.Received)
	j.begin(l)
	j.end(l)
}

func (j *journal) sending(at time.Time, network string, to netip.AddrPort, b []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.last = Last{At: at, Network: network, To: to, Bytes: append([]byte(nil), b[:min(len(b), MaxLast)]...)}
}

func (j *journal) lastSent() Last {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.last
}

// Log is the newest lines in order, at most Options.Kept of them.
func (d *Door) Log() []Conn {
	d.log.mu.Lock()
	defer d.log.mu.Unlock()
	out := make([]Conn, 0, len(d.log.lines))
	for i := range d.log.lines {
		out = append(out, d.log.lines[(d.log.next+i)%len(d.log.lines)].now())
	}
	return out
}
