package tls

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	stdtls "crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"net"
	"slices"
	"strings"
	"time"
)

// A Certificate is what one certificate says. Malformed tells why it could not be read; then
// only SHA256 stands.
type Certificate struct {
	Subject, Issuer     string
	Names               []string // DNS names, addresses, mail addresses and URIs of the subject
	NotBefore, NotAfter time.Time
	KeyType             string // RSA, ECDSA, Ed25519, …
	KeyBits             int
	Curve               string // of an ECDSA key
	SignatureAlgorithm  string // "SHA256-RSA"
	SelfSigned          bool   // issuer is subject, and its own key proves it
	SHA256              string // of the certificate
	SPKI                string // SHA-256 of the SubjectPublicKeyInfo
	Modulus             string `json:",omitempty"` // of an RSA key, hexadecimal
	Serial              string // hexadecimal
	IsCA                bool
	ServerAuth          bool // its extended key usage allows a server, or does not limit
	Malformed           string
}

// Describe reads one certificate, whatever it holds.
func Describe(der []byte) Certificate {
	sum := sha256.Sum256(der)
	c := Certificate{SHA256: hex.EncodeToString(sum[:])}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		c.Malformed = err.Error()
		return c
	}
	spki := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	c.Subject, c.Issuer = cert.Subject.String(), cert.Issuer.String()
	c.Names = altNames(cert)
	c.NotBefore, c.NotAfter = cert.NotBefore.UTC(), cert.NotAfter.UTC()
	c.KeyType, c.KeyBits, c.Curve = keyOf(cert)
	c.SignatureAlgorithm = cert.SignatureAlgorithm.String()
	c.SelfSigned = string(cert.RawIssuer) == string(cert.RawSubject) && selfSigned(cert)
	c.SPKI = hex.EncodeToString(spki[:])
	if k, ok := cert.PublicKey.(*rsa.PublicKey); ok {
		c.Modulus = k.N.Text(16)
	}
	c.Serial = cert.SerialNumber.Text(16)
	c.IsCA = cert.IsCA
	c.ServerAuth = len(cert.ExtKeyUsage)+len(cert.UnknownExtKeyUsage) == 0 ||
		slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageServerAuth) || slices.Contains(cert.ExtKeyUsage, x509.ExtKeyUsageAny)
	return c
}

// selfSigned checks the certificate's signature under its own key. Algorithms that the library will not check
// any more (MD5, SHA-1) are taken by name: issuer and subject agree.
func selfSigned(cert *x509.Certificate) bool {
	err := cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || cert.SignatureAlgorithm == x509.UnknownSignatureAlgorithm || asInsecure(err, &insecure)
}

func asInsecure(err error, to *x509.InsecureAlgorithmError) bool {
	e, ok := err.(x509.InsecureAlgorithmError)
	*to = e
	return ok
}

func altNames(cert *x509.Certificate) []string {
	names := slices.Concat(cert.DNSNames, cert.EmailAddresses)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	for _, u := range cert.URIs {
		names = append(names, u.String())
	}
	return names
}

func keyOf(cert *x509.Certificate) (kind string, bits int, curve string) {
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen(), ""
	case *ecdsa.PublicKey:
		return "ECDSA", k.Curve.Params().BitSize, k.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519", 256, ""
	}
	return cert.PublicKeyAlgorithm.String(), 0, ""
}

// certificate completes a handshake for the chain and the proof of the key; where the library cannot, the chain is that
// which TLS 1.2 and older show in clear.
func (o *survey) certificate(ctx context.Context) error {
	s, err := o.complete(ctx, stdtls.VersionTLS10, stdtls.VersionTLS13, nil)
	if err != nil {
		return err
	}
	if len(s.chain) == 0 {
		for _, v := range o.older() {
			for _, r := range o.found[v] {
				if len(r.chain) > 0 {
					s.chain = r.chain
				}
			}
		}
	}
	o.KeyProven = s.proven
	if !s.proven {
		o.undecided("whether the certificate's key is held: %s", cmp.Or(s.why, "no handshake was completed"))
	}
	o.lock.Lock()
	defer o.lock.Unlock()
	o.ClientCertificate = o.ClientCertificate || s.wantsClient
	o.describeChain(s.chain)
	for _, c := range s.chain {
		o.on.Evidence("certificate", c)
	}
	return nil
}

func (o *survey) describeChain(chain [][]byte) {
	if len(chain) == 0 {
		return
	}
	rest := x509.NewCertPool()
	for i, der := range chain {
		o.Chain = append(o.Chain, Describe(der))
		if c, err := x509.ParseCertificate(der); err == nil && i > 0 {
			rest.AddCert(c)
		}
	}
	if o.Chain[0].KeyType == "RSA" {
		o.RSAKeyBits = o.Chain[0].KeyBits
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return
	}
	if o.name != "" {
		matches := leaf.VerifyHostname(o.name) == nil
		o.NameMatches = &matches
	}
	o.AddressMatches = slices.ContainsFunc(leaf.IPAddresses, func(ip net.IP) bool { return ip.String() == o.on.Address().WithZone("").String() })
	if roots, err := x509.SystemCertPool(); err == nil && !roots.Equal(x509.NewCertPool()) {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: rest, CurrentTime: during(leaf, o.on.Clock.Now()), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		trusted := err == nil
		o.ChainRoot = &trusted
	}
}

// during is now, or the nearest time when the leaf is valid: an expired leaf still has its root.
func during(leaf *x509.Certificate, now time.Time) time.Time {
	switch {
	case now.Before(leaf.NotBefore):
		return leaf.NotBefore
	case now.After(leaf.NotAfter):
		return leaf.NotAfter
	}
	return now
}

// printable cuts an error of the library to a clause.
func printable(err error) string {
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "tls: "), "remote error: tls: ")
}
