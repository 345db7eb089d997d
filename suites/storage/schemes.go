package storage

import (
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// A scheme is a means of keeping that a text names, and what it gives by its design. It is of general knowledge.
type scheme struct {
	words []string
	gives []declared.Guarantee
}

const (
	secret = declared.Confidentiality
	sound  = declared.Integrity
)

var schemes = []scheme{
	{[]string{"secure element*", "TPM", "HSM", "secure enclave", "hardware security module", "hardware module", "smart card", "StrongBox"}, []declared.Guarantee{secret, sound}},
	{[]string{"TEE", "TrustZone", "trusted environment", "trusted execution*", "OP-TEE", "secure world", "keystore"}, []declared.Guarantee{secret, sound}},
	{[]string{"AES-GCM", "GCM", "AES-CCM", "CCM", "AEAD", "authenticated encryption", "ChaCha20*", "sealed"}, []declared.Guarantee{secret, sound}},
	{[]string{"encrypt*", "AES*", "LUKS", "dm-crypt"}, []declared.Guarantee{secret}},
	{[]string{"fuse", "fuses", "fused", "eFuse*", "OTP", "one-time programmable", "ROM", "read-only", "write-protect*", "locked flash"}, []declared.Guarantee{sound}},
	{[]string{"readout protection", "read-out protection", "locked readout", "readout lock*", "RDP"}, []declared.Guarantee{secret}},
	{[]string{"access control*", "file permission*", "permissions", "only root", "may read", "may access", "privileg*", "access rights", "SELinux", "AppArmor", "sandbox*"}, []declared.Guarantee{secret, sound}},
	{[]string{"Argon2*", "scrypt", "bcrypt", "PBKDF2", "yescrypt", "salted slow hash*", "slow hash*"}, []declared.Guarantee{secret}},
	{[]string{"signature*", "signed", "secure boot", "verified boot", "dm-verity", "HMAC*", "CMAC", "MAC over", "is verified", "verifies"}, []declared.Guarantee{sound}},
}

// rejected are words of what keeps nothing.
var rejected = []string{"base64", "base 64", "encoded", "encoding", "XOR", "obscur*", "obfuscat*", "scrambl*", "key beside", "unsalted", "MD5", "SHA-1", "SHA1", "fast hash", "CRC*", "checksum*", "in clear", "plain text", "plaintext", "cleartext", "unprotected", "no protection", "hidden file"}

// keptFrom is what the scheme of a row gives, and the words of it that give nothing.
func keptFrom(text string) (gives []declared.Guarantee, nothing string) {
	for _, s := range schemes {
		if declared.Affirms(text, s.words...) != "" {
			gives = append(gives, s.gives...)
		}
	}
	return gives, declared.Affirms(text, rejected...)
}

// keeps judges whether the scheme of a row gives what the row promises.
func keeps(row device.Row) {
	promised := asIntegrity(row)
	text := declared.Text(row, "Protection Scheme")
	if text == "" {
		Lack("describe in 10-SecParam how it is kept: Protection Scheme", "%s says nothing in %q", row.ID, "Protection Scheme")
	}
	gives, nothing := keptFrom(text)
	missing := declared.Missing(gives, promised...)
	switch {
	case len(missing) == 0:
		return
	case declared.None(text):
		nothing = text
	case len(gives) > 0:
		Propose(Fail, "%s promises %s, and no part of its scheme that is known here gives it; confirm that none does: %q", row.ID, strings.Join(missing, " and "), text)
	case nothing == "":
		Propose(Inconclusive, "%s promises %s, and its scheme names no means that is known here; judge whether it gives them: %q", row.ID, strings.Join(missing, " and "), text)
	}
	Expect(nothing).To(BeEmpty(), "%s promises %s, and its scheme rests on %s, which keeps nothing: %q (Protection Scheme)", row.ID, strings.Join(missing, " and "), nothing, text)
}

// asIntegrity are the confidentiality and integrity that a row promises: authenticity of what is stored is its integrity.
func asIntegrity(row device.Row) (out []declared.Guarantee) {
	promised, _ := declared.Guarantees(row)
	if declared.Promises(promised, secret) {
		out = append(out, secret)
	}
	if declared.Promises(promised, sound) || declared.Promises(promised, declared.Authenticity) {
		out = append(out, sound)
	}
	return out
}

// leastOf judges whether a row promises what its type needs: critical both, public integrity.
func leastOf(row device.Row) {
	needed := []declared.Guarantee{sound}
	switch kind := strings.ToLower(declared.Text(row, "Type")); kind {
	case "critical":
		needed = []declared.Guarantee{secret, sound}
	case "public":
	default:
		Lack("write critical or public in 10-SecParam: Type", "%s has the type %q, so that what it needs is not known", row.ID, kind)
	}
	_, others := declared.Guarantees(row)
	missing := declared.Missing(asIntegrity(row), needed...)
	if len(missing) > 0 && len(others) > 0 {
		Lack("write its guarantees in 10-SecParam as confidentiality, integrity, authenticity", "%s promises %s, in words that are not known here", row.ID, strings.Join(others, ", "))
	}
	Expect(missing).To(BeEmpty(), "%s is %s and does not promise %s (Security Guarantees)", row.ID, declared.Text(row, "Type"), strings.Join(missing, " and "))
}

// Words of a parameter that tell its type.
var (
	criticalWords = []string{"private key*", "secret key*", "symmetric key*", "session key*", "PSK", "pre-shared key*", "password", "passwords", "passphrase*", "verifier*", "token", "tokens", "seed", "seeds", "shared secret*", "PIN", "credential*", "API key*"}
	publicWords   = []string{"public key", "public keys", "CA certificate*", "root certificate*", "verification certificate*", "verification key*", "trust anchor*", "authority certificate*"}
)

// typed judges whether the type of a row is that of what it describes.
func typed(row device.Row) {
	kind, text := strings.ToLower(declared.Text(row, "Type")), declared.Text(row, "Description")
	Expect(slices.Contains([]string{"critical", "public"}, kind)).To(BeTrue(), "%s has the type %q, and there are two: critical and public", row.ID, kind)
	if text == "" {
		Lack("describe it in 10-SecParam", "%s says nothing in %q", row.ID, "Description")
	}
	c, p := declared.Affirms(text, criticalWords...), declared.Affirms(text, publicWords...)
	switch {
	case (c == "") == (p == "") && kind == "critical":
		return // the stricter: nothing is lost
	case (c == "") == (p == ""):
		Propose(Inconclusive, "%s is declared as public, and its words do not tell what it is; judge it: %q", row.ID, text)
	case c != "" && kind == "public":
		Propose(Fail, "%s is declared as public and speaks of a %s, which is critical; confirm it: %q", row.ID, c, text)
	case p != "" && kind == "critical":
		Propose(Fail, "%s is declared as critical and speaks of a %s, which is public; confirm it: %q", row.ID, p, text)
	}
}
