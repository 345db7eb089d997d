package device

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A row of an IXIT table as all tables have it.
type row struct{ path, id string }

// rows of a table: its name in the file, and each entry's place and ID. A nil table has none.
func rows[T any](table string, t *[]T, id func(*T) string) (out []row) {
	if t == nil {
		return nil
	}
	for i := range *t {
		out = append(out, row{"ixit/" + table + "/" + strconv.Itoa(i), id(&(*t)[i])})
	}
	return out
}

// tables checks the IXIT: ids, references from one table to another, and typed keys.
func (c *checker) tables() {
	x := &c.f.IXIT
	ids := map[string][]row{
		"1-AuthMech":    rows("1-AuthMech", x.AuthMech, func(r *AuthMech) string { return r.ID }),
		"7-UpdMech":     rows("7-UpdMech", x.UpdMech, func(r *UpdMech) string { return r.ID }),
		"10-SecParam":   rows("10-SecParam", x.SecParam, func(r *SecParam) string { return r.ID }),
		"11-ComMech":    rows("11-ComMech", x.ComMech, func(r *ComMech) string { return r.ID }),
		"12-NetSecImpl": rows("12-NetSecImpl", x.NetSec, func(r *NetSec) string { return r.ID }),
		"13-SoftServ":   rows("13-SoftServ", x.SoftServ, func(r *SoftServ) string { return r.ID }),
		"15-Intf":       rows("15-Intf", x.Intf, func(r *Intf) string { return r.ID }),
		"15-PhyIntf":    rows("15-PhyIntf", x.PhyIntf, func(r *Intf) string { return r.ID }),
		"28-LogIntf":    rows("28-LogIntf", x.LogIntf, func(r *Intf) string { return r.ID }),
		"21-PersData":   rows("21-PersData", x.PersData, func(r *PersData) string { return r.ID }),
		"25-DelFunc":    rows("25-DelFunc", x.DelFunc, func(r *DelFunc) string { return r.ID }),
	}
	for table, rows := range ids {
		c.distinct(table, rows)
	}
	each(x.AuthMech, "1-AuthMech", c.authMech)
	each(x.ComMech, "11-ComMech", func(path string, r *ComMech) { c.strength(path+"/crypto", r.Strength) })
	each(x.SecParam, "10-SecParam", func(path string, r *SecParam) {
		c.refer(path+"/Communication Mechanisms", r.ComMechs, ids, "11-ComMech")
	})
	each(x.PersData, "21-PersData", func(path string, r *PersData) {
		c.refer(path+"/Communication Mechanisms", r.ComMechs, ids, "11-ComMech")
		for i, s := range r.Stored {
			c.one(fmt.Sprintf("%s/stored/%d", path, i), s, []string{"device", "service"})
		}
	})
	each(x.SoftServ, "13-SoftServ", func(path string, r *SoftServ) {
		c.refer(path+"/Authentication Mechanism", r.AuthMechs, ids, "1-AuthMech")
		for i, f := range r.Functions {
			c.function(fmt.Sprintf("%s/functions/%d", path, i), f)
		}
	})
	each(x.Intf, "15-Intf", c.intf)
	each(x.PhyIntf, "15-PhyIntf", c.intf)
	each(x.LogIntf, "28-LogIntf", c.intf)
	each(x.DelFunc, "25-DelFunc", func(path string, r *DelFunc) {
		c.refer(path+"/covers", r.Covers, ids, "21-PersData", "10-SecParam", "1-AuthMech")
		c.one(path+"/operation", r.Operation, erasing)
		if slices.Contains(erasing, r.Operation) && len(c.f.Operations) > 0 {
			c.declared(path+"/operation", r.Operation)
		}
	})
}

func each[T any](t *[]T, table string, do func(path string, r *T)) {
	if t == nil {
		return
	}
	for i := range *t {
		do("ixit/"+table+"/"+strconv.Itoa(i), &(*t)[i])
	}
}

// distinct notes rows without an ID and IDs that two rows have.
func (c *checker) distinct(table string, rows []row) {
	first := map[string]row{}
	for _, r := range rows {
		if r.id == "" {
			if !c.whole(r.path) {
				continue
			}
			c.say(r.path, "a row of "+table+" has no ID", "give it one, such as "+strings.TrimLeft(table, "0123456789-")+"-1")
			continue
		}
		if before, twice := first[r.id]; twice {
			c.say(r.path+"/ID", fmt.Sprintf("%s has two rows with the ID %q", table, clip(r.id)), fmt.Sprintf("the first is in line %d: give this one another", c.places[before.path].line))
			continue
		}
		first[r.id] = r
	}
}

// refer notes ids that no row of the tables has.
func (c *checker) refer(path string, refs []string, ids map[string][]row, tables ...string) {
	if !c.whole("ixit") {
		return // the row may stand in a table that was misspelt
	}
	var known []string
	for _, t := range tables {
		for _, r := range ids[t] {
			known = append(known, r.id)
		}
	}
	for i, ref := range refs {
		if slices.Contains(known, ref) {
			continue
		}
		instead := "declare it there"
		if len(known) > 0 {
			instead = nearest(ref, known)
		}
		c.say(fmt.Sprintf("%s/%d", path, i), fmt.Sprintf("%s has no row %q", strings.Join(tables, ", "), clip(ref)), instead)
	}
}

func (c *checker) authMech(path string, r *AuthMech) {
	c.one(path+"/use", r.Use, []string{"user", "m2m"})
	c.login(path+"/login", r.Login)
	c.strength(path+"/crypto", r.Strength)
	if g := r.Gen; g != nil {
		c.one(path+"/gen/origin", g.Origin, []string{"user", "preinstalled", "none"})
		c.one(path+"/gen/scope", g.Scope, []string{"device", "batch", "model"})
	}
}

func (c *checker) strength(path string, s *Strength) {
	if s != nil {
		c.one(path+"/tls_min", s.TLSMin, []string{"1.0", "1.1", "1.2", "1.3"})
	}
}

func (c *checker) intf(path string, r *Intf) {
	c.one(path+"/state", r.State, []string{"enabled", "disabled", "disabled-permanently"})
	c.one(path+"/need", r.Need, []string{"always", "intermittent", "never"})
}

func (c *checker) function(path string, f Function) {
	c.must(path, "name", f.Name, "say what it does, in a word or two")
	c.login(path+"/login", f.Login)
	c.login(path+"/lesser", f.Lesser)
	for key, h := range map[string]*HTTP{"read": f.Read, "write": f.Write} {
		if h != nil {
			c.http(path+"/"+key, h, Parameters)
		}
	}
}
