package upnp

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// root is a description (UPnP Device Architecture 2.0 clause 2.3), as far as it is read.
type root struct {
	Base   string    `xml:"URLBase"`
	Device xmlDevice `xml:"device"`
}

type xmlDevice struct {
	Friendly     string       `xml:"friendlyName"`
	Manufacturer string       `xml:"manufacturer"`
	Model        string       `xml:"modelName"`
	ModelNumber  string       `xml:"modelNumber"`
	Serial       string       `xml:"serialNumber"`
	Identity     string       `xml:"UDN"`
	Services     []xmlService `xml:"serviceList>service"`
	Devices      []xmlDevice  `xml:"deviceList>device"`
}

type xmlService struct {
	Type    string `xml:"serviceType"`
	SCPD    string `xml:"SCPDURL"`
	Control string `xml:"controlURL"`
}

// all are its services and those of the devices in it.
func (d xmlDevice) all(most int) (out []xmlService) {
	out = d.Services[:min(len(d.Services), most)]
	for _, inner := range d.Devices {
		if len(out) < most {
			out = append(out, inner.all(most-len(out))...)
		}
	}
	return out
}

// parseDevice reads a description; its caller bounds b.
func parseDevice(b []byte) (r root, ok bool) {
	if !shallow(b) {
		return r, false
	}
	return r, xml.Unmarshal(b, &r) == nil
}

// maxDepth bounds elements within elements.
const maxDepth = 32

// shallow tells whether a document is well-formed and its elements do not lie too deep in each other.
func shallow(b []byte) bool {
	depth := 0
	for d := xml.NewDecoder(strings.NewReader(string(b))); ; {
		t, err := d.RawToken()
		if err != nil {
			return depth == 0
		}
		switch t.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return false
			}
		case xml.EndElement:
			depth--
		}
	}
}

// An action is one of an SCPD.
type action struct {
	Name      string     `xml:"name"`
	Arguments []argument `xml:"argumentList>argument"`
}

// An argument goes in or out; what it holds is the state variable that it is related to.
type argument struct {
	Name      string `xml:"name"`
	Direction string `xml:"direction"`
	Variable  string `xml:"relatedStateVariable"`
}

func (a argument) out() bool { return strings.TrimSpace(a.Direction) == "out" }

func (a action) inputs() (n int) {
	for _, g := range a.Arguments {
		if !g.out() {
			n++
		}
	}
	return n
}

var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)

// parseActions reads an SCPD; what is no name is left out.
func parseActions(b []byte) (out []action) {
	var s struct {
		Actions []action `xml:"actionList>action"`
	}
	if !shallow(b) || xml.Unmarshal(b, &s) != nil {
		return nil
	}
	for _, a := range s.Actions {
		if a.Name = strings.TrimSpace(a.Name); name.MatchString(a.Name) && len(out) < maxActions {
			out = append(out, a)
		}
	}
	return out
}

var urn = regexp.MustCompile(`^[A-Za-z0-9:._-]{1,200}$`)

// plain tells whether a service's type may stand in a request.
func plain(kind string) bool { return urn.MatchString(kind) }

var unprintable = regexp.MustCompile(`[^ -~]+`)

func clean(s string) string {
	return strings.TrimSpace(unprintable.ReplaceAllString(s[:min(len(s), maxText)], " "))
}
