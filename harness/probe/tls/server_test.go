package tls_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	stdtls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// device is a device whose only service is at port. Its clock leaps over rests; the test is its one busy asker.
func device(t testing.TB, port uint16) *dial.Device {
	t.Helper()
	c := clock.NewJump()
	c.Busy(1)
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{loopback}, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, c)
}

// serve runs handle for each connection until the test ends, and returns the port.
func serve(t testing.TB, handle func(net.Conn)) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				handle(c)
			}()
		}
	}()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}

// serveTLS runs the library's server.
func serveTLS(t testing.TB, config *stdtls.Config) uint16 {
	t.Helper()
	return serve(t, func(c net.Conn) {
		s := stdtls.Server(c, config)
		if s.Handshake() == nil {
			io.Copy(io.Discard, s)
		}
	})
}

func key(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	var k crypto.Signer
	var err error
	switch kind {
	case "rsa":
		k, err = rsa.GenerateKey(rand.Reader, 2048)
	case "rsa1024":
		k, err = rsa.GenerateKey(rand.Reader, 1024)
	case "ecdsa":
		k, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ed25519":
		_, k, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// certificate is self-signed for camera.local and the loopback address.
func certificate(t testing.TB, k crypto.Signer) stdtls.Certificate {
	t.Helper()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(0x1234), Subject: pkix.Name{CommonName: "camera.local"}, DNSNames: []string{"camera.local"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	return stdtls.Certificate{Certificate: [][]byte{der}, PrivateKey: k}
}

// writePEM writes certificate and key beside each other and returns the path.
func writePEM(t testing.TB, c stdtls.Certificate) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})
	pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	path := filepath.Join(t.TempDir(), "server.pem")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openssl runs openssl s_server until the test ends.
func openssl(t testing.TB, args ...string) uint16 {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	var out bytes.Buffer
	cmd := exec.Command(path, append([]string{"s_server", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-quiet"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() { in.Close(); cmd.Process.Kill(); <-ended })
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return port
		}
		select {
		case <-ended:
			t.Fatalf("openssl s_server ended: %s", out.String())
		default:
		}
	}
	t.Fatal("openssl s_server did not listen")
	return 0
}

// lax serves all that OpenSSL still has, with keys of both kinds and 1024-bit finite fields.
func lax(t testing.TB) uint16 {
	t.Helper()
	params := filepath.Join(t.TempDir(), "dh.pem")
	if err := os.WriteFile(params, []byte(dh1024), 0o600); err != nil {
		t.Fatal(err)
	}
	r, e := writePEM(t, certificate(t, key(t, "rsa"))), writePEM(t, certificate(t, key(t, "ecdsa")))
	return openssl(t, "-cert", r, "-dcert", e, "-dkey", e, "-key", r, "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
		"-dhparam", params, "-psk", "0011223344556677", "-legacy_renegotiation", "-ciphersuites",
		"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256")
}

// dh1024 is the second Oakley group (RFC 2409 section 6.2), generator 2.
var dh1024 = func() string {
	p, ok := new(big.Int).SetString(strings.ReplaceAll(`FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74
020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437
4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF`, "\n", ""), 16)
	if !ok {
		panic("no number")
	}
	der := append([]byte{0x02, 0x81, 0x81, 0x00}, p.Bytes()...)
	der = append(der, 0x02, 0x01, 0x02)
	return string(pem.EncodeToMemory(&pem.Block{Type: "DH PARAMETERS", Bytes: append([]byte{0x30, 0x81, byte(len(der))}, der...)}))
}()
