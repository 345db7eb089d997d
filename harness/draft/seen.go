package draft

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/mdns"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/harness/probe/tls"
	"github.com/secure-by-design/assay/harness/probe/udp"
)

// Units are those, of both editions, whose gentle questions a draft rests on: which log-ins there are, what TLS and SSH
// offer, what is told without a log-in. Each asks for ports and services first.
var Units = []string{"5.1-1-2c", "5.5-1-2a", "5.6-2-2a"}

// Seen is what a record tells of its device, each with the line that it stands in.
type Seen struct {
	Dir       string // of the record
	Identity  harness.Identity
	Declared  bool // the run had a device file: its identification may stand in Identity
	State     device.State
	Services  []Service
	UDP       bool // services on UDP were asked for
	Datagrams []Datagram
	Logins    []Login
	Asked     bool // services were asked for log-ins
	Announced mdns.Records
	By        string // the line of Announced
	Whole     bool   // all ports were decided
}

// A Service that was seen, and what it offers.
type Service struct {
	service.Service
	By        string // "line 10, service.All"
	TLS       *tls.Offered
	TLSBy     string
	SSH       *ssh.Offered
	SSHBy     string
	Proto     string // as a device file calls it: https, ssh, mqtts; "" where it is not known
	elsewhere string
}

// A Datagram is a UDP port that answered.
type Datagram struct {
	udp.Port
	By string
}

// A Login that was seen.
type Login struct {
	login.Login
	By string
}

// A spot is a port at the device's first address, "", or at another one.
type spot struct {
	address string
	port    uint16
}

// From reads what a record tells. What was answered last counts.
func From(past *harness.Past) (*Seen, error) {
	s := &Seen{Dir: past.Dir, Identity: past.Opening.Identity, Declared: past.File != nil, State: past.Opening.State}
	r := &reading{s: s, at: map[spot]Service{}, tls: map[spot]sight[tls.Offered]{}, ssh: map[spot]sight[ssh.Offered]{}}
	for _, e := range past.Log.Events {
		if e.Kind != evidence.Saw || e.Error != "" || e.Stopped {
			continue
		}
		if err := r.take(e); err != nil {
			return nil, fmt.Errorf("read the record in %s: line %d: %w", past.Dir, e.N, err)
		}
	}
	r.join()
	return s, nil
}

// A sight is an answer and its line.
type sight[A any] struct {
	answer A
	by     string
}

// reading gathers answers by place.
type reading struct {
	s   *Seen
	at  map[spot]Service
	tls map[spot]sight[tls.Offered]
	ssh map[spot]sight[ssh.Offered]
}

func (r *reading) take(e evidence.Event) (err error) {
	question, key, _ := strings.Cut(e.Key, "{")
	by := fmt.Sprintf("line %d, %s", e.N, question)
	if e.Device != "A" {
		return nil // the twin
	}
	address := ""
	if i := strings.LastIndex(key, "} at "); i >= 0 { // asked at another of its addresses
		key, address = key[:i+1], key[i+len("} at "):]
	}
	switch key = "{" + key; question {
	case "tcp.Ports":
		var a tcp.Scan
		err = json.Unmarshal(e.Answer, &a)
		r.s.Whole = a.Complete && a.Scanned >= every*max(len(a.Asked), 1)
	case "service.All":
		var all []service.Service
		err = json.Unmarshal(e.Answer, &all)
		for _, x := range all {
			if x.State == "open" {
				r.at[spotOf(x)] = Service{Service: x, By: by}
			}
		}
	case "udp.Ports":
		var a udp.Scan
		err = json.Unmarshal(e.Answer, &a)
		r.s.UDP, r.s.Datagrams = true, nil
		for _, p := range a.Ports {
			if p.State == udp.Open && !p.Elsewhere {
				r.s.Datagrams = append(r.s.Datagrams, Datagram{p, by})
			}
		}
	case "tls.Offers":
		var q tls.Offers
		var a tls.Offered
		if err = unmarshal(key, &q, e.Answer, &a); err == nil && a.TLS {
			r.tls[spot{address, q.Port}] = sight[tls.Offered]{a, by}
		}
	case "ssh.Offers":
		var q ssh.Offers
		var a ssh.Offered
		if err = unmarshal(key, &q, e.Answer, &a); err == nil && a.SSH {
			r.ssh[spot{address, q.Port}] = sight[ssh.Offered]{a, by}
		}
	case "login.All":
		var found login.Found
		err = json.Unmarshal(e.Answer, &found)
		r.s.Asked, r.s.Logins = true, nil
		for _, l := range found.Logins {
			r.s.Logins = append(r.s.Logins, Login{l, by})
		}
	case "mdns.Announced":
		var a mdns.Records
		if err = json.Unmarshal(e.Answer, &a); err == nil && a.Answers {
			r.s.Announced, r.s.By = a, by
		}
	}
	return err
}

// every port of one address.
const every = 65535

func unmarshal(key string, q any, answer []byte, a any) error {
	if err := json.Unmarshal([]byte(key), q); err != nil {
		return err
	}
	return json.Unmarshal(answer, a)
}

func spotOf(x service.Service) spot {
	if x.Elsewhere {
		return spot{x.Addr.Addr().String(), x.Addr.Port()}
	}
	return spot{"", x.Addr.Port()}
}

// join puts what was asked of a place beside its service, in the order of ports.
func (r *reading) join() {
	for at, x := range r.at {
		if o, ok := r.tls[at]; ok {
			x.TLS, x.TLSBy = &o.answer, o.by
		}
		if o, ok := r.ssh[at]; ok {
			x.SSH, x.SSHBy = &o.answer, o.by
		}
		x.Proto, x.elsewhere = x.Protocol, at.address
		if x.Service.TLS && x.Proto != "" {
			x.Proto += "s"
		}
		r.at[at] = x
	}
	r.s.Services = slices.SortedFunc(maps.Values(r.at), func(a, b Service) int {
		return cmp.Or(strings.Compare(a.elsewhere, b.elsewhere), cmp.Compare(a.Addr.Port(), b.Addr.Port()))
	})
}

// String is how a reader knows it: "https on TCP 8443".
func (x Service) String() string {
	s := fmt.Sprintf("%s on TCP %d", cmp.Or(x.Proto, "an unknown service"), x.Addr.Port())
	if x.elsewhere != "" {
		s += " of " + x.elsewhere
	}
	return s
}

// endpoint is the place of a service as a device file writes it.
func (x Service) endpoint() device.Endpoint {
	return device.Endpoint{Proto: x.Proto, Port: x.Addr.Port()}
}
