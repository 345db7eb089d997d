package evidence

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func record(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	f, err := rec.Put("page", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []Event{{Kind: Opened}, {Kind: Saw, Key: "q{}", Evidence: []File{f}}, {Kind: Judged, Data: json.RawMessage(`"PASS"`)}, {Kind: Closed}} {
		if _, err := rec.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	rec.Close()
	return dir
}

func TestTampering(t *testing.T) {
	good := record(t)
	if log, err := Load(good); err != nil || !log.Complete || log.Torn || len(log.Events) != 4 {
		t.Fatalf("%v %+v", err, log)
	}
	lines := func(b []byte) []string { return strings.SplitAfter(string(b), "\n") }
	for name, c := range map[string]struct {
		change   func([]byte) string
		line     int // broken there; 0: it is read
		complete bool
		torn     bool
	}{
		"torn tail":  {func(b []byte) string { return string(b[:len(b)-20]) }, 0, false, true},
		"cut short":  {func(b []byte) string { return strings.Join(lines(b)[:2], "") }, 0, false, false},
		"altered":    {func(b []byte) string { return strings.Replace(string(b), "PASS", "FAIL", 1) }, 4, false, false},
		"first gone": {func(b []byte) string { return strings.Join(lines(b)[1:], "") }, 1, false, false},
		"one gone":   {func(b []byte) string { l := lines(b); return l[0] + strings.Join(l[2:], "") }, 2, false, false},
		"no JSON":    {func(b []byte) string { return "{]\n" + string(b) }, 1, false, false},
		"empty":      {func([]byte) string { return "" }, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := record(t)
			path := filepath.Join(dir, "events.jsonl")
			b, _ := os.ReadFile(path)
			os.WriteFile(path, []byte(c.change(b)), 0o644)
			log, err := Load(dir)
			var broken *Broken
			if c.line > 0 {
				if !errors.As(err, &broken) || broken.Line != c.line {
					t.Errorf("%v, want it broken at line %d", err, c.line)
				}
				return
			}
			if err != nil || log.Complete != c.complete || log.Torn != c.torn {
				t.Errorf("%v %+v", err, log)
			}
		})
	}
	t.Run("evidence altered", func(t *testing.T) {
		dir := record(t)
		files, _ := filepath.Glob(filepath.Join(dir, "evidence", "*"))
		os.WriteFile(files[0], []byte("hallo"), 0o644)
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "was altered") {
			t.Error(err)
		}
		os.Remove(files[0])
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "is missing") {
			t.Error(err)
		}
	})
}

// What a browser may be shown from the disk has a name that makes it text, and evidence without one is still read.
func TestEvidenceIsNamedAsText(t *testing.T) {
	dir := record(t)
	files, _ := filepath.Glob(filepath.Join(dir, "evidence", "*"))
	if len(files) != 1 || filepath.Ext(files[0]) != ".txt" {
		t.Fatal(files)
	}
	old := strings.TrimSuffix(files[0], ".txt")
	os.Rename(files[0], old)
	if log, err := Load(dir); err != nil || Path(dir, log.Events[1].Evidence[0].SHA256) != old {
		t.Errorf("evidence of an older run: %v", err)
	}
	os.WriteFile(files[0], []byte("another"), 0o644)
	if _, err := Load(dir); err == nil {
		t.Error("a file that took the place of evidence was not seen")
	}
}

func TestATornRecordIsContinued(t *testing.T) {
	dir := record(t)
	path := filepath.Join(dir, "events.jsonl")
	b, _ := os.ReadFile(path)
	os.WriteFile(path, b[:len(b)-5], 0o644)
	rec, log, err := Continue(dir)
	if err != nil || len(log.Events) != 3 {
		t.Fatal(err, log)
	}
	if n, err := rec.Append(Event{Kind: Trouble, Error: "cut"}); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	rec.Close()
	if log, err := Load(dir); err != nil || len(log.Events) != 4 || log.Complete {
		t.Errorf("%v %+v", err, log)
	}
}

func TestARecordIsNotOverwritten(t *testing.T) {
	if _, err := Create(record(t)); err == nil {
		t.Error("a second record was made in one directory")
	}
}

func TestSecretsAreCutInAllSpellings(t *testing.T) {
	t.Cleanup(Forget)
	const v = `p&ss "wörd"/9`
	s := Keep(v)
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + v + "tail"))
		if got := Cut([]byte(text)); !bytes.Contains(got, []byte(s.String())) {
			t.Errorf("base64 at %d bytes: %s", shift, got)
		}
	}
	for _, sp := range Spellings(v) {
		if got := Cut([]byte("a=" + sp + "&b")); bytes.Contains(got, []byte(sp)) {
			t.Errorf("%q stayed in %q", sp, got)
		}
	}
	if got := string(Cut([]byte("GET / HTTP/1.1\r\nAuthorization: Basic YWRtaW46YQ==\r\nCookie: sid=1\r\nHost: x\r\n"))); got !=
		"GET / HTTP/1.1\r\nAuthorization: Basic [cut]\r\nCookie: [cut]\r\nHost: x\r\n" {
		t.Errorf("%q", got)
	}
}

func TestASecretThatWouldBreakTheStructureTakesTheAnswerWithIt(t *testing.T) {
	t.Cleanup(Forget)
	Keep(`":["a","`)
	if got := cutJSON(json.RawMessage(`{"k":["a","b"]}`)); !json.Valid(got) || bytes.Contains(got, []byte(`"a"`)) {
		t.Errorf("%s", got)
	}
}

func TestSecretsCompareByHandleAndDie(t *testing.T) {
	a, b := Keep("one value"), Keep("one value")
	if a != b || a == Keep("another") || a.IsZero() {
		t.Error("equal secrets have equal handles, others have not")
	}
	j, _ := json.Marshal(a)
	var back Secret
	if json.Unmarshal(j, &back) != nil || back != a || bytes.Contains(j, []byte("one value")) {
		t.Errorf("%s", j)
	}
	Forget()
	if _, err := back.Reveal(); !errors.Is(err, ErrForgotten) {
		t.Errorf("%v", err)
	}
	if Keep("one value") == a {
		t.Error("the handle outlived its key")
	}
}

func TestQuotas(t *testing.T) {
	rec, err := Create(filepath.Join(t.TempDir(), "r"))
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	rec.Quota = 10
	if _, err := rec.Put("a", []byte("12345678")); err != nil {
		t.Error(err)
	}
	if _, err := rec.Put("b", []byte("abcdefgh")); !errors.Is(err, ErrQuota) {
		t.Errorf("%v", err)
	}
	s := Sheet{Quota: 4}
	s.Add("a", []byte("abc"))
	s.Add("b", []byte("abc"))
	if len(s.Items()) != 1 || s.Dropped != 3 {
		t.Errorf("%d items, %d bytes dropped", len(s.Items()), s.Dropped)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"n":1,"prev":"","at":"2026-01-01T00:00:00Z","kind":"open"}` + "\n"))
	f.Add([]byte("{}\n{"))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		os.WriteFile(filepath.Join(dir, "events.jsonl"), b, 0o644)
		Load(dir)
	})
}

func BenchmarkAppend(b *testing.B) {
	for _, k := range []Kind{Used, Judged} {
		b.Run(string(k), func(b *testing.B) {
			rec, _ := Create(filepath.Join(b.TempDir(), "r"))
			for b.Loop() {
				rec.Append(Event{Kind: k, Key: "login.Guess{}", Unit: "5.1-1-2a"})
			}
		})
	}
}

// Who puts a device back for a process that died has the values of its handles, and cuts them from the record.
func TestSecretsAreInherited(t *testing.T) {
	t.Cleanup(Forget)
	s := Keep("a password of the dead")
	values := Named(`operate.Change{"Value":"` + s.String() + `","Other":"secret:000000000000000000000000"}`)
	if len(values) != 1 {
		t.Fatal(len(values))
	}
	Forget()
	Inherit(values)
	if v, err := s.Reveal(); err != nil || v != "a password of the dead" {
		t.Error(err)
	}
	if got := Cut([]byte("x=a password of the dead")); bytes.Contains(got, []byte("password")) {
		t.Errorf("%s", got)
	}
}
