package draft_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/draft"
	"github.com/secure-by-design/assay/harness/migrate"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/provisions"
)

// hostile is a device that says s wherever it can.
func hostile(s string) *draft.Seen {
	at := func(port uint16) service.Service {
		return service.Service{Addr: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.7"), port), State: "open", Product: s, Version: s, Banner: s}
	}
	web, shell, odd := at(443), at(22), at(9)
	web.Protocol, web.TLS, shell.Protocol = "http", true, "ssh"
	id := harness.Identity{Name: s, Addresses: []string{"192.0.2.7"}, MAC: "02:00:5e:10:00:01"}
	id.Manufacturer, id.Model, id.Firmware = s, s, s
	return &draft.Seen{
		Dir: "runs/" + s, Identity: id, Whole: true, Asked: true,
		Services: []draft.Service{
			{Service: web, By: "line 3, service.All", Proto: "https", TLSBy: "line 4, tls.Offers", TLS: &tls.Offered{TLS: true,
				Versions: []tls.Version{{Name: "SSL 3.0"}, {Name: "TLS 1.2", Suites: []tls.Suite{{Name: "TLS_X"}}}}, Chain: []tls.Certificate{{KeyType: s, KeyBits: 2048, SPKI: s}}}},
			{Service: shell, By: "line 3, service.All", Proto: "ssh", SSHBy: "line 5, ssh.Offers", SSH: &ssh.Offered{SSH: true, Protocol: s, Kex: []string{s, s},
				CiphersIn: []string{s}, HostKeys: []ssh.HostKey{{Type: s, Bits: 256, SHA256: s}}, Auth: []ssh.Auth{{Methods: []string{"password", s}}}}},
			{Service: odd, By: "line 3, service.All"},
		},
		Logins:    []draft.Login{{Login: login.Login{Protocol: "form", Port: 443, TLS: true, Path: "/" + s, Realm: s}, By: "line 6, login.All"}, {Login: login.Login{Protocol: "ssh", Port: 22}, By: "line 6, login.All"}},
		Announced: mdns.Records{Answers: true, Lines: []string{s}}, By: "line 7, mdns.Announced",
	}
}

func write(t *testing.T, s *draft.Seen, begun *device.File, e provisions.Edition) (string, *device.File) {
	t.Helper()
	b, err := draft.Write(s, begun, e)
	if err != nil {
		t.Fatal(err)
	}
	f, err := device.Parse("f.yaml", b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return string(b), f
}

var words = []string{
	"x\n# y", "\"", "'", "a: b", "x\nics:\n  default: Y\n", "\r\n- {", "{", "# ", "\x00\x1b[31m", "\u2028ics: {default: Y}", "null", "~", "*a", "&a x", "!!str", "%", "]", "\\", "\\n", "é世", "none",
}

// Whatever a device says, its words stay words: nothing is claimed by them, and they are read back as they were said.
func TestHostileWords(t *testing.T) {
	for _, w := range words {
		for _, e := range provisions.Editions() {
			text, f := write(t, hostile(w), nil, e)
			plain, _ := write(t, hostile("plain"), nil, e)
			if a, b := strings.Count(text, "\n"), strings.Count(plain, "\n"); a != b {
				t.Errorf("%q: the draft has %d lines, not %d:\n%s", w, a, b, text)
			}
			if f.ICS != nil || f.Operations != nil || f.Samples != nil {
				t.Errorf("%q became a claim", w)
			}
			said := strings.TrimSpace(w)
			if f.Device.Model != said || (*f.IXIT.NetSec)[0].Name != said {
				t.Errorf("%q was read as %q and %q", w, f.Device.Model, (*f.IXIT.NetSec)[0].Name)
			}
		}
	}
}

func FuzzWords(f *testing.F) {
	for _, w := range words {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, w string) {
		w = strings.ToValidUTF8(w, "?") // as JSON gives it
		if text, f := write(t, hostile(w), nil, provisions.V31); f.ICS != nil || f.Operations != nil || f.Samples != nil {
			t.Errorf("%q became a claim:\n%s", w, text)
		}
	})
}

// Each row tells the line that it rests on; what a person must say is empty, and assay check lists it.
func TestDraft(t *testing.T) {
	text, f := write(t, hostile("AX"), nil, provisions.V31)
	for _, want := range []string{
		"  1-AuthMech:\n    # seen: line 6, login.All; line 4, tls.Offers\n    - ID: AuthMech-1\n",
		"at: [{proto: https, port: 443, path: \"/AX\", scheme: form}]",
		"      # TODO Brute Force Prevention:\n",
		"  11-SecComMech:\n    # seen: line 3, service.All; line 4, tls.Offers\n",
		"versions: [\"1.2\"], suites: [TLS_X], key_bits: 2048}", // with SSL 3.0 no version of TLS is the least
		"Cryptographic Details: \"SSL 3.0, TLS 1.2, with",
		"  28-LogIntf:\n",
		"features:\n  a: true # passwords authenticate users or machines; seen: 1-AuthMech declares AuthMech-1\n",
		"#   5.1-2A: {support: , detail: \"\"} # R: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft lacks %q:\n%s", want, text)
		}
	}
	if m := (*f.IXIT.AuthMech); len(m) != 2 || m[1].Factor != "password" || m[1].At[0].Proto != "ssh" {
		t.Errorf("log-ins: %+v", m)
	}
	if got := (*f.IXIT.SoftServ)[1].AuthMechs; !slices.Equal(got, []string{"AuthMech-2"}) {
		t.Errorf("ssh asks by %v", got)
	}
	f.ICS = map[string]device.Claim{"default": {Support: "Y"}}
	gaps := fmt.Sprint(f.Gaps(provisions.V31))
	for _, want := range []string{"no Brute Force Prevention in AuthMech-1, AuthMech-2", "2-UserInfo is not declared", "no Security Guarantees in ComMech-1"} {
		if !strings.Contains(gaps, want) {
			t.Errorf("no gap tells of %q: %s", want, gaps)
		}
	}
}

// What is drafted and what is migrated fit the schema that editors go by.
func TestSchema(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(device.Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(device.SchemaFile, schema); err != nil {
		t.Fatal(err)
	}
	fits, err := c.Compile(device.SchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("../../examples/specimen-v2.1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	example, err := device.Parse("example.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := migrate.Migrate(example)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"migrated": string(newer)}
	for _, e := range provisions.Editions() {
		files["drafted in "+string(e)], _ = write(t, hostile("AX"), nil, e)
	}
	for name, text := range files {
		j, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
		if err != nil {
			t.Fatal(err)
		}
		if err := fits.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What was begun stays as it stands.
func TestBegun(t *testing.T) {
	b := []byte("# mine\ndevice: {model: M} # its name\nedition: V2.1\nixit:\n  # of ours\n  1-AuthMech: none # so it is\n")
	begun, err := device.Parse("b.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	text, f := write(t, hostile("AX"), begun, provisions.V21)
	for _, line := range strings.SplitAfter(string(b), "\n") {
		if !strings.Contains(text, line) {
			t.Errorf("%q is gone:\n%s", line, text)
		}
	}
	if f.Device.Model != "M" || len(*f.IXIT.AuthMech) != 0 || f.IXIT.Intf == nil || len(*f.IXIT.Intf) != 4 {
		t.Errorf("%+v", f.IXIT)
	}
}

// A device with services and names without end is drafted in part.
func TestEndless(t *testing.T) {
	s := hostile(strings.Repeat("a b", 500))
	one := s.Services[1]
	one.SSH.Kex = slices.Repeat([]string{strings.Repeat("k", 200)}, 4000)
	for i := range 500 {
		one.Addr = netip.AddrPortFrom(one.Addr.Addr(), uint16(1000+i))
		s.Services = append(s.Services, one)
	}
	if text, _ := write(t, s, nil, provisions.V21); !strings.Contains(text, "more services and log-ins were seen") || len(text) > device.MaxSize {
		t.Errorf("%d bytes", len(text))
	}
}

// Services on UDP have rows too, and of a service that is not known nothing is said of how it talks.
func TestDatagramsAndTheUnknown(t *testing.T) {
	s := hostile("plain")
	s.Datagrams = []draft.Datagram{{Port: udp.Port{Addr: netip.MustParseAddrPort("192.0.2.7:161"), State: udp.Open, Protocol: "snmp"}, By: "line 9, udp.Ports"}}
	for _, e := range provisions.Editions() {
		text, f := write(t, s, nil, e)
		if last := (*f.IXIT.SoftServ)[len(*f.IXIT.SoftServ)-1]; last.Description != "snmp on UDP 161" || last.At[0].Port != 161 {
			t.Errorf("%+v", last)
		}
		if strings.Contains(text, "talks in clear") {
			t.Errorf("it claims that an unknown service talks in clear:\n%s", text)
		}
	}
}
