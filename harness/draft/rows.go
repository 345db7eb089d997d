package draft

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds of what a device's words take of a file.
const (
	maxWords = 160 // characters of one text
	maxNames = 100 // of one list
)

// words bounds a device's text.
func words(s string) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > maxWords {
		s = string(r[:maxWords-1]) + "…"
	}
	return s
}

// list bounds a device's list.
func list(names []string) (out []string) {
	for _, n := range names[:min(len(names), maxNames)] {
		if n = words(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// A row is one row of a table as the draft writes it.
type row struct {
	row  any      // of package device
	seen []string // what it rests on
	todo []string // what only a person knows, beside the standard's fields that are empty
}

// tables are the rows that an observation gives, by table.
type tables map[string][]row

func (t tables) add(table string, r any, seen []string, todo ...string) {
	t[table] = append(t[table], row{r, seen, todo})
}

const accepted = "this is what the device accepted: strike what it should not, or mend the device"

// rowsOf makes the rows of what was seen.
func rowsOf(s *Seen, e provisions.Edition, services []Service, logins []Login) tables {
	t := tables{}
	for i, l := range logins {
		t.login(i+1, l, services)
	}
	for i, x := range services {
		t.service(i+1, x, e, logins)
	}
	n := len(services) + 1
	if s.By != "" {
		t.announcements(n, s, e)
		n++
	}
	for _, d := range s.Datagrams[:min(len(s.Datagrams), maxNames)] {
		if s.By != "" && d.Protocol == "mdns" {
			continue // it stands there
		}
		t.datagram(n, d, e)
		n++
	}
	t.keys(services)
	t.implementations(services)
	return t
}

// login is a row of 1-AuthMech.
func (t tables) login(n int, l Login, services []Service) {
	m := device.AuthMech{ID: fmt.Sprintf("AuthMech-%d", n), Description: "Log-in by " + words(l.Login.String())}
	at := device.Endpoint{Proto: l.Protocol, Port: l.Port, Path: words(l.Path), Guards: words(l.Guards)}
	seen := []string{l.By}
	for _, x := range services {
		if !serves(x, l) {
			continue
		}
		at.Proto, m.Strength = x.Proto, floor(x)
		if x.SSH != nil {
			m.Factor = factorOfSSH(x)
			seen = append(seen, x.SSHBy)
		}
		if x.TLS != nil {
			seen = append(seen, x.TLSBy)
		}
	}
	switch l.Protocol {
	case "form", "json", "basic", "digest", "onvif":
		at.Scheme, m.Factor = l.Protocol, "password"
	case "telnet", "ftp":
		m.Factor = "password"
	}
	m.At = []device.Endpoint{at}
	todo := []string{"use: user or m2m", "login: which login of samples: opens it"}
	if m.Factor == "password" {
		todo = append(todo, "gen: how a pre-installed value is made", "bf: how guessing is prevented")
	}
	t.add("1-AuthMech", m, seen, todo...)
}

// serves tells whether a service is the one that takes a login.
func serves(x Service, l Login) bool {
	if l.Address.IsValid() {
		return x.elsewhere == l.Address.String() && x.Addr.Port() == l.Port
	}
	return x.elsewhere == "" && x.Addr.Port() == l.Port
}

// factorOfSSH is what an SSH server says that it takes; "" where it does not say.
func factorOfSSH(x Service) string {
	var methods []string
	for _, a := range x.SSH.Auth {
		methods = append(methods, a.Methods...)
	}
	switch {
	case slices.Contains(methods, "password") || slices.Contains(methods, "keyboard-interactive"):
		return "password"
	case slices.Contains(methods, "publickey"):
		return "key"
	}
	return ""
}

// service is a row of each table that speaks of services.
func (t tables) service(n int, x Service, e provisions.Edition, logins []Login) {
	at, seen := []device.Endpoint{x.endpoint()}, []string{x.By}
	i := device.Intf{ID: fmt.Sprintf("Intf-%d", n), Description: x.String(), Status: "enabled", At: at, State: "enabled"}
	i.Disclosed, i.Discloses = disclosed(x)
	t.intf(i, seen, e, "need: always, intermittent or never", "debug: yes or no")
	v := device.SoftServ{ID: fmt.Sprintf("SoftServ-%d", n), Description: x.String(), Status: "enabled", At: at}
	for j, l := range logins {
		if serves(x, l) {
			v.AuthMechs = append(v.AuthMechs, fmt.Sprintf("AuthMech-%d", j+1))
		}
	}
	t.add("13-SoftServ", v, seen, "functions: what it does, as requests that can be tried")
	c := device.ComMech{ID: fmt.Sprintf("ComMech-%d", n), Description: x.String(), At: at, Strength: strength(x), Crypto: crypto(x)}
	var todo []string
	if x.TLS != nil || x.SSH != nil {
		todo = []string{accepted}
	}
	t.add("11-ComMech", c, by(x), append(todo, "remote: yes or no")...)
}

// intf is a row of 15-Intf or, in V3.1, of 28-LogIntf.
func (t tables) intf(i device.Intf, seen []string, e provisions.Edition, todo ...string) {
	if e == provisions.V31 {
		i.ID = "Log" + i.ID
		t.add("28-LogIntf", i, seen, todo...)
		return
	}
	i.Type = "logical"
	t.add("15-Intf", i, seen, todo...)
}

// by are the lines that tell of a service.
func by(x Service) (out []string) {
	for _, l := range []string{x.By, x.TLSBy, x.SSHBy} {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// disclosed is what a service tells of itself to anybody.
func disclosed(x Service) (string, []device.Item) {
	product, version := words(x.Product), words(x.Version)
	if product == "" && version == "" {
		return "", nil
	}
	items := []device.Item{}
	if product != "" {
		items = append(items, device.Item{Item: "name"})
	}
	if version != "" {
		items = append(items, device.Item{Item: "version"})
	}
	return strings.TrimSpace(product + " " + version), items
}

// announcements are the row of an interface for mDNS.
func (t tables) announcements(n int, s *Seen, e provisions.Edition) {
	at := []device.Endpoint{{Proto: "mdns", Port: 5353}}
	t.intf(device.Intf{ID: fmt.Sprintf("Intf-%d", n), Description: "mDNS", Status: "enabled", At: at, State: "enabled",
		Disclosed: words(strings.Join(s.Announced.Lines, "; "))}, []string{s.By}, e, "disclosed: each thing that it tells")
	t.add("13-SoftServ", device.SoftServ{ID: fmt.Sprintf("SoftServ-%d", n), Description: "mDNS", Status: "enabled", At: at}, []string{s.By})
	t.add("11-ComMech", device.ComMech{ID: fmt.Sprintf("ComMech-%d", n), Description: "mDNS", At: at, Crypto: "none"}, []string{s.By})
}

// datagram is a row of each table that speaks of services, of one on UDP. What a datagram holds is not looked into.
func (t tables) datagram(n int, d Datagram, e provisions.Edition) {
	what := fmt.Sprintf("%s on UDP %d", cmp.Or(words(d.Protocol), "an unknown service"), d.Addr.Port())
	at, seen := []device.Endpoint{{Proto: d.Protocol, Port: d.Addr.Port()}}, []string{d.By}
	t.intf(device.Intf{ID: fmt.Sprintf("Intf-%d", n), Description: what, Status: "enabled", At: at, State: "enabled"}, seen, e, "need: always, intermittent or never", "debug: yes or no")
	t.add("13-SoftServ", device.SoftServ{ID: fmt.Sprintf("SoftServ-%d", n), Description: what, Status: "enabled", At: at}, seen, "functions: what it does, as requests that can be tried")
	t.add("11-ComMech", device.ComMech{ID: fmt.Sprintf("ComMech-%d", n), Description: what, At: at}, seen, "remote: yes or no")
}

// keys are rows of 10-SecParam: each private key that a service proved to hold, once.
func (t tables) keys(services []Service) {
	known := map[string]bool{}
	add := func(id, what, line string) {
		if !known[id] {
			known[id] = true
			t.add("10-SecParam", device.SecParam{ID: fmt.Sprintf("SecParam-%d", len(known)), Description: what, Type: "critical"}, []string{line},
				"gen: how it is made")
		}
	}
	for _, x := range services {
		if x.TLS != nil && len(x.TLS.Chain) > 0 {
			leaf := x.TLS.Chain[0]
			add(leaf.SPKI, fmt.Sprintf("Private key of TLS at %s: %s, %d bits; SHA-256 of the public key %s", x, words(leaf.KeyType), leaf.KeyBits, words(leaf.SPKI)), x.TLSBy)
		}
		if x.SSH != nil {
			for _, k := range x.SSH.HostKeys[:min(len(x.SSH.HostKeys), 8)] {
				add(k.SHA256, fmt.Sprintf("Private host key of SSH at %s: %s, %d bits; fingerprint %s", x, words(k.Type), k.Bits, words(k.SHA256)), x.SSHBy)
			}
		}
	}
}

// implementations are rows of 12-NetSecImpl: each program that names itself, once.
func (t tables) implementations(services []Service) {
	known := map[string]bool{}
	for _, x := range services {
		name, version := words(x.Product), words(x.Version)
		if name == "" || known[name+"\x00"+version] {
			continue
		}
		known[name+"\x00"+version] = true
		t.add("12-NetSecImpl", device.NetSec{ID: fmt.Sprintf("NetSecImpl-%d", len(known)), Description: fmt.Sprintf("What serves %s, by its own words", x),
			Name: name, Version: version}, []string{x.By}, "the libraries for TLS and others, which no banner names")
	}
}

// floor is the least cryptography that a log-in passes through.
func floor(x Service) *device.Strength {
	s := strength(x)
	if s == nil {
		return nil
	}
	return &device.Strength{Protocol: s.Protocol, TLSMin: s.TLSMin, KeyBits: s.KeyBits, SSHKex: s.SSHKex}
}

// strength is what a service accepted, in typed keys.
func strength(x Service) *device.Strength {
	switch {
	case x.TLS != nil:
		s := &device.Strength{Protocol: []string{"TLS"}, Groups: list(slices.Compact(slices.Sorted(slices.Values(slices.Concat(x.TLS.Groups, x.TLS.Curves)))))}
		for _, v := range x.TLS.Versions {
			version, ok := strings.CutPrefix(v.Name, "TLS ")
			if !ok {
				continue // SSL has no word of its own here: it stands in the text
			}
			if s.TLSMin == "" {
				s.TLSMin = version
			}
			s.Versions = append(s.Versions, version)
			for _, c := range v.Suites {
				if !slices.Contains(s.Suites, c.Name) && len(s.Suites) < maxNames {
					s.Suites = append(s.Suites, c.Name)
				}
			}
		}
		if slices.ContainsFunc(x.TLS.Versions, func(v tls.Version) bool { return strings.HasPrefix(v.Name, "SSL") }) {
			s.TLSMin = ""
		}
		if len(x.TLS.Chain) > 0 {
			s.KeyBits = x.TLS.Chain[0].KeyBits
		}
		return s
	case x.SSH != nil:
		return &device.Strength{Protocol: []string{"SSH"}, Versions: list([]string{x.SSH.Protocol}), SSHKex: list(x.SSH.KeyExchanges())}
	}
	return nil
}

// crypto is what a service accepted, in words.
func crypto(x Service) string {
	join := func(names []string) string { return strings.Join(list(names), ", ") }
	switch {
	case x.TLS != nil:
		var versions []string
		for _, v := range x.TLS.Versions {
			versions = append(versions, v.Name)
		}
		s := join(versions) + ", with the suites that stand below"
		if len(x.TLS.Chain) > 0 {
			leaf := x.TLS.Chain[0]
			s += fmt.Sprintf("; certificate %s %d bits, signed by %s", words(leaf.KeyType), leaf.KeyBits, words(leaf.SignatureAlgorithm))
		}
		if x.TLS.ClientCertificate {
			s += "; it asks for a client's certificate"
		}
		return s
	case x.SSH != nil:
		return fmt.Sprintf("SSH %s; key exchange: %s; host keys: %s; ciphers: %s; MACs: %s", words(x.SSH.Protocol),
			join(x.SSH.KeyExchanges()), join(x.SSH.HostKeyAlgorithms), join(x.SSH.CiphersIn), join(x.SSH.MACsIn))
	case x.Service.TLS || x.Proto == "ssh":
		return "" // it was not asked
	case x.Proto == "":
		return "" // what is not known may be encrypted in a way of its own
	}
	return "none: it talks in clear"
}
