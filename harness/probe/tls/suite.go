package tls

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Suite is a cipher suite by its code and name, and what the name says. ID is the two
// bytes of SSL 3.0 and later, or the three of SSL 2.0.
type Suite struct {
	ID     uint32
	Name   string
	Kex    string // RSA, DH, DHE, ECDH, ECDHE, PSK, SRP, KRB5, …; "" in TLS 1.3, where the group says it
	Auth   string // RSA, DSS, ECDSA, anon, PSK, KRB5, …; "" in TLS 1.3, where the signature algorithm says it
	Cipher string // "AES_128_GCM", "3DES_EDE_CBC", "RC4_128", "NULL"
	MAC    string // AEAD, MD5, SHA, SHA256, SHA384, SM3, …
}

// Null tells that nothing is encrypted.
func (s Suite) Null() bool { return s.Cipher == "NULL" || s.Cipher == "" }

// Anon tells that the server proves no identity.
func (s Suite) Anon() bool { return s.Auth == "anon" }

// Export tells of the strength once crippled for export: 40 or 56 bits.
func (s Suite) Export() bool { return strings.Contains(s.Name, "EXPORT") }

// RC4 tells of a stream cipher barred by RFC 7465.
func (s Suite) RC4() bool { return strings.Contains(s.Cipher, "RC4") }

// SmallBlock tells of a 64-bit block: 3DES, DES, RC2, IDEA, GOST 28147 and MAGMA (Sweet32).
func (s Suite) SmallBlock() bool {
	return slices.ContainsFunc([]string{"DES", "RC2", "IDEA", "28147", "MAGMA"}, func(c string) bool { return strings.Contains(s.Cipher, c) })
}

// TripleDES tells of 3DES.
func (s Suite) TripleDES() bool { return strings.Contains(s.Cipher, "3DES") }

// CBC tells of cipher block chaining under a MAC.
func (s Suite) CBC() bool { return strings.Contains(s.Cipher, "CBC") }

// AEAD tells of authenticated encryption.
func (s Suite) AEAD() bool { return s.MAC == "AEAD" }

// StaticRSA tells that the session's secret is sent under the certificate's key: who gets that key later, reads all.
func (s Suite) StaticRSA() bool { return s.Kex == "RSA" }

// PFS tells of forward secrecy: a key exchange made anew for each session. TLS 1.3 suites have it but where
// only a pre-shared key is used, which no suite shows.
func (s Suite) PFS() bool {
	switch s.Kex {
	case "", "DHE", "ECDHE", "SRP", "ECCPWD", "ECJPAKE":
		return true
	case "DH", "ECDH":
		return s.Anon()
	}
	return false
}

// Bits is the cipher's key length, 0 when nothing is encrypted, -1 when the name does not say.
func (s Suite) Bits() int {
	if s.Null() {
		return 0
	}
	for _, k := range []struct {
		word string
		bits int
	}{
		{"DES40", 40}, {"_40", 40}, {"_56", 56}, {"3DES", 112}, {"DES", 56}, {"_128", 128}, {"_256", 256},
		{"192", 192}, {"CHACHA20", 256}, {"SALSA20", 256}, {"KUZNYECHIK", 256}, {"MAGMA", 256}, {"28147", 256}, {"SEED", 128}, {"IDEA", 128}, {"SM4", 128}, {"SM1", 128}, {"RC2", 128}, {"FORTEZZA", 80},
	} {
		if strings.Contains(s.Cipher, k.word) {
			return k.bits
		}
	}
	return -1
}

//go:embed suites.tsv
var suitesTSV string

// table holds every suite of SSL 3.0 and later by its code.
var table = sync.OnceValue(func() map[uint16]Suite {
	m := map[uint16]Suite{}
	for line := range strings.Lines(suitesTSV) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		code, name, _ := strings.Cut(line, "\t")
		id, err := strconv.ParseUint(code, 16, 16)
		if _, twice := m[uint16(id)]; err != nil || twice {
			panic("suites.tsv: not a new code: " + line)
		}
		m[uint16(id)] = named(uint32(id), name)
	}
	return m
})

// Suites is the table of all known suites of SSL 3.0 and later, by code.
func Suites() []Suite {
	var all []Suite
	for _, s := range table() {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Suite) int { return int(a.ID) - int(b.ID) })
	return all
}

// SuiteByID finds a suite; an unknown one is named by its code and has no attributes.
func SuiteByID(id uint16) Suite {
	if s, ok := table()[id]; ok {
		return s
	}
	return Suite{ID: uint32(id), Name: fmt.Sprintf("0x%04X", id), Kex: "unknown", Auth: "unknown", Cipher: "unknown", MAC: "unknown"}
}

// SuiteNamed finds a suite by its name in the registry.
func SuiteNamed(name string) (Suite, bool) {
	for _, s := range table() {
		if s.Name == name {
			return s, true
		}
	}
	return Suite{}, false
}

var hashes = []string{"MD5", "SHA", "SHA1", "SHA256", "SHA384", "SHA512", "SM3", "IMIT", "GOSTR3411", "OMAC"}

// named reads the attributes out of a suite's name.
func named(id uint32, name string) Suite {
	s := Suite{ID: id, Name: name}
	trimmed := strings.NewReplacer("TLS_", "", "SSL_CK_", "", "SSL_", "", "_DRAFT", "", "SHA_2", "SHA").Replace(name)
	kex, cipher, with := strings.Cut(trimmed, "_WITH_")
	if !with {
		kex, cipher = "", trimmed
		if i := strings.Index(trimmed, "_SM"); i > 0 && !strings.HasPrefix(trimmed, "SM4") { // ECDHE_SM4_CBC_SM3
			kex, cipher = trimmed[:i], trimmed[i+1:]
		}
	}
	s.Kex, s.Auth = keys(kex)
	if i := strings.LastIndex(cipher, "_"); i >= 0 && slices.Contains(hashes, cipher[i+1:]) {
		cipher, s.MAC = cipher[:i], cipher[i+1:]
	}
	if cipher == "NULL_NULL" || slices.Contains(hashes, cipher) { // TLS_SHA256_SHA256 only protects integrity
		cipher = "NULL"
	}
	for _, mode := range []string{"GCM", "CCM", "POLY1305", "MGM", "AEGIS"} {
		if strings.Contains(cipher, mode) {
			s.MAC = "AEAD"
		}
	}
	s.Cipher = cipher
	return s
}

// keys reads the words before _WITH_: the key exchange and what proves the server.
func keys(words string) (kex, auth string) {
	w := strings.Split(words, "_")
	w = slices.DeleteFunc(w, func(x string) bool { return strings.HasPrefix(x, "EXPORT") || x == "FIPS" })
	switch {
	case words == "":
		return "", ""
	case words == "NULL":
		return "NULL", "anon"
	case words == "PSK_DHE":
		return "DHE", "PSK"
	case w[0] == "SRP" && len(w) == 2:
		return "SRP", "SRP"
	case w[0] == "SRP":
		return "SRP", w[2]
	case w[0] == "ECC" || strings.HasPrefix(w[0], "IB") || strings.HasPrefix(w[0], "GOST"):
		return w[0], w[0]
	case words == "ECDHE": // of the SM suites
		return "ECDHE", "SM2"
	case len(w) == 1:
		return w[0], w[0]
	}
	return w[0], w[1]
}
