// Package migrate carries a device file from edition V2.1 of the standard to V3.1.
//
// Its one idea is that a migration adds no claim: what follows from what was declared is carried over, what V3.1 asks anew
// stays empty below a comment "new in V3.1", and assay check lists it.
//
//	b, err := migrate.Migrate(f)
//
// Tables that V3.1 parts anew (11, 15, 28) are written anew; all else is edited where it stands, with its comments.
package migrate

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// isNew begins each comment on what V3.1 asks and V2.1 did not.
const isNew = "# new in V3.1: "

// Migrate is the text of the file in edition V3.1.
func Migrate(f *device.File) ([]byte, error) {
	if f.Edition == string(provisions.V31) {
		return nil, fmt.Errorf("migrate %s: it is of edition V3.1 already", f.Path)
	}
	if x := f.IXIT; x.PhyIntf != nil || x.LogIntf != nil {
		return nil, fmt.Errorf("migrate %s: it has tables of edition V3.1\n  write edition: V3.1 if it is of that, or 15-Intf", f.Path)
	}
	var why error
	for _, anew := range []bool{false, true} {
		b, err := carry(f, anew)
		if b != nil {
			return b, nil
		}
		why = err
	}
	return nil, fmt.Errorf("migrate %s: %w", f.Path, why)
}

// carry migrates with tables edited where they stand or, where that changes what they say, written anew.
func carry(f *device.File, anew bool) ([]byte, error) {
	d, err := text.Open(f)
	if err != nil {
		return nil, err
	}
	if d.TableLines("11-SecComMech") != nil {
		return nil, errors.New("it has 11-SecComMech, a table of edition V3.1\n  write edition: V3.1 if it is of that, or 11-ComMech")
	}
	m := &migration{f: f, d: d, anew: anew, renamed: map[string]string{}}
	m.interfaces()
	m.communication()
	m.others()
	d.Section("edition", []string{`edition: V3.1 # carried over from V2.1: see each "new in V3.1"`})
	m.ics()
	m.said = reasons(d.Lines("conditions"))
	d.Section("conditions", nil)
	if err := m.conditions(); err != nil {
		return nil, err
	}
	after, err := device.Parse(f.Path, d.Bytes())
	if err != nil {
		return nil, fmt.Errorf("the file would not be read again: %w", err)
	}
	want := m.input()
	if !reflect.DeepEqual(after.IXIT.SecParam, f.IXIT.SecParam) || !reflect.DeepEqual(after.IXIT.PersData, f.IXIT.PersData) || !reflect.DeepEqual(after.IXIT.InpVal, want) {
		return nil, errors.New("our own trouble: a table was not carried over whole")
	}
	return d.Bytes(), nil
}

// migration is one file's.
type migration struct {
	f       *device.File
	d       *text.Document
	logical []item            // rows of 28-LogIntf
	anew    bool              // tables that are edited are written from their rows
	said    map[string]string // comments behind conditions
	renamed map[string]string // ids of rows that became part of another
}

// An item is a row with the comments below it.
type item struct {
	row   any
	notes []string
}

// rows writes a table of items.
func rows(table string, items []item) []string {
	if len(items) == 0 {
		return []string{"  " + table + ": none"}
	}
	out := []string{"  " + table + ":"}
	for _, it := range items {
		one := reflect.New(reflect.SliceOf(reflect.TypeOf(it.row)))
		one.Elem().Set(reflect.Append(one.Elem(), reflect.ValueOf(it.row)))
		out = append(out, text.Rows(provisions.V31, table, one.Interface())[1:]...)
		for _, n := range it.notes {
			out = append(out, "      "+n)
		}
	}
	return out
}

// was keeps, as a comment, what V3.1 has no field for.
func was(field, value string) []string {
	if v := strings.ToLower(strings.Trim(value, " .")); v == "" || v == "none" {
		return nil
	}
	return []string{"# was " + field + " in V2.1: " + text.Comment(value)}
}

// fresh are the fields of a table that its forerunner has not.
func fresh(table, forerunner string) (out []string) {
	older := fields(provisions.V21, forerunner)
	for _, field := range fields(provisions.V31, table) {
		if !slices.Contains(older, field) && !slices.Contains(older, strings.TrimPrefix(field, "Secure ")) {
			out = append(out, field)
		}
	}
	return out
}

func fields(e provisions.Edition, table string) []string {
	for _, t := range provisions.Must().Tables(e) {
		if t.Name == table {
			return t.Fields
		}
	}
	return nil
}

// others are tables that are edited where they stand: new fields, renamed ones, and ids of rows that became part of another.
func (m *migration) others() {
	x := reflect.ValueOf(&m.f.IXIT).Elem()
	for i := range x.NumField() {
		name := text.Key(x.Type().Field(i), provisions.V31)
		if x.Field(i).IsNil() || name != text.Key(x.Type().Field(i), provisions.V21) || m.d.TableLines(name) == nil {
			continue
		}
		lines := m.d.TableLines(name)
		for j, l := range lines {
			lines[j] = m.edit(name, l)
		}
		switch {
		case !m.anew:
		case name == "10-SecParam", name == "21-PersData":
			lines = text.Rows(provisions.V31, name, x.Field(i).Interface())
		case name == "29-InpVal":
			lines = text.Rows(provisions.V31, name, m.input())
		}
		if names := fresh(name, name); len(names) > 0 && filled(x.Field(i)) {
			lines = append([]string{"  " + isNew + strings.Join(names, ", ") + ofEach(x.Field(i))}, lines...)
		}
		m.d.Table(name, lines)
	}
}

func filled(v reflect.Value) bool { return v.Elem().Kind() == reflect.Struct || v.Elem().Len() > 0 }

func ofEach(v reflect.Value) string {
	if v.Elem().Kind() == reflect.Struct {
		return ""
	}
	return ", of each row"
}

var mechanisms = regexp.MustCompile(`(^|[\s{,])(Communication Mechanisms\s*:|"Communication Mechanisms"\s*:)`)

// edit gives a line the words of V3.1.
func (m *migration) edit(table, line string) string {
	switch table {
	case "10-SecParam", "21-PersData":
		return mechanisms.ReplaceAllStringFunc(line, func(s string) string {
			return strings.Replace(s, "Communication", "Secure Communication", 1)
		})
	case "29-InpVal":
		for _, id := range slices.Sorted(maps.Keys(m.renamed)) {
			line = regexp.MustCompile(`(^|[\s\[,"'])`+regexp.QuoteMeta(id)+`($|[\s\],"'])`).ReplaceAllString(line, "${1}"+strings.ReplaceAll(m.renamed[id], "$", "$$")+"${2}")
		}
	}
	return line
}

// input is 29-InpVal with the ids of V3.1.
func (m *migration) input() *[]device.InpVal {
	if m.f.IXIT.InpVal == nil {
		return nil
	}
	out := slices.Clone(*m.f.IXIT.InpVal)
	for i := range out {
		out[i].Sources = slices.Clone(out[i].Sources)
		for j, id := range out[i].Sources {
			if now, is := m.renamed[id]; is {
				out[i].Sources[j] = now
			}
		}
	}
	return &out
}
