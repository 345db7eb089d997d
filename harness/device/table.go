package device

import (
	"reflect"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// A Row is one row of an IXIT table as text, without its typed keys.
type Row struct {
	Table  string              // as the file's edition calls it
	ID     string              // "" of a flat form
	Fields map[string]string   // by the standard's field name (that of V2.1 where both have it); lists joined by ", "
	Lists  map[string][]string // the fields that are lists; an empty one is declared as none, one that is absent is not declared
}

// Field is what a field says, under the name of either edition, and whether it was given.
func (r Row) Field(name string) (text string, given bool) {
	text, given = r.Fields[older(reflect.TypeFor[IXIT](), r.Table, name)]
	return text, given
}

// Table is the generic view of a table: its rows, and whether it is declared. A flat form has one row.
// It goes by the names of either edition: 11-ComMech is 11-SecComMech too, and 15-Intf, in a file of V3.1,
// is 15-PhyIntf and 28-LogIntf, if both are declared.
//
//	rows, declared := f.Table("7-UpdMech")
//	rows[0].Fields["Security Guarantees"] // "authenticity, integrity"
func (f *File) Table(name string) (rows []Row, declared bool) {
	x := reflect.ValueOf(f.IXIT)
	if name == "15-Intf" && f.IXIT.Intf == nil && f.IXIT.PhyIntf != nil && f.IXIT.LogIntf != nil {
		for _, part := range []string{"15-PhyIntf", "28-LogIntf"} {
			more, _ := f.Table(part)
			rows = append(rows, more...)
		}
		return rows, true
	}
	for i := range x.NumField() {
		key, newer := names(x.Type().Field(i))
		if name != key && (newer == "" || name != newer) {
			continue
		}
		t := x.Field(i)
		if t.IsNil() {
			return nil, false
		}
		if newer != "" && f.Edition == string(provisions.V31) {
			key = newer
		}
		if t = t.Elem(); t.Kind() == reflect.Struct {
			return []Row{rowOf(key, t)}, true
		}
		for j := range t.Len() {
			rows = append(rows, rowOf(key, t.Index(j)))
		}
		return rows, true
	}
	return nil, false
}

// names are the keys of a field in YAML: the one, and that of V3.1 where it differs.
func names(f reflect.StructField) (key, newer string) {
	key, _, _ = strings.Cut(f.Tag.Get("yaml"), ",")
	return key, f.Tag.Get("v31")
}

// typed tells whether a key is ours: the standard's begin with a capital.
func typed(key string) bool { return key == "-" || key[0] >= 'a' && key[0] <= 'z' }

func rowOf(table string, v reflect.Value) Row {
	r := Row{Table: table, Fields: map[string]string{}, Lists: map[string][]string{}}
	for i := range v.NumField() {
		key, _ := names(v.Type().Field(i))
		if typed(key) {
			continue
		}
		switch f := v.Field(i); f.Kind() {
		case reflect.Slice:
			if !f.IsNil() {
				r.Lists[key] = f.Interface().([]string)
				r.Fields[key] = strings.Join(r.Lists[key], ", ")
			}
		case reflect.String:
			if f.String() != "" {
				r.Fields[key] = f.String()
			}
		}
	}
	r.ID = r.Fields["ID"]
	return r
}

// older is the name of a field as Row.Fields knows it.
func older(ixit reflect.Type, table, field string) string {
	row := rowType(ixit, table)
	for i := 0; row != nil && i < row.NumField(); i++ {
		if key, newer := names(row.Field(i)); newer == field {
			return key
		}
	}
	return field
}

// rowType is the type of a table's rows, or nil.
func rowType(ixit reflect.Type, table string) reflect.Type {
	for i := range ixit.NumField() {
		if key, newer := names(ixit.Field(i)); key == table || newer != "" && newer == table {
			t := ixit.Field(i).Type.Elem()
			if t.Kind() == reflect.Slice {
				return t.Elem()
			}
			return t
		}
	}
	return nil
}
