package tables

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxFile bounds a file of sheets, in bytes.
const maxFile = 16 << 20

// WriteCSV writes a file a table into a directory, which is made where it is missing: 6-SoftComp.csv (RFC 4180, UTF-8).
// One that holds tables already is refused: somebody may have filled them in.
func WriteCSV(dir string, sheets []Sheet) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	there, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return fmt.Errorf("write tables: %w", err)
	}
	if len(there) > 0 {
		return fmt.Errorf("write tables: %s is there already\n  name another directory, or move that one away", there[0])
	}
	for _, s := range sheets {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(s.Rows); err != nil {
			return fmt.Errorf("write table %s: %w", s.Name, err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.Name+".csv"), b.Bytes(), 0o644); err != nil {
			return fmt.Errorf("write table %s: %w", s.Name, err)
		}
	}
	return nil
}

// ReadCSV reads all tables of a directory. Where the first line has semicolons and no commas, as spreadsheets of some
// languages write it, they part the columns.
func ReadCSV(dir string) (out []Sheet, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err == nil && len(paths) == 0 {
		err = errors.New("it holds no table, such as 6-SoftComp.csv")
	}
	if err != nil {
		return nil, fmt.Errorf("read tables of %s: %w", dir, err)
	}
	slices.SortFunc(paths, byNumber)
	var wrong Errors
	for _, p := range paths {
		s := Sheet{Name: strings.TrimSuffix(filepath.Base(p), ".csv")}
		b, err := slurp(p)
		if err != nil {
			return nil, err
		}
		b = bytes.TrimPrefix(b, []byte("\ufeff"))
		first, _, _ := bytes.Cut(b, []byte("\n"))
		r := csv.NewReader(bytes.NewReader(b))
		r.FieldsPerRecord = -1
		if bytes.ContainsRune(first, ';') && !bytes.ContainsRune(first, ',') {
			r.Comma = ';'
		}
		var broken *csv.ParseError
		if s.Rows, err = r.ReadAll(); errors.As(err, &broken) {
			wrong = append(wrong, Problem{Sheet: s.Name, What: fmt.Sprintf("line %d, byte %d of the file: %v", broken.Line, broken.Column, broken.Err), Instead: "save it from a spreadsheet as CSV in UTF-8"})
			continue
		}
		out = append(out, s)
	}
	if wrong != nil {
		return nil, wrong
	}
	return out, nil
}

// leading is the number that a file's name begins with.
func leading(path string) int {
	digits, _, _ := strings.Cut(filepath.Base(path), "-")
	n, _ := strconv.Atoi(digits)
	return n
}

// byNumber sorts 2-UserInfo before 10-SecParam.
func byNumber(a, b string) int {
	if n, m := leading(a), leading(b); n != m {
		return n - m
	}
	return strings.Compare(a, b)
}

func slurp(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read tables: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	if err != nil {
		return nil, fmt.Errorf("read tables: %s: %w", path, err)
	}
	return b, nil
}
