package discovery

import (
	"strings"
	"time"
)

// A teller turns what changed into events, each told once: a dual-stack device says all twice.
type teller struct {
	known map[*station]bool
	gone  map[*station]bool // the first station of a device that was told to be gone
	state map[string]string // what was told last of a service
}

// ripe is how long a device is completed before it is told of.
const ripe = 250 * time.Millisecond

// tell sends the events; now is zero at the end, when nothing is waited for.
func (t *teller) tell(s *search, devices []Device, of map[*station]int, now time.Time) {
	changes := s.changes
	s.changes = nil
	if s.o.Event == nil {
		return
	}
	if t.known == nil {
		t.known, t.gone, t.state = map[*station]bool{}, map[*station]bool{}, map[string]string{}
	}
	groups := make([][]*station, len(devices))
	for st, n := range of {
		groups[n] = append(groups[n], st)
	}
	for n, d := range devices {
		t.appear(s.o.Event, d, groups[n], now)
		for _, service := range d.Services {
			if t.state[stateKey(d, service)] == Gone {
				delete(t.state, stateKey(d, service))
			}
		}
	}
	for _, c := range changes {
		if t.known[c.at] {
			t.change(s.o.Event, devices[of[c.at]], c)
		}
	}
	for n, d := range devices {
		t.leave(s.o.Event, d, groups[n])
	}
}

func (t *teller) appear(event func(Event), d Device, g []*station, now time.Time) {
	known, due := false, now.IsZero()
	for _, st := range g {
		known = known || t.known[st]
		due = due || now.Sub(st.first) >= ripe
	}
	if !known && !due {
		return
	}
	for _, st := range g {
		t.known[st] = true
	}
	if !known {
		event(Event{Kind: Appeared, Device: d})
	}
}

func (t *teller) change(event func(Event), d Device, c change) {
	service := c.inst.service()
	value := Updated + strings.Join(service.Raw, "\x00")
	if c.kind == Gone {
		value = Gone
	}
	for _, now := range d.Services {
		if stateKey(d, now) == stateKey(d, service) {
			if c.kind == Gone {
				return // another address of the device offers it still
			}
			service.Addrs = now.Addrs
		}
	}
	if key := stateKey(d, service); t.state[key] != value {
		t.state[key] = value
		event(Event{Kind: c.kind, Device: d, Service: &service})
	}
}

func (t *teller) leave(event func(Event), d Device, g []*station) {
	told := false
	for _, st := range g {
		told = told || t.gone[st]
	}
	for _, st := range g {
		t.gone[st] = d.Gone && t.known[st]
	}
	if d.Gone && !told && t.known[g[0]] {
		event(Event{Kind: Gone, Device: d})
	}
}

// stateKey names a service of a device for as long as the device keeps its first address.
func stateKey(d Device, s Service) string {
	at := ""
	if len(d.Addresses) > 0 {
		at = d.Addresses[0].String()
	}
	return at + "\x00" + s.Type + "\x00" + s.Instance
}
