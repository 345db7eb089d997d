package firmware

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // keys of old images are to be told, and none is made
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// A Mark is a signature that an image carries, as its container names it: what it is made by, and by which key.
type Mark struct {
	Where     string   // file, and place in it
	Container string   // FIT, CMS, MCUboot
	By        []string // "SHA-256", "RSA-2048": as the catalogue of algorithms names them
	Known     string   // where the signing key is published, if everybody has it
}

// Most marks of a file, and how much of its end is searched for a signature that was put behind it.
const (
	mostMarks = 50
	tail      = 256 << 10
)

// Marks reads the signatures of the containers that are known here: FIT (U-Boot), MCUboot, and CMS alone or at the end of a
// file, as OTA packages of Android and bundles of RAUC have it. Others are not seen.
func Marks(name string, data []byte) (out []Mark) {
	out = append(out, fit(name, data)...)
	out = append(out, mcuboot(name, data)...)
	from := max(0, len(data)-tail)
	for at := from; at < len(data) && len(out) < mostMarks; at++ {
		i := bytes.Index(data[at:], cmsStart)
		if i < 0 {
			break
		}
		at += i
		for _, back := range []int{4, 3, 2} { // the length before it is that long
			if at-back < 0 {
				continue
			}
			if m, ok := cms(data[at-back:]); ok {
				m.Where = fmt.Sprintf("%s, offset %d", name, at-back)
				out = append(out, m)
				break
			}
		}
	}
	return out
}

// fit reads the algorithms that a flattened image tree names beside its signatures: "sha256,rsa2048".
func fit(name string, data []byte) (out []Mark) {
	if !treeHeader(data) {
		return nil
	}
	nodes, _ := properties(data[:binary.BigEndian.Uint32(data[4:])])
	for _, p := range nodes {
		if p.name == "value" && strings.Contains(p.node, "/signature") && len(out) < mostMarks {
			algo, _, _ := strings.Cut(string(valueOf(nodes, p.node, "algo")), "\x00")
			out = append(out, Mark{Where: name + ", " + safeName(p.node), Container: "FIT", By: called(algo)})
		}
	}
	return out
}

// called spells what a FIT calls "sha1,rsa2048" as others do.
func called(algo string) (out []string) {
	for _, a := range strings.Split(strings.ToUpper(safeName(algo)), ",") {
		for _, kind := range []string{"SHA", "RSA", "CRC"} {
			if n, ok := strings.CutPrefix(a, kind); ok && n != "" && n[0] != '-' {
				a = kind + "-" + n
			}
		}
		if a != "" {
			out = append(out, a)
		}
	}
	return out
}

// kinds of MCUboot's entries behind an image (its docs/design.md).
var kinds = map[uint16]string{0x10: "SHA-256", 0x11: "SHA-384", 0x12: "SHA-512", 0x20: "RSA-2048", 0x21: "ECDSA, P-224", 0x22: "ECDSA", 0x23: "RSA-3072", 0x24: "Ed25519"}

const keyHash = 0x01

func mcuboot(name string, data []byte) []Mark {
	le := binary.LittleEndian
	if !bytes.HasPrefix(data, []byte("\x3d\xb8\xf3\x96")) || len(data) < 32 {
		return nil
	}
	m := Mark{Where: name, Container: "MCUboot"}
	at := int64(le.Uint16(data[8:])) + int64(le.Uint32(data[12:]))
	for range 2 { // the protected ones come first, if there are any
		if at+4 > int64(len(data)) {
			break
		}
		magic, total := le.Uint16(data[at:]), int64(le.Uint16(data[at+2:]))
		if magic != 0x6907 && magic != 0x6908 || total < 4 || at+total > int64(len(data)) {
			break
		}
		m.entries(data[at+4 : at+total])
		at += total
	}
	if len(m.By) == 0 {
		return nil
	}
	return []Mark{m}
}

func (m *Mark) entries(b []byte) {
	for len(b) >= 4 {
		kind, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			return
		}
		if by := kinds[kind]; by != "" && !slices.Contains(m.By, by) {
			m.By = append(m.By, by)
		}
		if kind == keyHash {
			m.Known = publicTest(hex.EncodeToString(b[4 : 4+n]))
		}
		b = b[4+n:]
	}
}

// Cryptographic message syntax (RFC 5652), as far as it is read.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Encapsulated asn1.RawValue
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		Revocations  asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []signer      `asn1:"set"`
	}
	signer struct {
		Version    int
		By         asn1.RawValue
		Digest     pkix.AlgorithmIdentifier
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm  pkix.AlgorithmIdentifier
		Signature  []byte
		Others     asn1.RawValue `asn1:"optional,tag:1"`
	}
)

var cmsStart = []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02") // signedData

// identifiers of algorithms of digest and signature.
var identifiers = map[string]string{"1.2.840.113549.2.5": "MD5", "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
	"1.2.840.113549.1.1.4": "MD5", "1.2.840.113549.1.1.5": "SHA-1", "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
	"1.2.840.10045.4.1": "SHA-1", "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512", "1.2.840.10040.4.3": "SHA-1", "1.3.101.112": "Ed25519"}

// cms reads one that begins data. What it was made by counts, not what the certificates in it were.
func cms(data []byte) (m Mark, ok bool) {
	var c contentInfo
	var s signedData
	if _, err := asn1.Unmarshal(data, &c); err != nil || c.Type.String() != "1.2.840.113549.1.7.2" {
		return m, false
	}
	if _, err := asn1.Unmarshal(c.Content.Bytes, &s); err != nil {
		return m, false
	}
	m.Container = "CMS"
	add := func(by string) {
		if by != "" && !slices.Contains(m.By, by) {
			m.By = append(m.By, by)
		}
	}
	for _, one := range s.Signers {
		add(identifiers[one.Digest.Algorithm.String()])
		add(identifiers[one.Algorithm.Algorithm.String()])
	}
	certificates, _ := x509.ParseCertificates(s.Certificates.Bytes) // as far as they are there and can be read
	for _, c := range certificates {
		if !c.IsCA || len(certificates) == 1 {
			add(Strength(c.PublicKey))
			m.Known = Published(c.PublicKey)
		}
	}
	return m, len(s.Signers) > 0
}

// Strength is a key's kind and size: "RSA-2048".
func Strength(public any) string {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA-%d", k.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA, " + k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	case *dsa.PublicKey:
		return "DSA"
	}
	return ""
}

// Published tells where the private half of a key is published, if everybody has it.
func Published(public any) string {
	if source := publicTest(Print(public)); source != "" {
		return source
	}
	if k, ok := public.(*rsa.PublicKey); ok { // as MCUboot names it
		sum := sha256.Sum256(x509.MarshalPKCS1PublicKey(k))
		return publicTest(hex.EncodeToString(sum[:]))
	}
	return ""
}
