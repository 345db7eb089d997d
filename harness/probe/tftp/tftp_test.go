package tftp

import (
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// server gives files, each transfer from a port of its own.
func server(t *testing.T, files func(name string) (string, bool)) (*dial.Device, uint16) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	go func() {
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			if n < 2 || b[1] != readRequest {
				continue
			}
			name, _, _ := strings.Cut(string(b[2:n]), "\x00")
			own, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				return
			}
			if text, ok := files(name); ok {
				own.WriteTo(append([]byte{0, data, 0, 1}, text...), from)
			} else {
				own.WriteTo([]byte("\x00\x05\x00\x01File not found\x00"), from)
			}
			own.Close()
		}
	}()
	port := c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real()), port
}

func TestFiles(t *testing.T) {
	t.Parallel()
	on, port := server(t, func(name string) (string, bool) { return "password=x\x00", name == "config.bin" })
	g, err := Files{port}.Ask(t.Context(), on)
	want := Got{Answered: true, Asked: len(names), Read: []File{{"config.bin", 11, "password=x"}}, Refusal: "File not found"}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestAnyName(t *testing.T) {
	t.Parallel()
	on, port := server(t, func(string) (string, bool) { return "", true })
	if g, err := (Files{port}).Ask(t.Context(), on); err != nil || !g.Anything || len(g.Read) != 0 {
		t.Errorf("%+v, %v", g, err)
	}
}

func TestNobody(t *testing.T) {
	t.Parallel()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	c.Close()
	door, _ := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port}})
	if g, err := (Files{port}).Ask(t.Context(), dial.New("A", door, nil, clock.Real())); err != nil || g.Answered {
		t.Errorf("%+v, %v", g, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x00\x03\x00\x01abc"))
	f.Add([]byte("\x00\x05\x00\x01no\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a := parse(b); len(a.block) > 512 || len(a.text) > maxText || unprintable.MatchString(a.text) {
			t.Errorf("%+v", a)
		}
	})
}
