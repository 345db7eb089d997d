package updates

import (
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/suites/declared"
)

var (
	// macs are the words of a check with a key that both sides have.
	macs = []string{"MAC", "HMAC*", "CMAC*", "GMAC*", "Poly1305", "GCM", "CCM", "AEAD", "keyed hash", "message authentication"}
	// sums are the words of a check that anybody can make anew for an image that he altered.
	sums = []string{"CRC*", "checksum*", "hash*", "digest*", "SHA*", "MD5", "Adler*", "Prüfsumme*"}
	// signing are the words of a signature.
	signing = []string{"signature*", "signed", "signs", "sign", "ECDSA*", "EdDSA", "Ed25519*", "Ed448*", "RSA*", "ML-DSA*", "SLH-DSA*", "LMS", "XMSS", "signiert", "Signatur*"}
	// ciphers are the words of encryption.
	ciphers = []string{"encrypt*", "AES*", "ChaCha20*", "TLS", "HTTPS", "SSH", "verschlüsselt"}
)

// resting is what integrity and authenticity of an image rest on: a signature, or a check with a key. What rests on a hash, a
// checksum or encryption alone rests on nothing, since who alters the image makes those anew.
func resting(m mechanism) finding {
	text := m.says("Cryptographic Details")
	switch {
	case m.sign.Covers == "part":
		return is(broken, "%s signs a part of the image alone (upd.signature.covers), and the rest rests on no key: %q", m.ID, text)
	case m.sign.Alg != "" && !unsigned(m):
		return is(fitting, "%s: integrity and authenticity rest on %s", m.ID, m.sign.Alg)
	case declared.Affirms(text, macs...) != "":
		return is(open, "%s rests on a check with a secret key; whether each unit has its own is to be judged: %q", m.ID, text)
	case onWay(m):
		return is(open, "%s rests on its channel (%s), which protects on the way alone; whether that is enough is to be judged: %q", m.ID, m.upd.Trust, text)
	case unsigned(m):
		return is(broken, "%s has no signature (upd.signature.alg: %s), and its guarantees rest on no key: %q", m.ID, m.sign.Alg, text)
	case text == "":
		return m.unsaid("upd.signature.alg", "Cryptographic Details")
	case declared.Affirms(text, signing...) != "":
		return is(fitting, "%s: integrity and authenticity rest on a signature, as its text reads: %q", m.ID, text)
	case declared.Affirms(text, sums...) != "":
		return is(contrary, "%s rests on a hash or checksum without a key, as its text reads, which who alters the image makes anew: %q", m.ID, text)
	case declared.Affirms(text, ciphers...) != "":
		return is(contrary, "%s rests on encryption alone, as its text reads, which proves neither whose an image is nor that it is whole: %q", m.ID, text)
	}
	return is(open, "%s: what its guarantees rest on is for a person to read: %q", m.ID, text)
}

// secret is whether confidentiality, where it is promised, has something to rest on.
func secret(m mechanism) finding {
	promised, _ := declared.Guarantees(m.text)
	text := m.says("Cryptographic Details")
	if declared.Promises(promised, declared.Confidentiality) && declared.Affirms(text, ciphers...) == "" && len(declared.Algorithms(text)) > 0 {
		return is(open, "%s promises confidentiality, and names nothing that encrypts: %q", m.ID, text)
	}
	return is(fitting, "%s: no confidentiality is promised that nothing brings", m.ID)
}

// weak is whether an algorithm or key of a mechanism is refused by the catalogue at a time.
func weak(m mechanism, at time.Time) finding {
	text := m.says("Cryptographic Details")
	strength := given(m.Strength)
	keys := strings.Join(slices.Concat(strength.Versions, strength.Hash, []string{strings.ToUpper(m.sign.Alg)}), "; ")
	if strength.TLSMin != "" {
		keys += "; TLS " + strength.TLSMin
	}
	if why := declared.RefusedIn(keys, at); len(why) > 0 {
		return is(broken, "%s: %s", m.ID, strings.Join(why, "; "))
	}
	if why := declared.RefusedIn(text+"\n"+m.upd.Channel, at); len(why) > 0 {
		return is(contrary, "%s, as its text reads: %s", m.ID, strings.Join(why, "; "))
	}
	if why := sharedKey(text); why != "" {
		return is(contrary, "%s: %s: %q", m.ID, why, text)
	}
	var names []string
	for _, a := range declared.Algorithms(keys + "\n" + text) {
		if !a.Denied {
			names = append(names, a.As)
		}
	}
	switch {
	case len(names) > 0:
		return is(fitting, "%s names %s, and nothing of that is refused; keys, their sizes and the image itself are for a person to see", m.ID, strings.Join(names, ", "))
	case text == "" && m.sign.Alg == "":
		return m.unsaid("upd.signature.alg", "Cryptographic Details")
	}
	return is(open, "%s names no algorithm that the catalogue knows; whether its cryptography is best practice is to be judged: %q", m.ID, text)
}

var (
	// oneForAll are the words of a key that many units have.
	oneForAll = []string{"shared by all", "shared by every", "shared between all", "shared over all", "same for all", "one key for all", "common to all", "identical in all",
		"model-wide", "fleet-wide", "global key", "fleet key", "shared AES key", "shared symmetric key"}
	// symmetric are the words of a key that checks and makes.
	symmetric = append([]string{"AES*", "symmetric", "secret key", "pre-shared", "PSK"}, macs...)
)

// sharedKey tells of a secret key that checks images and lies in every unit: who takes one apart can make images for all.
func sharedKey(text string) string {
	if w := declared.Affirms(text, oneForAll...); w != "" && declared.Says(text, symmetric...) && !declared.Says(text, "public", "öffentlich*") {
		return "a secret key that all units have (" + w + ") makes images for all in the hands of who takes one unit apart"
	}
	return ""
}

// known are attacks on update mechanisms: the words by which a text shows that one fits. Ours, of November 2026; finite.
var known = []struct {
	words []string
	why   string
}{
	{[]string{"exponent 3", "exponent of 3", "e=3", "e = 3"}, "RSA with the exponent 3 invites forged padding"},
	{[]string{"hash of the key and", "hash of key and", "secret prefix", "secret-prefix", "hash(key", "SHA256(key", "SHA-256(key", "SHA-256 of the key and"}, "a hash over key and data can be lengthened by others"},
	{[]string{"test key", "test keys", "testkey", "testkeys", "debug key", "debug keys", "sample key", "sample keys", "development key", "development keys", "default key of"}, "a key that others have signs images"},
}

// attackable is whether a known attack fits what is declared.
func attackable(m mechanism) finding {
	text := m.says("Description", "Cryptographic Details")
	var why []string
	for _, a := range declared.Algorithms(text + "\n" + strings.ToUpper(m.sign.Alg)) {
		if a.Kind == "hash" && !a.Denied && (a.Name == "SHA-1" || strings.HasPrefix(a.Name, "MD")) {
			why = append(why, "two images of one "+a.As+" hash can be made")
		}
	}
	if w := sharedKey(text); w != "" {
		why = append(why, w)
	}
	for _, k := range known {
		if declared.Affirms(text, k.words...) != "" {
			why = append(why, k.why)
		}
	}
	switch {
	case len(why) > 0:
		return is(contrary, "%s: %s", m.ID, strings.Join(why, "; "))
	case m.says("Cryptographic Details") == "":
		return m.unsaid("upd.signature", "Cryptographic Details")
	}
	return is(fitting, "%s: none of our %d kinds of known attacks fits what is declared; whether another does is to be judged", m.ID, len(known)+2)
}
