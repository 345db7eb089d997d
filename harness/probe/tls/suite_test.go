package tls_test

import (
	stdtls "crypto/tls"
	"slices"
	"testing"

	"github.com/secure-by-design/assay/harness/probe/tls"
)

func TestSuiteAttributes(t *testing.T) {
	t.Parallel()
	type attributes struct{ kex, auth, cipher, mac string }
	for name, want := range map[string]attributes{
		"TLS_RSA_WITH_NULL_MD5":                             {"RSA", "RSA", "NULL", "MD5"},
		"TLS_RSA_EXPORT_WITH_RC4_40_MD5":                    {"RSA", "RSA", "RC4_40", "MD5"},
		"TLS_DH_anon_WITH_AES_128_CBC_SHA":                  {"DH", "anon", "AES_128_CBC", "SHA"},
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384":           {"ECDHE", "ECDSA", "AES_256_GCM", "AEAD"},
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256":       {"ECDHE", "RSA", "CHACHA20_POLY1305", "AEAD"},
		"TLS_DHE_RSA_WITH_AES_128_CCM_8":                    {"DHE", "RSA", "AES_128_CCM_8", "AEAD"},
		"TLS_PSK_DHE_WITH_AES_128_CCM_8":                    {"DHE", "PSK", "AES_128_CCM_8", "AEAD"},
		"TLS_RSA_PSK_WITH_NULL_SHA384":                      {"RSA", "PSK", "NULL", "SHA384"},
		"TLS_SRP_SHA_RSA_WITH_3DES_EDE_CBC_SHA":             {"SRP", "RSA", "3DES_EDE_CBC", "SHA"},
		"TLS_AES_128_GCM_SHA256":                            {"", "", "AES_128_GCM", "AEAD"},
		"TLS_SHA256_SHA256":                                 {"", "", "NULL", "SHA256"},
		"ECDHE_SM4_CBC_SM3":                                 {"ECDHE", "SM2", "SM4_CBC", "SM3"},
		"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256_DRAFT": {"ECDHE", "RSA", "CHACHA20_POLY1305", "AEAD"},
	} {
		s, ok := tls.SuiteNamed(name)
		if got := (attributes{s.Kex, s.Auth, s.Cipher, s.MAC}); !ok || got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	class := func(f func(tls.Suite) bool) (n int) {
		for _, s := range tls.Suites() {
			if f(s) {
				n++
			}
		}
		return n
	}
	for name, c := range map[string]struct {
		is      func(tls.Suite) bool
		yes, no string
	}{
		"null":       {tls.Suite.Null, "TLS_SHA256_SHA256", "TLS_RSA_WITH_RC4_128_MD5"},
		"anonymous":  {tls.Suite.Anon, "TLS_ECDH_anon_WITH_NULL_SHA", "TLS_DH_DSS_WITH_DES_CBC_SHA"},
		"export":     {tls.Suite.Export, "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA"},
		"3DES":       {tls.Suite.TripleDES, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA"},
		"RC4":        {tls.Suite.RC4, "TLS_KRB5_WITH_RC4_128_SHA", "TLS_RSA_WITH_SEED_CBC_SHA"},
		"static RSA": {tls.Suite.StaticRSA, "TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
		"PFS":        {tls.Suite.PFS, "TLS_AES_128_CCM_SHA256", "TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"},
		"64-bit":     {tls.Suite.SmallBlock, "TLS_RSA_WITH_IDEA_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"},
		"CBC":        {tls.Suite.CBC, "TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CCM"},
	} {
		yes, _ := tls.SuiteNamed(c.yes)
		no, _ := tls.SuiteNamed(c.no)
		if !c.is(yes) || c.is(no) || no.Name == "" || class(c.is) == 0 {
			t.Errorf("%s: %s %v, %s %v", name, c.yes, c.is(yes), c.no, c.is(no))
		}
	}
	for name, bits := range map[string]int{"TLS_RSA_WITH_NULL_SHA": 0, "TLS_RSA_WITH_DES_CBC_SHA": 56, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA": 40, "TLS_RSA_WITH_3DES_EDE_CBC_SHA": 112, "TLS_AES_256_GCM_SHA384": 256, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5": 40} {
		if s, _ := tls.SuiteNamed(name); s.Bits() != bits {
			t.Errorf("%s has %d bits", name, s.Bits())
		}
	}
	for _, s := range tls.Suites() {
		if s.Cipher == "" || s.Bits() < 0 || (s.Kex == "") != (s.Auth == "") {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
}

// The table names all that the library knows by the same names.
func TestTableAgreesWithTheLibrary(t *testing.T) {
	t.Parallel()
	for _, s := range slices.Concat(stdtls.CipherSuites(), stdtls.InsecureCipherSuites()) {
		if got := tls.SuiteByID(s.ID).Name; got != s.Name {
			t.Errorf("%04X is %s, want %s", s.ID, got, s.Name)
		}
	}
	if n := len(tls.Suites()); n < 380 {
		t.Errorf("%d suites", n)
	}
}
