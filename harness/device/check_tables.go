package device

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// A row of an IXIT table: its place in the file, and its ID.
type row struct{ path, id string }

// tables checks the IXIT: what its edition has, ids, references from one table to another, and typed keys.
func (c *checker) tables() {
	ids := map[string][]row{}
	x := reflect.ValueOf(c.f.IXIT)
	for i := range x.NumField() {
		key, _ := names(x.Type().Field(i))
		if x.Field(i).IsNil() {
			continue
		}
		rows := x.Field(i).Elem()
		c.ofEdition(key, rows)
		if rows.Kind() != reflect.Slice {
			continue
		}
		for j := range rows.Len() {
			ids[key] = append(ids[key], row{below("ixit/"+key, strconv.Itoa(j)), rows.Index(j).FieldByName("ID").String()})
		}
		c.distinct(c.called(key), ids[key])
	}
	for i := range x.NumField() {
		key, _ := names(x.Type().Field(i))
		if t := x.Field(i); !t.IsNil() && t.Elem().Kind() == reflect.Slice {
			for j := range t.Elem().Len() {
				c.references(ids[key][j].path, t.Elem().Index(j), ids)
			}
		}
	}
	c.rows()
}

// rows checks what single tables demand.
func (c *checker) rows() {
	x := &c.f.IXIT
	each(x.AuthMech, "1-AuthMech", c.authMech)
	if x.UserInfo != nil {
		for field := range x.UserInfo.At {
			if known := c.fields("2-UserInfo"); !slices.Contains(known, field) {
				c.say(below("ixit/2-UserInfo/at", field), fmt.Sprintf("2-UserInfo has no field %q%s", clip(field), in(c.f.Edition)), nearest(field, known))
			}
		}
	}
	each(x.UpdMech, "7-UpdMech", func(path string, r *UpdMech) {
		if r.Check != nil && r.Check.Period != "" && !period.MatchString(r.Check.Period) {
			c.say(path+"/check/period", fmt.Sprintf("period is %q", clip(r.Check.Period)), "write a number and a unit, such as 24h or 7d, or never")
		}
	})
	each(x.SecParam, "10-SecParam", func(path string, r *SecParam) { c.samplesOf(path, r.Gen) })
	each(x.SoftServ, "13-SoftServ", func(path string, r *SoftServ) {
		for i, f := range r.Functions {
			c.function(fmt.Sprintf("%s/functions/%d", path, i), f)
		}
	})
	each(x.InpVal, "29-InpVal", func(path string, r *InpVal) {
		for i, f := range r.Fields {
			c.field(fmt.Sprintf("%s/fields/%d", path, i), f)
		}
	})
	each(x.DelFunc, "25-DelFunc", func(path string, r *DelFunc) {
		if slices.Contains(Vocabulary, r.Operation) && len(c.f.Operations) > 0 {
			c.declared(path+"/operation", r.Operation)
		}
	})
	each(x.UserDec, "26-UserDec", func(path string, r *UserDec) {
		var known []string
		for _, o := range r.Choices {
			known = append(known, o.Text)
		}
		if len(known) > 0 {
			c.one(path+"/default", r.Default, append(known, "none"))
			c.one(path+"/safe", r.Safe, known)
		}
	})
}

var period = regexp.MustCompile(`^(never|[1-9][0-9]{0,4}(s|m|h|d))$`)

// called is what a table is called in the file's edition.
func (c *checker) called(table string) string {
	if name, ok := c.written["ixit/"+table]; ok {
		return name
	}
	for i, t := 0, reflect.TypeFor[IXIT](); i < t.NumField(); i++ {
		if key, newer := names(t.Field(i)); key == table && newer != "" && c.f.Edition == string(provisions.V31) {
			return newer
		}
	}
	return table
}

// fields of a table, by its name in the file, in the editions that the file can be of; nil where they have no such table.
func (c *checker) fields(table string) (out []string) {
	for _, e := range c.editions() {
		for _, t := range provisions.Must().Tables(e) {
			if t.Name == table {
				out = append(out, t.Fields...)
			}
		}
	}
	return out
}

// ofEdition notes a table, or fields of it, that the file's edition does not have.
func (c *checker) ofEdition(table string, rows reflect.Value) {
	path, called := "ixit/"+table, c.called(table)
	known := c.fields(called)
	if known == nil {
		c.say(path, fmt.Sprintf("there is no table %q%s", called, in(c.f.Edition)), c.otherwise(table))
		return
	}
	switch rows.Kind() {
	case reflect.Slice:
		for i := range rows.Len() {
			c.fieldsOf(below(path, strconv.Itoa(i)), called, rows.Type().Elem(), known)
		}
	default:
		c.fieldsOf(path, called, rows.Type(), known)
	}
}

func (c *checker) fieldsOf(path, table string, row reflect.Type, known []string) {
	for i := range row.NumField() {
		key, _ := names(row.Field(i))
		at := below(path, key)
		if _, there := c.places[at]; typed(key) || !there {
			continue
		}
		field := key
		if name, ok := c.written[at]; ok {
			field = name
		}
		if !slices.Contains(known, field) {
			c.say(at, fmt.Sprintf("%s has no field %q%s", table, field, in(c.f.Edition)), nearest(field, known))
		}
	}
}

// otherwise names the table that the file's edition has in the place of one that it has not.
func (c *checker) otherwise(table string) string {
	number, _, _ := strings.Cut(table, "-")
	var there []string
	for _, e := range c.editions() {
		for _, t := range provisions.Must().Tables(e) {
			if strings.HasPrefix(t.Name, number+"-") {
				there = append(there, t.Name)
			}
		}
	}
	switch table { // the interfaces were parted anew
	case "15-Intf":
		return "write 15-PhyIntf and 28-LogIntf"
	case "15-PhyIntf", "28-LogIntf":
		return "write 15-Intf"
	}
	return "write " + strings.Join(there, ", ")
}

// references notes ids that no row of the tables has which a field refers to by its tag ref.
func (c *checker) references(path string, r reflect.Value, ids map[string][]row) {
	for i := range r.NumField() {
		if to := r.Type().Field(i).Tag.Get("ref"); to != "" {
			key, _ := names(r.Type().Field(i))
			c.refer(below(path, key), r.Field(i).Interface().([]string), ids, strings.Split(to, "|")...)
		}
	}
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
	var known, called []string
	for _, t := range tables {
		if c.fields(c.called(t)) == nil && ids[t] == nil {
			continue // a table of the other edition
		}
		called = append(called, c.called(t))
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
		c.say(fmt.Sprintf("%s/%d", path, i), fmt.Sprintf("%s has no row %q", strings.Join(called, ", "), clip(ref)), instead)
	}
}

func (c *checker) authMech(path string, r *AuthMech) {
	c.login(path+"/login", r.Login)
	c.samplesOf(path, r.Gen)
}

// samplesOf checks the reference to values that a generator made.
func (c *checker) samplesOf(path string, g *Gen) {
	if g != nil && g.Samples != "" {
		c.ref(path+"/gen/samples", g.Samples)
	}
}

// field checks one that can be tried.
func (c *checker) field(path string, f Field) {
	c.function(path, Function{Name: f.Name, Login: f.Login, Read: f.Read, Write: f.Write})
	if n := len(f.Range); n != 0 && (n != 2 || f.Range[0] >= f.Range[1]) {
		c.say(path+"/range", "range is not the least and the most of a number", "write both, the least first: [5, 30]")
	}
	if f.Read == nil || f.Write == nil {
		c.say(path, "it cannot be tried without read and write", "add the request that is missing")
	}
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
