package dtls

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/tls"
)

func device(t testing.TB, port uint16) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

func free(t *testing.T) uint16 {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

// An OpenSSL server takes three suites of DTLS 1.2, and no older version.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir, port := t.TempDir(), free(t)
	key, cert := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
	if out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=x", "-keyout", key, "-out", cert).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command("openssl", "s_server", "-dtls1_2", "-accept", fmt.Sprintf("127.0.0.1:%d", port), "-key", key, "-cert", cert,
		"-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM8:ECDHE-ECDSA-AES128-SHA@SECLEVEL=0")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var log bytes.Buffer
	defer func() {
		if t.Failed() {
			t.Logf("%s", log.Bytes())
		}
	}()
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var o Offered
	for end := time.Now().Add(20 * time.Second); (!o.DTLS || len(o.Undecided) > 0) && time.Now().Before(end); { // it may not listen yet, or be slow
		if o, err = (Offers{port}).Ask(t.Context(), device(t, port)); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.Versions) != 1 || o.Versions[0].Name != "DTLS 1.2" || !slices.Equal(o.Refused, []string{"DTLS 1.0"}) {
		t.Fatalf("%+v", o)
	}
	var got []uint16
	for _, s := range o.Versions[0].Suites {
		got = append(got, uint16(s.ID))
	}
	slices.Sort(got)
	if want := []uint16{0xc009, 0xc02b, 0xc0ae}; !slices.Equal(got, want) {
		t.Errorf("%04x, not %04x", got, want)
	}
}

// Debian's CoAPS server asks for a cookie first, and takes suites of a shared key.
func TestLibcoap(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("coap-server-openssl")
	if err != nil {
		t.Skip("libcoap3-bin is not installed")
	}
	port := free(t)
	cmd := exec.Command(program, "-A", "127.0.0.1", "-p", fmt.Sprint(port-1), "-k", "a shared key")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var o Offered
	for end := time.Now().Add(20 * time.Second); (!o.DTLS || len(o.Undecided) > 0) && time.Now().Before(end); { // it may not listen yet, or be slow
		if o, err = (Offers{port}).Ask(t.Context(), device(t, port)); err != nil {
			t.Fatal(err)
		}
	}
	if !o.Cookie || len(o.Versions) == 0 || o.Versions[0].Name != "DTLS 1.2" || !slices.ContainsFunc(o.Versions[0].Suites, func(s tls.Suite) bool { return strings.Contains(s.Name, "PSK") }) {
		t.Errorf("%+v", o)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	port := free(t)
	if o, err := (Offers{port}).Ask(t.Context(), device(t, port)); err != nil || o.DTLS || len(o.Undecided) != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(record(21, 0xfefd, 0, []byte{2, 40}))
	f.Add(record(22, 0xfeff, 0, []byte("\x03\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x07\xfe\xff\x04abcd")))
	f.Add(hello{version: 0xfefd, suites: []uint16{0xc02b}}.bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		if a := parse(b); len(a.token) > 255 {
			t.Errorf("%+v", a)
		}
	})
}
