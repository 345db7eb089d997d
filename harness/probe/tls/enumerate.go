package tls

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// width is how many hellos are under way at once. Small devices hold few sessions: a hello that meets
// trouble is offered again alone before anything is made of it.
const width = 4

// batch is how many suites one hello offers at most: some stacks refuse lists of more than 64 or 128.
const batch = 60

// A sieve is the search through some suites in one version: offer all, take the chosen one out, and again until
// the rest is refused.
type sieve struct {
	version uint16
	left    []uint16
	found   []reply
	broken  []string
	last    reply // the answer that ended the search, when suites are left
}

// settled tells that each suite is either found or refused.
func (s *sieve) settled() bool { return len(s.left) == 0 || s.last.outcome == refused }

// sieves are the searches of all versions from SSL 3.0, the newest first.
func sieves() []*sieve {
	var modern, certified, known, srp []uint16 // known: the client must be known already
	for _, s := range Suites() {
		id := uint16(s.ID)
		switch {
		case s.Kex == "":
			modern = append(modern, id)
		case s.Kex == "SRP":
			srp = append(srp, id)
		case s.Kex == "PSK", s.Auth == "PSK", s.Kex == "KRB5", s.Kex == "ECCPWD", s.Kex == "ECJPAKE":
			known = append(known, id)
		default:
			certified = append(certified, id)
		}
	}
	all := []*sieve{{version: tls13, left: modern}}
	for _, v := range []uint16{tls12, tls11, tls10, ssl3} {
		for _, class := range [][]uint16{certified, known, srp} {
			for some := range slices.Chunk(class, batch) {
				all = append(all, &sieve{version: v, left: slices.Clone(some)})
			}
		}
	}
	return all
}

// enumeration is the hello that a search varies. Finite fields are left out below TLS 1.3: a server that is
// offered them must use them (RFC 7919), and would hide its own weaker ones.
func enumeration(version uint16, suites []uint16) hello {
	h := hello{version: version, suites: suites, schemes: allSchemes(), groups: groupsOf(shared, curve)}
	if version == tls13 {
		h.groups = groupsOf(shared, modern, finite)
		h.shares = []share{{29, newShare(29)}, {23, newShare(23)}}
	}
	return h
}

// sift goes on with a search until it is settled or meets trouble.
func (p *prober) sift(ctx context.Context, s *sieve, lean bool) error {
	for len(s.left) > 0 {
		h := enumeration(s.version, s.left)
		h.lean = lean
		r, err := p.offer(ctx, h, false)
		if err != nil {
			return err
		}
		s.last = r
		switch r.outcome {
		case chosen:
			s.found = append(s.found, r)
		case broken:
			s.broken = append(s.broken, fmt.Sprintf("%s: %s: %s", versionName(s.version), SuiteByID(r.hello.suite).Name, r.why))
		default:
			return nil
		}
		s.left = without(s.left, r.hello.suite)
	}
	return nil
}

// insist takes up a search that met trouble, alone on the line. A connection closed without a word, or an alert that may
// mean anything, counts as a refusal only if it comes twice and a hello that the server took before is taken right after.
// Where that one is not taken either, the server is given rests.
func (p *prober) insist(ctx context.Context, s *sieve, control func() *hello) error {
	for {
		if err := p.sift(ctx, s, true); err != nil || s.settled() {
			return err
		}
		switch s.last.outcome {
		case silent, garbled: // no matter of load
			return nil
		case closed, unclear:
			c := control()
			if c == nil && p.spoke || isAlert(s.last, alertUnrecognisedName) || isAlert(s.last, alertUnknownIdentity) {
				return nil
			}
			if c == nil {
				break
			}
			if r, err := p.offer(ctx, *c, false); err != nil {
				return err
			} else if r.outcome == chosen {
				s.last.outcome = refused
				return nil
			}
		}
		if len(p.rests) == 0 {
			return nil
		}
		pause := p.rests[0]
		p.rests = p.rests[1:]
		if err := p.on.Clock.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func isAlert(r reply, code uint8) bool { return r.alert != nil && *r.alert == code }

// control is a hello that was taken: what shows that the service is well when it refuses others.
func control(all []*sieve) *hello {
	for _, s := range all {
		if len(s.found) > 0 {
			h := enumeration(s.version, []uint16{s.found[0].hello.suite})
			return &h
		}
	}
	return nil
}

// enumerate searches all versions from SSL 3.0 on. It begins with two hellos alone: where neither is answered in TLS,
// nothing more is sent, for the port may print what it is sent.
func (p *prober) enumerate(ctx context.Context) ([]*sieve, error) {
	all := sieves()
	for _, s := range all[:2] {
		if err := p.sift(ctx, s, false); err != nil {
			return nil, err
		}
	}
	if mute(all[0]) && mute(all[1]) && !p.spoke {
		return all[:2], p.insistAll(ctx, all[:2])
	}
	err := p.abreast(ctx, len(all)-2, func(ctx context.Context, i int) error { return p.sift(ctx, all[2+i], false) })
	if err != nil {
		return nil, err
	}
	return all, p.insistAll(ctx, all)
}

// abreast does n things, width at once, until one fails. The asker waits and is not busy meanwhile; those who do them are.
func (p *prober) abreast(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	p.on.Clock.Busy(width)
	for range width {
		g.Go(func() error {
			defer p.on.Clock.Busy(-1)
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	p.on.Clock.Busy(-1)
	defer p.on.Clock.Busy(1)
	return g.Wait()
}

// mute tells of a search that met no TLS.
func mute(s *sieve) bool {
	return len(s.found) == 0 && (s.last.outcome == silent || s.last.outcome == garbled || s.last.outcome == unreachable)
}

// insistAll insists where needed. What stays without an answer once alone is not waited for again in its version.
func (p *prober) insistAll(ctx context.Context, all []*sieve) error {
	unanswered := map[uint16]bool{}
	for _, s := range all {
		if s.settled() || p.over() != "" || unanswered[s.version] {
			continue
		}
		if err := p.insist(ctx, s, func() *hello { return control(all) }); err != nil {
			return err
		}
		unanswered[s.version] = s.last.outcome == silent
	}
	return nil
}

// old offers SSL 2.0 by its own hello. None but a SERVER-HELLO means that it is there.
func (p *prober) old(ctx context.Context) (found []Suite, r reply, err error) {
	r, err = p.converse(ctx, ssl2, ssl2Hello(), func(from io.Reader) reply {
		suites, err := readSSL2(from)
		if err != nil {
			r := trouble(err)
			if err == errNotTLS { // an alert of a later version, or words of another protocol
				r.outcome = refused
			}
			return r
		}
		found = suites
		return reply{outcome: chosen}
	})
	return found, r, err
}
