package mutate

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Packets sends mutants of the first packets that a client of a protocol sends, with no password: over TCP each on a connection
// of its own, over UDP to the device alone, followed by an ordinary packet that must be answered.
type Packets struct {
	Protocol  string // one of Grammars
	Port      uint16
	TLS       bool // the packets go within TLS
	Seed      uint64
	Most      int
	PerSecond int
	Fastest   int
}

// Level is disruptive: it may bring the service down.
func (Packets) Level() provisions.Level { return provisions.Disruptive }

// Disturbs: whatever odd input left behind.
func (Packets) Disturbs() string { return "odd packets were sent" }
func (q Packets) String() string {
	return fmt.Sprintf("what %d odd %s packets do to %s %d", q.Most, q.Protocol, q.network(), q.Port)
}

// A grammar is what is known of a protocol's first packets.
type grammar struct {
	datagrams bool
	ordinary  func(n int) string                     // the n-th that any client may send, and that is answered
	odd       func(n int, rng *rand.Rand) string     // the n-th mutant
	answers   func(ordinary string, got string) bool // what came, so far, answers the ordinary packet; nil: any byte does
}

var grammars = map[string]grammar{
	"coap": coapPackets, "mdns": mdnsPackets, "mqtt": mqttPackets, "rtsp": rtspPackets,
	"snmp": snmpPackets, "ssdp": ssdpPackets, "ssh": sshPackets, "tls": tlsPackets,
}

// Grammars are the protocols whose packets are mutated.
func Grammars() []string { return slices.Sorted(maps.Keys(grammars)) }

func (q Packets) network() string {
	if grammars[q.Protocol].datagrams {
		return "UDP"
	}
	return "TCP"
}

// Ask sends them. A service that answers no ordinary packet is an error: nothing shows whether it lives.
func (q Packets) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	g, ok := grammars[q.Protocol]
	if !ok || q.Most < 1 || q.PerSecond < 1 {
		return Tried{}, fmt.Errorf("send odd packets to port %d: %d of %q at %d a second are none", q.Port, q.Most, q.Protocol, q.PerSecond)
	}
	s := &session{HTTP: HTTP{Port: q.Port, TLS: q.TLS, Seed: q.Seed, Most: q.Most, PerSecond: q.PerSecond, Fastest: q.Fastest}, on: on, dropped: map[string]string{},
		grammar: &g, wary: q.Protocol == "ssh", normal: request{raw: g.ordinary(0)}}
	defer s.hangUp()
	if err := s.baseline(ctx); err != nil {
		return s.Tried, err
	}
	s.Open, s.Inputs = true, []string{"packets of a client that nobody knows"}
	err := s.run(ctx, func(yield func(mutant) bool) {
		rng := rand.New(rand.NewPCG(q.Seed, uint64(q.Port)))
		for n := range q.Most {
			if !yield(mutant{input: s.Inputs[0], kind: "packet", request: request{raw: g.odd(n, rng)}}) {
				return
			}
		}
	})
	return s.Tried, err
}

// pour sends bytes on a connection of their own and says that no more will come, so that nobody waits for it. Status 1: something was answered.
func (s *session) pour(ctx context.Context, b string, patience time.Duration) (a answer) {
	s.hangUp()
	if err := s.connect(ctx); err != nil {
		return answer{err: err}
	}
	defer s.hangUp()
	c := s.conn
	defer context.AfterFunc(ctx, func() { c.Close() })()
	began := time.Now()
	c.SetDeadline(began.Add(patience))
	_, err := io.WriteString(c, b)
	if half, ok := c.(interface{ CloseWrite() error }); ok && err == nil {
		_ = half.CloseWrite()
	}
	got, one := "", make([]byte, 4096)
	for range maxReads {
		n, err := s.in.Read(one)
		if got += string(one[:n]); n > 0 && (s.grammar.answers == nil || s.grammar.answers(b, got)) {
			a.status = 1
			break
		}
		if err != nil {
			a.err = begunError{err}
			break
		}
	}
	a.took = time.Since(began)
	return a
}

// maxReads bounds the pieces of an answer.
const maxReads = 16

// begunError is of a connection that stood.
type begunError struct{ error }

func (e begunError) Unwrap() []error { return []error{e.error} }

// values of lengths and counts at which programs go wrong.
var edges = []int{0, 1, 127, 128, 255, 256, 32767, 32768, 65535}

// flip changes a few bits of a packet, but for those of the bytes that keep makes stay.
func flip(b []byte, rng *rand.Rand, keep func(i int) bool) []byte {
	for range 1 + rng.IntN(4) {
		if i := rng.IntN(len(b)); keep == nil || !keep(i) {
			b[i] ^= 1 << rng.IntN(8)
		}
	}
	return b
}

// cut shortens a packet somewhere.
func cut(b []byte, rng *rand.Rand) []byte { return b[:rng.IntN(len(b))] }
