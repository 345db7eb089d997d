package declared

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A Mention is an algorithm, or a version of a protocol, that a text names.
type Mention struct {
	provisions.Algorithm
	As     string // as the text spells it
	Denied bool   // in a sentence that says that it is not used: "TLS 1.0 is switched off"
}

// Refused says what the catalogue has against it at a time; "" where nothing, or where the text denies its use.
func (m Mention) Refused(at time.Time) string {
	if m.Denied || m.StatusAt(at) != provisions.RefusedStatus {
		return ""
	}
	return fmt.Sprintf("%s is refused: %s (%s)", m.As, m.Why, m.Source)
}

// Algorithms are those that a text names and the catalogue knows, in the order of the text.
//
//	Algorithms("TLS 1.2 or 1.3 with AEAD suites; TLS 1.1 is refused") // TLS 1.2, TLS 1.3, AEAD, and TLS 1.1, denied
func Algorithms(text string) (out []Mention) {
	for _, s := range sentences(text) {
		for _, m := range mentions(s) {
			if !slices.ContainsFunc(out, func(o Mention) bool { return o.Name == m.Name && o.Kind == m.Kind && o.Denied == m.Denied }) {
				out = append(out, m)
			}
		}
	}
	return out
}

// RefusedIn are the sentences against what a text names as used and the catalogue refuses at a time.
func RefusedIn(text string, at time.Time) (out []string) {
	for _, m := range Algorithms(text) {
		if why := m.Refused(at); why != "" {
			out = append(out, why)
		}
	}
	return out
}

// Words by which a sentence says that what it names after them, or before them, is not used.
var (
	deniesNext = []string{"no", "not", "never", "neither", "nor", "without", "refuses", "rejects", "excludes", "excluding", "except", "above", "newer than", "later than", "higher than", "instead of", "nicht", "kein*"}
	deniesLast = []string{"not", "never", "cannot", "disabled", "off", "refused", "rejected", "removed", "unsupported", "forbidden", "excluded", "abgeschaltet", "nicht"}
)

// deniedAt tells whether a sentence says that what stands at a place in it is not used.
func deniedAt(sentence string, from, to int) bool {
	return Says(sentence[:from], deniesNext...) || Says(sentence[to:], deniesLast...)
}

var sentenceEnd = regexp.MustCompile(`[.;:]\s+|;|\n|\(|\)|\bbut\b`)

// sentences parts a text where what is said of one thing ends. The point of "1.2" ends none.
func sentences(text string) []string { return sentenceEnd.Split(text, -1) }

// What a text may call an algorithm, and what the catalogue calls it. The first that fits a place takes it.
var spellings = []struct {
	kind, name string // an empty name is made of the match
	as         *regexp.Regexp
}{
	{"tls-suite", "", regexp.MustCompile(`\bTLS_[A-Z0-9_]+\b`)},
	{"tls-version", "", regexp.MustCompile(`(?i)\b(?:D?TLS|SSL)[ -]*v?[ -]*\d(?:\.\d)?(?:(?:\s*(?:,|/|-|–|\bor\b|\band\b|\bto\b|\boder\b|\bund\b|\bbis\b)\s*)+(?:(?:TLS|SSL)[ -]*)?v?\d\.\d\b)*`)},
	{"protocol", "SNMP 1", regexp.MustCompile(`(?i)\bSNMP[ -]*v?1\b`)},
	{"protocol", "SNMP 2c", regexp.MustCompile(`(?i)\bSNMP[ -]*v?2c?\b`)},
	{"protocol", "SSH 1", regexp.MustCompile(`(?i)\bSSH[ -]*v?1\b`)},
	{"protocol", "SSH 2", regexp.MustCompile(`(?i)\bSSH(?:[ -]*v?2)?\b`)},
	{"protocol", "WPA3", regexp.MustCompile(`(?i)\bWPA-?3\b`)},
	{"protocol", "WPA2", regexp.MustCompile(`(?i)\bWPA-?2\b`)},
	{"protocol", "WPA", regexp.MustCompile(`(?i)\bWPA(?:-?1)?\b`)},
	{"cipher", "WEP", regexp.MustCompile(`(?i)\bWEP\b`)},
	{"cipher", "TKIP", regexp.MustCompile(`(?i)\bTKIP\b`)},
	{"cipher", "3DES", regexp.MustCompile(`(?i)\b(?:3-?DES|triple[ -]?DES|TDEA|DES-?EDE3?)\b`)},
	{"cipher", "DES", regexp.MustCompile(`\bDES\b`)},
	{"cipher", "RC4", regexp.MustCompile(`(?i)\b(?:RC4|ARCFOUR)\b`)},
	{"cipher", "RC2", regexp.MustCompile(`\bRC2\b`)},
	{"cipher", "IDEA", regexp.MustCompile(`\bIDEA\b`)},
	{"cipher", "Blowfish", regexp.MustCompile(`(?i)\bBlowfish\b`)},
	{"cipher", "ECB", regexp.MustCompile(`\bECB\b`)},
	{"cipher", "ChaCha20-Poly1305", regexp.MustCompile(`(?i)\bChaCha20(?:[ -]?Poly1305)?\b`)},
	{"cipher", "GCM", regexp.MustCompile(`\bGCM\b`)},
	{"cipher", "CCM", regexp.MustCompile(`\bCCM\b`)},
	{"cipher", "AEAD", regexp.MustCompile(`\bAEAD\b`)},
	{"cipher", "AES", regexp.MustCompile(`\bAES(?:[ -]?(?:128|192|256))?\b`)},
	{"hash", "HMAC-SHA-1", regexp.MustCompile(`(?i)\bHMAC[ -_]?SHA-?1\b`)},
	{"hash", "SHA-1", regexp.MustCompile(`(?i)\bSHA-?1\b`)},
	{"hash", "SHA-2", regexp.MustCompile(`(?i)\bSHA-?(?:2|224|256|384|512)\b`)},
	{"hash", "SHA-3", regexp.MustCompile(`(?i)\b(?:SHA-?3|SHAKE-?\d+)\b`)},
	{"hash", "MD5", regexp.MustCompile(`(?i)\bMD5\b`)},
	{"hash", "MD4", regexp.MustCompile(`\bMD4\b`)},
	{"hash", "MD2", regexp.MustCompile(`\bMD2\b`)},
	{"kdf", "bcrypt", regexp.MustCompile(`(?i)\bbcrypt\b`)},
	{"kdf", "scrypt", regexp.MustCompile(`(?i)\bscrypt\b`)},
	{"kdf", "Argon2", regexp.MustCompile(`(?i)\bArgon2(?:id|i|d)?\b`)},
	{"kdf", "PBKDF2", regexp.MustCompile(`(?i)\bPBKDF2\b`)},
	{"kdf", "HKDF", regexp.MustCompile(`\bHKDF\b`)},
	{"signature", "Ed25519", regexp.MustCompile(`(?i)\bEd25519\b`)},
	{"signature", "Ed448", regexp.MustCompile(`(?i)\bEd448\b`)},
	{"signature", "ML-DSA", regexp.MustCompile(`\bML-DSA\b`)},
	{"signature", "ECDSA", regexp.MustCompile(`\bECDSA\b`)},
	{"signature", "RSA", regexp.MustCompile(`(?i)\b\d{3,5}[ -]bits?[ -]RSA\b|\bRSA(?:[ -]?\d{3,5}|[ -](?:with|of)[ -](?:keys? of )?\d{3,5}[ -]bits?)?\b`)},
	{"signature", "DSA", regexp.MustCompile(`\bDSA\b`)},
	{"key-agreement", "ML-KEM", regexp.MustCompile(`\bML-?KEM\b`)},
	{"key-agreement", "X25519", regexp.MustCompile(`(?i)\b(?:X|curve)25519\b`)},
	{"key-agreement", "X448", regexp.MustCompile(`(?i)\b(?:X|curve)448\b`)},
	{"key-agreement", "ECDH", regexp.MustCompile(`\bECDHE?\b`)},
	{"key-agreement", "DH below 2048 bits", regexp.MustCompile(`(?i)\b(?:DH|DHE|Diffie-Hellman)[ -](?:512|768|1024)\b`)},
}

var (
	versionIn = regexp.MustCompile(`\d(?:\.\d)?`)
	bitsIn    = regexp.MustCompile(`\d{3,5}`)
)

// mentions reads one sentence.
func mentions(s string) (out []Mention) {
	type found struct {
		at int
		Mention
	}
	var all []found
	whole := s
	for _, sp := range spellings {
		for _, at := range sp.as.FindAllStringIndex(s, 64) {
			as := s[at[0]:at[1]]
			s = s[:at[0]] + strings.Repeat(";", at[1]-at[0]) + s[at[1]:] // taken
			for _, name := range called(sp.kind, sp.name, as) {
				a, ok := provisions.Must().Algorithm(sp.kind, name)
				if ok {
					all = append(all, found{at[0], Mention{Algorithm: named(a, name), As: spelt(sp.kind, name, as), Denied: deniedAt(whole, at[0], at[1])}})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return a.at - b.at })
	for _, f := range all {
		out = append(out, f.Mention)
	}
	return out
}

// called are the catalogue's names of what a text spells: several for "TLS 1.2 or 1.3".
func called(kind, name, as string) []string {
	switch {
	case kind == "tls-version":
		protocol := "TLS"
		if strings.HasPrefix(strings.ToUpper(as), "SSL") {
			protocol = "SSL"
		}
		var out []string
		for _, v := range versionIn.FindAllString(as, 8) {
			if !strings.Contains(v, ".") {
				v += ".0"
			}
			out = append(out, protocol+" "+v)
		}
		return out
	case kind == "tls-suite":
		return []string{as}
	case kind == "signature" && name == "RSA":
		if n, err := strconv.Atoi(bitsIn.FindString(as)); err == nil && n < 2048 {
			return []string{"RSA below 2048 bits"}
		}
	}
	return []string{name}
}

// named is a row of the catalogue under the name that was looked for: a pattern says less.
func named(a provisions.Algorithm, name string) provisions.Algorithm {
	a.Name = name
	return a
}

func spelt(kind, name, as string) string {
	if kind == "tls-version" {
		return name
	}
	return as
}

var sameAs = regexp.MustCompile(`(?i)^\s*(?:as|same as|like|see|wie)\s+([\w-]+)\s*\.?\s*$`)

// Resolved is Text of a field, or of the same field of the row that it points to: "As AuthMech-1."
func Resolved(rows []device.Row, row device.Row, field string) string {
	text := Text(row, field)
	if m := sameAs.FindStringSubmatch(text); m != nil {
		for _, other := range rows {
			if other.ID == m[1] && other.ID != row.ID {
				if more := Text(other, field); sameAs.FindString(more) == "" {
					return more
				}
			}
		}
	}
	return text
}

// RefusedStrength says what the catalogue has against the least that typed keys allow.
func RefusedStrength(s *device.Strength, at time.Time) (out []string) {
	if s == nil {
		return nil
	}
	look := func(kind string, names ...string) {
		for _, n := range names {
			if a, ok := provisions.Must().Algorithm(kind, n); ok && a.StatusAt(at) == provisions.RefusedStatus {
				out = append(out, fmt.Sprintf("%s is refused: %s (%s)", n, a.Why, a.Source))
			}
		}
	}
	if s.TLSMin != "" {
		look("tls-version", "TLS "+strings.TrimPrefix(s.TLSMin, "TLS "))
	}
	look("tls-suite", s.Suites...)
	look("tls-group", s.Groups...)
	look("ssh-kex", s.SSHKex...)
	for _, names := range [][]string{s.Hash, s.KDF, s.Versions} {
		out = append(out, RefusedIn(strings.Join(names, "; "), at)...)
	}
	if s.KeyBits >= 512 && s.KeyBits < 2048 && s.KeyBits != 521 {
		look("signature", "RSA below 2048 bits")
	}
	return out
}

// Gathered joins sentences of what is refused: each thing once, things that are refused alike together.
//
//	Gathered([]string{"X is refused: old (A)", "Y is refused: old (A)"}) // "X, Y are refused: old (A)"
func Gathered(against []string) string {
	const is = " is refused: "
	var order []string
	names := map[string][]string{}
	for _, s := range against {
		name, why, ok := strings.Cut(s, is)
		if !ok {
			name, why = s, ""
		}
		if names[why] == nil {
			order = append(order, why)
		}
		if !slices.Contains(names[why], name) {
			names[why] = append(names[why], name)
		}
	}
	var out []string
	for _, why := range order {
		switch of := names[why]; {
		case why == "":
			out = append(out, of...)
		case len(of) == 1:
			out = append(out, of[0]+is+why)
		default:
			out = append(out, strings.Join(of, ", ")+" are refused: "+why)
		}
	}
	return strings.Join(out, "; ")
}
