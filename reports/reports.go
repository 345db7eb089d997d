// Package reports shows a matrix: on the terminal, as JSON, as a page, and as JUnit XML.
//
// Its one idea is that a report computes nothing: whatever it says stands in harness.Matrix, so that all of them say the
// same. Every string that a device may have a say in is made safe where it is shown.
//
//	paths, err := reports.Write(dir, m) // matrix.json, report.html, junit.xml
package reports

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/secure-by-design/assay/harness"
)

// Write writes all reports into a run directory, each whole or not at all, and returns their paths.
func Write(dir string, m *harness.Matrix) ([]string, error) {
	var paths []string
	for _, f := range []struct {
		name  string
		write func(io.Writer, *harness.Matrix) error
	}{{"matrix.json", JSON}, {"report.html", HTML}, {"junit.xml", JUnit}} {
		var b bytes.Buffer
		if err := f.write(&b, m); err != nil {
			return paths, fmt.Errorf("write %s: %w", f.name, err)
		}
		path := filepath.Join(dir, f.name)
		if err := replace(path, b.Bytes()); err != nil {
			return paths, fmt.Errorf("write %s: %w\n  the record is kept: assay report %s writes it again", f.name, err, dir)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// replace writes beside and renames, so that half a file is never seen.
func replace(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return err
	}
	_, err = tmp.Write(b)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err
}

// Safe makes a string fit to be shown: control characters and those that turn the direction of writing are spelled out.
func Safe(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Line is a unit's outcome in a line, for a pipe.
func Line(o harness.Outcome) string {
	s := fmt.Sprintf("%-10s %-12s %s", o.Unit, o.Verdict, Safe(o.Reason))
	return strings.TrimRight(s, " ")
}
