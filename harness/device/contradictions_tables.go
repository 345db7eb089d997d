package device

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// declaredPlaces are those of the interface tables; none tells that no such table is declared.
func (f *File) declaredPlaces() (places []Endpoint, none bool) {
	none = true
	for _, t := range []*[]Intf{f.IXIT.Intf, f.IXIT.LogIntf} {
		if t == nil {
			continue
		}
		none = false
		for _, r := range *t {
			places = append(places, r.At...)
		}
	}
	return places, none
}

// interfaces are rows that speak of places which no interface declares, and states against each other.
func (c *contradictions) interfaces() {
	places, none := c.f.declaredPlaces()
	here := func(path, id string, at []Endpoint) {
		for i, e := range at {
			if e.Port != 0 && !none && !slices.ContainsFunc(places, func(p Endpoint) bool { return p.Port == e.Port }) {
				c.say(fmt.Sprintf("%s/at/%d", path, i), "declare the interface too, or correct the port", "%s is at port %d, which no interface declares", id, e.Port)
			}
		}
	}
	all("1-AuthMech", c.f.IXIT.AuthMech, func(path string, r AuthMech) { here(path, r.ID, r.At) })
	all("11-ComMech", c.f.IXIT.ComMech, func(path string, r ComMech) { here(path, r.ID, r.At) })
	all("28-ExtAPI", c.f.IXIT.ExtAPI, func(path string, r ExtAPI) { here(path, r.ID, r.At) })
	all("13-SoftServ", c.f.IXIT.SoftServ, func(path string, r SoftServ) {
		here(path, r.ID, r.At)
		if r.Configures.Yes() && r.AuthMechs != nil && len(r.AuthMechs) == 0 {
			c.say(path+"/Authentication Mechanism", "name who is let in, or say that it configures nothing", "%s allows configuration without authentication", r.ID)
		}
	})
	for table, rows := range map[string]*[]Intf{"15-Intf": c.f.IXIT.Intf, "15-PhyIntf": c.f.IXIT.PhyIntf, "28-LogIntf": c.f.IXIT.LogIntf} {
		all(table, rows, c.intf)
	}
}

func (c *contradictions) intf(path string, r Intf) {
	status := strings.ToLower(r.Status)
	switch {
	case r.State == "enabled" && strings.HasPrefix(status, "disabled"), strings.HasPrefix(r.State, "disabled") && strings.HasPrefix(status, "enabled"):
		c.say(path+"/state", "correct the one or the other", "%s has the Status %q and the state %s", r.ID, clip(r.Status), r.State)
	case r.State == "enabled" && r.Need == "never":
		c.say(path+"/need", "disable it, or say what needs it", "%s is enabled, but nothing needs it", r.ID)
	case r.Need == "always" && strings.HasPrefix(r.State, "disabled"):
		c.say(path+"/need", "correct the one or the other", "%s is disabled, but always needed", r.ID)
	}
	debug := strings.ToLower(r.Debug)
	if r.IsDebug.Yes() && strings.HasPrefix(debug, "no") || r.IsDebug == No && strings.HasPrefix(debug, "yes") {
		c.say(path+"/debug", "correct the one or the other", "%s has the Debug Interface %q and debug: %s", r.ID, clip(r.Debug), r.IsDebug)
	}
}

// secrets are critical parameters that travel by what does not keep them.
func (c *contradictions) secrets() {
	all("10-SecParam", c.f.IXIT.SecParam, func(path string, r SecParam) {
		if r.Type == "critical" {
			c.kept(path+"/Communication Mechanisms", r.ID+" is critical", r.ComMechs)
		}
	})
}

// kept notes mechanisms that something confidential travels by and that do not keep it so.
func (c *contradictions) kept(path, what string, by []string) {
	all("11-ComMech", c.f.IXIT.ComMech, func(_ string, m ComMech) {
		confidential := slices.ContainsFunc(m.Guarantees, func(g string) bool { return strings.Contains(strings.ToLower(g), "confidential") })
		if slices.Contains(by, m.ID) && m.Guarantees != nil && !confidential {
			c.say(path, "let it travel by another, or correct the Security Guarantees of "+m.ID, "%s and travels by %s, which does not guarantee confidentiality", what, m.ID)
		}
	})
}

var saysNone = regexp.MustCompile(`(?i)^(no|none|not)\b`)

// data are personal data that cannot be where they are said to be, or that nothing erases, and telemetry of nothing.
func (c *contradictions) data() {
	covered := map[string]bool{}
	typed := false
	all("25-DelFunc", c.f.IXIT.DelFunc, func(_ string, r DelFunc) {
		typed = typed || len(r.Covers) > 0
		for _, id := range r.Covers {
			covered[id] = true
		}
	})
	all("21-PersData", c.f.IXIT.PersData, func(path string, r PersData) {
		if slices.Contains(r.Stored, "service") && r.ComMechs != nil && len(r.ComMechs) == 0 {
			c.say(path+"/stored", "name the mechanism that it travels by", "%s is stored at a service, but travels by nothing", r.ID)
		}
		if sensitive(r) {
			c.kept(path+"/Communication Mechanisms", r.ID+" is sensitive", r.ComMechs)
		}
		if r.Consent == No && r.Obtaining != "" && !saysNone.MatchString(r.Obtaining) {
			c.say(path+"/consent", "correct the one or the other", "%s is processed without consent, but tells how it is obtained", r.ID)
		}
		if !slices.Contains(r.Stored, "device") {
			return
		}
		switch {
		case c.f.IXIT.DelFunc != nil && len(*c.f.IXIT.DelFunc) == 0:
			c.say(path+"/stored", "declare what erases it in 25-DelFunc", "%s is stored on the device, but 25-DelFunc says that nothing erases data", r.ID)
		case typed && !covered[r.ID]:
			c.say(path+"/stored", "name it in covers: of the function that erases it", "%s is stored on the device, but no function of 25-DelFunc covers it", r.ID)
		}
	})
	all("24-TelData", c.f.IXIT.TelData, func(path string, r TelData) {
		if len(r.Fields) == 0 && r.PersData == nil {
			c.say(path, "name its data in fields:, and rows of 21-PersData or [] in Personal Data", "%s names no data", r.ID)
		}
	})
}
