package mutate

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// MQTT sends mutants of the first packets of a client to a broker (MQTT 3.1.1, clause 2 and 3), with no password.
type MQTT struct {
	Port      uint16
	TLS       bool
	Seed      uint64
	Most      int
	PerSecond int
	Fastest   int
}

// Level is disruptive: it may bring the broker down.
func (MQTT) Level() provisions.Level { return provisions.Disruptive }

// Disturbs: whatever odd input left behind.
func (MQTT) Disturbs() string { return "odd packets were sent" }
func (q MQTT) String() string {
	return fmt.Sprintf("what %d odd MQTT packets do to TCP %d", q.Most, q.Port)
}

// Ask sends them. A broker that answers no ordinary CONNECT is an error: nothing shows whether it lives.
func (q MQTT) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	if q.Most < 1 || q.PerSecond < 1 {
		return Tried{}, fmt.Errorf("send odd packets to TCP %d: %d at %d a second are none", q.Port, q.Most, q.PerSecond)
	}
	s := &session{HTTP: HTTP{Port: q.Port, TLS: q.TLS, Seed: q.Seed, Most: q.Most, PerSecond: q.PerSecond, Fastest: q.Fastest}, on: on, dropped: map[string]string{},
		stream: true, normal: request{raw: string(connectPacket("assay"))}}
	defer s.hangUp()
	if err := s.baseline(ctx); err != nil {
		return s.Tried, err
	}
	s.Open, s.Inputs = true, []string{"packets of a client that nobody knows"}
	in := input{name: s.Inputs[0]}
	for n, rng := 0, rand.New(rand.NewPCG(q.Seed, uint64(q.Port))); n < q.Most; n++ {
		in.raw = append(in.raw, request{raw: string(oddPacket(n, rng))})
	}
	err := s.run(ctx, func(yield func(mutant) bool) {
		for _, r := range in.raw {
			if !yield(mutant{input: in.name, kind: "packet", request: r}) {
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
	one := make([]byte, 1)
	_, rerr := io.ReadFull(s.in, one)
	if a.took = time.Since(began); rerr != nil {
		a.err = begunError{rerr}
		return a
	}
	a.status = 1
	return a
}

// begunError is of a connection that stood.
type begunError struct{ error }

func (e begunError) Unwrap() []error { return []error{e.error} }

// connectPacket is an ordinary CONNECT.
func connectPacket(id string) []byte {
	body := append(text("MQTT"), 4, 2, 0, 60) // clean session, a minute
	return packet(0x10, append(body, text(id)...), -1)
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

// packet frames a body; length says how long it claims to be, -1 the truth.
func packet(kind byte, body []byte, length int) []byte {
	if length < 0 {
		length = len(body)
	}
	out := []byte{kind}
	for range 4 {
		b := byte(length % 128)
		if length /= 128; length > 0 {
			b |= 0x80
		}
		if out = append(out, b); length == 0 {
			break
		}
	}
	return append(out, body...)
}

// lies are lengths that are not those of what follows.
var lies = []int{268435455, 0, 1, 127, 128, 16383, 16384, 65535, 65536, 2097151, 2097152}

// oddPacket is the n-th mutant: lengths that lie first, then kinds out of order, fields out of bounds, and flipped bits.
func oddPacket(n int, rng *rand.Rand) []byte {
	body := connectPacket("assay")[2:]
	switch {
	case n < len(lies):
		return packet(0x10, body, lies[n])
	case n < len(lies)+16:
		return append(connectPacket("assay"), packet(byte(n-len(lies))<<4|byte(rng.IntN(16)), body[:rng.IntN(len(body))], -1)...)
	}
	switch n % 6 {
	case 0:
		return packet(0x10, append(append(text("MQTT"), 4, 2, 0, 60), text(strings.Repeat("A", 1<<rng.IntN(16)))...), -1)
	case 1:
		return packet(0x10, append(append(text(values[rng.IntN(len(values))].text), 4, 2, 0, 60), text("assay")...), -1)
	case 2:
		return packet(0x10, append(append(text("MQTT"), byte(rng.IntN(256)), byte(rng.IntN(256))&^0xc0, 0, 0), text("assay")...), -1) // never with user or password
	case 3:
		return append([]byte{0x10, 0xff, 0xff, 0xff, 0xff, 0xff}, body...)
	case 4:
		return packet(byte(rng.IntN(256)), body[:rng.IntN(len(body))], lies[rng.IntN(len(lies))])
	}
	b := connectPacket("assay")
	for range 1 + rng.IntN(4) {
		if i := rng.IntN(len(b)); i != 9 { // the flags stay: no user, no password
			b[i] ^= 1 << rng.IntN(8)
		}
	}
	return b
}
