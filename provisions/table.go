package provisions

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// dataPath is where the tables lie in the repository; errors name it.
const dataPath = "provisions/data/"

// columns of each table, in order; a row has exactly these cells.
var columns = map[string]string{
	"provisions.tsv":     "edition id obligation conditions summary confidence",
	"testcases.tsv":      "edition case provision kind units unit_verbs ixit reuses_units_of summary confidence",
	"ixit.tsv":           "table edition title fields confidence",
	"methods.tsv":        "unit editions rungs needs procedure fails_when passes_when cap faults level",
	"methods-beyond.tsv": "unit summary editions rungs needs procedure fails_when passes_when cap faults level",
	"faults.tsv":         "fault part behaviour breaks contradicts",
	"honest.tsv":         "variant behaviour spares",
	"profiles.tsv":       "profile requirement kind summary provisions map source primary read confidence",
	"rulebooks.tsv":      "profile title kind edition rule books as_of",
	"recognition.tsv":    "id from to scope since source primary read confidence",
}

// mayBeEmpty names the columns whose cells may be empty.
const mayBeEmpty = " conditions unit_verbs ixit reuses_units_of cap provisions "

// reader reads the tables and collects all problems before it gives up.
type reader struct {
	fsys     fs.FS
	problems []problem
	read     map[string][]row // tables read so far
	cat      *Catalogue
	refs     []unitRefs          // of the needs columns, for when all units are known
	required map[string]bool     // requirements of profiles.tsv, "profile:id"
	touching map[string][]*Fault // unit → faults that name it
}

type problem struct {
	file string
	line int
	text string
}

// row is one line of a table.
type row struct {
	file  string
	line  int
	cells map[string]string
}

func (r *reader) bad(at row, format string, args ...any) {
	r.problems = append(r.problems, problem{at.file, at.line, fmt.Sprintf(format, args...)})
}

// err joins all problems, sorted by file and line; nil if there is none.
func (r *reader) err() error {
	slices.SortStableFunc(r.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	errs := make([]error, len(r.problems))
	for i, p := range r.problems {
		errs[i] = fmt.Errorf("%s%s:%d: %s", dataPath, p.file, p.line, p.text)
	}
	return errors.Join(errs...)
}

// table reads one file: a header and rows of tab-separated cells. Rows that are
// broken in shape are reported and left out. A table is read once.
func (r *reader) table(file string) []row {
	rows, ok := r.read[file]
	if !ok {
		rows = r.parse(file)
		r.read[file] = rows
	}
	return rows
}

func (r *reader) parse(file string) []row {
	data, err := fs.ReadFile(r.fsys, file)
	if err != nil {
		r.bad(row{file: file, line: 1}, "read table: %v", err)
		return nil
	}
	header := strings.Fields(columns[file])
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if lines[0] != strings.Join(header, "\t") {
		r.bad(row{file: file, line: 1}, "header is %q, want the columns %s", lines[0], columns[file])
		return nil
	}
	var rows []row
	for i, text := range lines[1:] {
		at := row{file: file, line: i + 2, cells: make(map[string]string, len(header))}
		cells := strings.Split(text, "\t")
		if len(cells) != len(header) {
			r.bad(at, "%d columns, want %d: %s", len(cells), len(header), columns[file])
			continue
		}
		for j, name := range header {
			at.cells[name] = cells[j]
			r.cell(at, name, cells[j])
		}
		rows = append(rows, at)
	}
	return rows
}

func (r *reader) cell(at row, column, text string) {
	switch {
	case text == "" && !strings.Contains(mayBeEmpty, " "+column+" "):
		r.bad(at, "%s is empty", column)
	case text != strings.TrimSpace(text):
		r.bad(at, "%s has blanks at its edge: %q", column, text)
	}
}

// edition reads one edition cell.
func (r *reader) edition(at row, text string) (Edition, bool) {
	e := Edition(text)
	if slices.Contains(Editions(), e) {
		return e, true
	}
	r.bad(at, "unknown edition %q: write V2.1 (tested by TS 103 701 V1.1.1) or V3.1 (by V2.1.1)", text)
	return "", false
}

// editions reads a cell that is one edition or "both".
func (r *reader) editions(at row) []Edition {
	if at.cells["editions"] == "both" {
		return Editions()
	}
	if e, ok := r.edition(at, at.cells["editions"]); ok {
		return []Edition{e}
	}
	return nil
}

func (r *reader) confidence(at row) Confidence {
	c := Confidence(at.cells["confidence"])
	if !slices.Contains(confidences, c) {
		r.bad(at, "unknown confidence %q", c)
	}
	return c
}

// list reads a cell of comma-separated names; "-" is none. A doubled name is bad.
func (r *reader) list(at row, column string) []string {
	cell := at.cells[column]
	if cell == "" || cell == "-" {
		return nil
	}
	names := split(cell, ',')
	for i, name := range names {
		if name == "" {
			r.bad(at, "%s has an empty entry", column)
		} else if slices.Contains(names[:i], name) {
			r.bad(at, "%s names %s twice", column, name)
		}
	}
	return names
}
