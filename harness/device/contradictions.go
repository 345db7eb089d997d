package device

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/secure-by-design/assay/provisions"
)

// Contradictions are what the file says in two places that cannot both be, and rows of the ICS that do not stand in an
// edition. Judging one declaration by itself is the units' work.
func (f *File) Contradictions(e provisions.Edition) []Finding {
	c := &contradictions{f: f}
	c.ics(e)
	c.conditions(e)
	c.confirmations(e)
	c.updates()
	c.interfaces()
	c.secrets()
	c.data()
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return c.found
}

// Expired are permissions that a day is beyond, or not yet in.
func (f *File) Expired(day time.Time) (out []Finding) {
	today := day.Format(time.DateOnly)
	within := func(path, what, from, until string) {
		if from != "" && today < from {
			out = append(out, f.find(Gap, path+"/from", fmt.Sprintf("%s begins on %s", what, from), "wait, or ask for an earlier day"))
		}
		if until != "" && today > until {
			out = append(out, f.find(Gap, path+"/until", fmt.Sprintf("%s ended on %s", what, until), "ask for a new one, and write its last day"))
		}
	}
	if a := f.Authorised; a != nil {
		within("authorised", "the right to test", a.From, a.Until)
	}
	if f.Service != nil && f.Service.Authorisation != nil {
		p := f.Service.Authorisation
		within("service/authorisation", "the permission to test the service", p.From, p.Until)
	}
	return out
}

// contradictions gathers them.
type contradictions struct {
	f     *File
	found []Finding
}

func (c *contradictions) say(path, next, what string, a ...any) {
	c.found = append(c.found, c.f.find(Contradiction, path, fmt.Sprintf(what, a...), next))
}

// all goes through the rows of a table, each with its place.
func all[T any](table string, rows *[]T, do func(path string, r T)) {
	if rows == nil {
		return
	}
	for i, r := range *rows {
		do(below("ixit/"+table, strconv.Itoa(i)), r)
	}
}

// ics are its rows that do not stand, and claims of what does not apply.
func (c *contradictions) ics(e provisions.Edition) {
	for _, j := range c.f.JudgeICS(e) {
		path := below("ics", string(j.Provision))
		switch {
		case j.Open: // a gap
		case j.Problem != "":
			c.say(path, j.Next, "%s", j.Problem)
		case j.Claim.Support == "Y" && j.Applies == "no":
			c.say(path, "claim N/A with a rationale, or correct the condition", "%s is claimed as Y, but a condition of it is stated as false", j.Provision)
		}
	}
}

// conditions are those that the tables show otherwise.
func (c *contradictions) conditions(e provisions.Edition) {
	for _, x := range Conditions(e) {
		under := "conditions"
		if x.Feature() {
			under = "features"
		}
		holds, stated := c.f.States(x.Name)
		if shows, why := c.f.Shows(x.Name); stated && shows != "" && shows.Yes() != holds {
			c.say(below(under, x.Key()), "correct the one or the other", "%s (%s) is stated as %v, while %s", x.Name, x.Text, holds, why)
		}
	}
}

// confirmations of 4-Conf, and the provisions that rest on them.
func (c *contradictions) confirmations(e provisions.Edition) {
	conf := c.f.IXIT.Conf
	if conf == nil {
		return
	}
	for _, x := range []struct {
		field  string
		answer Answer
		of     provisions.ID
	}{
		{"Confirmation of Vulnerability Actions", conf.VulnActions, "5.2-2"},
		{"Confirmation of Vulnerability Monitoring", conf.VulnMonitoring, "5.2-3"},
		{"Confirmation of Update Procedures", conf.UpdateProcedures, "5.3-8"},
		{"Confirmation of Secure Management", conf.SecureManagement, "5.5-8"},
		{"Confirmation of Secure Development", conf.SecureDevelop, "5.6-9"},
	} {
		if x.answer == No && c.f.Claims(x.of).Support == "Y" {
			c.say("ixit/4-Conf/"+x.field, "confirm it, or claim N", "%s is no, while %s is claimed as Y", x.field, x.of)
		}
	}
}

// updates are mechanisms that no component uses, and typed keys against each other.
func (c *contradictions) updates() {
	used := map[string]bool{}
	all("6-SoftComp", c.f.IXIT.SoftComp, func(path string, r SoftComp) {
		for _, id := range r.UpdMechs {
			used[id] = true
		}
		if len(r.UpdMechs) > 0 && r.Reason != "" {
			c.say(path+"/reason", "keep the one or the other", "%s has an update mechanism, and a reason (%s) for having none", r.ID, r.Reason)
		}
	})
	all("7-UpdMech", c.f.IXIT.UpdMech, func(path string, r UpdMech) {
		if c.f.IXIT.SoftComp != nil && !used[r.ID] {
			c.say(path, "name it in the Update Mechanism of the components that it updates", "no component of 6-SoftComp is updated by %s", r.ID)
		}
		if r.Upd == nil {
			return
		}
		if slices.Contains(r.Upd.Initiation, "automatic") && r.Upd.Apply == "user" {
			c.say(path+"/upd/apply", "correct the one or the other", "%s begins by itself, but a user installs it", r.ID)
		}
		if r.Config != nil && r.Upd.Apply == "auto" && len(r.Config.Update) > 0 {
			c.say(path+"/upd/apply", "write apply: auto-configurable", "%s always installs by itself, but a user can set it", r.ID)
		}
		if r.Check != nil && r.Check.Period == "never" && strings.HasPrefix(r.Upd.Check, "auto") {
			c.say(path+"/check/period", "correct the one or the other", "%s looks for updates by itself, but never", r.ID)
		}
		if r.Upd.Notify == No && r.Upd.Notice != nil {
			c.say(path+"/upd/notice", "correct the one or the other", "%s gives no notice, but tells how it does", r.ID)
		}
	})
}
