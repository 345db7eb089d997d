package provisions

import (
	"strings"
	"testing"
	"time"
)

func TestAlgorithms(t *testing.T) {
	now, later := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		kind, name string
		now, later Status
	}{
		{"tls-version", "TLS 1.0", RefusedStatus, RefusedStatus}, {"tls-version", "TLS 1.3", AcceptedStatus, AcceptedStatus},
		{"tls-suite", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", RefusedStatus, RefusedStatus}, {"tls-suite", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA", RefusedStatus, RefusedStatus},
		{"tls-suite", "TLS_ECDHE_RSA_WITH_NULL_SHA", RefusedStatus, RefusedStatus}, {"tls-suite", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", AcceptedStatus, AcceptedStatus},
		{"tls-suite", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", LegacyStatus, RefusedStatus}, {"tls-suite", "TLS_AES_128_GCM_SHA256", AcceptedStatus, AcceptedStatus},
		{"tls-group", "X25519MLKEM768", AcceptedStatus, AcceptedStatus}, {"ssh-kex", "sntrup761x25519-sha512", AcceptedStatus, AcceptedStatus},
		{"ssh-kex", "diffie-hellman-group1-sha1", RefusedStatus, RefusedStatus}, {"ssh-cipher", "3des-cbc", RefusedStatus, RefusedStatus},
	} {
		a, ok := Must().Algorithm(c.kind, c.name)
		if !ok || a.StatusAt(now) != c.now || a.StatusAt(later) != c.later {
			t.Errorf("%s %s: %v %s, later %s", c.kind, c.name, ok, a.StatusAt(now), a.StatusAt(later))
		}
	}
	if _, ok := Must().Algorithm("tls-suite", "TLS_UNKNOWN"); ok {
		t.Error("an unknown suite was found")
	}
}

func TestAlgorithmsAreReadStrictly(t *testing.T) {
	head := "kind\tname\tstatus\tuntil\twhy\tsource\tconfidence\n"
	for want, text := range map[string]string{
		"are not those":  "kind\n",
		":2: 3 columns":  head + "a\tb\tc\n",
		"is none of":     head + "k\tn\tgood\t-\t-\tRFC 1\tmedium\n",
		"needs a year":   head + "k\tn\tlegacy\t-\t-\tRFC 1\tmedium\n",
		":3: k n stands": head + "k\tn\taccepted\t-\t-\tRFC 1\tmedium\nk\tn\trefused\t-\t-\tRFC 1\tmedium\n",
		"has no source":  head + "k\tn\taccepted\t-\t-\t\tmedium\n",
	} {
		if _, err := readAlgorithms(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
