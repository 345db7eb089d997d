package web

import (
	"net/netip"
	"slices"
	"strings"
)

// closed are the networks beside the private ones on which no page for the public stands (RFC 6890 and the registries
// that it began).
var closed = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")

var (
	global = netip.MustParsePrefix("2000::/3")
	nat64  = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: the last four bytes are an IPv4 address
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, p := range all {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// public tells whether an address may be that of a page for everybody.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	return a.IsValid() && a.Zone() == "" && a.IsGlobalUnicast() && !a.IsPrivate() && (a.Is4() || global.Contains(a)) &&
		!slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// reserved tells of names that belong to nobody (RFC 6761, RFC 6762): asking for them helps nobody.
func reserved(host string) bool {
	host = "." + strings.TrimSuffix(strings.ToLower(host), ".")
	return slices.ContainsFunc([]string{".example", ".example.com", ".example.net", ".example.org", ".test", ".invalid", ".localhost", ".local"},
		func(end string) bool { return strings.HasSuffix(host, end) })
}
