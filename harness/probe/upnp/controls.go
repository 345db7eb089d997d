package upnp

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

const (
	maxPairs = 20
	maxValue = 2 << 10
)

// Controls looks for actions that read and write one value, and writes back what was read, without a log-in: who takes that takes
// anything, and nothing was changed.
type Controls struct {
	At    uint16            // the port that is searched; 0: 1900
	Shows []evidence.Secret // values that were just written elsewhere
	Look  int               // a second look is another question
}

// Controlled is what was tried.
type Controlled struct{ Pairs []Pair }

// A Pair is GetX and SetX of a service.
type Pair struct {
	Service, Get, Set string
	Read, Wrote       int  // status of each: 200 is done; 0 was not tried
	Shows             bool // what was read is one of the values
}

// Level is intrusive: it writes.
func (Controls) Level() provisions.Level { return provisions.Intrusive }
func (q Controls) String() string {
	if len(q.Shows) > 0 {
		return fmt.Sprintf("whether anybody changes by UPnP what holds %v", q.Shows)
	}
	return "what anybody changes by UPnP"
}

// Ask asks.
func (q Controls) Ask(ctx context.Context, on *dial.Device) (c Controlled, err error) {
	var values []string
	for _, s := range q.Shows {
		v, err := s.Reveal()
		if err != nil {
			return c, fmt.Errorf("look for a value in UPnP: %w", err)
		}
		values = append(values, v)
	}
	port := q.At
	if port == 0 {
		port = Port
	}
	locations, err := new(Found).locate(ctx, on, port)
	if err != nil {
		return c, err
	}
	for _, at := range locations {
		r, err := http.Do(ctx, on, http.Request{Port: portOf(at), Path: at.RequestURI()})
		root, ok := parseDevice(r.Body)
		if err != nil || r.Status != 200 || !ok {
			if err := closed(err); err != nil {
				return c, fmt.Errorf("fetch the description at %v: %w", at, err)
			}
			continue
		}
		base := at
		if u, ok := own(on, at, root.Base); ok {
			base = u
		}
		for _, s := range root.Device.all(maxServices) {
			if err := c.try(ctx, on, base, s, values); err != nil {
				return c, fmt.Errorf("try actions of UPnP: %w", err)
			}
		}
	}
	return c, nil
}

// try goes through the pairs of a service.
func (c *Controlled) try(ctx context.Context, on *dial.Device, base *url.URL, s xmlService, values []string) error {
	scpd, known := own(on, base, s.SCPD)
	control, calls := own(on, base, s.Control)
	if !known || !calls || !plain(s.Type) {
		return nil
	}
	r, err := http.Do(ctx, on, http.Request{Port: portOf(scpd), Path: scpd.RequestURI()})
	if err != nil || r.Status != 200 {
		return closed(err)
	}
	for _, p := range pairs(parseActions(r.Body)) {
		if len(c.Pairs) == maxPairs {
			break
		}
		r, err := call(ctx, on, control, s.Type, p.get.Name, p.fixed(p.get))
		if err != nil {
			return closed(err)
		}
		done := Pair{Service: clean(s.Type), Get: p.get.Name, Set: p.set.Name, Read: r.Status}
		value, ok := told(r.Body, p.from)
		if r.Status == 200 && ok && len(value) <= maxValue {
			done.Shows = slices.ContainsFunc(values, func(v string) bool { return strings.Contains(value, v) })
			if r, err = call(ctx, on, control, s.Type, p.set.Name, append(p.fixed(p.set), given{p.to, value})); err != nil {
				return closed(err)
			}
			done.Wrote = r.Status
		}
		c.Pairs = append(c.Pairs, done)
	}
	return nil
}

// ordinary are arguments that say of what: the one instance and all channels (UPnP RenderingControl:3, AVTransport:3).
var ordinary = map[string]string{"InstanceID": "0", "Channel": "Master"}

// A pair is two actions, and the arguments by which a value comes and goes.
type pair struct {
	get, set action
	from, to string
}

// pairs finds GetX and SetX that share a state variable, and need nothing else that is not ordinary.
func pairs(actions []action) (out []pair) {
	for _, set := range actions {
		of, ok := strings.CutPrefix(set.Name, "Set")
		i := slices.IndexFunc(actions, func(a action) bool { return a.Name == "Get"+of })
		if !ok || i < 0 {
			continue
		}
		p := pair{get: actions[i], set: set}
		asks := false // for something that is not known
		for _, in := range set.Arguments {
			if in.out() || ordinary[in.Name] != "" {
				continue
			}
			j := slices.IndexFunc(p.get.Arguments, func(o argument) bool { return o.out() && o.Variable == in.Variable && in.Variable != "" })
			asks = asks || j < 0 || p.to != "" || !name.MatchString(in.Name)
			if j >= 0 {
				p.from, p.to = p.get.Arguments[j].Name, in.Name
			}
		}
		for _, in := range p.get.Arguments {
			asks = asks || !in.out() && ordinary[in.Name] == ""
		}
		if !asks && p.to != "" {
			out = append(out, p)
		}
	}
	return out
}

// A given argument has a value.
type given struct{ name, value string }

// fixed are the ordinary arguments of an action.
func (p pair) fixed(a action) (out []given) {
	for _, g := range a.Arguments {
		if v := ordinary[g.Name]; v != "" && !g.out() {
			out = append(out, given{g.Name, v})
		}
	}
	return out
}

// call calls an action (UPnP Device Architecture 2.0 clause 3.2).
func call(ctx context.Context, on *dial.Device, control *url.URL, service, action string, with []given) (http.Response, error) {
	var args strings.Builder
	for _, g := range with {
		args.WriteString("<" + g.name + ">")
		_ = xml.EscapeText(&args, []byte(g.value))
		args.WriteString("</" + g.name + ">")
	}
	body := `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">` +
		`<s:Body><u:` + action + ` xmlns:u="` + service + `">` + args.String() + `</u:` + action + `></s:Body></s:Envelope>`
	return http.Do(ctx, on, http.Request{Port: portOf(control), Method: "POST", Path: control.RequestURI(), Body: body,
		Header: map[string]string{"Content-Type": `text/xml; charset="utf-8"`, "SOAPAction": `"` + service + "#" + action + `"`}})
}

// told reads one argument of an action's answer.
func told(b []byte, argument string) (string, bool) {
	var e struct {
		Body struct {
			Answer struct {
				Arguments []struct {
					XMLName xml.Name
					Value   string `xml:",chardata"`
				} `xml:",any"`
			} `xml:",any"`
		} `xml:"Body"`
	}
	if !shallow(b) || xml.Unmarshal(b, &e) != nil {
		return "", false
	}
	for _, a := range e.Body.Answer.Arguments {
		if a.XMLName.Local == argument {
			return a.Value, true
		}
	}
	return "", false
}
