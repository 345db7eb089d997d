package coap

import (
	"bytes"
	"net"
	"net/netip"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

func device(t testing.TB, port uint16) *dial.Device {
	t.Helper()
	door, err := dial.Open(dial.Scope{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Ports: []uint16{port}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", door, nil, clock.Real())
}

// server answers with what say makes of each request.
func server(t *testing.T, say func(message) []message) uint16 {
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
			if m, err := parse(b[:n]); err == nil && m.code == get {
				for _, a := range say(m) {
					c.WriteTo(a.bytes(), from)
				}
			}
		}
	}()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

func path(m message) (s string) {
	for _, o := range m.options {
		if o.number == uriPath {
			s += "/" + string(o.value)
		}
	}
	return s
}

// The list comes in two blocks, one resource is secret, one is slow, one is somebody else's.
func TestResources(t *testing.T) {
	t.Parallel()
	list := `</open>;rt="a,b",</secret>,</slow>;obs,<coap://192.0.2.9/other>,<//192.0.2.9/x>`
	port := server(t, func(m message) []message {
		a := message{kind: acknowledgement, code: content, id: m.id, token: m.token}
		switch path(m) {
		case "/.well-known/core":
			n, _ := m.number(block2)
			half := len(list) / 2
			if n>>4 == 0 {
				a.options, a.payload = []option{{block2, []byte{0x0e}}}, []byte(list[:half])
			} else {
				a.options, a.payload = []option{{block2, []byte{0x16}}}, []byte(list[half:])
			}
		case "/open":
			a.payload = []byte("21.5\x1b[0m")
		case "/slow":
			own := message{kind: confirmable, code: content, id: 999, token: m.token, payload: []byte("late")}
			return []message{{kind: acknowledgement, id: m.id}, own}
		default:
			a.code = 0x81
		}
		return []message{a}
	})
	l, err := Resources{port}.Ask(t.Context(), device(t, port))
	want := Listed{Answered: true, Core: "2.05",
		Links: []Link{{"/open", `;rt="a,b"`}, {"/secret", ""}, {"/slow", ";obs"}},
		Read:  []Read{{"/open", "2.05", 8, "21.5 [0m"}, {"/secret", "4.01", 0, ""}, {"/slow", "2.05", 4, "late"}}}
	if err != nil || !reflect.DeepEqual(l, want) {
		t.Errorf("%+v, %v", l, err)
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
	if l, err := (Resources{port}).Ask(t.Context(), device(t, port)); err != nil || l.Answered {
		t.Errorf("%+v, %v", l, err)
	}
}

// Debian's example server lists its time, which anybody reads.
func TestLibcoap(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("coap-server-notls")
	if err != nil {
		t.Skip("libcoap3-bin is not installed")
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	_, port, _ := strings.Cut(at.String(), ":")
	cmd := exec.Command(program, "-A", "127.0.0.1", "-p", port)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for end := time.Now().Add(10 * time.Second); ; {
		l, err := Resources{at.Port()}.Ask(t.Context(), device(t, at.Port()))
		if err == nil && l.Answered {
			for _, r := range l.Read {
				if r.Path == "/time" && r.Open() && r.Size > 0 {
					return
				}
			}
			t.Fatalf("%+v", l)
		}
		if time.Now().After(end) {
			t.Fatalf("%+v, %v", l, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x60\x45\x2a\x2b\xc1\x28\xff</a>;rt=\"x\",</b>"))
	f.Add([]byte("\x44\x01\x00\x01abcd\xbb.well-known\x04core"))
	f.Add([]byte("\x40\x01\x00\x01\xde\xff\xff\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parse(b)
		if err != nil {
			return
		}
		for _, l := range links(string(m.payload)) {
			if len(l.Path) > maxPath || unprintable.MatchString(l.Path+l.Attr) || !strings.HasPrefix(l.Path, "/") {
				t.Errorf("%q", l)
			}
		}
		again, err := parse(m.bytes())
		if err != nil || !reflect.DeepEqual(m.options, again.options) || !bytes.Equal(m.payload, again.payload) {
			t.Errorf("%+v is not %+v: %v", again, m, err)
		}
	})
}
