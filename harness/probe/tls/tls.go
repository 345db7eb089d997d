// Package tls shows what a TLS service offers: versions, cipher suites, groups, signature algorithms,
// certificate, and the key that it proves to hold.
//
// Its one idea is that a ClientHello can be offered again and again: offer all, take the chosen one out, until
// the rest is refused. So weak suites are seen that no library would negotiate, and "not offered" is said only
// after a refusal beside which a known hello was still accepted.
//
//	offered, err := tls.Offers{Port: 443}.Ask(ctx, on)
//	for _, v := range offered.Versions {
//		for _, s := range v.Suites {
//			fmt.Println(v.Name, s.Name, s.PFS())
//		}
//	}
//
// A version is either in Versions, in Refused, or named in Undecided. The library's own TLS is used only to
// complete handshakes: for the chain, the name and the proof of the key.
package tls

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Offers asks what a TLS service offers.
type Offers struct {
	Port     uint16
	StartTLS string        // a protocol that is asked to change to TLS; only "" for now
	Name     string        // server name (SNI); "" sends none
	Patience time.Duration // for one answer, in real time; 0 is 5 s
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Offers) Lasting() {}

// Level is gentle: no credential is sent.
func (Offers) Level() provisions.Level { return provisions.Gentle }

// Offered is what a service offers. A nil *bool was not decided or does not apply.
type Offered struct {
	Open                 bool          // the port took a connection
	TLS                  bool          // something answered in TLS
	Versions             []Version     // accepted, the oldest first
	Refused              []string      // versions refused in whole, while a known hello was accepted
	Groups               []string      // of TLS 1.3
	Curves               []string      // of ECDHE in TLS 1.2 and older
	SignatureAlgorithms  []string      // that the server signs with, TLS 1.2 and 1.3
	DHBits               int           // the smallest finite-field group it chose, in TLS 1.2 and older; 0: none
	RSAKeyBits           int           // of the leaf; 0: no RSA
	Compression          bool          // DEFLATE is accepted (CRIME)
	SecureRenegotiation  *bool         // RFC 5746
	ExtendedMasterSecret *bool         // RFC 7627
	EncryptThenMAC       *bool         // RFC 7366, with a CBC suite
	FallbackSCSV         *bool         // a needless downgrade is refused (RFC 7507); nil with one version
	DowngradeSentinel    *bool         // marks a downgrade from TLS 1.3 (RFC 8446 section 4.1.3)
	EarlyData            *bool         // a ticket allows 0-RTT data
	ClientCertificate    bool          // it asks for one
	Chain                []Certificate // as sent, the leaf first
	ChainRoot            *bool         // the chain ends in a root that this machine trusts; nil: no roots here
	NameMatches          *bool         // the leaf is for Name; nil without a Name
	AddressMatches       bool          // the leaf names the device's address
	KeyProven            bool          // a handshake proved that the leaf's key is held
	Alerts               []Alert       // all that were seen
	Undecided            []string      // sentences: what could not be decided, and why
}

// A Version is a version of the protocol that is accepted.
type Version struct {
	Name         string // "SSL 2.0" to "TLS 1.3"
	Suites       []Suite
	ServerOrders *bool // the server's preference decides among suites; nil with one suite
}

// An Alert is how a server refused in a version.
type Alert struct{ Version, Name string }

// Accepts tells whether a version was accepted.
func (o Offered) Accepts(version string) bool {
	return slices.ContainsFunc(o.Versions, func(v Version) bool { return v.Name == version })
}

// Suites lists the accepted suites of all versions, each once.
func (o Offered) Suites() []Suite {
	var all []Suite
	for _, v := range o.Versions {
		all = append(all, v.Suites...)
	}
	slices.SortFunc(all, func(a, b Suite) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(all, func(a, b Suite) bool { return a.ID == b.ID })
}

// Ask enumerates. A closed port, or one that speaks no TLS, is an answer.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	if q.StartTLS != "" {
		return Offered{}, fmt.Errorf("ask port %d to start TLS inside %s: not built yet; ask a port that speaks TLS from its first byte", q.Port, q.StartTLS)
	}
	p := newProber(on, q.Port, q.Name, q.Patience)
	defer p.submit()
	open, err := p.open(ctx)
	if err != nil || !open {
		return Offered{}, err
	}
	o := &survey{prober: p, Offered: Offered{Open: true}}
	all, err := p.enumerate(ctx)
	if err != nil {
		return Offered{}, err
	}
	o.TLS = p.spoke
	o.collect(all)
	if o.TLS {
		if err := o.details(ctx); err != nil {
			return Offered{}, err
		}
	}
	o.conclude(ctx)
	return o.Offered, ctx.Err()
}

// open tells whether the port takes connections.
func (p *prober) open(ctx context.Context) (bool, error) {
	within, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	conn, err := p.on.Dial(within, "tcp", p.port)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("connect to TLS port %d: %w; see that the device is on and in reach", p.port, err)
	}
	return true, conn.Close()
}

// A survey gathers the answer; its parts may run side by side.
type survey struct {
	*prober
	Offered
	found map[uint16][]reply // by version; one for each suite
	lock  sync.Mutex
}

// undecided notes what could not be found out.
func (o *survey) undecided(format string, a ...any) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.Undecided = append(o.Undecided, fmt.Sprintf(format, a...))
}

// collect makes versions and suites of the searches.
func (o *survey) collect(all []*sieve) {
	o.found = map[uint16][]reply{}
	settled := map[uint16]bool{tls13: true, tls12: true, tls11: true, tls10: true, ssl3: true}
	for _, s := range all {
		o.found[s.version] = append(o.found[s.version], s.found...)
		o.Undecided = append(o.Undecided, s.broken...)
		if len(s.broken) > 0 {
			settled[s.version] = false
		}
		if !s.settled() {
			settled[s.version] = false
			first := SuiteByID(s.left[0]).Name
			o.undecided("%s: whether %d suites (%s and others) are offered: %s", versionName(s.version), len(s.left), first, s.last.why)
		}
	}
	if !o.TLS && all[0].last.outcome == garbled && all[1].last.outcome == garbled {
		o.Undecided = nil // it answers in another protocol
		return
	}
	known := control(all) != nil
	if !known {
		o.undecided("no hello was accepted in any version, so that no refusal shows anything%s", o.hint())
	}
	for _, v := range versions[1:] {
		if found := o.found[v]; len(found) > 0 {
			o.Versions = append(o.Versions, Version{Name: versionName(v), Suites: suitesOf(found)})
		} else if known && settled[v] {
			o.Refused = append(o.Refused, versionName(v))
		}
	}
}

func (o *survey) hint() string {
	if o.TLS && o.name == "" {
		return "; the service may want a server name: give Name"
	}
	return ""
}

func suitesOf(found []reply) []Suite {
	var suites []Suite
	for _, r := range found {
		suites = append(suites, SuiteByID(r.hello.suite))
	}
	slices.SortFunc(suites, func(a, b Suite) int { return cmp.Compare(a.ID, b.ID) })
	return suites
}

// conclude asks the last control: where a hello that was accepted before is refused now, the refusals in between show nothing.
func (o *survey) conclude(ctx context.Context) {
	for v, found := range o.found {
		if len(found) == 0 {
			continue
		}
		r, err := o.offer(ctx, enumeration(v, []uint16{found[0].hello.suite}), false)
		if err == nil && r.outcome != chosen {
			o.undecided("%s: a hello that was accepted at first was not at the end (%s), so that the refusals in between show nothing: let the device rest and ask again", versionName(v), r.why)
			o.Refused = nil
		}
		break
	}
	for a := range o.alerts {
		o.Alerts = append(o.Alerts, a)
	}
	slices.SortFunc(o.Alerts, func(a, b Alert) int { return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.Name, b.Name)) })
	slices.Sort(o.Undecided)
}
