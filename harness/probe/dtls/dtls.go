// Package dtls asks which versions and suites a DTLS server takes (RFC 6347, RFC 4347), as CoAPS on UDP 5684 does.
//
// Its one idea is that of the TLS probe: a ClientHello is offered again and again, without the suite that was chosen last, until
// nothing is chosen. Each of them is ended by an alert, so that the server keeps no state for us.
//
//	o, err := dtls.Offers{Port: 5684}.Ask(ctx, on)
//	// o.Versions: [{DTLS 1.2 [TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8]}]
package dtls

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/tls"
)

// Bounds. Times are real.
const (
	Within    = time.Second // for a flight
	sends     = 3
	maxSuites = 100 // of one version
	atOnce    = 60  // suites in a hello, so that it fits into one datagram
)

// Offers asks.
type Offers struct{ Port uint16 }

// Offered is what was taken.
type Offered struct {
	DTLS      bool // an answer of DTLS came
	Versions  []Version
	Refused   []string // versions that were refused by an alert
	Undecided []string // versions to which nothing came
	Cookie    bool     // it asks for a cookie first, so that nobody has it send to others
}

// A Version and the suites that it takes. DTLS 1.3 is not asked.
type Version struct {
	Name   string // DTLS 1.0, DTLS 1.2
	Suites []tls.Suite
}

func (q Offers) String() string {
	return fmt.Sprintf("which versions and suites DTLS on port %d takes", q.Port)
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Offers) Lasting() {}

// Takes asks again for one suite of a version, or for any of that version where Suite is 0: what convicts is seen twice.
type Takes struct {
	Port    uint16
	Version string
	Suite   uint16
}

func (q Takes) String() string {
	return fmt.Sprintf("whether DTLS on port %d takes %s of %s", q.Port, tls.SuiteByID(q.Suite).Name, q.Version)
}

// Ask tells whether it was chosen.
func (q Takes) Ask(ctx context.Context, on *dial.Device) (Taken, error) {
	for _, v := range versions {
		if v.name != q.Version {
			continue
		}
		suites := offered()
		if q.Suite != 0 {
			suites = []uint16{q.Suite}
		}
		for some := range slices.Chunk(suites, atOnce) {
			a, err := Offers{q.Port}.hello(ctx, on, v.wire, some)
			if err != nil || a.kind == chosen && a.version == v.wire && slices.Contains(some, a.suite) {
				return Taken{Chosen: err == nil}, err
			}
		}
		return Taken{}, nil
	}
	return Taken{}, fmt.Errorf("ask DTLS on port %d: %q is no version that is asked", q.Port, q.Version)
}

// Taken is what came of one offer.
type Taken struct{ Chosen bool }

var versions = []struct {
	name string
	wire uint16
}{{"DTLS 1.2", 0xfefd}, {"DTLS 1.0", 0xfeff}}

// Ask asks for each version.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (o Offered, err error) {
	for _, v := range versions {
		found := Version{Name: v.name}
		refused, silent := false, false
		for some := range slices.Chunk(offered(), atOnce) {
			for len(found.Suites) < maxSuites {
				a, err := q.hello(ctx, on, v.wire, some)
				if err != nil {
					return o, err
				}
				o.DTLS = o.DTLS || a.kind != nothing
				o.Cookie = o.Cookie || a.cookie
				i := slices.Index(some, a.suite)
				refused, silent = refused || a.kind == alerted, silent || a.kind == nothing
				if a.kind != chosen || a.version != v.wire || i < 0 {
					break
				}
				found.Suites = append(found.Suites, tls.SuiteByID(a.suite))
				some = slices.Delete(slices.Clone(some), i, i+1)
			}
			if silent && !o.DTLS {
				break
			}
		}
		switch {
		case len(found.Suites) > 0:
			o.Versions = append(o.Versions, found)
		case silent:
			o.Undecided = append(o.Undecided, v.name)
		default:
			o.Refused = append(o.Refused, v.name)
		}
	}
	return o, nil
}

// offered are the suites that may be chosen in DTLS: all but those of TLS 1.3, and stream ciphers such as RC4 (RFC 6347 clause 4.1.2.2).
func offered() (ids []uint16) {
	for _, s := range tls.Suites() {
		if s.ID < 1<<16 && s.ID>>8 != 0x13 && !s.RC4() && s.ID != 0x00ff && s.ID != 0x5600 {
			ids = append(ids, uint16(s.ID))
		}
	}
	return ids
}

// hello offers suites in a version, and repeats itself with a cookie where one is asked for.
func (q Offers) hello(ctx context.Context, on *dial.Device, version uint16, suites []uint16) (answer, error) {
	conn, err := on.Dial(ctx, "udp", q.Port)
	if err != nil {
		return answer{}, fmt.Errorf("ask DTLS on port %d: %w", q.Port, err)
	}
	defer conn.Close()
	h := hello{version: version, suites: suites}
	rand.Read(h.random[:])
	a, err := flight(ctx, conn, h)
	if err == nil && a.kind == verify {
		h.cookie, h.sequence = a.token, 1
		if a, err = flight(ctx, conn, h); a.kind == verify {
			a.kind = alerted // it takes no cookie of its own
		}
		a.cookie = true
	}
	if err != nil {
		return answer{}, fmt.Errorf("ask DTLS on port %d: %w", q.Port, err)
	}
	if a.kind == chosen {
		_, _ = conn.Write(farewell(version)) // whoever does not hear it waits for us a little
	}
	return a, nil
}

// flight sends a hello until something answers it.
func flight(ctx context.Context, conn net.Conn, h hello) (answer, error) {
	request, b := h.bytes(), make([]byte, 65535)
	for range sends {
		if ctx.Err() != nil {
			return answer{}, context.Cause(ctx)
		}
		if _, err := conn.Write(request); err != nil {
			if dial.Classify(err) == dial.Refused {
				return answer{}, nil
			}
			return answer{}, err
		}
		_ = conn.SetReadDeadline(time.Now().Add(Within))
		for range 32 {
			n, err := conn.Read(b)
			if o := dial.Classify(err); o == dial.Refused {
				return answer{}, nil
			} else if o == dial.Timeout {
				break
			} else if err != nil {
				return answer{}, err
			}
			if a := parse(b[:n]); a.kind != nothing {
				return a, nil
			}
		}
	}
	return answer{}, nil
}
