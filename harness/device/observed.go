package device

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Observed is what was seen of a device, as far as its declaration speaks of it.
type Observed struct {
	Services []SeenService
	Logins   []SeenLogin
	Whole    bool     // all ports of the device were decided: what is not among Services does not answer
	Closed   []uint16 // where Whole is false: ports that did not answer
	Asked    bool     // the services were asked for log-ins
}

// A SeenService answers at a TCP port.
type SeenService struct {
	Port     uint16
	Protocol string   // as a file calls it: https, ssh, mqtts; "" where it is not known
	TLS      []string // versions that it accepts: 1.2
}

// A SeenLogin takes credentials.
type SeenLogin struct {
	Port uint16
	What string // "form /login"
}

// datagrams are protocols that no sweep over TCP shows.
var datagrams = []string{"mdns", "coap", "coaps", "snmp", "ssdp", "dhcp", "dns", "ntp", "quic", "udp"}

// Differences are what was seen and is not declared, and what is declared and was not seen.
func (f *File) Differences(o Observed) []Finding {
	d := &differences{f: f, o: o}
	d.interfaces()
	d.services()
	d.logins()
	d.strengths()
	slices.SortStableFunc(d.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return d.found
}

// differences gathers them.
type differences struct {
	f     *File
	o     Observed
	found []Finding
}

func (d *differences) say(kind Kind, path, next, what string, a ...any) {
	d.found = append(d.found, d.f.find(kind, path, fmt.Sprintf(what, a...), next))
}

// interfaces holds each listener against the interface tables, and each declared one against the listeners.
func (d *differences) interfaces() {
	table, rows := "15-Intf", d.f.IXIT.Intf
	if d.f.IXIT.LogIntf != nil {
		table, rows = "28-LogIntf", d.f.IXIT.LogIntf
	}
	if rows == nil {
		return // a gap
	}
	for _, s := range d.o.Services {
		if !slices.ContainsFunc(*rows, func(r Intf) bool { return speakOf(r.At, s) }) {
			d.say(Undeclared, "ixit/"+table, "declare it, or close it", "%s answers, and no row of %s declares it", s, table)
		}
	}
	all(table, rows, func(path string, r Intf) {
		for i, e := range r.At {
			if e.Port == 0 || slices.Contains(datagrams, e.Proto) {
				continue
			}
			at := slices.IndexFunc(d.o.Services, func(s SeenService) bool { return s.Port == e.Port })
			off := strings.HasPrefix(cmp.Or(r.State, strings.ToLower(r.Status)), "disabled")
			switch {
			case off && at >= 0:
				d.say(Undeclared, path, "disable it, or correct its state", "%s answers, and %s declares it as disabled", d.o.Services[at], r.ID)
			case !off && at < 0 && (d.o.Whole || slices.Contains(d.o.Closed, e.Port)) && r.Need != "intermittent":
				d.say(Unseen, fmt.Sprintf("%s/at/%d", path, i), "correct the port, or say that it is off", "%s is declared at port %d, where nothing answers", r.ID, e.Port)
			}
		}
	})
}

// services holds each listener against 11-ComMech and 13-SoftServ.
func (d *differences) services() {
	for _, s := range d.o.Services {
		if t := d.f.IXIT.ComMech; t != nil && !slices.ContainsFunc(*t, func(r ComMech) bool { return speakOf(r.At, s) }) {
			d.say(Undeclared, "ixit/11-ComMech", "declare how it communicates", "%s answers, and no mechanism of communication is declared there", s)
		}
		if t := d.f.IXIT.SoftServ; t != nil && !slices.ContainsFunc(*t, func(r SoftServ) bool { return speakOf(r.At, s) }) {
			d.say(Undeclared, "ixit/13-SoftServ", "declare the service, and what it is for", "%s answers, and no row of 13-SoftServ is at that port", s)
		}
	}
}

func (d *differences) logins() {
	mechs := d.f.IXIT.AuthMech
	if mechs == nil || !d.o.Asked {
		return
	}
	for _, l := range d.o.Logins {
		if !slices.ContainsFunc(*mechs, func(m AuthMech) bool {
			return slices.ContainsFunc(m.At, func(e Endpoint) bool { return e.Port == l.Port })
		}) {
			d.say(Undeclared, "ixit/1-AuthMech", "declare the log-in, or take it away", "port %d takes credentials (%q), and no row of 1-AuthMech is at that port", l.Port, clip(l.What))
		}
	}
	all("1-AuthMech", mechs, func(path string, m AuthMech) {
		for i, e := range m.At {
			if password(m) && e.Port != 0 && !slices.ContainsFunc(d.o.Logins, func(l SeenLogin) bool { return l.Port == e.Port }) {
				d.say(Unseen, fmt.Sprintf("%s/at/%d", path, i), "see that it was on, and correct the place", "%s is declared at port %d, where nothing took credentials", m.ID, e.Port)
			}
		}
	})
}

// strengths holds versions of TLS against those that mechanisms declare.
func (d *differences) strengths() {
	all("11-ComMech", d.f.IXIT.ComMech, func(path string, m ComMech) {
		if m.Strength == nil || m.Strength.TLSMin == "" {
			return
		}
		for _, s := range d.o.Services {
			if !speakOf(m.At, s) {
				continue
			}
			for _, v := range s.TLS {
				if v < m.Strength.TLSMin {
					d.say(Undeclared, path+"/crypto", "refuse it, or declare it", "%s accepts version %s, and %s declares %s as the least", s, v, m.ID, m.Strength.TLSMin)
				}
			}
			for _, v := range m.Strength.Versions {
				if len(s.TLS) > 0 && !slices.Contains(s.TLS, v) {
					d.say(Unseen, path+"/crypto/versions", "correct the versions", "%s does not accept version %s, which %s declares", s, v, m.ID)
				}
			}
		}
	})
}

// speakOf tells whether places name a service: by its port, or by its protocol where they name no port.
func speakOf(at []Endpoint, s SeenService) bool {
	return slices.ContainsFunc(at, func(e Endpoint) bool {
		if e.Port != 0 {
			return e.Port == s.Port && !slices.Contains(datagrams, e.Proto)
		}
		return e.Proto != "" && e.Proto == s.Protocol
	})
}

func (s SeenService) String() string {
	return fmt.Sprintf("%s on TCP %d", cmp.Or(s.Protocol, "an unknown service"), s.Port)
}
