package tls

import (
	"cmp"
	"context"
	stdtls "crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// A session is what came of a handshake by the library.
type session struct {
	done        bool
	version     uint16
	suite       uint16
	group       string
	chain       [][]byte
	proven      bool // the leaf's key signed this handshake
	wantsClient bool
	why         string // why it is not done
}

// complete makes a handshake with no check of the chain. No suites: all that the library has.
func (p *prober) complete(ctx context.Context, from, to uint16, suites []uint16) (session, error) {
	if why := p.over(); why != "" {
		return session{why: why}, nil
	}
	raw, r, err := p.connect(ctx)
	if raw == nil {
		return session{why: r.why}, err
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Now()) })
	defer stop()
	var s session
	if suites == nil {
		suites = librarySuites()
	}
	conn := stdtls.Client(raw, &stdtls.Config{
		InsecureSkipVerify: true, MinVersion: from, MaxVersion: to, CipherSuites: suites, ServerName: p.name,
		Time: p.on.Clock.Now,
		VerifyPeerCertificate: func(chain [][]byte, _ [][]*x509.Certificate) error {
			s.chain = chain
			return nil
		},
		GetClientCertificate: func(*stdtls.CertificateRequestInfo) (*stdtls.Certificate, error) {
			s.wantsClient = true // and by now the server has signed its key exchange
			return &stdtls.Certificate{}, nil
		},
	})
	err = conn.HandshakeContext(ctx)
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	state := conn.ConnectionState()
	s.version, s.suite = state.Version, state.CipherSuite
	if err != nil {
		s.why = printable(err)
		s.proven = s.wantsClient && SuiteByID(s.suite).PFS()
		return s, nil
	}
	s.done, s.proven = true, len(s.chain) > 0
	if state.CurveID != 0 {
		s.group = groupName(uint16(state.CurveID))
	}
	return s, nil
}

// librarySuites are all suites of the library below TLS 1.3, those with ECDHE first.
func librarySuites() []uint16 {
	var ids []uint16
	for _, s := range slices.Concat(stdtls.CipherSuites(), stdtls.InsecureCipherSuites()) {
		ids = append(ids, s.ID)
	}
	return ids
}

// Handshake completes one handshake with just this version and these suites: the proof that something weak really works.
type Handshake struct {
	Port     uint16
	Name     string        // SNI
	Version  string        // "SSL 3.0" to "TLS 1.3"
	Suites   []uint16      // none: any; the library completes no TLS 1.3 handshake with chosen suites, so that those are only answered
	Patience time.Duration // 0 is 5 s
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Handshake) Lasting() {}

// Level is gentle.
func (Handshake) Level() provisions.Level { return provisions.Gentle }

// Handshaken is how it ended. Where the library cannot finish (SSL 3.0, NULL, anonymous, export and finite-field suites),
// Answered is the most that can be seen: the server agreed, sent its whole flight and waits for the client.
type Handshaken struct {
	Completed bool
	Answered  bool
	Version   string
	Suite     Suite
	Group     string // TLS 1.3, and ECDHE
	SPKI      string // of the leaf that was sent, where it could be read
	Why       string // why it was not completed
}

// Ask completes the handshake, or tells how far it came.
func (q Handshake) Ask(ctx context.Context, on *dial.Device) (Handshaken, error) {
	version, ok := versionNamed(q.Version)
	if !ok || version < ssl3 {
		return Handshaken{}, fmt.Errorf("complete a handshake with port %d in %q: say one of SSL 3.0 to TLS 1.3", q.Port, q.Version)
	}
	p := newProber(on, q.Port, q.Name, q.Patience)
	defer p.submit()
	if open, err := p.open(ctx); err != nil || !open {
		return Handshaken{Why: "the port is closed"}, err
	}
	a, err := q.answered(ctx, p, version)
	if err != nil || !a.Answered || !q.completable(version) {
		return a, err
	}
	s, err := p.complete(ctx, version, version, q.Suites)
	if err != nil {
		return Handshaken{}, err
	}
	a.Completed, a.Why = s.done, s.why
	if s.done {
		a.Version, a.Suite, a.SPKI, a.Group = versionName(s.version), SuiteByID(s.suite), spki(s.chain), cmp.Or(s.group, a.Group)
	}
	return a, nil
}

// answered offers the hello by itself, twice where the first meets trouble.
func (q Handshake) answered(ctx context.Context, p *prober, version uint16) (Handshaken, error) {
	ids := q.Suites
	if len(ids) == 0 {
		ids = q.offerable(version)
	}
	a := Handshaken{}
	var last reply
	for some := range slices.Chunk(ids, batch) {
		for range 2 {
			r, err := p.offer(ctx, enumeration(version, some), false)
			if err != nil {
				return a, err
			}
			last = r
			if r.outcome == chosen || r.outcome == refused {
				break
			}
		}
		if last.outcome == chosen {
			break
		}
	}
	if last.outcome != chosen {
		a.Why = last.why
		return a, nil
	}
	a.Answered, a.Version, a.Suite, a.SPKI = true, versionName(version), SuiteByID(last.hello.suite), spki(last.chain)
	a.Why = "this harness finishes no such handshake; the server agreed and waits for the client"
	return a, nil
}

func (q Handshake) offerable(version uint16) (ids []uint16) {
	for _, s := range sieves() {
		if s.version == version {
			ids = append(ids, s.left...)
		}
	}
	return ids
}

// completable tells whether the library can finish what is asked.
func (q Handshake) completable(version uint16) bool {
	if version == ssl3 {
		return false
	}
	if len(q.Suites) == 0 {
		return true
	}
	return version != tls13 && slices.ContainsFunc(q.Suites, func(id uint16) bool { return slices.Contains(librarySuites(), id) })
}

// spki is the SHA-256 of the leaf's SubjectPublicKeyInfo, "" where it cannot be read.
func spki(chain [][]byte) string {
	if len(chain) == 0 {
		return ""
	}
	return Describe(chain[0]).SPKI
}

// Key asks which keys the service proves to hold, for comparing two units.
type Key struct {
	Port     uint16
	Name     string        // SNI
	Patience time.Duration // 0 is 5 s
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Key) Lasting() {}

// Level is gentle.
func (Key) Level() provisions.Level { return provisions.Gentle }

// Held is what it proved.
type Held struct {
	Open bool
	Keys []HeldKey // each once: a service may have one of RSA and one of ECDSA
	Why  string    // why there are none
}

// A HeldKey is a key that signed a handshake.
type HeldKey struct {
	SPKI        string // SHA-256 of the SubjectPublicKeyInfo
	Certificate Certificate
}

// Ask completes a handshake in the newest version and, below TLS 1.3, one for each kind of key.
func (q Key) Ask(ctx context.Context, on *dial.Device) (Held, error) {
	p := newProber(on, q.Port, q.Name, q.Patience)
	open, err := p.open(ctx)
	if err != nil || !open {
		return Held{Why: "the port is closed"}, err
	}
	held := Held{Open: true}
	for _, try := range []struct {
		to     uint16
		suites []uint16
	}{{stdtls.VersionTLS13, nil}, {stdtls.VersionTLS12, signedBy("RSA")}, {stdtls.VersionTLS12, signedBy("ECDSA")}} {
		s, err := p.complete(ctx, stdtls.VersionTLS10, try.to, try.suites)
		if err != nil {
			return Held{}, err
		}
		if held.add(s); !s.proven {
			held.Why = cmp.Or(held.Why, s.why)
		}
	}
	if len(held.Keys) > 0 {
		held.Why = ""
	}
	return held, nil
}

func (h *Held) add(s session) {
	if !s.proven {
		return
	}
	key := HeldKey{SPKI: spki(s.chain), Certificate: Describe(s.chain[0])}
	if !slices.ContainsFunc(h.Keys, func(k HeldKey) bool { return k.SPKI == key.SPKI }) {
		h.Keys = append(h.Keys, key)
	}
}

// signedBy are the library's suites whose key exchange a key of that kind signs.
func signedBy(auth string) []uint16 {
	return slices.DeleteFunc(librarySuites(), func(id uint16) bool { s := SuiteByID(id); return s.Auth != auth || !s.PFS() })
}
