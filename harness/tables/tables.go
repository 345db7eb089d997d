// Package tables carries the IXIT of a device file to sheets and back: a sheet a table, a line a row, a column a field.
//
// Its one idea is that a sheet is another spelling of the device file: what comes in is written as its text and read by the
// same strict reader, and what that finds wrong is told by sheet, row and column, all at once.
//
//	sheets, err := tables.Export(f)
//	err = tables.WriteCSV("ixit", sheets)
//	…
//	b, err := tables.Import(f, sheets) // the file with the tables of the sheets; all else stays as it stands
//
// A sheet with its columns alone is a table that was declared as none; a table without a sheet stays as it is.
package tables

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// A Sheet is one table.
type Sheet struct {
	Name string     // 6-SoftComp
	Rows [][]string // cells; the first row names the columns
}

// A table of device.IXIT in an edition.
type table struct {
	name  string
	field int          // of device.IXIT
	row   reflect.Type // of a row, or of the flat form
	flat  bool
}

// tablesOf are the tables of an edition, in its order.
func tablesOf(e provisions.Edition) (out []table) {
	t := reflect.TypeFor[device.IXIT]()
	for _, known := range provisions.Must().Tables(e) {
		for i := range t.NumField() {
			if text.Key(t.Field(i), e) != known.Name {
				continue
			}
			of := table{known.Name, i, t.Field(i).Type.Elem(), true}
			if of.row.Kind() == reflect.Slice {
				of.row, of.flat = of.row.Elem(), false
			}
			out = append(out, of)
		}
	}
	return out
}

// columns of a table: the standard's fields of the edition, then typed keys.
func (t table) columns(e provisions.Edition) (standard, typed []string) {
	var known []string
	for _, k := range provisions.Must().Tables(e) {
		if k.Name == t.name {
			known = k.Fields
		}
	}
	for i := range t.row.NumField() {
		switch key := text.Key(t.row.Field(i), e); {
		case slices.Contains(known, key):
			standard = append(standard, key)
		case key[0] >= 'a' && key[0] <= 'z':
			typed = append(typed, key)
		}
	}
	return standard, typed
}

// typeOf is the type of a column.
func (t table) typeOf(column string, e provisions.Edition) reflect.Type {
	for i := range t.row.NumField() {
		if text.Key(t.row.Field(i), e) == column {
			return t.row.Field(i).Type
		}
	}
	return nil
}

// edition of a file; one that does not say is read as V2.1, unless it has a table that V3.1 alone has.
func edition(f *device.File) provisions.Edition {
	if f.Edition == string(provisions.V31) || f.Edition == "" && (f.IXIT.PhyIntf != nil || f.IXIT.LogIntf != nil) {
		return provisions.V31
	}
	return provisions.V21
}

// Export gives a sheet for each table that is declared.
func Export(f *device.File) (out []Sheet) {
	e := edition(f)
	for _, t := range tablesOf(e) {
		v := reflect.ValueOf(f.IXIT).Field(t.field)
		if v.IsNil() {
			continue
		}
		standard, typed := t.columns(e)
		s := Sheet{t.name, [][]string{append(standard, typed...)}}
		rows := v.Elem()
		for i := range count(rows) {
			s.Rows = append(s.Rows, cells(rowAt(rows, i), s.Rows[0], e))
		}
		out = append(out, s)
	}
	return out
}

// count are the rows of a table: one of a flat form.
func count(rows reflect.Value) int {
	if rows.Kind() == reflect.Slice {
		return rows.Len()
	}
	return 1
}

func rowAt(rows reflect.Value, i int) reflect.Value {
	if rows.Kind() == reflect.Slice {
		return rows.Index(i)
	}
	return rows
}

func cells(row reflect.Value, columns []string, e provisions.Edition) []string {
	out := make([]string, len(columns))
	for _, f := range text.Fields(row, e) {
		if i := slices.Index(columns, f.Key); i >= 0 {
			out[i] = show(f.Value, e)
		}
	}
	return out
}

// A Problem is one thing that is wrong in a sheet.
type Problem struct {
	Sheet       string
	Row, Column int // from 1; 0: the sheet, or the row, as a whole
	Name        string
	What        string
	Instead     string
}

// String is "6-SoftComp, row 3, column C (Update Mechanism): …".
func (p Problem) String() string {
	s := p.Sheet
	if p.Row > 0 {
		s += fmt.Sprintf(", row %d", p.Row)
	}
	if p.Column > 0 {
		s += ", column " + letters(p.Column)
	}
	if p.Name != "" {
		s += " (" + p.Name + ")"
	}
	s += ": " + p.What
	if p.Instead != "" {
		s += "\n  " + p.Instead
	}
	return s
}

// letters is how a spreadsheet calls a column: 1 is A, 27 is AA.
func letters(n int) (s string) {
	for ; n > 0; n = (n - 1) / 26 {
		s = string(rune('A'+(n-1)%26)) + s
	}
	return s
}

// Errors are all problems of sheets, in their order.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
