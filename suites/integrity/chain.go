// Package integrity holds the units of clause 5.7: ensure software integrity.
//
// Its one idea: a chain of trust is drawn from its rows, from an anchor that nobody can change to the last stage that runs. A
// link that nobody verifies, or that only a sum without a key guards, convicts; whether the chain holds is a person's to say.
package integrity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A boot is a row of 20-SecBoot, typed keys and text.
type boot struct {
	device.SecBoot
	row device.Row
}

// boots are the rows of 20-SecBoot.
func boots(ctx context.Context, dut *DUT) (out []boot) {
	for i, r := range Declared(ctx, dut, "20-SecBoot") {
		out = append(out, boot{(*dut.IXIT().SecBoot)[i], r})
	}
	return out
}

// Words of verifications that need a key, of those that anybody can make anew, and of anchors that nobody can change.
var (
	byKey     = []string{"signature*", "signed", "Ed25519", "Ed448", "ECDSA", "RSA*", "ML-DSA", "LMS", "XMSS", "HMAC*", "CMAC", "public key*", "certificate*"}
	bySum     = []string{"CRC*", "checksum*", "parity", "check sum", "Adler*", "Fletcher"}
	byHash    = []string{"hash", "hashes", "SHA-*", "SHA2*", "digest*", "MD5"}
	immutable = []string{"ROM", "fuse*", "eFuse*", "OTP", "one-time programmable", "locked flash", "write-protect*", "secure element*", "TPM", "read-only", "immutable"}
	nobody    = []string{"nobody", "nothing", "none", "no one", "not verified", "unverified"}
)

// verified judges the mechanism of one row, text and stages.
func verified(ctx context.Context, b boot) {
	text := declared.Text(b.row, "Description") + ". " + declared.Text(b.row, "Detection Mechanisms")
	if declared.Text(b.row, "Detection Mechanisms") == "" {
		Lack("describe in 20-SecBoot how a change is detected: Detection Mechanisms", "%s says nothing in %q", b.ID, "Detection Mechanisms")
	}
	sum := declared.Affirms(text, bySum...)
	Expect(sum != "" && declared.Affirms(text, byKey...) == "").To(BeFalse(), "%s verifies by %s alone, which whoever changes the software makes anew (Detection Mechanisms)", b.ID, sum)
	if len(b.Stages) > 0 {
		Each("stage of "+b.ID, b.Stages, func(s device.Stage) { guarded(b, s) })
	}
	if hash := declared.Affirms(text, byHash...); hash != "" && declared.Affirms(text, byKey...) == "" {
		Propose(Fail, "%s verifies by %q, and names no key that it is signed with; confirm that whoever changes the software can change it too: %q", b.ID, hash, text)
	}
	if refused := declared.RefusedIn(text, At(ctx)); len(refused) > 0 {
		Propose(Fail, "%s names what the catalogue refuses; confirm that the verification rests on it: %s", b.ID, strings.Join(refused, "; "))
	}
	if !anchored(b, text) {
		Propose(Inconclusive, "%s names no anchor that nobody can change (ROM, fuses, locked flash, …); ask where the first key lies: %q", b.ID, text)
	}
	Propose(Pass, "%s: %s; judge whether the chain is closed and its reaction fits", b.ID, drawn(b))
}

// guarded judges one stage.
func guarded(b boot, s device.Stage) {
	if declared.Says(s.Name, immutable...) && s.Verifies == "" {
		return // the anchor itself
	}
	Expect(declared.Says(s.Verifies, nobody...)).To(BeFalse(), "%s has the stage %s, which nobody verifies (stages: verifies)", b.ID, s.Name)
	if s.Verifies == "" {
		Lack("say in 20-SecBoot what verifies each stage: stages: verifies", "%s does not say what verifies the stage %s", b.ID, s.Name)
	}
	Expect(declared.Says(s.Alg, bySum...)).To(BeFalse(), "%s verifies the stage %s by %s, which whoever changes it makes anew (stages: alg)", b.ID, s.Name, s.Alg)
	own := s.Name != "" && declared.Affirms(s.Anchor, s.Name) != ""
	Expect(own).To(BeFalse(), "%s verifies the stage %s with a key that lies in it: %q (stages: anchor)", b.ID, s.Name, s.Anchor)
}

// anchored tells whether a row names an anchor that nobody can change.
func anchored(b boot, text string) bool {
	return declared.Affirms(text, immutable...) != "" || slices.ContainsFunc(b.Stages, func(s device.Stage) bool {
		return declared.Says(s.Anchor, immutable...) || declared.Says(s.Name, immutable...)
	})
}

// drawn is the chain as its stages give it: "boot loader, verified by boot ROM (ed25519, fuses), then image, …".
func drawn(b boot) string {
	var out []string
	for _, s := range b.Stages {
		by := ""
		if s.Verifies != "" {
			by = fmt.Sprintf(", verified by %s (%s, key: %s)", s.Verifies, s.Alg, s.Anchor)
		}
		out = append(out, s.Name+by)
	}
	if len(out) == 0 {
		return declared.Text(b.row, "Description")
	}
	return strings.Join(out, ", then ")
}
