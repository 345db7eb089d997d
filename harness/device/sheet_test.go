package device

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASheetIsReadAsStrictlyAsADeviceFile(t *testing.T) {
	type sheet struct {
		Rows []struct {
			Name string `yaml:"name"`
			On   string `yaml:"on"`
		} `yaml:"rows"`
	}
	path := filepath.Join(t.TempDir(), "sheet.yaml")
	for _, tc := range []struct{ name, text, says string }{
		{"two mistakes at once", "rows:\n  - nme: a\n  - name: b\n    name: c\n", "sheet.yaml:2:5: an entry of rows knows no \"nme\""},
		{"the second of them", "rows:\n  - nme: a\n  - name: b\n    name: c\n", "sheet.yaml:4:5: \"name\" stands here a second time"},
		{"empty", "# nothing\n", "it is empty"},
		{"two documents", "rows: []\n---\nrows: []\n", "holds 2 documents"},
		{"no YAML", "rows: [\n", "not YAML"},
		{"too large", strings.Repeat("#\n", MaxSize), "larger than"},
	} {
		if err := os.WriteFile(path, []byte(tc.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var into sheet
		if _, err := ReadSheet("rows", path, &into); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.says)
		}
	}
	if err := os.WriteFile(path, []byte("rows:\n  - name: a\n    on: 2027-01-31\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var into sheet
	s, err := ReadSheet("rows", path, &into)
	if err != nil || len(into.Rows) != 1 || into.Rows[0].On != "2027-01-31" {
		t.Fatalf("%+v, %v", into, err)
	}
	s.Say("rows/0/on", "it is past", "")
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "sheet.yaml:3:5: it is past") {
		t.Errorf("a problem of ours: %v", err)
	}
}
