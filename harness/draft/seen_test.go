package draft_test

import (
	"encoding/json"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/draft"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/harness/probe/udp"
	"github.com/secure-by-design/assay/provisions"
)

// record writes events as a run does.
func record(t *testing.T, events ...evidence.Event) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	r, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	opening, err := json.Marshal(harness.Opening{Run: "r", Edition: provisions.V21, State: device.Initialised})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range append([]evidence.Event{{Kind: evidence.Opened, Data: opening}}, events...) {
		if _, err := r.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func saw(t *testing.T, device, key string, answer any) evidence.Event {
	t.Helper()
	b, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Event{Kind: evidence.Saw, Device: device, Key: key, Answer: b}
}

// What was answered last counts, at the address where it was answered; the twin, failures and stopped questions do not.
func TestFrom(t *testing.T) {
	first, other := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.0.2.8")
	web := func(at netip.Addr) service.Service {
		return service.Service{Addr: netip.AddrPortFrom(at, 443), Elsewhere: at == other, State: "open", Protocol: "http", TLS: true}
	}
	shell := service.Service{Addr: netip.AddrPortFrom(first, 22), State: "open", Protocol: "ssh"}
	shut := service.Service{Addr: netip.AddrPortFrom(first, 23), State: "refused"}
	offers := func(version string) tls.Offered {
		return tls.Offered{TLS: true, Versions: []tls.Version{{Name: version}}}
	}
	stopped := saw(t, "A", `tls.Offers{"Port":443}`, offers("TLS 1.1"))
	stopped.Stopped = true
	failed := saw(t, "A", `tls.Offers{"Port":443}`, offers("TLS 1.1"))
	failed.Error = "no"
	past, err := harness.Read(record(t,
		saw(t, "A", "tcp.Ports{}", tcp.Scan{Complete: true, Scanned: 65535}),
		saw(t, "A", `service.All{"Ports":null}`, []service.Service{web(first), web(other), shell, shut}),
		saw(t, "A", `tls.Offers{"Port":443}`, offers("TLS 1.0")),
		saw(t, "A", `tls.Offers{"Port":443}`, offers("TLS 1.2")),
		saw(t, "A", `tls.Offers{"Port":443} at 192.0.2.8`, offers("TLS 1.3")),
		saw(t, "B", `tls.Offers{"Port":443}`, offers("TLS 1.1")),
		saw(t, "A", `ssh.Offers{"Port":22}`, ssh.Offered{SSH: true, Protocol: "2.0"}),
		stopped, failed,
		saw(t, "A", `udp.Ports{"Most":20}`, udp.Scan{Ports: []udp.Port{
			{Addr: netip.AddrPortFrom(first, 161), State: udp.Open, Protocol: "snmp"}, {Addr: netip.AddrPortFrom(first, 69), State: udp.Closed, Protocol: "tftp"}}})))
	if err != nil {
		t.Fatal(err)
	}
	s, err := draft.From(past)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Whole || len(s.Services) != 3 {
		t.Fatalf("%+v", s)
	}
	if len(s.Datagrams) != 1 || s.Datagrams[0].Protocol != "snmp" || s.Datagrams[0].By != "line 11, udp.Ports" {
		t.Errorf("%+v", s.Datagrams)
	}
	for i, want := range []string{"ssh on TCP 22", "https on TCP 443", "https on TCP 443 of 192.0.2.8"} {
		if got := s.Services[i].String(); got != want {
			t.Errorf("%s is %s", want, got)
		}
	}
	if a, b := s.Services[1], s.Services[2]; a.TLS.Versions[0].Name != "TLS 1.2" || a.TLSBy != "line 5, tls.Offers" || b.TLS.Versions[0].Name != "TLS 1.3" {
		t.Errorf("%+v %+v", a.TLS, b.TLS)
	}
	if s.Services[0].SSH == nil || s.Services[0].SSHBy != "line 8, ssh.Offers" {
		t.Errorf("%+v", s.Services[0])
	}
	broken, err := harness.Read(record(t, evidence.Event{Kind: evidence.Saw, Device: "A", Key: "service.All{}", Answer: []byte(`{"Ports":1}`)}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := draft.From(broken); err == nil || !strings.Contains(err.Error(), "line 2: ") {
		t.Error(err)
	}
}
