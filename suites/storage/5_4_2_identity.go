package storage

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.4-2", func(dut *DUT) {
	TestCase("5.4-2-1", func() {
		flagged := func(ctx context.Context, judge func(device.Row)) string {
			rows := among(parameters(ctx, dut), isIdentity)
			if len(rows) == 0 {
				none(dut, "no hard-coded identity", "C(10)", "F(l)")
			}
			Each("hard-coded identity of 10-SecParam", rows, judge)
			return named(rows)
		}
		Unit("a", "each hard-coded identity is flagged as one", func(ctx context.Context) {
			rows := parameters(ctx, dut)
			if len(rows) == 0 {
				none(dut, "no parameter", "F(k)", "C(10)", "F(l)")
			}
			for _, r := range among(rows, isCandidate) {
				Note(ctx, "%s is an identity of its device: %s", r.ID, declared.Text(r, "Description"))
			}
			Each("row of 10-SecParam", rows, func(r device.Row) {
				Expect(isCandidate(r) && !isIdentity(r)).To(BeFalse(), "%s is an identity that the device is made with and proves itself by, and is not flagged as a hard-coded identity (Description, Provisioning Mechanism)", r.ID)
			})
			stated := slices.ContainsFunc([]string{"C(10)", "F(l)"}, func(c string) bool { h, _ := dut.File.States(c); return h })
			switch flags := slices.ContainsFunc(rows, isIdentity); {
			case flags && !stated:
				Note(ctx, "a finding of the ICS: 10-SecParam flags a hard-coded identity, and C(10) or F(l) is not stated to hold")
			case !flags && stated:
				Lack("flag the row in 10-SecParam (a hard-coded identity), or correct the condition", "C(10) or F(l) is stated to hold, and 10-SecParam flags no hard-coded identity")
			}
		}, Climbs(provisions.Declared))

		Unit("b", "each hard-coded identity is promised to resist tampering by every means", func(ctx context.Context) {
			flagged(ctx, promisesResistance)
		}, Climbs(provisions.Declared))

		Unit("c", "each hard-coded identity is kept by what resists tampering by every means", func(ctx context.Context) {
			rows := flagged(ctx, resists)
			Propose(Pass, "the schemes of %s resist tampering by physical, electrical and software means, as far as their words say; attach the data sheet or certificate of the part", rows)
		}, Climbs(provisions.Declared))
	})

	TestCase("5.4-2-2", func() {
		Unit("a", "no user can change a hard-coded identity or take its key away", func(ctx context.Context) {
			rows := among(parameters(ctx, dut), isIdentity)
			if len(rows) == 0 {
				none(dut, "no hard-coded identity", "C(10)", "F(l)")
			}
			Note(ctx, "hard-coded identities: %s", named(rows))
			identityStays(ctx, dut)
		}, Climbs(provisions.LAN, provisions.Operator))
	})
})

// Words of identities, of what comes with the device from its factory, and of a use for security.
var (
	identities  = []string{"device certificate", "certificate of the device", "IDevID", "attestation key", "device identity", "identity of the device", "unique identity", "device key", "birth certificate", "serial number", "MAC address", "device id", "endorsement key"}
	factoryWays = []string{"fuse*", "OTP", "factory", "production", "fixed", "at manufacture", "manufacturing", "burnt", "burned", "injected", "ROM"}
	securityUse = []string{"log-in", "log in", "logs in", "login", "authenticat*", "proves", "proof", "attest*", "identifies itself", "signs", "signature*", "verif*", "key derivation", "mutual TLS", "mTLS", "client certificate"}
	madeHere    = []string{"made on the device", "generated on the device", "made at its first start", "first start", "first boot", "first use"}
)

// isCandidate tells whether a row is an identity that the device is made with and that security rests on.
func isCandidate(r device.Row) bool {
	what, from := declared.Text(r, "Description"), declared.Text(r, "Provisioning Mechanism")
	return declared.Affirms(what, identities...) != "" && declared.Affirms(from, factoryWays...) != "" && declared.Affirms(from, madeHere...) == "" &&
		(len(r.Lists["Communication Mechanisms"]) > 0 || declared.Affirms(what, securityUse...) != "")
}

// means of tampering, by the words of a promise and those of a scheme that resists them. What a software scheme alone gives
// resists no other means.
var means = []struct {
	name            string
	promise, scheme []string
}{
	{"physical", []string{"physical*", "mechanical*"}, []string{"physical*", "mesh", "shield*", "potted", "epoxy", "casing", "enclosure", "tamper switch"}},
	{"electrical", []string{"electric*", "electronic*", "side-channel*", "side channel*", "glitch*", "fault injection", "probing"}, []string{"electric*", "glitch*", "side-channel*", "side channel*", "voltage*", "fault injection", "readout protection", "read-out protection", "locked readout", "JTAG off", "debug fused"}},
	{"software", []string{"software*", "logical*"}, []string{"software*", "permission*", "access control*", "may read", "trusted environment", "TEE", "TrustZone", "read-only", "memory protection", "write-protect*"}},
}

// strong are parts that resist all means by their design.
var strong = []string{"secure element*", "TPM", "HSM", "smart card", "secure enclave", "fused OTP with lock*", "OTP with lock*", "PUF"}

// covered are the means that a scheme resists.
func covered(text string) (out []string) {
	for _, m := range means {
		if declared.Affirms(text, strong...) != "" || declared.Affirms(text, m.scheme...) != "" {
			out = append(out, m.name)
		}
	}
	return out
}

// promisesResistance judges whether a flagged row promises resistance against each means.
func promisesResistance(r device.Row) {
	promised, others := declared.Guarantees(r)
	text := declared.Text(r, "Security Guarantees")
	var lacking []string
	for _, m := range means {
		if declared.Affirms(text, m.promise...) == "" {
			lacking = append(lacking, m.name)
		}
	}
	tamper := declared.Affirms(text, "tamper*") != ""
	if tamper && len(lacking) == len(means) { // bare: as much as the scheme names
		by := covered(declared.Text(r, "Protection Scheme"))
		lacking = slices.DeleteFunc(lacking, func(m string) bool { return slices.Contains(by, m) })
	}
	if !tamper && len(lacking) == len(means) && len(others) > 0 {
		Lack("write in 10-SecParam that it resists tampering by physical, electrical and software means", "%s promises %s, in words that are not known here", r.ID, strings.Join(others, ", "))
	}
	Expect(lacking).To(BeEmpty(), "%s is a hard-coded identity and does not promise to resist tampering by %s means (Security Guarantees: %s)", r.ID, strings.Join(lacking, " and "), spell(promised, others))
}

func spell(promised []declared.Guarantee, others []string) string {
	out := slices.Clone(others)
	for _, g := range promised {
		out = append(out, string(g))
	}
	return strings.Join(out, ", ")
}

// softly are words of schemes that resist software at most.
var softly = []string{"file permission*", "permissions", "file system", "plain flash", "flash partition", "EEPROM", "settings file", "hidden*", "root only"}

// resists judges whether the scheme of a flagged row resists each means.
func resists(r device.Row) {
	text := declared.Text(r, "Protection Scheme")
	if text == "" {
		Lack("describe in 10-SecParam how it is kept: Protection Scheme", "%s says nothing in %q", r.ID, "Protection Scheme")
	}
	by := covered(text)
	if len(by) == len(means) {
		return
	}
	var open []string
	for _, m := range means {
		if !slices.Contains(by, m.name) {
			open = append(open, m.name)
		}
	}
	hard := slices.Contains(by, "physical") || slices.Contains(by, "electrical")
	soft := declared.Affirms(text, softly...)
	Expect(soft != "" && !hard).To(BeFalse(), "%s is a hard-coded identity, and its scheme rests on %s, which withstands no %s means: %q (Protection Scheme)", r.ID, soft, strings.Join(open, " and no "), text)
	Propose(Inconclusive, "%s names nothing known here against %s means; judge its scheme, with the data sheet or certificate of the part: %q", r.ID, strings.Join(open, " and "), text)
}
