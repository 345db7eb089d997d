package reports

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var (
	update = flag.Bool("update", false, "write golden files and the schema anew")
	show   = flag.String("show", "", "a directory to leave the samples' reports in, to look at")
)

// writers of every format.
var writers = map[string]func(*bytes.Buffer, *harness.Matrix) error{
	"json":  func(b *bytes.Buffer, m *harness.Matrix) error { return JSON(b, m) },
	"html":  func(b *bytes.Buffer, m *harness.Matrix) error { return HTML(b, m) },
	"junit": func(b *bytes.Buffer, m *harness.Matrix) error { return JUnit(b, m) },
	"plain": func(b *bytes.Buffer, m *harness.Matrix) error { return Terminal(b, m, Options{Width: 80}) },
	"verbose": func(b *bytes.Buffer, m *harness.Matrix) error {
		return Terminal(b, m, Options{Width: 120, Verbose: true})
	},
}

func made(t *testing.T, format string, m *harness.Matrix) string {
	t.Helper()
	var b bytes.Buffer
	if err := writers[format](&b, m); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	some := []provisions.ID{"5.1-1", "5.2-1", "5.4-2", "5.5-1", "5.6-2", "5.10-1", "LOST-01", "LOST-02"}
	for name, got := range map[string]string{
		"declared.txt":         made(t, "plain", declaredRun()),
		"observed.txt":         made(t, "plain", observedRun()),
		"declared-verbose.txt": made(t, "verbose", few(declaredRun(), some...)),
		"declared.json":        made(t, "json", few(declaredRun(), some...)),
		"declared.xml":         made(t, "junit", few(declaredRun(), some...)),
		"observed.xml":         made(t, "junit", few(observedRun(), some[:1]...)),
		"declared.html":        made(t, "html", few(declaredRun(), some...)),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from what is made now: look at it with go test ./reports -update and git diff", path)
		}
	}
}

// All provisions and units of both editions are in each format, also those not run.
func TestEverythingIsInEveryFormat(t *testing.T) {
	for name, m := range map[string]*harness.Matrix{"declared": declaredRun(), "observed": observedRun()} {
		for format := range writers {
			text := made(t, format, m)
			for _, r := range m.Rows {
				if !contains(text, string(r.Provision)) {
					t.Errorf("%s, %s: no provision %s", name, format, r.Provision)
				}
				for _, u := range r.Units {
					if format != "plain" && !contains(text, u.Unit) {
						t.Errorf("%s, %s: no unit %s", name, format, u.Unit)
					}
				}
			}
		}
	}
}

// contains finds an id that is not part of a longer one.
func contains(text, id string) bool {
	for i := strings.Index(text, id); i >= 0; {
		end := i + len(id)
		if end == len(text) || !strings.ContainsRune("0123456789-ABCDEFabcdef", rune(text[end])) {
			return true
		}
		next := strings.Index(text[end:], id)
		if next < 0 {
			return false
		}
		i = end + next
	}
	return false
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if *show != "" {
		dir = *show
	}
	for name, m := range map[string]*harness.Matrix{"declared": declaredRun(), "observed": observedRun()} {
		run := filepath.Join(dir, name)
		if err := os.MkdirAll(run, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, m := range []*harness.Matrix{few(declaredRun(), "5.1-1"), m} { // the second over the first
			paths, err := Write(run, m)
			if err != nil {
				t.Fatal(err)
			}
			if want := []string{filepath.Join(run, "matrix.json"), filepath.Join(run, "report.html"), filepath.Join(run, "junit.xml")}; !slices.Equal(paths, want) {
				t.Errorf("wrote %q, want %q", paths, want)
			}
		}
		entries, _ := os.ReadDir(run)
		if len(entries) != 3 {
			t.Errorf("%d files in the run directory, want 3: %v", len(entries), entries)
		}
		b, err := os.ReadFile(filepath.Join(run, "matrix.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := ValidateJSON(b); err != nil {
			t.Error(err)
		}
	}
}

// What cannot be written leaves what was there, and nothing half done beside it.
func TestWriteIsWholeOrNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "report.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	paths, err := Write(dir, declaredRun())
	if err == nil || len(paths) != 1 || !strings.Contains(err.Error(), "write report.html: ") {
		t.Errorf("wrote %q, error %v; want matrix.json alone and an error that names report.html", paths, err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".part-*"))
	if len(left) > 0 {
		t.Errorf("left %q behind", left)
	}
	if _, err := Write(filepath.Join(dir, "missing"), declaredRun()); err == nil {
		t.Error("no error for a run directory that is not there")
	}
}

func TestJUnitCounts(t *testing.T) {
	for name, m := range map[string]*harness.Matrix{"declared": declaredRun(), "observed": observedRun()} {
		var got junitSuites
		if err := xml.Unmarshal([]byte(made(t, "junit", m)), &got); err != nil {
			t.Fatal(err)
		}
		failures, skipped, tests := 1, 0, 1 // the device's own
		for _, r := range m.Rows {
			for _, u := range r.Units {
				tests++
				switch u.Verdict {
				case harness.Fail:
					failures++
				case harness.Pass, harness.Done:
				default:
					skipped++
				}
			}
		}
		if got.Failures != failures || got.Skipped != skipped || got.Tests != tests || len(got.Suites) != len(m.Rows)+1 {
			t.Errorf("%s: %d failures, %d skipped of %d in %d suites; want %d, %d, %d, %d", name, got.Failures, got.Skipped, got.Tests,
				len(got.Suites), failures, skipped, tests, len(m.Rows)+1)
		}
	}
}

// A failure that counts in no verdict of the device says so.
func TestJUnitMarksWhatIsBeyond(t *testing.T) {
	var got junitSuites
	if err := xml.Unmarshal([]byte(made(t, "junit", declaredRun())), &got); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range got.Suites {
		for _, c := range s.Cases {
			if c.Failure == nil {
				continue
			}
			marked := strings.HasSuffix(c.Failure.Type, " "+beyond)
			if strings.HasPrefix(c.Class, "LOST") != marked {
				t.Errorf("%s has type %q", c.Name, c.Failure.Type)
			} else if marked {
				n++
			}
		}
	}
	if n != 1 {
		t.Errorf("%d failures beyond the standard, want that of LOST-01", n)
	}
}

// The header of each format for people says what the run is.
func TestHeaderSaysWhatTheRunIs(t *testing.T) {
	for format, end := range map[string]string{"plain": "Passwords", "html": "</header>"} {
		head, _, _ := strings.Cut(made(t, format, observedRun()), end)
		for _, want := range []string{"not a conformance assessment", "TS 103 645 V3.1.1", "unknown, shown by nobody", "none recorded", "normal",
			"cut short", "Assay 0.1.0"} {
			if !strings.Contains(strings.Join(strings.Fields(head), " "), want) {
				t.Errorf("%s: the header does not say %q", format, want)
			}
		}
	}
}

// A verdict is never shown as another, and an unknown one never as PASS.
func TestMarks(t *testing.T) {
	for _, test := range []struct {
		row  harness.Row
		kind string
	}{
		{harness.Row{Verdict: harness.Pass}, "pass"},
		{harness.Row{Verdict: harness.Fail}, "fail"},
		{harness.Row{Verdict: harness.Fail, Claim: "N/A"}, "fail"},
		{harness.Row{Verdict: harness.Fail, Word: harness.Contrary}, "contrary"},
		{harness.Row{Verdict: harness.Inconclusive}, "untried"},
		{harness.Row{Verdict: harness.Inconclusive, Units: []harness.UnitRow{{Attempts: 1}}}, "inconclusive"},
		{harness.Row{Verdict: harness.Inconclusive, Word: harness.NotJudged}, "observed"},
		{harness.Row{Verdict: harness.Inconclusive, Word: harness.NotJudged, Claim: "N"}, "observed"},
		{harness.Row{Verdict: harness.Inconclusive, Word: harness.NotLooked}, "unlooked"},
		{harness.Row{Verdict: harness.Inconclusive, Word: harness.NotLooked, Claim: "N/A"}, "unclaimed"},
		{harness.Row{}, "inconclusive"},
		{harness.Row{Verdict: "PASSED"}, "inconclusive"},
		{harness.Row{Verdict: harness.Pass, Word: "fine"}, "inconclusive"},
	} {
		if got := markOfRow(test.row).Kind; got != test.kind {
			t.Errorf("%+v is shown as %s, want %s", test.row, got, test.kind)
		}
	}
}

func TestTerminalWidth(t *testing.T) {
	for _, columns := range []int{40, 80, 120} {
		for _, verbose := range []bool{false, true} {
			var b bytes.Buffer
			if err := Terminal(&b, declaredRun(), Options{Width: columns, Verbose: verbose, Color: true}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(b.String()) {
				if n := width(strings.TrimSuffix(line, "\n")); n > columns+14 { // a row's own columns may need a little more
					t.Errorf("width %d: a line of %d columns: %q", columns, n, line)
				}
			}
		}
	}
	if strings.Contains(made(t, "plain", declaredRun()), "\x1b") {
		t.Error("without Color there are escape codes")
	}
}

func TestLine(t *testing.T) {
	for want, o := range map[string]harness.Outcome{
		"5.1-1-2c   FAIL         admin/admin opens it": {Unit: "5.1-1-2c", Verdict: harness.Fail, Reason: "admin/admin opens it"},
		"5.3-2-2a   DONE":                        {Unit: "5.3-2-2a", Verdict: harness.Done},
		`5.1-1-2a   INCONCLUSIVE \x1b[2J — PASS`: {Unit: "5.1-1-2a", Verdict: harness.Inconclusive, Reason: "\x1b[2J\nPASS"},
	} {
		if got := Line(o); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
