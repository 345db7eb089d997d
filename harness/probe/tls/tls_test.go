package tls_test

import (
	"context"
	"crypto/sha256"
	stdtls "crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/probe/tls"
)

func ask(t testing.TB, q tls.Offers) tls.Offered {
	t.Helper()
	on := device(t, q.Port)
	o, err := q.Ask(t.Context(), on)
	if err != nil {
		t.Fatal(err)
	}
	within, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := on.Clock.Sleep(within, time.Hour); err != nil {
		t.Fatalf("the question left somebody counted as busy: %v", err)
	}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	var again tls.Offered
	if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(o, again) {
		t.Fatalf("the answer does not survive JSON: %v\n%+v\n%+v", err, o, again)
	}
	return o
}

func names(suites []tls.Suite) (n []string) {
	for _, s := range suites {
		n = append(n, s.Name)
	}
	return n
}

func TestOffersOfAModernServer(t *testing.T) {
	t.Parallel()
	cert := certificate(t, key(t, "ecdsa"))
	port := serveTLS(t, &stdtls.Config{Certificates: []stdtls.Certificate{cert}, MinVersion: stdtls.VersionTLS12})
	o := ask(t, tls.Offers{Port: port, Name: "camera.local"})
	if !o.Open || !o.TLS || len(o.Versions) != 2 || !o.Accepts("TLS 1.2") || !o.Accepts("TLS 1.3") {
		t.Errorf("versions: %+v", o.Versions)
	}
	if want := []string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1"}; !slices.Equal(o.Refused, want) {
		t.Errorf("refused: %v, want %v; undecided: %v", o.Refused, want, o.Undecided)
	}
	if want := []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}; !slices.Equal(names(o.Versions[1].Suites), want) {
		t.Errorf("suites of TLS 1.3: %v", names(o.Versions[1].Suites))
	}
	for _, g := range []string{"x25519", "secp256r1", "X25519MLKEM768"} {
		if !slices.Contains(o.Groups, g) {
			t.Errorf("group %s is not in %v", g, o.Groups)
		}
	}
	if !slices.Contains(o.SignatureAlgorithms, "ecdsa_secp256r1_sha256") {
		t.Errorf("signature algorithms: %v", o.SignatureAlgorithms)
	}
	if o.SecureRenegotiation == nil || !*o.SecureRenegotiation || o.FallbackSCSV == nil || !*o.FallbackSCSV || o.DowngradeSentinel == nil || !*o.DowngradeSentinel || o.Compression || o.DHBits != 0 || o.EarlyData == nil || *o.EarlyData {
		t.Errorf("details: %+v", o)
	}
	sum := sha256.Sum256(cert.Certificate[0])
	if len(o.Chain) != 1 || o.Chain[0].SHA256 != hex.EncodeToString(sum[:]) || !o.Chain[0].SelfSigned || o.Chain[0].KeyBits != 256 || !o.KeyProven || o.NameMatches == nil || !*o.NameMatches || !o.AddressMatches {
		t.Errorf("chain: %+v", o.Chain)
	}
	if len(o.Undecided) != 0 {
		t.Errorf("undecided: %q", o.Undecided)
	}
}

func TestOffersOfALaxServer(t *testing.T) {
	t.Parallel()
	o := ask(t, tls.Offers{Port: lax(t)})
	if len(o.Undecided) > 0 {
		t.Errorf("undecided: %q", o.Undecided)
	}
	for _, v := range []string{"TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"} {
		if !o.Accepts(v) {
			t.Errorf("%s is not seen", v)
		}
	}
	var null, anon, static, cbc bool
	for _, s := range o.Suites() {
		null, anon, static, cbc = null || s.Null(), anon || s.Anon(), static || s.StaticRSA(), cbc || s.CBC()
	}
	if !null || !anon || !static || !cbc {
		t.Errorf("null %v, anonymous %v, static RSA %v, CBC %v, of %v", null, anon, static, cbc, names(o.Suites()))
	}
	if o.DHBits != 1024 || o.RSAKeyBits != 2048 && o.Chain[0].KeyType == "RSA" {
		t.Errorf("DH of %d bits, RSA of %d", o.DHBits, o.RSAKeyBits)
	}
	if !slices.Contains(o.SignatureAlgorithms, "rsa_pkcs1_sha1") || !slices.Contains(o.Curves, "x448") || !slices.Contains(o.Groups, "ffdhe2048") {
		t.Errorf("schemes %v, curves %v, groups %v", o.SignatureAlgorithms, o.Curves, o.Groups)
	}
}

func TestKeyAndHandshake(t *testing.T) {
	t.Parallel()
	r, e := certificate(t, key(t, "rsa1024")), certificate(t, key(t, "ecdsa"))
	port := serveTLS(t, &stdtls.Config{Certificates: []stdtls.Certificate{e, r}, MinVersion: stdtls.VersionTLS10,
		CipherSuites: []uint16{stdtls.TLS_RSA_WITH_RC4_128_SHA, stdtls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, stdtls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, stdtls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}})
	on := device(t, port)
	held, err := tls.Key{Port: port}.Ask(t.Context(), on)
	if err != nil || len(held.Keys) != 2 || held.Keys[0].SPKI == held.Keys[1].SPKI {
		t.Fatalf("keys: %+v, %v", held, err)
	}
	c, _ := x509.ParseCertificate(e.Certificate[0])
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	if held.Keys[0].SPKI != hex.EncodeToString(sum[:]) {
		t.Errorf("SPKI: %s", held.Keys[0].SPKI)
	}
	for _, q := range []struct {
		ask                 tls.Handshake
		completed, answered bool
	}{
		{tls.Handshake{Version: "TLS 1.0"}, true, true},
		{tls.Handshake{Version: "TLS 1.2", Suites: []uint16{0x0005}}, true, true},
		{tls.Handshake{Version: "TLS 1.0", Suites: []uint16{0x000A}}, true, true},
		{tls.Handshake{Version: "TLS 1.2", Suites: []uint16{0x0001}}, false, false},
		{tls.Handshake{Version: "SSL 3.0"}, false, false},
		{tls.Handshake{Version: "TLS 1.3", Suites: []uint16{0x1301}}, false, true},
	} {
		q.ask.Port = port
		a, err := q.ask.Ask(t.Context(), on)
		if err != nil || a.Completed != q.completed || a.Answered != q.answered || a.Completed && a.SPKI == "" {
			t.Errorf("%+v: %+v, %v", q.ask, a, err)
		}
	}
	if _, err := (tls.Handshake{Port: port, Version: "TLS 9"}).Ask(t.Context(), on); err == nil {
		t.Error("TLS 9 is no error")
	}
}

func TestClientCertificateWanted(t *testing.T) {
	t.Parallel()
	for _, to := range []uint16{stdtls.VersionTLS12, stdtls.VersionTLS13} {
		port := serveTLS(t, &stdtls.Config{Certificates: []stdtls.Certificate{certificate(t, key(t, "ed25519"))}, ClientAuth: stdtls.RequireAnyClientCert, MaxVersion: to})
		o := ask(t, tls.Offers{Port: port})
		if !o.ClientCertificate || !o.KeyProven || o.Chain[0].KeyType != "Ed25519" {
			t.Errorf("%x: client certificate %v, proven %v, %q", to, o.ClientCertificate, o.KeyProven, o.Undecided)
		}
	}
}

func TestEarlyData(t *testing.T) {
	t.Parallel()
	pem := writePEM(t, certificate(t, key(t, "ecdsa")))
	for name, c := range map[string]struct {
		port uint16
		want bool
	}{
		"given":     {openssl(t, "-cert", pem, "-key", pem, "-tls1_3", "-early_data"), true},
		"SHA-384":   {openssl(t, "-cert", pem, "-key", pem, "-tls1_3", "-early_data", "-ciphersuites", "TLS_AES_256_GCM_SHA384", "-groups", "P-256"), true},
		"none":      {openssl(t, "-cert", pem, "-key", pem, "-tls1_3"), false},
		"no ticket": {openssl(t, "-cert", pem, "-key", pem, "-tls1_3", "-num_tickets", "0"), false},
	} {
		if o := ask(t, tls.Offers{Port: c.port}); o.EarlyData == nil || *o.EarlyData != c.want {
			t.Errorf("%s: %v, %q", name, o.EarlyData, o.Undecided)
		}
	}
}

func TestStoppedQuestion(t *testing.T) {
	t.Parallel()
	port := serveTLS(t, &stdtls.Config{Certificates: []stdtls.Certificate{certificate(t, key(t, "ecdsa"))}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (tls.Offers{Port: port}).Ask(ctx, device(t, port)); err == nil {
		t.Error("a stopped question gave an answer")
	}
}
