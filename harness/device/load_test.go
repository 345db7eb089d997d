package device

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestLoad(t *testing.T) {
	t.Parallel()
	f, err := Load("testdata/camera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for what, pair := range map[string][2]any{
		"model":              {f.Device.Model, "Cam One"},
		"a version, as text": {f.Updates.Images["n"].Version, "1.10"},
		"a short claim":      {f.ICS["5.1-2A"], Claim{Support: "N/A"}},
		"a long claim":       {f.ICS["5.1-2"], Claim{"N", "users choose the password"}},
		"yes":                {(*f.IXIT.SoftServ)[0].Configures, Yes},
		"a port":             {(*f.IXIT.AuthMech)[0].At[0].Port, uint16(8443)},
		"seconds":            {(*f.IXIT.AuthMech)[0].BF.LockS, 60.0},
		"a place":            {*f.Updates.Layout.Payload, Place{At: 16, Length: -4}},
		"a kind":             {f.Operations["create-user-data/recordings"].Level, "gentle"},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %#v, want %#v", what, pair[0], pair[1])
		}
	}
	if len(f.Digest()) != 64 || f.Path != "testdata/camera.yaml" {
		t.Errorf("digest %q, path %q", f.Digest(), f.Path)
	}
}

func TestNotDeclaredIsNotNone(t *testing.T) {
	t.Parallel()
	f, err := Load("testdata/camera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := f.IXIT.NetSec; n == nil || len(*n) != 0 {
		t.Error("the word none is not an empty table")
	}
	if n := f.IXIT.PhyIntf; n == nil || len(*n) != 0 {
		t.Error("an empty list is not an empty table")
	}
	if f.IXIT.Intf != nil {
		t.Error("a table that is left out counts as declared")
	}
}

// Each broken file shows one kind of error; what is said of it stands beside it.
func TestBroken(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/broken/*.yaml")
	if len(files) < 20 {
		t.Fatalf("only %d broken files", len(files))
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			f, err := Load(path)
			var problems Errors
			if f != nil || !errors.As(err, &problems) {
				t.Fatalf("loaded; error %v", err)
			}
			golden := strings.TrimSuffix(path, ".yaml") + ".txt"
			got := strings.ReplaceAll(err.Error(), "testdata/broken/", "") + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, _ := os.ReadFile(golden)
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s\n(go test -update rewrites it)", got, want)
			}
			if strings.Contains(got, "hunter2") {
				t.Error("a secret in clear is repeated")
			}
		})
	}
}

func TestNoFile(t *testing.T) {
	t.Parallel()
	if _, err := Load("testdata/nowhere.yaml"); err == nil || !strings.Contains(err.Error(), "nowhere.yaml: no such file") {
		t.Errorf("error: %v", err)
	}
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, make([]byte, MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(big); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("error: %v", err)
	}
}

// A run's kept copy is read though nothing beside it is at hand.
func TestKept(t *testing.T) {
	t.Parallel()
	f, err := Load("testdata/camera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	run := t.TempDir()
	if err := os.Mkdir(filepath.Join(run, "evidence"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run, "evidence", f.Digest()), f.Source, 0o600); err != nil {
		t.Fatal(err)
	}
	kept, err := Kept(run, f.Digest())
	if err != nil {
		t.Fatal(err)
	}
	kept.Path = f.Path
	if !reflect.DeepEqual(f, kept) {
		t.Error("the kept file differs")
	}
}

func TestReveal(t *testing.T) {
	t.Setenv("ASSAY_TEST_SECRET", "from the environment")
	f := &File{Path: "testdata/camera.yaml"}
	for ref, want := range map[Ref]string{"env:ASSAY_TEST_SECRET": "from the environment", "file:images/owner.txt": "not-a-real-password"} {
		s, err := ref.Reveal(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := s.Reveal(); got != want {
			t.Errorf("%s: %q", ref, got)
		}
	}
	for _, ref := range []Ref{"env:ASSAY_TEST_NONE", "file:nowhere", "clear"} {
		if _, err := ref.Reveal(f); err == nil {
			t.Errorf("%s: no error", ref)
		}
	}
}

func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/broken/*.yaml")
	for _, path := range append(files, "testdata/camera.yaml") {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse("fuzz.yaml", b)
		var problems Errors
		if (file == nil) != errors.As(err, &problems) {
			t.Fatalf("file %v, error %v", file, err)
		}
		for _, p := range problems {
			if p.What == "" || p.Line < 0 || p.Column < 0 {
				t.Errorf("a problem without words or place: %+v", p)
			}
		}
	})
}
