package discovery

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
)

// newProbe asks all for all, in the words that ONVIF devices and printers know (WS-Discovery of April 2005).
func newProbe() []byte {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" `+
		`xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header>`+
		`<a:MessageID>uuid:%x-%x-%x-%x-%x</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>`+
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></e:Header><e:Body><d:Probe/></e:Body></e:Envelope>`,
		id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// A wsdMatch is one device in an answer or announcement.
type wsdMatch struct {
	Address string `xml:"EndpointReference>Address"`
	Types   string `xml:"Types"`
	Scopes  string `xml:"Scopes"`
	XAddrs  string `xml:"XAddrs"`
	bye     bool
}

// parseWSD reads ProbeMatches, ResolveMatches, Hello and Bye of both versions of WS-Discovery; a Probe holds none.
func parseWSD(data []byte) ([]wsdMatch, error) {
	var e struct {
		Body struct {
			Probe   []wsdMatch `xml:"ProbeMatches>ProbeMatch"`
			Resolve []wsdMatch `xml:"ResolveMatches>ResolveMatch"`
			Hello   []wsdMatch `xml:"Hello"`
			Bye     []wsdMatch `xml:"Bye"`
		} `xml:"Body"`
	}
	if err := xml.Unmarshal(data, &e); err != nil {
		return nil, fmt.Errorf("reading a WS-Discovery message: %w", err)
	}
	all := append(append(e.Body.Probe, e.Body.Resolve...), e.Body.Hello...)
	for _, m := range e.Body.Bye {
		m.bye = true
		all = append(all, m)
	}
	return all[:min(len(all), maxServices)], nil
}

func (s *station) hearWSD(matches []wsdMatch) {
	for _, m := range matches {
		uuid := clip(strings.TrimSpace(m.Address), maxText)
		uuid = strings.TrimPrefix(strings.TrimPrefix(uuid, "urn:"), "uuid:")
		types := strings.Fields(m.Types)
		if len(types) == 0 {
			types = []string{"Device"}
		}
		a := advert{source: wsd.name, uuid: uuid, gone: m.bye}
		a.readScopes(m.Scopes)
		for n, x := range strings.Fields(m.XAddrs) {
			if u, own := s.own(x); own && a.port == 0 {
				a.port = portOf(u)
			}
			if n == maxAddresses {
				break
			}
		}
		for _, t := range types[:min(len(types), 8)] {
			a.typ = clip(t[strings.LastIndexByte(t, ':')+1:], maxText) // the prefix means nothing outside the message
			s.keepWSD(a)
		}
	}
}

// keepWSD stores an announcement; a Bye names the endpoint alone, and ends all of its types.
func (s *station) keepWSD(a advert) {
	if a.gone {
		for _, old := range s.adverts {
			if old.source == wsd.name && old.uuid == a.uuid {
				old.gone, s.goodbye = true, true
			}
		}
	} else if kept := s.advert("wsd " + a.uuid + " " + a.typ); kept != nil {
		*kept = a
	}
}

// readScopes reads the names that ONVIF puts into scopes (ONVIF Core Specification, 7.3.2.2).
func (a *advert) readScopes(scopes string) {
	for _, scope := range strings.Fields(scopes) {
		rest, ok := strings.CutPrefix(scope, "onvif://www.onvif.org/")
		if !ok {
			continue
		}
		key, value, _ := strings.Cut(rest, "/")
		if v, err := url.PathUnescape(value); err == nil {
			value = v
		}
		value = clip(value, maxText)
		switch strings.ToLower(key) {
		case "name":
			a.name = value
		case "hardware":
			a.model = value
		case "manufacturer", "mfr":
			a.vendor = value
		}
	}
}
