package tls

import "fmt"

// Versions of the protocol, as they stand on the wire.
const (
	ssl2  uint16 = 0x0002
	ssl3  uint16 = 0x0300
	tls10 uint16 = 0x0301
	tls11 uint16 = 0x0302
	tls12 uint16 = 0x0303
	tls13 uint16 = 0x0304
)

// VersionNames are the versions that Offers tries, the oldest first.
func VersionNames() []string {
	return []string{"SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"}
}

var versions = []uint16{ssl2, ssl3, tls10, tls11, tls12, tls13}

func versionName(v uint16) string {
	for i, w := range versions {
		if v == w {
			return VersionNames()[i]
		}
	}
	return fmt.Sprintf("version 0x%04X", v)
}

func versionNamed(name string) (uint16, bool) {
	for i, n := range VersionNames() {
		if n == name {
			return versions[i], true
		}
	}
	return 0, false
}

// Kinds of groups. They say in which versions a group means something.
const (
	curve  = iota // elliptic curve of TLS 1.2 and older
	shared        // elliptic curve of all versions
	modern        // TLS 1.3 alone: hybrids, ML-KEM, brainpool…tls13
	finite        // a finite field of RFC 7919
)

// A group is a row of the registry "TLS Supported Groups".
type group struct {
	id   uint16
	name string
	kind int
}

// explicit stands for curve parameters that the server writes itself instead of naming a curve.
const explicit = 0xFF01

// groups is the registry, dated 2026; the Kyber drafts and CECPQ2 were deployed unregistered.
var groups = []group{
	{29, "x25519", shared}, {23, "secp256r1", shared}, {24, "secp384r1", shared}, {25, "secp521r1", shared}, {30, "x448", shared},
	{26, "brainpoolP256r1", curve}, {27, "brainpoolP384r1", curve}, {28, "brainpoolP512r1", curve},
	{1, "sect163k1", curve}, {2, "sect163r1", curve}, {3, "sect163r2", curve}, {4, "sect193r1", curve}, {5, "sect193r2", curve},
	{6, "sect233k1", curve}, {7, "sect233r1", curve}, {8, "sect239k1", curve}, {9, "sect283k1", curve}, {10, "sect283r1", curve},
	{11, "sect409k1", curve}, {12, "sect409r1", curve}, {13, "sect571k1", curve}, {14, "sect571r1", curve},
	{15, "secp160k1", curve}, {16, "secp160r1", curve}, {17, "secp160r2", curve}, {18, "secp192k1", curve}, {19, "secp192r1", curve},
	{20, "secp224k1", curve}, {21, "secp224r1", curve}, {22, "secp256k1", curve},
	{31, "brainpoolP256r1tls13", modern}, {32, "brainpoolP384r1tls13", modern}, {33, "brainpoolP512r1tls13", modern},
	{34, "GC256A", shared}, {35, "GC256B", shared}, {36, "GC256C", shared}, {37, "GC256D", shared},
	{38, "GC512A", shared}, {39, "GC512B", shared}, {40, "GC512C", shared}, {41, "curveSM2", shared},
	{256, "ffdhe2048", finite}, {257, "ffdhe3072", finite}, {258, "ffdhe4096", finite}, {259, "ffdhe6144", finite}, {260, "ffdhe8192", finite},
	{512, "MLKEM512", modern}, {513, "MLKEM768", modern}, {514, "MLKEM1024", modern},
	{4587, "SecP256r1MLKEM768", modern}, {4588, "X25519MLKEM768", modern}, {4589, "SecP384r1MLKEM1024", modern}, {4590, "curveSM2MLKEM768", modern},
	{25497, "X25519Kyber768Draft00", modern}, {25498, "SecP256r1Kyber768Draft00", modern}, {0x4138, "CECPQ2", modern},
	{explicit, "explicit", curve}, {0xFF02, "explicit char2", curve},
}

func groupName(id uint16) string {
	for _, g := range groups {
		if g.id == id {
			return g.name
		}
	}
	return fmt.Sprintf("group 0x%04X", id)
}

// groupsOf lists the codes of the given kinds, in the table's order.
func groupsOf(kinds ...int) (ids []uint16) {
	for _, g := range groups {
		for _, k := range kinds {
			if g.kind == k {
				ids = append(ids, g.id)
			}
		}
	}
	return ids
}

// A scheme is a row of the registry "TLS SignatureScheme".
type scheme struct {
	id   uint16
	name string
}

// schemes is the registry, dated 2026, with the pairs of hash and signature that TLS 1.2 allows besides.
var schemes = []scheme{
	{0x0403, "ecdsa_secp256r1_sha256"}, {0x0503, "ecdsa_secp384r1_sha384"}, {0x0603, "ecdsa_secp521r1_sha512"},
	{0x0807, "ed25519"}, {0x0808, "ed448"},
	{0x0804, "rsa_pss_rsae_sha256"}, {0x0805, "rsa_pss_rsae_sha384"}, {0x0806, "rsa_pss_rsae_sha512"},
	{0x0809, "rsa_pss_pss_sha256"}, {0x080A, "rsa_pss_pss_sha384"}, {0x080B, "rsa_pss_pss_sha512"},
	{0x0401, "rsa_pkcs1_sha256"}, {0x0501, "rsa_pkcs1_sha384"}, {0x0601, "rsa_pkcs1_sha512"},
	{0x081A, "ecdsa_brainpoolP256r1tls13_sha256"}, {0x081B, "ecdsa_brainpoolP384r1tls13_sha384"}, {0x081C, "ecdsa_brainpoolP512r1tls13_sha512"},
	{0x0904, "mldsa44"}, {0x0905, "mldsa65"}, {0x0906, "mldsa87"}, {0x0708, "sm2sig_sm3"},
	{0x0303, "ecdsa_sha224"}, {0x0301, "rsa_pkcs1_sha224"}, {0x0203, "ecdsa_sha1"}, {0x0201, "rsa_pkcs1_sha1"},
	{0x0602, "dsa_sha512"}, {0x0502, "dsa_sha384"}, {0x0402, "dsa_sha256"}, {0x0302, "dsa_sha224"}, {0x0202, "dsa_sha1"},
	{0x0103, "ecdsa_md5"}, {0x0101, "rsa_pkcs1_md5"},
}

func schemeName(id uint16) string {
	for _, s := range schemes {
		if s.id == id {
			return s.name
		}
	}
	return fmt.Sprintf("scheme 0x%04X", id)
}

func allSchemes() (ids []uint16) {
	for _, s := range schemes {
		ids = append(ids, s.id)
	}
	return ids
}

// Alerts of RFC 8446 section 6 and older that matter here.
const (
	alertHandshakeFailure      = 40
	alertProtocolVersion       = 70
	alertInsufficientSecurity  = 71
	alertInappropriateFallback = 86
	alertMissingExtension      = 109
	alertUnrecognisedName      = 112
	alertUnknownIdentity       = 115
)

var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed", 22: "record_overflow",
	30: "decompression_failure", 40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate",
	44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca",
	49: "access_denied", 50: "decode_error", 51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
	71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled", 100: "no_renegotiation",
	109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status_response",
	115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}

func alertName(code uint8) string {
	if n, ok := alertNames[code]; ok {
		return n
	}
	return fmt.Sprintf("alert %d", code)
}
