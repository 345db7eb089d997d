// Package rdp asks a server of the Remote Desktop Protocol how it secures sessions (MS-RDPBCGR 2.2.1.1).
//
// Its one idea is that the server chooses from what it is offered: each way is offered alone, and what it then takes it has. Nothing
// after the negotiation is begun, so that no session is.
//
//	o, err := rdp.Offers{Port: 3389}.Ask(ctx, on)
//	// o.Takes: [TLS CredSSP]
package rdp

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Within is what one negotiation gets, in real time.
const Within = 5 * time.Second

// Offers asks.
type Offers struct {
	Port uint16
	Look int // a second look is another question
}

// Ways of security, the weakest first.
const (
	Own     = "RDP's own security" // RC4 under a key that nobody's identity proves
	TLS     = "TLS"                // the log-in follows inside, at the server's own page
	CredSSP = "CredSSP"            // the log-in comes before the session
)

var ways = []struct {
	name string
	wire uint32
}{{Own, 0}, {TLS, 1}, {CredSSP, 2}}

// Offered is what it takes and refuses.
type Offered struct {
	RDP     bool
	Takes   []string
	Refuses []string
}

// Level is gentle.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string        { return fmt.Sprintf("how RDP on port %d secures sessions", q.Port) }

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Offers) Lasting() {}

// Ask offers one way after the other.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (o Offered, err error) {
	for _, w := range ways {
		a, err := q.offer(ctx, on, w.wire)
		if err != nil {
			return o, err
		}
		switch a {
		case taken:
			o.RDP, o.Takes = true, append(o.Takes, w.name)
		case refused:
			o.RDP, o.Refuses = true, append(o.Refuses, w.name)
		}
	}
	return o, nil
}

type answer int

const (
	nothing answer = iota
	taken
	refused
)

// offer is a connection request that names one way.
func (q Offers) offer(ctx context.Context, on *dial.Device, way uint32) (answer, error) {
	c, err := on.Dial(ctx, "tcp", q.Port)
	if dial.Classify(err) == dial.Refused {
		return nothing, nil
	}
	if err != nil {
		return nothing, fmt.Errorf("ask RDP on port %d: %w", q.Port, err)
	}
	c = dial.Bounded(c, 1024, time.Now().Add(Within))
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	request := binary.LittleEndian.AppendUint32([]byte("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00"), way)
	if _, err := c.Write(request); err != nil {
		return nothing, nil
	}
	b := make([]byte, 4, 512)
	if _, err := io.ReadFull(c, b); err == nil && b[0] == 3 {
		n := int(binary.BigEndian.Uint16(b[2:]))
		b = b[:max(4, min(n, cap(b)))]
		_, _ = io.ReadFull(c, b[4:])
	}
	on.Evidence(fmt.Sprintf("negotiation of way %d", way), b)
	return parse(b, way), context.Cause(ctx)
}

// parse reads a connection confirm: type 2 names what was chosen, type 3 says that nothing was; without either the server knows its
// own security alone.
func parse(b []byte, way uint32) answer {
	switch {
	case len(b) < 11 || b[0] != 3 || int(binary.BigEndian.Uint16(b[2:])) != len(b) || b[5] != 0xd0:
		return nothing
	case len(b) < 19 && way == 0:
		return taken
	case len(b) < 19 || b[11] == 3:
		return refused
	case b[11] == 2 && binary.LittleEndian.Uint32(b[15:]) == way:
		return taken
	}
	return refused
}
