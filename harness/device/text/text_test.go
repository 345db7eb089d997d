package text_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

var examples = []string{"specimen-v2.1.yaml", "specimen-v3.1.yaml"}

func parse(t *testing.T, b []byte) *device.File {
	t.Helper()
	f, err := device.Parse("f.yaml", b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return f
}

func example(t *testing.T, name string) *device.File {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../../examples", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, b)
}

// Each table is written anew, and means what it meant; what is around stays as it stood.
func TestRows(t *testing.T) {
	for _, name := range examples {
		f := example(t, name)
		d, err := text.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(d.Bytes()); got != string(f.Source) {
			t.Fatalf("%s: an unedited document is not what was read", name)
		}
		e, x := provisions.Edition(f.Edition), reflect.ValueOf(f.IXIT)
		for i := range x.NumField() {
			if !x.Field(i).IsNil() {
				key := text.Key(x.Type().Field(i), e)
				d.Table(key, text.Rows(e, key, x.Field(i).Interface()))
			}
		}
		after := parse(t, d.Bytes())
		if !reflect.DeepEqual(after.IXIT, f.IXIT) {
			t.Errorf("%s: the tables differ after they were written anew:\n%s", name, d.Bytes())
		}
		before, _, _ := strings.Cut(string(f.Source), "\nixit:")
		_, behind, _ := strings.Cut(string(f.Source), "\noperations:")
		if got := string(d.Bytes()); !strings.HasPrefix(got, before) || !strings.HasSuffix(got, behind) {
			t.Errorf("%s: what is around the tables was changed", name)
		}
	}
}

func TestSections(t *testing.T) {
	f := parse(t, []byte("# head\ndevice: {model: M}\n# of the ICS\nics:\n  5.1-1: Y # why\n\n# of the tables\nixit:\n    # of 6\n    6-SoftComp: none\n    # of 22\n    22-ExtSens:\n    - {ID: a, Description: b}\n# the end\n"))
	d, err := text.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	d.Section("edition", []string{"edition: V2.1"})
	d.Section("ics", nil)
	d.Table("22-ExtSens", []string{"  22-ExtSens: none"})
	d.Table("7-UpdMech", []string{"  7-UpdMech: none"})
	d.Table("6-SoftComp", nil)
	want := "# head\ndevice: {model: M}\nedition: V2.1\n# of the ICS\n\n# of the tables\nixit:\n    # of 6\n    7-UpdMech: none\n    # of 22\n    22-ExtSens: none\n# the end\n"
	if got := string(d.Bytes()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, s := range []string{"{device: {model: M}}", "device: {model: M}\nixit: {6-SoftComp: none}\n", "  device: {model: M}\n"} {
		if _, err := text.Open(parse(t, []byte(s))); err == nil {
			t.Errorf("%q was opened", s)
		}
	}
}

// Whatever a string holds, it is read as it was, and stays on its line.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "a", "a: b", "# x", "a #b", "\"", "\\", "\r\n", "\x00", "\u2028x", "yes", "null", "~", "1.10", "- a", "{}", "'", "é", "\U0001f600", "\ufeff", "\x7f\x85", "%", "!x", "&a", "*a", "|", "a\n#b: c\n", "--- x", "... "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		for _, around := range [][2]string{{"device: {model: ", "}\n"}, {"device:\n  model: ", "\n"}, {"device:\n  model: M\n  macs: []\nauthorised:\n  by: a\n  right: ", "\n# " + text.Comment(s) + "\n"}} {
			if strings.TrimSpace(s) == "" {
				return // refused as empty
			}
			got, err := device.Parse("f", []byte(around[0]+text.Quote(s)+around[1]))
			if err != nil {
				t.Fatalf("%q: %s: %v", s, text.Quote(s), err)
			}
			if got.Device.Model != s && (got.Authorised == nil || got.Authorised.Right != s) {
				t.Fatalf("%q was read as %q", s, got.Device.Model)
			}
		}
	})
}
