package migrate

import (
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
)

// interfaces parts 15-Intf into 15-PhyIntf and 28-LogIntf, and puts 28-ExtAPI to the latter.
func (m *migration) interfaces() {
	var physical []item
	if m.f.IXIT.Intf != nil {
		for _, r := range *m.f.IXIT.Intf {
			if isPhysical(r) {
				notes := was("Disclosed Information", r.Disclosed)
				r.Disclosed = ""
				physical = append(physical, item{r, notes})
				continue
			}
			notes := was("Protection", r.Protection)
			r.Type, r.Protection = "", ""
			m.logical = append(m.logical, item{r, notes})
		}
		m.d.Rename("15-Intf", "15-PhyIntf", m.noted("15-PhyIntf", physical, m.comments("15-Intf")))
	}
	var apis []device.ExtAPI
	if m.f.IXIT.ExtAPI != nil {
		apis = *m.f.IXIT.ExtAPI
	}
	for _, r := range apis {
		m.api(r)
	}
}

// isPhysical tells whether a row of 15-Intf is one of 15-PhyIntf: it is called so, or is a network interface without a place
// in it such as a port.
func isPhysical(r device.Intf) bool {
	kind := strings.ToLower(r.Type)
	switch {
	case strings.Contains(kind, "logical"):
		return false
	case strings.Contains(kind, "physical"), strings.Contains(kind, "network"):
		return len(r.At) == 0
	}
	return len(r.At) == 0 && r.Medium != ""
}

// api makes a row of 28-ExtAPI one of 28-LogIntf, or part of the one that is at its place.
func (m *migration) api(r device.ExtAPI) {
	for i, it := range m.logical {
		row := it.row.(device.Intf)
		if !overlap(row.At, r.At) {
			continue
		}
		if r.Input.Yes() {
			row.Input = device.Yes
		}
		m.renamed[r.ID] = row.ID
		m.logical[i] = item{row, append(it.notes, "# it is "+comment(r.ID)+" of 28-ExtAPI in V2.1 too: "+comment(r.Description))}
		return
	}
	row := device.Intf{ID: r.ID, Description: r.Description, At: r.At, Input: r.Input}
	for m.taken(row.ID) {
		row.ID += "-API"
	}
	if row.ID != r.ID {
		m.renamed[r.ID] = row.ID
	}
	m.logical = append(m.logical, item{row, []string{"# was in 28-ExtAPI in V2.1"}})
}

func (m *migration) taken(id string) bool {
	return slices.ContainsFunc(m.logical, func(it item) bool { return it.row.(device.Intf).ID == id })
}

// overlap tells whether two rows name a place that both have.
func overlap(a, b []device.Endpoint) bool {
	return slices.ContainsFunc(a, func(x device.Endpoint) bool {
		return slices.ContainsFunc(b, func(y device.Endpoint) bool {
			return x.Port == y.Port && (x.Port != 0 || x.Proto != "" && x.Proto == y.Proto)
		})
	})
}

// communication makes 11-ComMech into 11-SecComMech; resilience becomes a matter of 28-LogIntf.
func (m *migration) communication() {
	var mechs []item
	if m.f.IXIT.ComMech != nil {
		for _, r := range *m.f.IXIT.ComMech {
			mechs = append(mechs, m.mechanism(r))
		}
		m.d.Rename("11-ComMech", "11-SecComMech", m.noted("11-SecComMech", mechs, m.comments("11-ComMech")))
	}
	if m.f.IXIT.Intf == nil && len(m.logical) == 0 { // that there are no logical interfaces was not declared
		m.d.Table("28-ExtAPI", nil)
		return
	}
	for i, it := range m.logical {
		row := it.row.(device.Intf)
		m.logical[i].notes = append(it.notes, isNew+"Access: from where it can be reached")
		if row.Resilience == "" {
			m.logical[i].notes = append(m.logical[i].notes, isNew+"Resilience Measures")
		}
	}
	m.d.Rename("28-ExtAPI", "28-LogIntf", m.noted("28-LogIntf", m.logical, m.comments("28-ExtAPI")))
}

// mechanism is a row of 11-SecComMech. What it said of resilience goes to the interfaces at its place.
func (m *migration) mechanism(r device.ComMech) item {
	var notes, at []string
	for i, it := range m.logical {
		row := it.row.(device.Intf)
		if !overlap(row.At, r.At) {
			continue
		}
		at = append(at, row.ID)
		switch {
		case r.Resilience == "" || strings.Contains(row.Resilience, r.Resilience):
		case row.Resilience == "":
			row.Resilience = r.Resilience
		default:
			row.Resilience += " " + r.Resilience
		}
		if row.Backoff == nil {
			row.Backoff = r.Backoff
		}
		m.logical[i].row = row
	}
	note := isNew + "Interface: by which row of 28-LogIntf it is reached"
	if len(at) > 0 {
		note += "; at its place is " + comment(strings.Join(at, ", "))
		r.Backoff = nil
	} else {
		notes = was("Resilience Measures", r.Resilience)
	}
	if r.Guarantees != nil && len(r.Guarantees) == 0 {
		notes = append(notes, "# it promises no security: in V3.1 this table holds secure mechanisms alone")
	}
	r.Resilience = ""
	return item{r, append([]string{note}, notes...)}
}
