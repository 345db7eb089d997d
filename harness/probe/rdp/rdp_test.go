package rdp

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// confirm is a connection confirm with a negotiation of a kind.
func confirm(kind byte, value uint32) []byte {
	return binary.LittleEndian.AppendUint32([]byte{3, 0, 0, 19, 14, 0xd0, 0, 0, 0, 0, 0, kind, 0, 8, 0}, value)
}

func TestOffers(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(way uint32) []byte
		takes  []string
	}{
		"all": {func(way uint32) []byte { return confirm(2, way) }, []string{Own, TLS, CredSSP}},
		"log-in first": {func(way uint32) []byte {
			if way == 2 {
				return confirm(2, 2)
			}
			return confirm(3, 5) // HYBRID_REQUIRED_BY_SERVER
		}, []string{CredSSP}},
		"an old one":  {func(uint32) []byte { return []byte{3, 0, 0, 11, 6, 0xd0, 0, 0, 0, 0, 0} }, []string{Own}},
		"another":     {func(uint32) []byte { return []byte("HTTP/1.1 400 Bad Request\r\n\r\n") }, nil},
		"a hanger-up": {func(uint32) []byte { return nil }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					b := make([]byte, 19)
					if _, err := io.ReadFull(conn, b); err == nil {
						conn.Write(c.answer(binary.LittleEndian.Uint32(b[15:])))
					}
					conn.Close()
				}
			}()
			at := l.Addr().(*net.TCPAddr).AddrPort()
			door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
			if err != nil {
				t.Fatal(err)
			}
			o, err := Offers{Port: at.Port()}.Ask(t.Context(), dial.New("A", door, nil, clock.Real()))
			if err != nil || !slices.Equal(o.Takes, c.takes) || o.RDP != (c.takes != nil) {
				t.Errorf("%v %+v, want %v", err, o, c.takes)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(confirm(2, 1), uint32(1))
	f.Add([]byte{3, 0, 0, 11, 6, 0xd0, 0, 0, 0, 0, 0}, uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, way uint32) { parse(b, way) })
}
