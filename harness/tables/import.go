package tables

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// maxProblems are said at once.
const maxProblems = 200

// A spot is a cell of a sheet.
type spot struct{ row, column int }

// An importing turns sheets into the tables of a file.
type importing struct {
	e        provisions.Edition
	problems Errors
	lines    map[string][]string // of each table
	spots    map[string][]spot   // of each line
	columns  map[string][]string
}

// Import is the text of the device file with the tables of the sheets. Tables that mean what they meant, and all that is no
// table, stay as they stand, comments included. The error is Errors where sheets are wrong.
func Import(f *device.File, sheets []Sheet) ([]byte, error) {
	m := &importing{e: edition(f), lines: map[string][]string{}, spots: map[string][]spot{}, columns: map[string][]string{}}
	known := tablesOf(m.e)
	for _, s := range sheets {
		i := slices.IndexFunc(known, func(t table) bool { return t.name == s.Name })
		switch {
		case i < 0:
			m.say(s.Name, 0, 0, "", fmt.Sprintf("there is no such table in edition %s", m.e), "name the sheet as the table: "+known[0].name+" to "+known[len(known)-1].name)
		case m.lines[s.Name] != nil:
			m.say(s.Name, 0, 0, "", "there are two sheets of this name", "keep one")
		default:
			m.sheet(known[i], s)
		}
	}
	all, err := m.write(f, known, nil)
	if err != nil {
		return nil, err
	}
	after, err := device.Parse(f.Path, all.Bytes())
	if err != nil {
		if err := m.told(all, known, err); err != nil {
			return nil, err
		}
	}
	if len(m.problems) > 0 {
		return nil, m.sorted(sheets)
	}
	changed, err := m.write(f, known, after)
	if err != nil {
		return nil, err
	}
	b := changed.Bytes()
	if len(b) > device.MaxSize {
		return nil, fmt.Errorf("import the tables: the device file would be larger than %d bytes", device.MaxSize)
	}
	return b, m.same(f, after, b)
}

// write puts the tables in; where after is given, those alone that mean something else than before.
func (m *importing) write(f *device.File, known []table, after *device.File) (*text.Document, error) {
	d, err := text.Open(f)
	if err != nil {
		return nil, err
	}
	for _, t := range known {
		lines := m.lines[t.name]
		if lines == nil || after != nil && reflect.DeepEqual(t.of(f), t.of(after)) {
			continue
		}
		d.Table(t.name, lines)
	}
	return d, nil
}

func (t table) of(f *device.File) any { return reflect.ValueOf(f.IXIT).Field(t.field).Interface() }

// same makes sure that no more was changed than the tables.
func (m *importing) same(f, after *device.File, b []byte) error {
	again, err := device.Parse(f.Path, b)
	if err == nil && !reflect.DeepEqual(again.IXIT, after.IXIT) {
		err = errors.New("the tables are not those of the sheets")
	}
	if err == nil && (!reflect.DeepEqual(again.ICS, f.ICS) || !reflect.DeepEqual(again.Operations, f.Operations) || !reflect.DeepEqual(again.Samples, f.Samples)) {
		err = errors.New("more than the tables would be changed")
	}
	if err != nil {
		return fmt.Errorf("our own trouble: import the tables: %w", err)
	}
	return nil
}

func (m *importing) say(sheet string, row, column int, name, what, instead string) {
	if len(m.problems) < maxProblems {
		m.problems = append(m.problems, Problem{sheet, row, column, name, what, instead})
	}
}

// sheet writes a table's lines.
func (m *importing) sheet(t table, s Sheet) {
	m.lines[t.name], m.spots[t.name] = []string{"  " + t.name + ":"}, []spot{{}}
	columns := m.header(t, s)
	m.columns[t.name] = columns
	n := 0
	for i := 1; i < len(s.Rows); i++ {
		if !slices.ContainsFunc(s.Rows[i], func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		if n++; t.flat && n > 1 {
			m.say(t.name, i+1, 0, "", "this table is a form: it has one row", "put all into row 2")
			continue
		}
		m.row(t, columns, s.Rows[i], i+1)
	}
	switch {
	case n > 0:
	case t.flat:
		m.lines[t.name][0] += " {}"
	default:
		m.lines[t.name][0] += " none"
	}
}

// header is the name of each column, "" where it is not read.
func (m *importing) header(t table, s Sheet) []string {
	if len(s.Rows) == 0 {
		m.say(t.name, 0, 0, "", "it has no row that names the columns", "export a file to see them")
		return nil
	}
	standard, typed := t.columns(m.e)
	known := append(standard, typed...)
	columns := make([]string, len(s.Rows[0]))
	for i, c := range s.Rows[0] {
		c = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
		switch {
		case c == "":
		case !slices.Contains(known, c):
			m.say(t.name, 1, i+1, "", fmt.Sprintf("there is no column %q", clip(c)), "it is one of "+strings.Join(known, ", "))
		case slices.Contains(columns[:i], c):
			m.say(t.name, 1, i+1, c, "this column is there twice", "keep one")
		default:
			columns[i] = c
		}
	}
	return columns
}

// row writes an item: a line a cell that is not empty.
func (m *importing) row(t table, columns, cells []string, n int) {
	before := "    - "
	if t.flat {
		before = "    "
	}
	for i, cell := range cells {
		if strings.TrimSpace(cell) == "" {
			continue
		}
		if i >= len(columns) || columns[i] == "" {
			if i >= len(columns) || m.noName(t.name, i) {
				m.say(t.name, n, i+1, "", fmt.Sprintf("%q stands below no column", clip(cell)), "name the column in row 1")
			}
			continue
		}
		v, err := value(cell, t.typeOf(columns[i], m.e))
		if err != nil {
			m.say(t.name, n, i+1, columns[i], err.Error(), "write it as YAML on one line, such as [a, b] or {key: value}")
			v = nothing(t.typeOf(columns[i], m.e)) // so that all else is looked at too
		}
		m.lines[t.name] = append(m.lines[t.name], before+text.Quote(columns[i])+": "+v)
		m.spots[t.name] = append(m.spots[t.name], spot{n, i + 1})
		if !t.flat {
			before = "      "
		}
	}
}

// nothing is a value of a type that no reader minds.
func nothing(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return "{}"
	}
	return text.Flow(reflect.Zero(t), "")
}

// noName tells whether nothing was said of the column's name yet.
func (m *importing) noName(sheet string, column int) bool {
	return !slices.ContainsFunc(m.problems, func(p Problem) bool { return p.Sheet == sheet && p.Row == 1 && p.Column == column+1 })
}

// told turns what the reader of device files found into problems of sheets.
func (m *importing) told(d *text.Document, known []table, err error) error {
	var found device.Errors
	if !errors.As(err, &found) {
		return err
	}
	said := slices.Clone(m.problems)
	for _, p := range found {
		sheet, at := m.spot(d, known, p.Line)
		if sheet == "" {
			m.say(p.File, 0, 0, "", p.What, p.Instead)
			continue
		}
		name := ""
		if at.column > 0 {
			name = m.columns[sheet][at.column-1]
		}
		if !slices.ContainsFunc(said, func(q Problem) bool { return q.Sheet == sheet && q.Row == at.row && q.Column == at.column && q.Row > 0 }) {
			m.say(sheet, at.row, at.column, name, p.What, p.Instead)
		}
	}
	return nil
}

// spot is the cell that a line of the text was written from.
func (m *importing) spot(d *text.Document, known []table, line int) (string, spot) {
	for _, t := range known {
		from := d.LineOf(t.name)
		if spots := m.spots[t.name]; from > 0 && line >= from && line < from+len(spots) {
			return t.name, spots[line-from]
		}
	}
	return "", spot{}
}

// sorted are the problems in the order of sheets, rows and columns.
func (m *importing) sorted(sheets []Sheet) Errors {
	order := func(name string) int {
		return slices.IndexFunc(sheets, func(s Sheet) bool { return s.Name == name })
	}
	slices.SortStableFunc(m.problems, func(a, b Problem) int {
		for _, d := range []int{order(a.Sheet) - order(b.Sheet), a.Row - b.Row, a.Column - b.Column} {
			if d != 0 {
				return d
			}
		}
		return 0
	})
	return m.problems
}

// clip bounds what an error quotes, in characters.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
