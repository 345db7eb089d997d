package discovery

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// A station is one address that spoke, or stands in the neighbour table, and all that it said. What it says changes
// nothing that another station said.
type station struct {
	addr      netip.Addr
	link      *link
	foreign   bool   // speaks from an address that does not belong on the link: shown, never taken
	mac       string // from the neighbour table; empty on loopback
	first     time.Time
	instances map[string]*instance // DNS-SD, by full name in lower case
	hosts     map[string]*host     // by name in lower case
	adverts   map[string]*advert   // SSDP and WS-Discovery, by what names them
	described map[string]bool      // locations of descriptions that were fetched, or are being
	claimed   map[string]bool      // other addresses and hosts that SSDP or WS-Discovery named
	goodbye   bool
	neighbour bool // in the neighbour table
}

// An instance is one DNS-SD service.
type instance struct {
	full, name, typ string // full: as sent, to ask for
	host            string // SRV target, as sent; empty: not known yet
	port            uint16
	txt             []string // nil: not known yet
	gone            bool
	heard, expires  time.Time
	left            time.Time // when it said goodbye
	was             []string  // the TXT before the last change
	turned          time.Time // when it changed
}

// A host is a host name and the addresses that the station gives it.
type host struct {
	name  string // as sent
	addrs map[netip.Addr]time.Time
}

// An advert is one SSDP or WS-Discovery announcement, with what its description says.
type advert struct {
	source, typ, uuid                     string
	port                                  uint16
	name, vendor, model, firmware, server string
	serial                                bool
	gone                                  bool
}

// A change is what an Event is made of.
type change struct {
	kind string
	at   *station
	inst *instance
}

func newStation(addr netip.Addr, l *link, foreign bool, now time.Time) *station {
	return &station{addr: addr, link: l, foreign: foreign, first: now,
		instances: map[string]*instance{}, hosts: map[string]*host{}, adverts: map[string]*advert{},
		described: map[string]bool{}, claimed: map[string]bool{}}
}

// shortest is how long an announcement holds at least: answers to one-shot questions say 10 s at most (RFC 6762, 6.7),
// and questions are repeated once a minute or more.
const shortest = 150 * time.Second

// inFlight is how long an answer given before a goodbye or change may arrive after it, by another socket of ours.
const inFlight = 250 * time.Millisecond

// hear takes one mDNS record of the station, and reports a change of something known.
func (s *station) hear(r record, now time.Time) []change {
	switch r.kind {
	case dns.TypePTR:
		i := s.instance(r.target, now)
		if _, ok := splitType(lastLabels(r.name, 3)); i == nil || !ok {
			return nil
		}
		return s.renew(i, r.ttl, now)
	case dns.TypeSRV:
		i := s.instance(r.shown, now)
		if i == nil {
			return nil
		}
		if r.ttl > 0 {
			i.host, i.port = r.target, r.port
		}
		return s.renew(i, r.ttl, now)
	case dns.TypeTXT:
		if i := s.instance(r.shown, now); i != nil && r.ttl > 0 {
			return s.update(i, r.txt, now)
		}
	case dns.TypeA:
		s.hearAddress(r, now)
	}
	return nil
}

// update takes a TXT record.
func (s *station) update(i *instance, txt []string, now time.Time) []change {
	if i.txt == nil || slices.Equal(i.txt, txt) {
		i.txt = txt
		return nil
	}
	if slices.Equal(i.was, txt) && now.Sub(i.turned) < inFlight {
		return nil
	}
	i.was, i.txt, i.turned, i.heard = i.txt, txt, now, now
	if i.gone {
		return nil
	}
	return []change{{Updated, s, i}}
}

// lastLabels gives the last n labels of a name, so that a subtype's PTR counts for its type.
func lastLabels(name string, n int) string {
	l := dns.SplitDomainName(name)
	return strings.Join(l[max(0, len(l)-n):], ".") + "."
}

// instance finds or makes the instance of that full name; nil where the name is none, or there are too many.
func (s *station) instance(full string, now time.Time) *instance {
	key := dns.CanonicalName(full)
	if i := s.instances[key]; i != nil {
		return i
	}
	name, typ, ok := splitInstance(full)
	if !ok || len(s.instances) >= maxServices {
		return nil
	}
	i := &instance{full: full, name: name, typ: typ, gone: true, expires: now}
	s.instances[key] = i
	return i
}

// renew takes a PTR or SRV record as a sign of life, or with TTL 0 as a goodbye.
func (s *station) renew(i *instance, ttl time.Duration, now time.Time) []change {
	if ttl == 0 {
		was := i.gone
		i.gone, i.left = true, now
		if s.goodbye = true; !was {
			return []change{{Gone, s, i}}
		}
		return nil
	}
	if now.Sub(i.left) < inFlight {
		return nil
	}
	i.gone, i.heard, i.expires = false, now, now.Add(max(ttl, shortest))
	return nil
}

// hearAddress takes an A or AAAA record. A flush ends what is older than a second in the same family (RFC 6762, 10.2).
func (s *station) hearAddress(r record, now time.Time) {
	h := s.hosts[r.name]
	if h == nil {
		if r.ttl == 0 || len(s.hosts) >= maxHosts {
			return
		}
		h = &host{name: r.shown, addrs: map[netip.Addr]time.Time{}}
		s.hosts[r.name] = h
	}
	a := s.link.local(r.addr)
	if r.ttl == 0 {
		delete(h.addrs, a)
		return
	}
	for old, heard := range h.addrs {
		if r.flush && old.Is4() == a.Is4() && now.Sub(heard) > time.Second {
			delete(h.addrs, old)
		}
	}
	if len(h.addrs) < maxAddresses {
		h.addrs[a] = now
	}
}

// expire marks what was not renewed in time.
func (s *station) expire(now time.Time) (changes []change) {
	for _, i := range s.instances {
		if !i.gone && now.After(i.expires) {
			changes = append(changes, s.renew(i, 0, now)...)
		}
	}
	return changes
}

// says reports whether the station names that address as its own, by mDNS.
func (s *station) says(a netip.Addr) bool {
	for _, h := range s.hosts {
		if _, ok := h.addrs[a]; ok {
			return true
		}
	}
	return false
}

// claim notes an address or host that the station named outside mDNS.
func (s *station) claim(where string) {
	if len(s.claimed) < maxAddresses {
		s.claimed[clip(where, maxText)] = true
	}
}

// uuids are the UPnP and WS-Discovery identities of the station.
func (s *station) uuids() (ids []string) {
	for _, a := range s.adverts {
		if a.uuid != "" {
			ids = append(ids, strings.ToLower(a.uuid))
		}
	}
	return ids
}

// speaks says that the station announced something, rather than only standing in the neighbour table.
func (s *station) speaks() bool {
	return len(s.instances) > 0 || len(s.hosts) > 0 || len(s.adverts) > 0
}

// live says that something is offered now.
func (s *station) live() bool {
	for _, i := range s.instances {
		if !i.gone {
			return true
		}
	}
	for _, a := range s.adverts {
		if !a.gone {
			return true
		}
	}
	return false
}

// advert finds or makes the announcement of that key; nil where there are too many.
func (s *station) advert(key string) *advert {
	a := s.adverts[key]
	if a == nil && len(s.adverts) < maxServices {
		a = &advert{}
		s.adverts[key] = a
	}
	return a
}
