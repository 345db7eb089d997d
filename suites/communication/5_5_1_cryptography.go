// Package communication holds the units of clause 5.5: communicate securely.
//
// Its one idea: a mechanism is judged by the least that it gives. What a service offers is held against the weakest that its
// row declares; what is stronger or unlisted contradicts the declaration and convicts nobody.
package communication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/ftp"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

var _ = Provision("5.5-1", func(dut *DUT) {
	TestCase("5.5-1-1", func() {
		Unit("a", "what each mechanism guarantees fits what it carries", func(ctx context.Context) {
			rows := mechanisms(ctx, dut)
			every(ctx, dut, "mechanism of 11-ComMech", rows, fits)
			Propose(Pass, "each of %d mechanisms guarantees what critical parameters, personal data and commands need, as far as references and descriptions say; %s promise nothing: judge whether the use case leaves a risk open", len(rows), silent(rows))
		}, Climbs(provisions.Declared))

		Unit("b", "each mechanism can give what it guarantees", func(ctx context.Context) {
			rows := mechanisms(ctx, dut)
			every(ctx, dut, "mechanism of 11-ComMech", rows, delivers)
			Propose(Pass, "each guarantee of %d mechanisms is one that the protocol named gives by its design; judge what is the maker's own", len(rows))
		}, Climbs(provisions.Declared))

		Unit("c", "the cryptography declared is best practice", func(ctx context.Context) {
			rows := mechanisms(ctx, dut)
			every(ctx, dut, "mechanism of 11-ComMech", rows, accepted)
			Note(ctx, "cap: no catalogue of cryptography is normative; the one used names its source for each algorithm")
			Propose(Pass, "the catalogue has nothing against what %d mechanisms name, on %s; judge what it does not know", len(rows), At(ctx).Format(time.DateOnly))
		}, Climbs(provisions.Declared))

		Unit("d", "no feasible attack is known against it", func(ctx context.Context) {
			rows := mechanisms(ctx, dut)
			every(ctx, dut, "mechanism of 11-ComMech", rows, withstands)
			Declared(ctx, dut, "6-SoftComp")
			Note(ctx, "cap: known public attacks on what is named; versions of libraries were not looked up")
			Propose(Pass, "no known attack works against what %d mechanisms name, or a counter-measure is stated; %s", len(rows), age(At(ctx)))
		}, Climbs(provisions.Declared))
	})

	TestCase("5.5-1-2", func() {
		Unit("a", "every mechanism gives what it declares, and nothing that is refused", func(ctx context.Context) {
			if !seen.Declared(dut) {
				undeclared(ctx, dut)
				return
			}
			rows := seen.ComMechs(dut)
			Each("declared communication mechanism", rows, func(m device.ComMech) { gives(ctx, dut, m) })
			NotClimbed(ctx, provisions.Bench, "what the device sends by itself was not captured")
			Note(ctx, "cap: servers on TCP and of DTLS; clients of the device and radios were not looked at")
			Inconclude("every service on TCP and of DTLS gives what its row declares; what the device sends by itself was not captured")
		}, Climbs(provisions.LAN))
	})
})

// silent names the mechanisms that promise nothing.
func silent(rows []device.Row) string {
	none := slices.DeleteFunc(slices.Clone(rows), func(r device.Row) bool { return len(r.Lists["Security Guarantees"]) > 0 })
	if len(none) == 0 {
		return "none"
	}
	return ids(none)
}

// undeclared says what is refused by the catalogue where nobody stated the use.
func undeclared(ctx context.Context, dut *DUT) {
	for _, s := range seen.Services(ctx, dut) {
		if inClear(s) {
			Note(ctx, "%s speaks in clear: whether it may is judged against a declaration (11-ComMech) alone", seen.Name(s))
		}
	}
	Each("protected service", protected(ctx, dut), func(s any) {
		for _, w := range weak(ctx, dut, s, nil) {
			Expect(w).To(BeEmpty(), "%s", w)
		}
	})
}

// protected are the services that speak TLS, DTLS, QUIC, SSH or RDP.
func protected(ctx context.Context, dut *DUT) (out []any) {
	for _, s := range seen.TLS(ctx, dut) {
		out = append(out, s)
	}
	for _, s := range seen.SSH(ctx, dut) {
		out = append(out, s)
	}
	for _, s := range seen.DTLS(ctx, dut) {
		out = append(out, s)
	}
	for _, s := range seen.QUIC(ctx, dut) {
		out = append(out, s)
	}
	for _, s := range spoken(ctx, dut, "rdp") {
		out = append(out, desktop{s})
	}
	return out
}

func weak(ctx context.Context, dut *DUT, s any, least *device.Strength) []string {
	switch s := s.(type) {
	case seen.TLSService:
		return Weaknesses(ctx, dut, s, least)
	case seen.SSHService:
		return WeakSSH(ctx, dut, s, least)
	case seen.DTLSService:
		return WeakDTLS(ctx, dut, s, least)
	case seen.QUICService: // which is TLS 1.3 within
		return weakLeaf(seen.NameUDP(s.Port), s.Chain, least, At(ctx))
	case desktop:
		return WeakRDP(ctx, dut, s.Service)
	}
	return nil
}

// confidential tells whether a row promises that nobody can read along.
func confidential(m device.ComMech) bool {
	return slices.ContainsFunc(m.Guarantees, func(g string) bool { return strings.Contains(strings.ToLower(g), "confidential") })
}

// gives judges one mechanism at each service that it names.
func gives(ctx context.Context, dut *DUT, m device.ComMech) {
	found := len(m.Guarantees) == 0 // what promises nothing need not be there; what is refused is refused there too
	var unknown []string
	for _, s := range seen.Services(ctx, dut) {
		if !seen.At(m.At, m.Description, s) {
			continue
		}
		found = true
		Expect(confidential(m) && inClear(s)).To(BeFalse(), "%s declares confidentiality, and %s speaks in clear", m.ID, seen.Name(s))
		if confidential(m) {
			if why := unclear(ctx, dut, s); why != "" {
				unknown = append(unknown, fmt.Sprintf("%s (%s)", seen.Name(s), why))
			}
		}
	}
	for _, s := range protected(ctx, dut) {
		if !stands(m, s) {
			continue
		}
		found = true
		if d, ok := s.(seen.DTLSService); ok && len(d.Versions) == 0 {
			unknown = append(unknown, seen.NameUDP(d.Port)+" (it took no hello: it may be at another peer's, or busy)")
		}
		for _, w := range weak(ctx, dut, s, m.Strength) {
			Expect(w).To(BeEmpty(), "%s: %s", m.ID, w)
		}
	}
	if !found {
		off := offForGood(dut, m.At)
		if off == "" {
			Inconclude("%s was not seen: nothing answers at its place", m.ID)
		}
		Note(ctx, "%s is not in use: %s is declared to be off for good, and nothing answers there", m.ID, off)
	}
	if len(unknown) > 0 {
		Inconclude("%s declares confidentiality, and it was not seen whether what listens at its place gives that: %s", m.ID, strings.Join(unknown, ", "))
	}
}

// offForGood is the interface that is declared to be off for good in units that are sold, and where a mechanism has all its places;
// "" where there is none.
func offForGood(dut *DUT, at []device.Endpoint) string {
	for _, table := range []*[]device.Intf{dut.IXIT().Intf, dut.IXIT().LogIntf} {
		if table == nil {
			continue
		}
		for _, r := range *table {
			elsewhere := func(e device.Endpoint) bool {
				return !slices.ContainsFunc(r.At, func(o device.Endpoint) bool { return o.Port == e.Port })
			}
			if r.State == "disabled-permanently" && len(at) > 0 && !slices.ContainsFunc(at, elsewhere) {
				return r.ID
			}
		}
	}
	return ""
}

// inClear tells a service whose protocol is known, and which everybody on the way can read.
func inClear(s service.Service) bool {
	switch s.Protocol {
	case "", "ssh", "rdp":
		return false
	case "ftp", "smb", "adb": // they take up a cipher on the way, or not: see unclear
		return false
	}
	return !s.TLS
}

// unclear says why it was not seen whether a service keeps what it carries from others.
func unclear(ctx context.Context, dut *DUT, s service.Service) string {
	switch {
	case s.TLS:
		return ""
	case s.Protocol == "":
		return either(s.Note, "it was not understood")
	case s.Protocol == "ftp":
		o := Ask(ctx, seen.Of(dut, s), ftp.Offers{Port: s.Addr.Port()})
		Expect(o.FTP && !o.AuthTLS).To(BeFalse(), "%s speaks in clear, and takes no AUTH TLS", seen.Name(s))
		return "it takes AUTH TLS, and whether it insists on it was not tried"
	case s.Protocol == "smb", s.Protocol == "adb":
		return "whether it insists on encryption was not tried"
	}
	return ""
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// portOf is the TCP port of a protected service; 0: it speaks over UDP.
func portOf(s any) uint16 {
	switch s := s.(type) {
	case seen.TLSService:
		return s.Addr.Port()
	case seen.SSHService:
		return s.Addr.Port()
	case desktop:
		return s.Addr.Port()
	}
	return 0
}

// stands tells whether a row speaks of a protected service.
func stands(m device.ComMech, s any) bool {
	switch s := s.(type) {
	case seen.TLSService:
		return seen.At(m.At, m.Description, s.Service)
	case seen.SSHService:
		return seen.At(m.At, m.Description, s.Service)
	case desktop:
		return seen.At(m.At, m.Description, s.Service)
	case seen.DTLSService:
		return seen.AtUDP(m.At, m.Description, s.Port)
	case seen.QUICService:
		return seen.AtUDP(m.At, m.Description, s.Port)
	}
	return false
}
