package tables_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/tables"
)

func parse(t testing.TB, b []byte) *device.File {
	t.Helper()
	f, err := device.Parse("f.yaml", b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return f
}

func example(t testing.TB, name string) *device.File {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

// ways out and in again.
var ways = map[string]func(*testing.T, []tables.Sheet) []tables.Sheet{
	"csv": func(t *testing.T, s []tables.Sheet) []tables.Sheet {
		dir := filepath.Join(t.TempDir(), "ixit")
		if err := tables.WriteCSV(dir, s); err != nil {
			t.Fatal(err)
		}
		again, err := tables.ReadCSV(dir)
		if err != nil {
			t.Fatal(err)
		}
		return again
	},
	"xlsx": func(t *testing.T, s []tables.Sheet) []tables.Sheet {
		var b bytes.Buffer
		if err := tables.WriteXLSX(&b, s); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "ixit.xlsx")
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		again, err := tables.ReadXLSX(path)
		if err != nil {
			t.Fatal(err)
		}
		return again
	},
}

// bare is the file without its tables: what comes in comes from the sheets.
func bare(t *testing.T, f *device.File) *device.File {
	before, _, _ := strings.Cut(string(f.Source), "\nixit:\n")
	_, operations, _ := strings.Cut(string(f.Source), "\noperations:\n")
	return parse(t, []byte(before+"\noperations:\n"+operations))
}

// Out and in again, all that was declared is declared, and a file whose tables did not change stays as it stands.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"specimen-v2.1.yaml", "specimen-v3.1.yaml"} {
		for way, through := range ways {
			f := example(t, name)
			sheets := tables.Export(f)
			if len(sheets) != 29 {
				t.Fatalf("%s: %d sheets", name, len(sheets))
			}
			again := through(t, sheets)
			b, err := tables.Import(f, again)
			if err != nil {
				t.Fatalf("%s %s: %v", name, way, err)
			}
			if !bytes.Equal(b, f.Source) {
				t.Errorf("%s %s: the file changed, though no table did", name, way)
			}
			b, err = tables.Import(bare(t, f), again)
			if err != nil {
				t.Fatalf("%s %s: %v", name, way, err)
			}
			after := parse(t, b)
			if !reflect.DeepEqual(after.IXIT, f.IXIT) {
				t.Errorf("%s %s: the tables differ", name, way)
			}
			after.IXIT = device.IXIT{}
			want := bare(t, f)
			if !reflect.DeepEqual(after.ICS, want.ICS) || !reflect.DeepEqual(after.Operations, want.Operations) || !reflect.DeepEqual(after.Device, want.Device) {
				t.Errorf("%s %s: more than the tables changed", name, way)
			}
		}
	}
}

// A workbook with a cell far out is refused; so is one with a text that no cell holds.
func TestBounds(t *testing.T) {
	for _, at := range []string{"A20000", "ZZ1"} {
		f := excelize.NewFile()
		if err := f.SetCellStr("Sheet1", at, "x"); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "far.xlsx")
		if err := f.SaveAs(path); err != nil {
			t.Fatal(err)
		}
		if _, err := tables.ReadXLSX(path); err == nil || !strings.Contains(err.Error(), "it has cells beyond row 10000 or column IV") {
			t.Errorf("%s: %v", at, err)
		}
	}
	long := []tables.Sheet{{Name: "16-CodeMin", Rows: [][]string{{"ID", "Description"}, {"a", strings.Repeat("x", 40_000)}}}}
	if err := tables.WriteXLSX(io.Discard, long); err == nil || !strings.Contains(err.Error(), "cell B2 has 40000 characters") {
		t.Error(err)
	}
}

const small = `# mine
device: {model: M} # its name
edition: V2.1
ixit:
  # of the firmware
  6-SoftComp:
    - ID: a # the first
      Description: b
      Update Mechanism: []
  # of updates
  7-UpdMech: none
# the end
`

// A changed table is written anew; the others, and comments, stay.
func TestEdit(t *testing.T) {
	b, err := tables.Import(parse(t, []byte(small)), []tables.Sheet{
		{Name: "7-UpdMech", Rows: [][]string{{"Description", "ID", "Security Guarantees", "anti_rollback"}, {"pull", "u", "integrity, authenticity", "TRUE"}, {"", "", ""}}},
		{Name: "22-ExtSens", Rows: [][]string{{"ID", "Description"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(small, "  7-UpdMech: none\n", "  7-UpdMech:\n    - Description: pull\n      ID: u\n      Security Guarantees: [integrity, authenticity]\n      anti_rollback: TRUE\n  22-ExtSens: none\n", 1)
	if string(b) != want {
		t.Errorf("got\n%s\nwant\n%s", b, want)
	}
}

// All that is wrong is said at once, with sheet, row and column.
func TestErrors(t *testing.T) {
	_, err := tables.Import(parse(t, []byte(small)), []tables.Sheet{
		{Name: "6-SoftComp", Rows: [][]string{
			{"ID", "Description", "Update Mechanism", "Colour", "reason", "ID"},
			{"a", "b", "UpdMech-9, UpdMech-8", "red", "boot-rom"},
			{"a", "c", "[", "", "because"},
			{"c", "d", "", "", "", "", "beyond"},
		}},
		{Name: "7-UpdMech", Rows: [][]string{{"ID", "upd"}, {"u", "trust: signature"}, {"v", "{trust: magic}"}, {"w", "{}\nics: {default: Y}"}}},
		{Name: "9-ReplSup", Rows: [][]string{{"Isolation"}, {"a"}, {"b"}}},
		{Name: "Sheet1"}, {Name: "4-Conf"},
		{Name: "28-LogIntf", Rows: [][]string{{"ID"}}},
	})
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, want := range []string{
		`6-SoftComp, row 1, column D: there is no column "Colour"`,
		"6-SoftComp, row 1, column F (ID): this column is there twice",
		`6-SoftComp, row 2, column C (Update Mechanism): 7-UpdMech has no row "UpdMech-9"`,
		`6-SoftComp, row 2, column C (Update Mechanism): 7-UpdMech has no row "UpdMech-8"`,
		`6-SoftComp, row 3, column A (ID): 6-SoftComp has two rows with the ID "a"`,
		"6-SoftComp, row 3, column C (Update Mechanism): it is not YAML",
		`6-SoftComp, row 3, column E (reason): reason is "because"`,
		`6-SoftComp, row 4, column G: "beyond" stands below no column`,
		"7-UpdMech, row 2, column B (upd): it is not YAML",
		`7-UpdMech, row 3, column B (upd): trust is "magic"`,
		"7-UpdMech, row 4, column B (upd): it is not",
		"9-ReplSup, row 3: this table is a form: it has one row",
		"Sheet1: there is no such table in edition V2.1",
		"4-Conf: it has no row that names the columns",
		"28-LogIntf: there is no such table in edition V2.1",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nobody said %q:\n%v", want, err)
		}
	}
}

// No cell begins a formula, and each text comes back as it was.
func TestFormulas(t *testing.T) {
	for _, s := range hostile {
		oneText(t, s, ways["csv"])
		oneText(t, s, ways["xlsx"])
	}
}

var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r\nx", "a\r\nb", "a\nb", "'x", "''x", "'=1", "'\"x\"", "\"x\"", "'tis", " lead", "trail ", "_x000D_", "\x00\x01", "\ufffe", "a,b", "a;b",
	"\ufeffx", "none", "[a]", "{a: b}", "1.10", "TRUE", "007", "é世\U0001f600", "#N/A", "a # b", "\\N", "\\.",
}

func oneText(t *testing.T, s string, through func(*testing.T, []tables.Sheet) []tables.Sheet) {
	f := parse(t, []byte("device: {model: M}\nedition: V2.1\nixit:\n  7-UpdMech: none\n"))
	rows := []device.UpdMech{{ID: "u", Description: s, Guarantees: []string{s, "b"}, Upd: &device.Upd{Anchor: s}}}
	f.IXIT.UpdMech = &rows
	sheets := tables.Export(f)
	for _, cell := range slices.Concat(sheets[0].Rows...) {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			t.Errorf("%q begins a formula", cell)
		}
	}
	b, err := tables.Import(parse(t, f.Source), through(t, sheets))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	if got := *parse(t, b).IXIT.UpdMech; !reflect.DeepEqual(got, rows) {
		t.Errorf("%q came back as %+v", s, got)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		if strings.TrimSpace(s) == "" {
			return // an empty cell says nothing
		}
		oneText(t, s, ways["csv"])
		oneText(t, s, ways["xlsx"])
	})
}

// A cell can be anything: it is read, or said to be wrong.
func FuzzCell(f *testing.F) {
	for _, s := range append(hostile, "{trust: signature}", "&a {trust: *a}", "{trust: signature}\nics: {default: Y}", "|\n x", "{notify: yes, network: no}") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		f := parse(t, []byte("device: {model: M}\nedition: V2.1\nixit:\n  7-UpdMech: none\n"))
		b, err := tables.Import(f, []tables.Sheet{{Name: "7-UpdMech", Rows: [][]string{{"ID", "upd", "anti_rollback", "Security Guarantees"}, {"u", s, "", ""}, {"v", "", s, ""}, {"w", "", "", s}}}})
		if err == nil && parse(t, b).ICS != nil {
			t.Errorf("%q became a claim", s)
		}
	})
}
