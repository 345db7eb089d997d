package snmp

import (
	"net"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"os"

	"github.com/gosnmp/gosnmp"

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

// agent starts Debian's snmpd with a configuration.
func agent(t *testing.T, conf string) uint16 {
	t.Helper()
	path, err := exec.LookPath("snmpd")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/snmpd"); err != nil {
			t.Skip("snmpd is not installed")
		}
	}
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "snmpd.conf")
	if err := os.WriteFile(file, []byte("agentaddress udp:"+at.String()+"\n"+conf), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-f", "-Lo", "-C", "-c", file, "-I", "-smux", "-p", filepath.Join(dir, "pid"))
	cmd.Env = append(os.Environ(), "SNMP_PERSISTENT_DIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	on := device(t, at.Port())
	for end := time.Now().Add(10 * time.Second); ; {
		if e, _ := (Engine{at.Port()}).Ask(t.Context(), on); e.Answered {
			return at.Port()
		}
		if time.Now().After(end) {
			t.Fatal("snmpd does not answer")
		}
	}
}

func TestAgentWithPublicCommunity(t *testing.T) {
	t.Parallel()
	port := agent(t, "rocommunity public\nsyslocation the kitchen\n")
	e, err := Engine{port}.Ask(t.Context(), device(t, port))
	if err != nil || !e.Answered || e.Enterprise != 8072 || len(e.ID) < 10 {
		t.Errorf("%+v, %v", e, err)
	}
	a, err := Communities{port}.Ask(t.Context(), device(t, port))
	if err != nil || a.Anybody || !slices.Equal(a.Taken, []Community{{"v2c", "public"}, {"v1", "public"}}) || a.Tried != 4 {
		t.Fatalf("%+v, %v", a, err)
	}
	if !strings.Contains(a.Told["sysDescr"], "Linux") || a.Told["sysLocation"] != "the kitchen" {
		t.Errorf("%q", a.Told)
	}
}

// An agent of version 3 alone tells its engine and takes no community.
func TestAgentOfVersion3(t *testing.T) {
	t.Parallel()
	port := agent(t, "rouser nobody\n")
	a, err := Communities{port}.Ask(t.Context(), device(t, port))
	if err != nil || a.Anybody || len(a.Taken)+len(a.Unsteady) != 0 || a.Tried != 4 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestBudgetIsSpent(t *testing.T) {
	t.Parallel()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	c.Close() // refuses
	on := device(t, port)
	for range looks / 2 { // each version is one
		if _, err := (Communities{port}).Ask(t.Context(), on); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := (Communities{port}).Ask(t.Context(), on); err != nil || a.Budget != 4 || a.Tried != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestEngine(t *testing.T) {
	for id, want := range map[string]string{
		"\x80\x00\x1f\x88\x03\x02\x00\x00\x00\x00\x07": "MAC 02:00:00:00:00:07",
		"\x80\x00\x1f\x88\x01\xc0\x00\x02\x07":         "IPv4 192.0.2.7",
		"\x80\x00\x1f\x88\x04kitchen":                  "text kitchen",
		"\x00\x00\x1f\x88\x00\x00\x00\x00":             "vendor ",
		"\x80\x00\x1f\x88\x80\x01":                     "octets 01",
		"":                                             " ",
	} {
		e := engine(&gosnmp.SnmpPacket{SecurityParameters: &gosnmp.UsmSecurityParameters{AuthoritativeEngineID: id}})
		if got := e.Kind + " " + e.Value; got != want {
			t.Errorf("%q: %q, not %q", id, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("0:\x02\x01\x03"))
	f.Add([]byte("\x30\x26\x02\x01\x01\x04\x06public\xa2\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []gosnmp.SnmpVersion{gosnmp.Version1, gosnmp.Version2c, gosnmp.Version3} {
			if p := decode(nil, v, "public", b); p != nil {
				engine(p)
			}
		}
	})
}
