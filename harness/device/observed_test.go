package device

import (
	"slices"
	"testing"
)

// What was seen, against what is declared, in both directions; what was not looked at is not missed.
func TestDifferences(t *testing.T) {
	t.Parallel()
	f, err := Parse("f.yaml", []byte(`
device: {model: M}
edition: V2.1
ixit:
  1-AuthMech:
    - {ID: AuthMech-1, Description: page, Authentication Factor: password, at: [{proto: https, port: 443}]}
    - {ID: AuthMech-2, Description: broker, Authentication Factor: certificate, at: [{proto: mqtts, port: 8883}]}
  11-ComMech:
    - {ID: ComMech-1, Description: page, at: [{proto: https, port: 443}], crypto: {tls_min: "1.2", versions: ["1.2", "1.3"]}}
    - {ID: ComMech-2, Description: names, at: [{proto: mdns, port: 5353}]}
  13-SoftServ:
    - {ID: SoftServ-1, Description: page, at: [{proto: https, port: 443}]}
    - {ID: SoftServ-2, Description: shells, at: [{proto: ssh}]}
  15-Intf:
    - {ID: Intf-1, Description: page, state: enabled, at: [{proto: https, port: 443}]}
    - {ID: Intf-2, Description: names, state: enabled, at: [{proto: mdns, port: 5353}]}
    - {ID: Intf-3, Description: maintenance, state: disabled, at: [{port: 5555}]}
    - {ID: Intf-4, Description: pairing, state: enabled, need: intermittent, at: [{port: 6000}]}
    - {ID: Intf-5, Description: broker, Status: enabled, at: [{proto: mqtts, port: 8883}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	page := SeenService{Port: 443, Protocol: "https", TLS: []string{"1.2", "1.3"}}
	login := SeenLogin{443, "form /login"}
	for _, c := range []struct {
		what string
		seen Observed
		want []string
	}{
		{"as declared, as far as it was looked at", Observed{Services: []SeenService{page}, Logins: []SeenLogin{login}, Asked: true}, nil},
		{"all was looked at", Observed{Services: []SeenService{page}, Whole: true}, []string{"Intf-5 is declared at port 8883, where nothing answers"}},
		{"one port was looked at", Observed{Services: []SeenService{page}, Closed: []uint16{8883}}, []string{"Intf-5 is declared at port 8883, where nothing answers"}},
		{"a stranger", Observed{Services: []SeenService{page, {Port: 22, Protocol: "ssh"}}}, []string{
			"ssh on TCP 22 answers, and no row of 15-Intf declares it", "ssh on TCP 22 answers, and no mechanism of communication is declared there"}},
		{"a service behind a port that is declared for datagrams", Observed{Services: []SeenService{{Port: 5353}}}, []string{
			"an unknown service on TCP 5353 answers, and no row of 15-Intf declares it", "an unknown service on TCP 5353 answers, and no mechanism of communication is declared there",
			"an unknown service on TCP 5353 answers, and no row of 13-SoftServ is at that port"}},
		{"one that is declared as disabled", Observed{Services: []SeenService{{Port: 5555, Protocol: "http"}}}, []string{
			"http on TCP 5555 answers, and Intf-3 declares it as disabled", "http on TCP 5555 answers, and no mechanism of communication is declared there", "http on TCP 5555 answers, and no row of 13-SoftServ is at that port"}},
		{"weaker and less than declared", Observed{Services: []SeenService{{Port: 443, Protocol: "https", TLS: []string{"1.0", "1.2"}}}}, []string{
			"https on TCP 443 accepts version 1.0, and ComMech-1 declares 1.2 as the least", "https on TCP 443 does not accept version 1.3, which ComMech-1 declares"}},
		{"another log-in", Observed{Services: []SeenService{page}, Logins: []SeenLogin{{8080, "basic /\x1b[2J"}}, Asked: true}, []string{
			`port 8080 takes credentials ("basic /\x1b[2J"), and no row of 1-AuthMech is at that port`, "AuthMech-1 is declared at port 443, where nothing took credentials"}},
	} {
		var got []string
		for _, x := range f.Differences(c.seen) {
			got = append(got, x.What)
			if x.Line == 0 || x.Next == "" || x.Kind != Undeclared && x.Kind != Unseen {
				t.Errorf("%+v", x)
			}
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.what, got, c.want)
		}
	}
}
