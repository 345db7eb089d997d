package open

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
)

// A step waits for so many bytes and then says something.
type step struct {
	hear int
	say  string
}

func serve(t *testing.T, steps []step) (*dial.Device, uint16) {
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
				for _, s := range steps {
					if _, err := io.CopyN(io.Discard, c, int64(s.hear)); err != nil {
						return
					}
					io.WriteString(c, s.say)
				}
				c.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, c)
			}()
		}
	}()
	return door(t, netip.MustParseAddrPort(l.Addr().String()))
}

func door(t *testing.T, at netip.AddrPort) (*dial.Device, uint16) {
	t.Helper()
	d, err := dial.Open(dial.Scope{Addresses: []netip.Addr{at.Addr()}, Ports: []uint16{at.Port()}})
	if err != nil {
		t.Fatal(err)
	}
	return dial.New("A", d, nil, clock.Real()), at.Port()
}

func TestUses(t *testing.T) {
	t.Parallel()
	const info = "# Server\r\nredis_version:7.0.15\r\n"
	for name, c := range map[string]struct {
		protocol string
		steps    []step
		want     Used
	}{
		"redis":                   {"redis", []step{{26, fmt.Sprintf("$%d\r\n%s\r\n", len(info), info)}}, Used{Spoke: true, Open: true, What: "answers commands of anybody (redis 7.0.15)"}},
		"redis, guarded":          {"redis", []step{{26, "-NOAUTH Authentication required.\r\n"}}, Used{Spoke: true, Asks: "a password"}},
		"redis, protected":        {"redis", []step{{0, "-DENIED Redis is running in protected mode\r\n"}}, Used{Spoke: true, Asks: "a connection from the device itself"}},
		"no redis":                {"redis", []step{{4, "HTTP/1.1 400 Bad Request\r\n\r\n"}}, Used{}},
		"vnc":                     {"vnc", []step{{0, "RFB 003.008\n"}, {12, "\x02\x02\x01"}, {1, "\x00\x00\x00\x00"}}, Used{Spoke: true, Open: true, What: "shows its screen to anybody: it takes the security type None"}},
		"vnc 3.3":                 {"vnc", []step{{0, "RFB 003.003\n"}, {12, "\x00\x00\x00\x01"}}, Used{Spoke: true, Open: true, What: "shows its screen to anybody: it takes the security type None"}},
		"vnc 3.7":                 {"vnc", []step{{0, "RFB 003.007\n"}, {12, "\x01\x01"}}, Used{Spoke: true, Open: true, What: "shows its screen to anybody: it takes the security type None"}},
		"vnc, guarded":            {"vnc", []step{{0, "RFB 003.008\n"}, {12, "\x02\x02\x13"}}, Used{Spoke: true, Asks: "a password, VeNCrypt"}},
		"vnc 3.3, guarded":        {"vnc", []step{{0, "RFB 003.003\n"}, {12, "\x00\x00\x00\x02"}}, Used{Spoke: true, Asks: "a password"}},
		"vnc, None is taken back": {"vnc", []step{{0, "RFB 003.008\n"}, {12, "\x02\x01\x02"}, {1, "\x00\x00\x00\x01"}}, Used{Spoke: true, Asks: "a password"}},
		"modbus":                  {"modbus", []step{{12, "\x00\x01\x00\x00\x00\x04\x01\x01\x01\x00"}}, Used{Spoke: true, Open: true, What: "tells anybody a coil of unit 1"}},
		"modbus, a register":      {"modbus", []step{{12, "\x00\x01\x00\x00\x00\x03\x01\x81\x02"}, {12, "\x00\x03\x00\x00\x00\x05\x01\x03\x02\x00\x07"}}, Used{Spoke: true, Open: true, What: "tells anybody a holding register of unit 1"}},
		"modbus, refused":         {"modbus", []step{{12, "\x00\x01\x00\x00\x00\x03\x01\x81\x01"}}, Used{Spoke: true}},
		"adb":                     {"adb", []step{{31, adbMessage("CNXN", 1, 2, "device::ro.product.name=cam;")}}, Used{Spoke: true, Open: true, What: "takes anybody's commands for debugging (device::ro.product.name=cam;)"}},
		"adb, guarded":            {"adb", []step{{31, adbMessage("AUTH", 1, 0, "12345678901234567890")}}, Used{Spoke: true, Asks: "a key that its owner allowed"}},
		"gdb":                     {"gdb", []step{{14, "+$PacketSize=3ff#" + fmt.Sprintf("%02x", sum("PacketSize=3ff"))}}, Used{Spoke: true, Open: true, What: "takes anybody's commands for debugging (PacketSize=3ff)"}},
		"no gdb":                  {"gdb", []step{{14, "+$PacketSize=3ff#00"}}, Used{}},
		"openocd":                 {"openocd", []step{{0, "\xff\xfb\x03Open On-Chip Debugger\r\n\r> "}, {10, "version\r\n\x00Open On-Chip Debugger 0.12.0\r\n\r> "}}, Used{Spoke: true, Open: true, What: "takes anybody's commands for debugging (Open On-Chip Debugger 0.12.0)"}},
		"openocd, by tcl":         {"openocd", []step{{10, "Open On-Chip Debugger 0.12.0\x1a"}}, Used{Spoke: true, Open: true, What: "takes anybody's commands for debugging (Open On-Chip Debugger 0.12.0)"}},
		"no openocd":              {"openocd", []step{{10, "unknown command\r\n"}}, Used{}},
		"memcached":               {"memcached", []step{{7, "STAT pid 1\r\n"}}, Used{Spoke: true, Open: true, What: "answers commands of anybody"}},
		"memcached, guarded":      {"memcached", []step{{7, "CLIENT_ERROR unauthenticated\r\n"}}, Used{Spoke: true, Asks: "a password"}},
		"no memcached":            {"memcached", []step{{7, "HTTP/1.1 400 Bad Request\r\n\r\n"}}, Used{}},
		"mpd":                     {"mpd", []step{{0, "OK MPD 0.23.5\n"}, {7, "repeat: 0\nOK\n"}}, Used{Spoke: true, Open: true, What: "answers commands of anybody"}},
		"mpd, guarded":            {"mpd", []step{{0, "OK MPD 0.23.5\n"}, {7, "ACK [4@0] {status} you don't have permission for \"status\"\n"}}, Used{Spoke: true, Asks: "a password"}},
		"a hanger-up":             {"adb", nil, Used{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, port := serve(t, c.steps)
			got, err := Uses{Protocol: c.protocol, Port: port}.Ask(t.Context(), on)
			if err != nil || got != c.want {
				t.Errorf("%v %+v, want %+v", err, got, c.want)
			}
		})
	}
}

func sum(s string) (n byte) {
	for _, c := range []byte(s) {
		n += c
	}
	return n
}

// A real server that asks for a password, where it is installed.
func TestRedisServer(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := netip.MustParseAddrPort(l.Addr().String())
	l.Close()
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", fmt.Sprint(at.Port()), "--save", "", "--dir", t.TempDir(), "--requirepass", "x")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	on, port := door(t, at)
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		got, err := Uses{Protocol: "redis", Port: port}.Ask(t.Context(), on)
		if err == nil && got == (Used{Spoke: true, Asks: "a password"}) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%v %+v", err, got)
		}
	}
}

// conn gives what it was made of and takes all.
type conn struct {
	net.Conn
	io.Reader
}

func (c conn) Read(b []byte) (int, error)  { return c.Reader.Read(b) }
func (c conn) Write(b []byte) (int, error) { return len(b), nil }

func FuzzTalks(f *testing.F) {
	for _, s := range []string{"$9\r\nredis_version:1.2\r\n", "-NOAUTH\r\n", "RFB 003.008\n\x02\x01\x02\x00\x00\x00\x00", "RFB 003.003\n\x00\x00\x00\x01", "\x00\x01\x00\x00\x00\x04\x01\x01\x01\x00",
		adbMessage("CNXN", 1, 2, "device::\x1b[0m"), "+$PacketSize=3ff#a4", "$-1\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for name, say := range talks {
			u := say(&talk{conn: conn{Reader: bytes.NewReader(in)}, in: bufio.NewReader(bytes.NewReader(in))})
			if u.Open && (!u.Spoke || u.What == "") || strings.ContainsAny(u.What+u.Asks, "\x1b\r\n\x00") || len(u.What) > 500 {
				t.Errorf("%s: %q gave %+v", name, in, u)
			}
		}
	})
}
