package discovery

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// go-ssdp is not used: it sends from one socket over all interfaces, and does not say which one an answer came in by.

// mSearch asks all for all; they wait at most one second (UPnP Device Architecture 2.0, 1.3.2).
var mSearch = []byte("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n")

// An ssdpMessage is an announcement or an answer; a question is none.
type ssdpMessage struct {
	typ, usn, location, server string
	byebye                     bool
}

// parseSSDP reads an announcement or answer, tolerant of line ends and order, of the first 64 lines.
func parseSSDP(data []byte) (m ssdpMessage, ok bool) {
	lines := strings.SplitN(string(data), "\n", 65)
	start := strings.Fields(lines[0])
	answer := len(start) >= 2 && strings.HasPrefix(start[0], "HTTP/1.") && start[1] == "200"
	notify := len(start) >= 1 && start[0] == "NOTIFY"
	if !answer && !notify {
		return m, false
	}
	header := map[string]string{}
	for _, line := range lines[1:min(len(lines), 64)] {
		k, v, found := strings.Cut(strings.TrimSpace(line), ":")
		k = strings.ToUpper(strings.TrimSpace(k))
		if _, twice := header[k]; found && !twice {
			header[k] = clip(strings.TrimSpace(v), 1024)
		}
	}
	m = ssdpMessage{typ: header["ST"], usn: clip(header["USN"], maxText), location: header["LOCATION"],
		server: clip(header["SERVER"], maxText), byebye: notify && header["NTS"] == "ssdp:byebye"}
	if notify {
		m.typ = header["NT"]
	}
	m.typ = clip(m.typ, maxText)
	return m, m.usn != "" || m.typ != ""
}

// uuid reads the identity out of a unique service name, "uuid:2fac…::upnp:rootdevice".
func (m ssdpMessage) uuid() string {
	id, _, _ := strings.Cut(m.usn, "::")
	if id, ok := strings.CutPrefix(id, "uuid:"); ok {
		return id
	}
	return ""
}

func (s *search) hearSSDP(st *station, m ssdpMessage) {
	a := st.advert("ssdp " + m.usn + " " + m.typ)
	if a == nil {
		return
	}
	a.source, a.typ, a.uuid = ssdp.name, m.typ, m.uuid()
	if m.byebye {
		a.gone, st.goodbye = true, true
		return
	}
	a.gone, a.server = false, m.server
	if m.location == "" {
		return
	}
	u, own := st.own(m.location)
	if a.port = portOf(u); own {
		s.fetch(st, u, a.uuid)
	}
}

// own says whether an address of the web that the station names is at the very address it speaks from. Where not, its
// host becomes a claim and the URL is nil. Only http and https are known.
func (s *station) own(location string) (*url.URL, bool) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		s.claim(location)
		return nil, false
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		s.claim(u.Hostname())
		return nil, false
	}
	if a = s.link.local(a); a != s.addr {
		s.claim(a.String())
		return nil, false
	}
	return u, true
}

// portOf is the TCP port of a URL, 0 where there is none.
func portOf(u *url.URL) uint16 {
	switch {
	case u == nil:
		return 0
	case u.Port() != "":
		p, _ := strconv.ParseUint(u.Port(), 10, 16)
		return uint16(p)
	case u.Scheme == "https":
		return 443
	}
	return 80
}
