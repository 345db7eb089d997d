package discovery

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/miekg/dns"
)

const (
	tick       = 50 * time.Millisecond  // how long answers gather before what is missing is asked for
	slowTick   = 250 * time.Millisecond // how often devices are put together, and the neighbour table is read
	maxAsked   = 4096                   // different questions of one search
	maxRepeats = 6                      // of a question about one service or host
	maxWait    = time.Minute            // between repeats of a question (RFC 6762, 5.2)
)

// A search is one run of Discover. All but the sockets' readers and the fetches runs in one goroutine.
type search struct {
	o        Options
	links    []*link
	stations map[netip.Addr]*station
	types    map[string]bool // DNS-SD types asked for
	asked    map[query]*attempt
	packets  chan packet
	hints    chan string
	fetched  chan description
	slots    chan struct{} // bounds the fetches at once
	running  sync.WaitGroup
	ctx      context.Context // ends the fetches; that of run
	changes  []change
	told     teller
	crowded  bool
	round    attempt // of SSDP and WS-Discovery
	slow     time.Time
	probe    []byte
}

// A query is a question on one link; an attempt is when it is asked again.
type query struct {
	link int
	name string // as sent
	kind uint16
}

type attempt struct {
	n    int
	next time.Time
}

// due says whether it is time, and if so sets the next time: after one second, then two, then four (RFC 6762, 5.2).
func (a *attempt) due(now time.Time) bool {
	if now.Before(a.next) {
		return false
	}
	a.next = now.Add(min(time.Second<<min(a.n, 10), maxWait))
	a.n++
	return true
}

func newSearch(ctx context.Context, o Options, links []*link) *search {
	s := &search{o: o, links: links, ctx: ctx, stations: map[netip.Addr]*station{}, types: map[string]bool{},
		asked: map[query]*attempt{}, packets: make(chan packet, 256), hints: make(chan string),
		fetched: make(chan description), slots: make(chan struct{}, 8), probe: newProbe()}
	for _, t := range commonTypes {
		s.types[t] = true
	}
	return s
}

// commonTypes are asked for at once: not every device answers the question for its types (RFC 6763, 9).
var commonTypes = []string{
	"_http._tcp", "_https._tcp", "_ssh._tcp", "_sftp-ssh._tcp", "_telnet._tcp", "_ftp._tcp", "_mqtt._tcp", "_secure-mqtt._tcp",
	"_coap._udp", "_coaps._udp", "_hap._tcp", "_hap._udp", "_matter._tcp", "_matterc._udp", "_matterd._udp", "_googlecast._tcp",
	"_airplay._tcp", "_raop._tcp", "_rtsp._tcp", "_onvif._tcp", "_axis-video._tcp", "_hue._tcp", "_esphomelib._tcp", "_shelly._tcp",
	"_ipp._tcp", "_ipps._tcp", "_printer._tcp", "_workstation._tcp", "_device-info._tcp", "_spotify-connect._tcp", "_sonos._tcp",
	"_miio._udp", "_arduino._tcp", "_meshcop._udp", "_home-assistant._tcp",
}

// open opens all sockets. It fails only where no question at all can be asked.
func (s *search) open() error {
	var problems []error
	open := 0
	for _, l := range s.links {
		for _, p := range []*protocol{mdns, ssdp, wsd} {
			problems = append(problems, l.open(p))
		}
		open += len(l.conns)
	}
	if open == 0 {
		return cmp.Or(errors.Join(problems...), errors.New("no interface has an address\ngive one an address, or name another interface"))
	}
	for _, l := range s.links {
		for _, c := range l.conns {
			s.running.Add(1)
			go c.listen(s.ctx, s.packets, &s.running)
		}
		s.browseZeroconf(l)
	}
	return nil
}

// close ends all that open and run began; the context has ended already.
func (s *search) close() {
	for _, l := range s.links {
		for _, c := range l.conns {
			c.Close()
		}
	}
	s.running.Wait()
}

func (s *search) run(ctx context.Context) []Device {
	began := time.Now()
	t := time.NewTicker(tick)
	defer t.Stop()
	s.step(began)
	for {
		select {
		case p := <-s.packets:
			s.take(p, time.Now())
		case d := <-s.fetched:
			s.describe(d)
		case typ := <-s.hints:
			s.learn(typ)
		case now := <-t.C:
			if devices := s.step(now); devices != nil && s.o.Until != nil && now.Sub(began) >= s.o.settle && s.o.Until(devices) {
				return s.finish()
			}
		case <-ctx.Done():
			return s.finish()
		}
	}
}

func (s *search) finish() []Device {
	s.readNeighbours(time.Now())
	devices, of := s.devices()
	s.told.tell(s, devices, of, time.Time{})
	return devices
}

// step asks what is due and, now and then, puts the devices together and tells of changes; else it returns nil.
func (s *search) step(now time.Time) []Device {
	s.askMDNS(now)
	if s.round.due(now) {
		s.askOthers()
	}
	if now.Before(s.slow) {
		return nil
	}
	s.slow = now.Add(slowTick)
	s.readNeighbours(now)
	for _, st := range s.stations {
		s.changes = append(s.changes, st.expire(now)...)
	}
	if s.o.Event == nil && s.o.Until == nil {
		return nil
	}
	devices, of := s.devices()
	s.told.tell(s, devices, of, now)
	return devices
}

// take files a packet under the station that sent it.
func (s *search) take(p packet, now time.Time) {
	var use func(*station)
	switch p.proto {
	case mdns:
		records, err := parseMDNS(p.data)
		if err != nil || len(records) == 0 {
			return
		}
		use = func(st *station) { s.hearMDNS(st, records, now) }
	case ssdp:
		m, ok := parseSSDP(p.data)
		if !ok {
			return
		}
		use = func(st *station) { s.hearSSDP(st, m) }
	case wsd:
		matches, err := parseWSD(p.data)
		if err != nil || len(matches) == 0 {
			return
		}
		use = func(st *station) { st.hearWSD(matches) }
	}
	if from, ok := p.speaker(); ok {
		if st := s.station(from, p.link, now); st != nil {
			use(st)
		}
	}
}

// speaker is the address that a packet counts for. What comes in by loopback is this machine, though the kernel may give
// it another interface's address; a loopback address elsewhere is no neighbour's.
func (p packet) speaker() (netip.Addr, bool) {
	if p.link.loopback && !p.from.IsLoopback() {
		if p.from.Is4() {
			return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
		}
		return netip.IPv6Loopback(), true
	}
	return p.from, p.from.IsLoopback() == p.link.loopback
}

// station finds or makes the station of an address; nil where it is none, or there are too many.
func (s *search) station(a netip.Addr, l *link, now time.Time) *station {
	if st := s.stations[a]; st != nil {
		return st
	}
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
		return nil
	}
	if len(s.stations) >= maxStations {
		s.crowded = true
		return nil
	}
	st := newStation(a, l, !l.onLink(a) && !slices.Contains(s.o.Unicast, a), now)
	s.stations[a] = st
	return st
}

func (s *search) hearMDNS(st *station, records []record, now time.Time) {
	for _, r := range records {
		if r.kind == dns.TypePTR && r.name == metaQuery && r.ttl > 0 {
			s.learn(r.target)
			continue
		}
		s.changes = append(s.changes, st.hear(r, now)...)
	}
}

// metaQuery asks for the types of service there are (RFC 6763, 9).
const metaQuery = "_services._dns-sd._udp.local."

// learn adds a type, given as "_https._tcp.local.", to those asked for.
func (s *search) learn(name string) {
	if typ, ok := splitType(name); ok && len(s.types) < maxTypes+len(commonTypes) {
		s.types[typ] = true
	}
}

// askMDNS asks on each link what is due: the types, the services of each, and what is missing of those heard of.
func (s *search) askMDNS(now time.Time) {
	for _, l := range s.links {
		qs := s.due(nil, l, dns.Question{Name: metaQuery, Qtype: dns.TypePTR}, now, true, maxAsked)
		for typ := range s.types {
			qs = s.due(qs, l, dns.Question{Name: typ + ".local.", Qtype: dns.TypePTR}, now, true, maxAsked)
		}
		for _, st := range s.stations {
			if st.link == l {
				qs = s.missing(qs, st, now)
			}
		}
		slices.SortFunc(qs, func(a, b dns.Question) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Qtype, b.Qtype)) })
		s.send(l, mdns, questions(qs, true), true)
		s.send(l, mdns, questions(qs, false), false)
	}
}

// missing adds the questions that complete a station's services: a responder may answer PTR alone (RFC 6763, 12).
func (s *search) missing(qs []dns.Question, st *station, now time.Time) []dns.Question {
	for _, i := range st.instances {
		if i.gone {
			continue
		}
		if i.host == "" {
			qs = s.due(qs, st.link, dns.Question{Name: i.full, Qtype: dns.TypeSRV}, now, true, maxRepeats)
		}
		if i.txt == nil {
			qs = s.due(qs, st.link, dns.Question{Name: i.full, Qtype: dns.TypeTXT}, now, true, maxRepeats)
		}
		if i.host != "" { // both are asked for once even where one is known: a first answer may hold the half
			h := st.hosts[dns.CanonicalName(i.host)]
			none := h == nil || len(h.addrs) == 0
			qs = s.due(qs, st.link, dns.Question{Name: i.host, Qtype: dns.TypeA}, now, none, maxRepeats)
			qs = s.due(qs, st.link, dns.Question{Name: i.host, Qtype: dns.TypeAAAA}, now, none, maxRepeats)
		}
	}
	return qs
}

// due adds q where its time has come: the first time at once, later only where again is true, at most limit times.
func (s *search) due(qs []dns.Question, l *link, q dns.Question, now time.Time, again bool, limit int) []dns.Question {
	key := query{l.index, q.Name, q.Qtype}
	a := s.asked[key]
	if a == nil {
		if len(s.asked) >= maxAsked {
			return qs
		}
		a = &attempt{}
		s.asked[key] = a
	}
	if a.n > 0 && !again || a.n >= limit || !a.due(now) {
		return qs
	}
	return append(qs, q)
}

// askOthers asks by SSDP and WS-Discovery. Answers come back to the port that asked.
func (s *search) askOthers() {
	for _, l := range s.links {
		s.send(l, ssdp, [][]byte{mSearch}, true)
		s.send(l, wsd, [][]byte{s.probe}, true)
	}
}

// send sends from the askers or the listeners of a link; askers ask the addresses named in Options too.
func (s *search) send(l *link, p *protocol, messages [][]byte, askers bool) {
	for _, c := range l.conns {
		if c.proto != p || c.asker != askers {
			continue
		}
		for _, m := range messages {
			c.ask(m)
			for _, a := range s.o.Unicast {
				if askers && a.Is6() == c.v6 && a.IsLoopback() == l.loopback && (a.Zone() == "" || a.Zone() == l.name) {
					c.send(m, a)
				}
			}
		}
	}
}
