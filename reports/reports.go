// Package reports shows a matrix: on the terminal, as JSON, as a page, and as JUnit XML.
//
// Its one idea is that a report computes nothing: whatever it says stands in harness.Matrix, so that all of them say the
// same, and every string in it is made safe once, before a writer sees it (JSON alone keeps what was seen, in escapes).
//
//	paths, err := reports.Write(dir, m) // matrix.json, report.html, junit.xml
//	err = reports.Terminal(os.Stdout, m, reports.Options{Width: 100, Color: true})
package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/reports/profiles"
)

// Write writes matrix.json, report.html and junit.xml into a run directory, and profiles.json where the run was held against
// rule books, and returns their paths. All are made before the first is written, and each is put in place whole: a full disk
// leaves what was there before.
func Write(dir string, m *harness.Matrix, books ...profiles.Result) ([]string, error) {
	return write(dir, "", m, books)
}

// WriteOther does the same for the matrix of the other edition in which a record was judged: matrix-v3.1.json, and so on.
func WriteOther(dir string, m *harness.Matrix, books ...profiles.Result) ([]string, error) {
	return write(dir, "-"+strings.ToLower(string(m.Edition)), m, books)
}

func write(dir, ending string, m *harness.Matrix, books []profiles.Result) ([]string, error) {
	type file struct {
		name  string
		write func(io.Writer, *harness.Matrix) error
		text  bytes.Buffer
	}
	page := func(w io.Writer, m *harness.Matrix) error { return HTML(w, m, books...) }
	files := []file{{name: "matrix.json", write: JSON}, {name: "report.html", write: page}, {name: "junit.xml", write: JUnit}}
	if len(books) > 0 {
		files = append(files, file{name: "profiles.json", write: func(w io.Writer, m *harness.Matrix) error { return BooksJSON(w, m, books) }})
	}
	for i := range files {
		if err := files[i].write(&files[i].text, m); err != nil {
			return nil, fmt.Errorf("make %s: %w", files[i].name, err)
		}
	}
	var paths []string
	for i := range files {
		name, extension, _ := strings.Cut(files[i].name, ".")
		path := filepath.Join(dir, name+ending+"."+extension)
		if err := replace(path, files[i].text.Bytes()); err != nil {
			return paths, fmt.Errorf("write %s: %w\n  the record is kept: assay report %s writes it again", files[i].name, err, dir)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// replace writes beside, makes it durable and renames, so that half a file is never seen.
func replace(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // no longer there when all went well
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if err == nil {
		err = tmp.Sync()
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

// Line is a unit's outcome in one line, for a pipe: "5.1-1-2c   FAIL         admin/admin opens …".
func Line(o harness.Outcome) string {
	return strings.TrimRight(fmt.Sprintf("%-10s %-12s %s", Safe(o.Unit), Safe(string(o.Verdict)), Safe(o.Reason)), " ")
}
