package provisions

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite CATALOG.md")

func TestCatalog(t *testing.T) {
	const path = "../CATALOG.md"
	var want bytes.Buffer
	if err := WriteCatalog(&want, Must()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is stale: run go test ./provisions -run TestCatalog -update", path)
	}
}

// Each unit of each edition has its row, in the order of the standard.
func TestCatalogIsComplete(t *testing.T) {
	c := Must()
	var b strings.Builder
	if err := WriteCatalog(&b, c); err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // "unit edition" → row
	for line := range strings.Lines(b.String()) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 6 {
			continue
		}
		unit, _, _ := strings.Cut(strings.TrimPrefix(cells[0], "| "), " ")
		for _, e := range Editions() {
			if cells[1] == string(e) || cells[1] == "both" {
				rows[unit+" "+string(e)] += cells[3]
			}
		}
	}
	for _, e := range Editions() {
		for _, p := range append(c.Provisions(e), c.Beyond()...) {
			for _, u := range p.Units() {
				if got := rows[u.ID+" "+string(e)]; got != u.Method.Level.String() {
					t.Errorf("%s of %s: level in the catalogue is %q, want one row with %s", u.ID, e, got, u.Method.Level)
				}
			}
		}
	}
	if strings.Index(b.String(), "| 5.3-9-1a ") > strings.Index(b.String(), "| 5.3-10-1a ") {
		t.Error("5.3-10 comes before 5.3-9")
	}
}
