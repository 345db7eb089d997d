package discovery

import (
	"context"
	"net"
	"strings"

	"github.com/grandcat/zeroconf"
)

// browseZeroconf opens the front door: zeroconf asks for the service types on a link, and each that it sees is a hint
// of what to ask for. Hints are never facts: zeroconf does not say who spoke, joins records within one packet only, and
// tells of no change. Where it can not start, the own questions for the same remain.
func (s *search) browseZeroconf(l *link) {
	i, err := net.InterfaceByIndex(l.index)
	if err != nil {
		return
	}
	families := []zeroconf.IPType{zeroconf.IPv4, zeroconf.IPv6} // one each: a resolver for both leaks the one where the other fails
	for _, family := range families {
		r, err := zeroconf.NewResolver(zeroconf.SelectIfaces([]net.Interface{*i}), zeroconf.SelectIPTraffic(family))
		if err != nil {
			continue
		}
		entries := make(chan *zeroconf.ServiceEntry)
		s.running.Add(1)
		go s.hint(s.ctx, entries)
		_ = r.Browse(s.ctx, "_services._dns-sd._udp", "local.", entries) // it closes entries, also when it fails
	}
}

// hint reads until zeroconf closes the channel: one that is not read keeps its goroutine and sockets for good.
func (s *search) hint(ctx context.Context, entries <-chan *zeroconf.ServiceEntry) {
	defer s.running.Done()
	for e := range entries {
		select {
		case s.hints <- strings.TrimSuffix(e.Instance, ".") + ".":
		case <-ctx.Done():
		}
	}
}
