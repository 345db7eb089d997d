package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/harness/probe/service"
	"github.com/secure-by-design/assay/harness/probe/tcp"
	"github.com/secure-by-design/assay/harness/probe/tls"
)

// every port of one address.
const every = 65535

// observed is what a record tells of its device's services, log-ins and versions of TLS: what was answered last counts.
func observed(past *harness.Past) (o device.Observed, err error) {
	at := map[uint16]service.Service{}
	versions := map[uint16][]string{}
	for _, e := range past.Log.Events {
		if e.Kind != evidence.Saw || e.Device != "A" || e.Error != "" || e.Stopped {
			continue
		}
		question, key, _ := strings.Cut(e.Key, "{")
		if i := strings.LastIndex(key, "} at "); i >= 0 { // asked at another of the device's addresses
			key = key[:i+1]
		}
		switch key = "{" + key; question {
		case "tcp.Ports":
			var s tcp.Scan
			err = answer(e, &s)
			o.Whole = s.Complete && s.Scanned >= every*max(len(s.Asked), 1)
		case "tcp.Open":
			var q tcp.Open
			var a struct{ Open bool }
			if err = json.Unmarshal([]byte(key), &q); err == nil {
				err = answer(e, &a)
			}
			if err == nil && !a.Open {
				o.Closed = append(o.Closed, q.Port)
			}
		case "service.All":
			var all []service.Service
			err = answer(e, &all)
			for _, s := range all {
				at[s.Addr.Port()] = s
			}
		case "tls.Offers":
			var q tls.Offers
			var a tls.Offered
			if err = json.Unmarshal([]byte(key), &q); err == nil {
				err = answer(e, &a)
			}
			versions[q.Port] = accepted(a)
		case "login.All":
			var found login.Found
			err = answer(e, &found)
			o.Asked, o.Logins = true, nil
			for _, l := range found.Logins {
				o.Logins = append(o.Logins, device.SeenLogin{Port: l.Port, What: strings.TrimSpace(l.Protocol + " " + l.Path)})
			}
		}
		if err != nil {
			return o, fmt.Errorf("read the record in %s: line %d: %w", past.Dir, e.N, err)
		}
	}
	for port, s := range at {
		if s.State == "open" {
			o.Services = append(o.Services, device.SeenService{Port: port, Protocol: spoken(s), TLS: versions[port]})
		}
	}
	slices.SortFunc(o.Services, func(a, b device.SeenService) int { return int(a.Port) - int(b.Port) })
	return o, nil
}

func answer(e evidence.Event, to any) error { return json.Unmarshal(e.Answer, to) }

// accepted are versions as a device file writes them: 1.2.
func accepted(o tls.Offered) (out []string) {
	for _, v := range o.Versions {
		if bare, ok := strings.CutPrefix(v.Name, "TLS "); ok {
			out = append(out, bare)
		} else {
			out = append(out, "0."+strings.TrimPrefix(v.Name, "SSL ")) // older than any TLS
		}
	}
	return out
}

// spoken is what a device file calls a service's protocol: https, mqtts.
func spoken(s service.Service) string {
	if s.TLS && s.Protocol != "" {
		return s.Protocol + "s"
	}
	return s.Protocol
}
