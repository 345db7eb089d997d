package tls

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"slices"
	"strings"
)

// details asks for all that is not a suite.
func (o *survey) details(ctx context.Context) error {
	parts := []func(context.Context) error{o.ssl2, o.modern, o.curves, o.schemes, o.orders, o.compression, o.fallback, o.certificate}
	err := o.abreast(ctx, len(parts), func(ctx context.Context, i int) error { return parts[i](ctx) })
	o.flights()
	return err
}

// again offers a hello, and once more where the first met trouble.
func (o *survey) again(ctx context.Context, h hello, wantSealed bool) (reply, error) {
	r, err := o.offer(ctx, h, wantSealed)
	if err == nil && r.outcome != chosen && r.outcome != refused {
		r, err = o.offer(ctx, h, wantSealed)
	}
	return r, err
}

// ssl2 settles SSL 2.0.
func (o *survey) ssl2(ctx context.Context) error {
	suites, r, err := o.old(ctx)
	if err == nil && r.outcome != chosen && r.outcome != refused {
		suites, r, err = o.old(ctx)
	}
	if err != nil {
		return err
	}
	o.lock.Lock()
	defer o.lock.Unlock()
	switch {
	case r.outcome == chosen && len(suites) > 0:
		o.Versions = slices.Insert(o.Versions, 0, Version{Name: versionName(ssl2), Suites: suites})
	case r.outcome == chosen, r.outcome == refused, r.outcome == closed: // a service without SSL 2.0 mostly closes
		if len(o.Versions) > 0 {
			o.Refused = slices.Insert(o.Refused, 0, versionName(ssl2))
		}
	default:
		o.Undecided = append(o.Undecided, "SSL 2.0: "+r.why)
	}
	return nil
}

// flights reads off what every accepted hello showed.
func (o *survey) flights() {
	var renegotiation, extended, sealsFirst, sentinel []bool
	for v, found := range o.found {
		for _, r := range found {
			if v == tls13 {
				continue
			}
			renegotiation = append(renegotiation, r.hello.secureReneg)
			o.ClientCertificate = o.ClientCertificate || r.certRequest
			if x := r.exchange; x != nil && x.primeBits > 0 && (o.DHBits == 0 || x.primeBits < o.DHBits) {
				o.DHBits = x.primeBits
			}
			if v > ssl3 {
				extended = append(extended, r.hello.extended)
			}
			if v > ssl3 && SuiteByID(r.hello.suite).CBC() {
				sealsFirst = append(sealsFirst, r.hello.encryptMAC)
			}
			if len(o.found[tls13]) > 0 && v > ssl3 {
				sentinel = append(sentinel, r.hello.sentinel)
			}
		}
	}
	o.SecureRenegotiation, o.ExtendedMasterSecret, o.EncryptThenMAC, o.DowngradeSentinel = every(renegotiation), every(extended), every(sealsFirst), every(sentinel)
}

// every is nil where nothing was seen.
func every(seen []bool) *bool {
	if len(seen) == 0 {
		return nil
	}
	all := !slices.Contains(seen, false)
	return &all
}

// codes are the suites found in a version that want keeps.
func (o *survey) codes(version uint16, want func(Suite) bool) (ids []uint16) {
	for _, r := range o.found[version] {
		if want == nil || want(SuiteByID(r.hello.suite)) {
			ids = append(ids, r.hello.suite)
		}
	}
	return ids[:min(len(ids), batch)]
}

// older are the accepted versions below TLS 1.3, the newest first.
func (o *survey) older() (vs []uint16) {
	for _, v := range []uint16{tls12, tls11, tls10, ssl3} {
		if len(o.found[v]) > 0 {
			vs = append(vs, v)
		}
	}
	return vs
}

// modern finds the groups of TLS 1.3, asking without a key share so that the server names the one it wants,
// and then its signature algorithms.
func (o *survey) modern(ctx context.Context) error {
	suites := o.codes(tls13, nil)
	if len(suites) == 0 {
		return nil
	}
	h := hello{version: tls13, suites: suites, schemes: allSchemes(), groups: groupsOf(shared, modern, finite)}
	var found []uint16
	for len(h.groups) > 0 {
		r, err := o.again(ctx, h, false)
		if err != nil {
			return err
		}
		if r.outcome != chosen || !slices.Contains(h.groups, r.hello.group) {
			if r.outcome != refused && len(found) > 0 {
				o.undecided("TLS 1.3: whether more groups are taken: %s", r.why)
			}
			break
		}
		found = append(found, r.hello.group)
		h.groups = without(h.groups, r.hello.group)
	}
	if len(found) == 0 { // it takes no hello without a share
		var err error
		if found, err = o.eachGroup(ctx, h); err != nil {
			return err
		}
	}
	o.Groups = namesOf(found, groupName)
	if err := o.early(ctx); err != nil {
		return err
	}
	return o.modernSchemes(ctx, suites, found)
}

// eachGroup offers one group after the other with a share of it.
func (o *survey) eachGroup(ctx context.Context, h hello) (found []uint16, err error) {
	var untried []uint16
	for _, id := range groupsOf(shared, modern, finite) {
		key := newShare(id)
		if key == nil {
			untried = append(untried, id)
			continue
		}
		h.groups, h.shares = []uint16{id}, []share{{id, key}}
		r, err := o.again(ctx, h, false)
		if err != nil {
			return nil, err
		}
		if r.outcome == chosen {
			found = append(found, id)
		}
	}
	o.undecided("TLS 1.3: groups for which no key share can be made here, by a server that takes no hello without one: %s", strings.Join(namesOf(untried, groupName), ", "))
	return found, nil
}

// modernSchemes offers each signature algorithm alone; a sealed flight as long as a certificate shows that it was taken.
func (o *survey) modernSchemes(ctx context.Context, suites, groups []uint16) error {
	var with []share
	for _, id := range groups {
		if key := newShare(id); key != nil {
			with = []share{{id, key}}
			break
		}
	}
	if with == nil {
		o.undecided("TLS 1.3: signature algorithms: no key share can be made here for any group of the server")
		return nil
	}
	for _, s := range schemes {
		h := hello{version: tls13, suites: suites, groups: []uint16{with[0].group}, shares: with, schemes: []uint16{s.id}}
		r, err := o.offer(ctx, h, true)
		if err != nil {
			return err
		}
		switch {
		case r.outcome == chosen:
			o.signs(s.id)
		case r.outcome == silent, r.outcome == unreachable:
			o.undecided("TLS 1.3: whether it signs with %s: %s", s.name, r.why)
		}
	}
	return nil
}

func (o *survey) signs(id uint16) {
	o.lock.Lock()
	defer o.lock.Unlock()
	if n := schemeName(id); !slices.Contains(o.SignatureAlgorithms, n) {
		o.SignatureAlgorithms = append(o.SignatureAlgorithms, n)
		slices.Sort(o.SignatureAlgorithms)
	}
}

// curves finds the curves of ECDHE in the newest version below 1.3 that has it. A server with a certificate on a curve may
// demand that curve in the list: then it is offered last.
func (o *survey) curves(ctx context.Context) error {
	for _, v := range o.older() {
		suites := o.codes(v, func(s Suite) bool { return s.Kex == "ECDHE" && s.Auth == "RSA" })
		if len(suites) == 0 {
			suites = o.codes(v, func(s Suite) bool { return s.Kex == "ECDHE" || s.Kex == "ECDH" && s.Anon() })
		}
		if len(suites) == 0 {
			continue
		}
		found, err := o.takeCurves(ctx, enumeration(v, suites), leafCurve(o.found[v]))
		o.Curves = namesOf(found, groupName)
		return err
	}
	return nil
}

func (o *survey) takeCurves(ctx context.Context, h hello, own uint16) (found []uint16, err error) {
	pinned := false
	for len(h.groups) > 0 {
		r, err := o.again(ctx, h, false)
		if err != nil {
			return nil, err
		}
		switch {
		case r.outcome == refused && !pinned && len(found) > 0 && found[len(found)-1] == own:
			demanded, err := o.demands(ctx, h, own, found)
			if err != nil || !demanded {
				return found, err
			}
			pinned = true
			h.groups = append(slices.Clone(h.groups), own)
			continue
		case r.outcome == refused:
			return found, nil
		case r.outcome != chosen || r.exchange == nil:
			o.undecided("%s: whether more curves are taken: %s", versionName(h.version), r.why)
			return found, nil
		}
		c := r.exchange.curve
		if pinned && c == own {
			o.undecided("%s: whether more curves are taken: it demands and prefers that of its certificate, %s", versionName(h.version), groupName(own))
			return found, nil
		}
		found = append(found, c)
		if !slices.Contains(h.groups, c) { // it does not heed the list
			return found, nil
		}
		h.groups = without(h.groups, c)
	}
	return found, nil
}

// demands tells whether the server refuses a curve that it takes otherwise, once that of its certificate is not offered beside it.
func (o *survey) demands(ctx context.Context, h hello, own uint16, found []uint16) (bool, error) {
	for _, c := range found {
		if c != own {
			h.groups = []uint16{c}
			r, err := o.again(ctx, h, false)
			return r.outcome != chosen, err
		}
	}
	return true, nil
}

// leafCurve is the group of the leaf's key, 0 where it is none.
func leafCurve(found []reply) uint16 {
	for _, r := range found {
		if len(r.chain) == 0 {
			continue
		}
		if cert, err := x509.ParseCertificate(r.chain[0]); err == nil {
			if key, ok := cert.PublicKey.(*ecdsa.PublicKey); ok {
				return map[string]uint16{"P-256": 23, "P-384": 24, "P-521": 25, "P-224": 21}[key.Curve.Params().Name]
			}
		}
	}
	return 0
}

// schemes finds what TLS 1.2 key exchanges are signed with. One kind of key at a time: some servers choose the suite first and
// then have no algorithm for it.
func (o *survey) schemes(ctx context.Context) error {
	for _, auth := range []string{"RSA", "ECDSA", "DSS", "SM2"} {
		h := enumeration(tls12, o.codes(tls12, func(s Suite) bool { return (s.Kex == "ECDHE" || s.Kex == "DHE") && s.Auth == auth }))
		if err := o.takeSchemes(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

func (o *survey) takeSchemes(ctx context.Context, h hello) error {
	for len(h.suites) > 0 && len(h.schemes) > 0 {
		r, err := o.again(ctx, h, false)
		if err != nil {
			return err
		}
		if r.outcome != chosen || r.exchange == nil || r.exchange.scheme == 0 {
			if r.outcome != refused && r.outcome != broken && r.outcome != unclear {
				o.undecided("TLS 1.2: whether more signature algorithms are used: %s", r.why)
			}
			return nil
		}
		o.signs(r.exchange.scheme)
		if !slices.Contains(h.schemes, r.exchange.scheme) { // it does not heed the list
			return nil
		}
		h.schemes = without(h.schemes, r.exchange.scheme)
	}
	return nil
}

// orders offers two suites in both orders: the same choice twice is the server's.
func (o *survey) orders(ctx context.Context) error {
	for v, found := range o.found {
		if len(found) < 2 {
			continue
		}
		a, b := found[0].hello.suite, found[1].hello.suite
		one, err := o.again(ctx, enumeration(v, []uint16{a, b}), false)
		if err != nil {
			return err
		}
		two, err := o.again(ctx, enumeration(v, []uint16{b, a}), false)
		if err != nil {
			return err
		}
		if one.outcome != chosen || two.outcome != chosen {
			continue
		}
		own := one.hello.suite == two.hello.suite
		o.lock.Lock()
		for i := range o.Versions {
			if o.Versions[i].Name == versionName(v) {
				o.Versions[i].ServerOrders = &own
			}
		}
		o.lock.Unlock()
	}
	return nil
}

// compression offers DEFLATE in each version that has it.
func (o *survey) compression(ctx context.Context) error {
	for _, v := range o.older() {
		h := enumeration(v, o.codes(v, nil))
		h.deflate = true
		r, err := o.again(ctx, h, false)
		if err != nil {
			return err
		}
		if r.outcome != chosen {
			o.undecided("%s: compression: %s", versionName(v), r.why)
			continue
		}
		o.Compression = o.Compression || r.hello.compression != 0
	}
	return nil
}

// fallback pretends to have been pushed down from the newest version (RFC 7507).
func (o *survey) fallback(ctx context.Context) error {
	vs := o.older()
	if len(o.found[tls13]) == 0 && len(vs) > 0 {
		vs = vs[1:]
	}
	if len(vs) == 0 {
		return nil
	}
	h := enumeration(vs[0], o.codes(vs[0], nil))
	h.fallback = true
	r, err := o.again(ctx, h, false)
	if err != nil {
		return err
	}
	honoured := isAlert(r, alertInappropriateFallback)
	if honoured || r.outcome == chosen {
		o.FallbackSCSV = &honoured
		return nil
	}
	o.undecided("%s: whether a needless downgrade is refused: %s", versionName(vs[0]), r.why)
	return nil
}

func namesOf(ids []uint16, name func(uint16) string) (names []string) {
	for _, id := range ids {
		names = append(names, name(id))
	}
	return names
}

func without(ids []uint16, id uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(ids), func(x uint16) bool { return x == id })
}
