package specimen

import (
	"bytes"
	"context"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// The declaration is whole: strictly read, each table of the edition with each of its fields, and an ICS without a flaw.
func TestDeclarationIsWhole(t *testing.T) {
	for _, e := range provisions.Editions() {
		u, err := StartOne(context.Background(), Options{Addr: netip.MustParseAddr("127.83.9.1"), Clock: clock.NewJump()})
		if err != nil {
			t.Fatal(err)
		}
		path, err := u.WriteDeviceFileOf(t.TempDir(), e)
		u.Close()
		if err != nil {
			t.Fatal(err)
		}
		f, err := device.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range provisions.Must().Tables(e) {
			rows, declared := f.Table(table.Name)
			if !declared || len(rows) == 0 {
				t.Errorf("%s: %s is not declared", e, table.Name)
			}
			for _, field := range table.Fields {
				found := false
				for _, r := range rows {
					_, given := r.Field(field)
					found = found || given
				}
				if !found {
					t.Errorf("%s: no row of %s has %s", e, table.Name, field)
				}
			}
		}
		for _, j := range f.JudgeICS(e) {
			if j.Problem != "" {
				t.Errorf("%s: %s: %s", e, j.Provision, j.Problem)
			}
			if _, own := f.ICS[string(j.Provision)]; !own || j.Claim.Detail == "" {
				t.Errorf("%s: %s has no row of its own with a detail", e, j.Provision)
			}
			if j.Claim.Support == "Y" && j.Applies != "yes" {
				t.Errorf("%s: %s is claimed, and applies: %s", e, j.Provision, j.Applies)
			}
		}
		for _, c := range device.Conditions(e) {
			holds, stated := f.States(c.Name)
			if !stated {
				t.Errorf("%s: %s is not stated", e, c.Name)
			}
			if a, why := f.Shows(c.Name); a != "" && a.Yes() != holds {
				t.Errorf("%s: %s is stated as %v, while %s", e, c.Name, holds, why)
			}
		}
	}
}

var update = flag.Bool("update", false, "rewrite the examples")

// The examples in the tree are what WriteExample writes, and stand by themselves.
func TestExamplesAreFresh(t *testing.T) {
	tree := filepath.Join("..", "..", "examples")
	dir := t.TempDir()
	if *update {
		dir = tree
	}
	for _, e := range provisions.Editions() {
		name, err := WriteExample(dir, e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := device.Load(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
		for _, file := range []string{name, "updates/update-n-image.bin", "updates/update-other-model-manifest.sig"} {
			want, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(filepath.Join(tree, file)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("examples/%s is stale: go test ./harness/specimen -run Examples -update", file)
			}
		}
	}
}
