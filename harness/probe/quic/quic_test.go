package quic

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	stdtls "crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

func device(t *testing.T, at netip.AddrPort) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

func TestOffers(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, protocol := range []string{"h3", "other"} {
		l, err := quic.ListenAddr("127.0.0.1:0", &stdtls.Config{Certificates: []stdtls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{protocol}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		at := l.Addr().(*net.UDPAddr).AddrPort()
		o, err := Offers{at.Port()}.Ask(t.Context(), device(t, at))
		if err != nil || !o.QUIC || !slices.Contains(o.Versions, "1") || o.HTTP3 != (protocol == "h3") {
			t.Errorf("%v %+v", err, o)
		}
		if protocol == "h3" && (len(o.Chain) != 1 || o.Chain[0].KeyType != "ECDSA") || protocol != "h3" && o.Why == "" {
			t.Errorf("%+v", o)
		}
	}
}

// What answers otherwise is no QUIC.
func TestNoQUIC(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		b := make([]byte, 2048)
		for {
			_, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			c.WriteTo([]byte("who is there"), from)
		}
	}()
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	if o, err := (Offers{at.Port()}).Ask(t.Context(), device(t, at)); err != nil || o.QUIC {
		t.Errorf("%v %+v", err, o)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x80\x00\x00\x00\x00\x08assaytwo\x08assayone\x00\x00\x00\x01\x6b\x33\x43\xcf\xff\x00\x00\x1d\x1a\x2a\x3a\x4a"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if v, _ := parse(b); len(v) > maxVersions || strings.ContainsAny(strings.Join(v, ""), "\x1b\n") {
			t.Errorf("%q", v)
		}
	})
}
