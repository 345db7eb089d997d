package provisions

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFaultColumns writes the generated column "faults" of the methods tables anew when asked to (-update): who adds a unit to
// faults.tsv need not edit two tables by hand. The reader holds both directions, so without -update there is nothing to test here.
func TestFaultColumns(t *testing.T) {
	if !*update {
		t.Skip("the reader checks the column; -update rewrites it")
	}
	lines := func(name string) []string {
		b, err := os.ReadFile(filepath.Join("data", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	}
	by := map[string][]string{} // unit, or unit@edition: faults
	for _, l := range lines("faults.tsv")[1:] {
		f := strings.Split(l, "\t")
		for _, u := range strings.Split(f[3]+","+f[4], ",") {
			if u = strings.TrimSpace(u); u != "" && u != "-" {
				by[u] = append(by[u], f[0])
			}
		}
	}
	for _, table := range []string{"methods.tsv", "methods-beyond.tsv"} {
		rows := lines(table)
		head := strings.Split(rows[0], "\t")
		editions, faults := slices.Index(head, "editions"), slices.Index(head, "faults")
		for i, l := range rows[1:] {
			f := strings.Split(l, "\t")
			names := slices.Clone(by[f[0]])
			for _, e := range []string{"V2.1", "V3.1"} {
				if f[editions] == e || f[editions] == "both" {
					names = append(names, by[f[0]+"@"+e]...)
				}
			}
			slices.Sort(names)
			if names = slices.Compact(names); len(names) == 0 {
				names = []string{"-"}
			}
			f[faults] = strings.Join(names, ", ")
			rows[i+1] = strings.Join(f, "\t")
		}
		if err := os.WriteFile(filepath.Join("data", table), []byte(strings.Join(rows, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
