package answers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// desk is a run directory with people who answer.
type desk struct {
	t    testing.TB
	run  Run
	keys map[string]*Key
	lab  *Lab
}

func newDesk(t testing.TB, clauses map[string]string) *desk {
	t.Helper()
	d := &desk{t: t, keys: map[string]*Key{}, run: Run{Dir: t.TempDir(), Opening: "run 1", Edition: provisions.V21}}
	text := "people:\n"
	for _, name := range []string{"Ada", "Bob", "Cleo"} {
		k, err := NewKey(filepath.Join(t.TempDir(), name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		d.keys[name] = k
		c := clauses[name]
		if c == "" {
			c = "all"
		}
		text += fmt.Sprintf("  - {name: %s, key: %q, roles: [assessor], clauses: [%s]}\n", name, k.Public(), c)
	}
	d.lab = d.readLab(text)
	return d
}

func (d *desk) readLab(text string) *Lab {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), "lab.yaml")
	os.WriteFile(path, []byte(text), 0o600)
	lab, err := ReadLab(path)
	if err != nil {
		d.t.Fatal(err)
	}
	return lab
}

const because = "the guide names all three steps"

func (d *desk) entry(by, unit, verdict string) Entry {
	return Entry{Kind: Answer, Run: d.run.Opening, Edition: string(d.run.Edition), Unit: unit, Verdict: verdict, Reason: because,
		Inputs: []Input{{"device file: 7-UpdMech", "aa"}}, By: by, Role: "assessor", At: time.Unix(1e9, 0).UTC()}
}

func (d *desk) say(by string, e Entry) Entry {
	d.t.Helper()
	out, err := Append(d.run.Dir, d.keys[by], e)
	if err != nil {
		d.t.Fatal(err)
	}
	return out[0]
}

func (d *desk) book() *Book {
	d.t.Helper()
	b, err := Load(d.run, d.lab)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

func (d *desk) second(by string, kind Kind, j Judgement) {
	d.t.Helper()
	e := d.entry(by, j.Unit, "")
	e.Kind, e.Of, e.Inputs = kind, j.ID, nil
	d.say(by, e)
}

func TestTheLatestAnswerOfEachPersonCounts(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "FAIL"))
	d.say("Bob", d.entry("Bob", "5.3-10-1a", "FAIL"))
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS"))
	d.say("Ada", d.entry("Ada", "5.3-9-1a", "FAIL"))
	got := d.book().Judgements("5.3-10-1a")
	if len(got) != 2 || got[0].By != "Bob" || got[1].By != "Ada" || got[1].Verdict != "PASS" {
		t.Errorf("%+v", got)
	}
}

func TestSecondsConfirmAndObjectAndNobodyConfirmsHimself(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS"))
	j := d.book().Judgements("5.3-10-1a")[0]
	d.second("Ada", Confirm, j)
	d.second("Bob", Confirm, j)
	d.second("Cleo", Confirm, j)
	d.second("Cleo", Object, j)
	j = d.book().Judgements("5.3-10-1a")[0]
	if len(j.Confirmed) != 1 || j.Confirmed[0].By != "Bob" || len(j.Objected) != 1 || j.Objected[0].By != "Cleo" {
		t.Errorf("confirmed %+v, objected %+v", j.Confirmed, j.Objected)
	}
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS")) // another answer, which nobody confirmed
	if j = d.book().Judgements("5.3-10-1a")[0]; len(j.Confirmed)+len(j.Objected) != 0 {
		t.Errorf("an old confirmation holds for a new answer: %+v", j)
	}
}

// A confirmation under another unit's name would go round what its person is entitled to.
func TestAConfirmationIsOfTheSameUnit(t *testing.T) {
	d := newDesk(t, map[string]string{"Bob": "5.1"})
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS"))
	j := d.book().Judgements("5.3-10-1a")[0]
	j.Unit = "5.1-1-1a"
	d.second("Bob", Confirm, j)
	if j = d.book().Judgements("5.3-10-1a")[0]; len(j.Confirmed) != 0 {
		t.Errorf("%+v", j)
	}
}

func TestWhatCountsForNothing(t *testing.T) {
	long := strings.Repeat("ab", 32)
	for want, change := range map[string]func(d *desk, e *Entry){
		"for another run":              func(_ *desk, e *Entry) { e.Run = "run 2" },
		"no sentence":                  func(_ *desk, e *Entry) { e.Reason = "looks fine" },
		"is that of Ada":               func(_ *desk, e *Entry) { e.By = "Bob" },
		`not the role "head"`:          func(_ *desk, e *Entry) { e.Role = "head" },
		"not entitled to 5.3-10":       func(_ *desk, e *Entry) { e.Unit = "5.3-10-1a" },
		"and the run is of V2.1":       func(_ *desk, e *Entry) { e.Edition = "V3.1" },
		"judges 9.9-9-9a":              func(_ *desk, e *Entry) { e.Unit = "9.9-9-9a" },
		"is missing or was altered":    func(_ *desk, e *Entry) { e.Evidence = []Evidence{{"photo.jpg", long, "photo"}} },
		"rests on nothing":             func(_ *desk, e *Entry) { e.Inputs = []Input{{"the method", "aa"}} },
		`"FINE" is no verdict`:         func(_ *desk, e *Entry) { e.Verdict = "FINE" },
		"it is PASS, FAIL or INCONCLU": func(_ *desk, e *Entry) { e.Verdict = "DONE" },
		"is no kind of entry":          func(_ *desk, e *Entry) { e.Kind = "guess" },
		"names no answer":              func(_ *desk, e *Entry) { e.Kind = Confirm },
		"names no document":            func(_ *desk, e *Entry) { e.Kind = External },
		"no person with the key": func(d *desk, _ *Entry) {
			d.keys["Ada"], _ = NewKey(filepath.Join(d.t.TempDir(), "k"))
		},
		"is not signed": func(d *desk, _ *Entry) { d.keys["Ada"] = nil },
	} {
		t.Run(want, func(t *testing.T) {
			d := newDesk(t, map[string]string{"Ada": "5.1"})
			e := d.entry("Ada", "5.1-1-1a", "PASS")
			change(d, &e)
			d.say("Ada", e)
			b := d.book()
			if len(b.Invalid) != 1 || !strings.Contains(b.Invalid[0].String(), want) || len(b.Judgements(e.Unit)) != 0 {
				t.Errorf("%v; %+v", b.Invalid, b.Judgements(e.Unit))
			}
		})
	}
}

func TestAnAlteredLineIsSeen(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.1-1-1a", "FAIL"))
	path := filepath.Join(d.run.Dir, Name)
	b, _ := os.ReadFile(path)
	os.WriteFile(path, []byte(strings.Replace(string(b), `"FAIL"`, `"PASS"`, 1)), 0o644)
	if book := d.book(); len(book.Invalid) != 1 || !strings.Contains(book.Invalid[0].Why, "does not verify") {
		t.Errorf("the last line: %+v", book.Invalid)
	}
	os.WriteFile(path, b, 0o644)
	d.say("Ada", d.entry("Ada", "5.1-1-1a", "FAIL"))
	b, _ = os.ReadFile(path)
	os.WriteFile(path, []byte(strings.Replace(string(b), `"FAIL"`, `"PASS"`, 1)), 0o644)
	var broken *evidence.Broken
	if _, err := Load(d.run, d.lab); !errors.As(err, &broken) || broken.Line != 2 {
		t.Errorf("a line before the last: %v", err)
	}
	os.WriteFile(path, []byte(strings.Replace(string(b), `"verdict"`, `"verdikt"`, 1)), 0o644)
	if _, err := Load(d.run, d.lab); !errors.As(err, &broken) || broken.Line != 1 {
		t.Errorf("a line that is none of ours: %v", err)
	}
}

func TestATornLastLineIsNone(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.1-1-1a", "FAIL"))
	path := filepath.Join(d.run.Dir, Name)
	whole, _ := os.ReadFile(path)
	d.say("Ada", d.entry("Ada", "5.1-1-2a", "PASS"))
	two, _ := os.ReadFile(path)
	for n := len(whole); n < len(two); n++ {
		os.WriteFile(path, two[:n], 0o644)
		if b := d.book(); len(b.Judgements("5.1-1-1a")) != 1 || len(b.Judgements("5.1-1-2a")) != 0 || len(b.Invalid) != 0 {
			t.Fatalf("cut at %d: %+v", n, b)
		}
	}
	d.say("Ada", d.entry("Ada", "5.1-1-2a", "PASS"))
	if b := d.book(); len(b.Judgements("5.1-1-2a")) != 1 {
		t.Errorf("nothing can be answered after a torn line: %+v", b)
	}
}

func TestManyMayAnswerAtOnce(t *testing.T) {
	d := newDesk(t, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			by := []string{"Ada", "Bob"}[i%2]
			if _, err := Append(d.run.Dir, d.keys[by], d.entry(by, "5.1-1-1a", "PASS")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if b := d.book(); len(b.valid) != 8 || len(b.Invalid) != 0 {
		t.Errorf("%d valid, %v", len(b.valid), b.Invalid)
	}
}

func TestEvidenceIsKeptByContentAndWithoutSecrets(t *testing.T) {
	t.Cleanup(evidence.Forget)
	dir := t.TempDir()
	sum, err := Keep(dir, "photo.jpg", []byte("a picture"))
	if again, err2 := Keep(dir, "other.jpg", []byte("a picture")); err != nil || err2 != nil || again != sum || !held(dir, sum) {
		t.Error(sum, err, again, err2)
	}
	evidence.Keep("correct horse battery")
	if _, err := Keep(dir, "notes.txt", []byte("the password is correct horse battery")); !errors.Is(err, ErrSecret) {
		t.Errorf("%v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "evidence", "*")); len(files) != 1 {
		t.Errorf("%v", files)
	}
}

func TestALabFileIsReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lab.yaml")
	os.WriteFile(path, []byte(`people:
  - name: Ada
    key: ed25519:short
    roles: []
    clauses: [5.10, 5.99]
  - name: Ada
    colour: red
keys: 1
`), 0o600)
	_, err := ReadLab(path)
	for _, want := range []string{"lab.yaml:3:5: the key of Ada", "lab.yaml:4:5: Ada has no role", `lab.yaml:5:21: "5.99" is no clause`,
		`lab.yaml:7:5: an entry of people knows no "colour"`, `lab.yaml:8:1: the file knows no "keys"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), `"5.1"`) {
		t.Errorf("5.10 was taken for 5.1")
	}
}

func TestKeysAreRefusedWhereOthersMayReadThem(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if _, err := NewKey(path); err != nil {
		t.Fatal(err)
	}
	if _, err := NewKey(path); err == nil {
		t.Error("a key was written over another")
	}
	if _, err := ReadKey(path); err != nil {
		t.Error(err)
	}
	os.Chmod(path, 0o644)
	if _, err := ReadKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("%v", err)
	}
}

func FuzzReadLines(f *testing.F) {
	d := newDesk(f, nil)
	d.say("Ada", d.entry("Ada", "5.1-1-1a", "PASS"))
	b, _ := os.ReadFile(filepath.Join(d.run.Dir, Name))
	f.Add(b)
	f.Add(append(b, b...))
	f.Fuzz(func(t *testing.T, b []byte) {
		run := d.run
		run.Dir = t.TempDir()
		os.WriteFile(filepath.Join(run.Dir, Name), b, 0o644)
		Load(run, d.lab)
	})
}

func TestNobodyBringsBackWhatAPersonTookBack(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS"))
	passed := d.book().Signed()[0]
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "FAIL"))
	e := d.entry("Bob", "5.3-10-1a", "")
	e.Taken = &Taken{Run: "old", Line: passed.Line}
	d.say("Bob", e)
	if b := d.book(); len(b.Invalid) != 1 || !strings.Contains(b.Invalid[0].Why, "this very run") || b.Judgements("5.3-10-1a")[0].Verdict != "FAIL" {
		t.Errorf("%v %+v", b.Invalid, b.Judgements("5.3-10-1a"))
	}
	other := d.next(passed.Inputs)
	e.Run = "run 2"
	other.say("Bob", e)
	if j := other.book().Judgements("5.3-10-1a"); len(j) != 1 || j[0].By != "Ada" || j[0].TakenBy != "Bob" || j[0].Verdict != "PASS" {
		t.Errorf("%+v", j)
	}
	own := other.entry("Ada", "5.3-10-1a", "FAIL")
	other.say("Ada", own)
	other.say("Bob", e)
	if j := other.book().Judgements("5.3-10-1a"); len(j) != 1 || j[0].Verdict != "FAIL" {
		t.Errorf("what was taken over goes before what she says now: %+v", j)
	}
}

// next is another run with the same people.
func (d *desk) next(inputs []Input) *desk {
	n := newDesk(d.t, nil)
	n.run.Opening, n.keys, n.lab = "run 2", d.keys, d.lab
	n.run.Inputs = func(string) []Input { return inputs }
	return n
}

func TestAnAnswerIsNotTakenOverAsSomethingElse(t *testing.T) {
	d := newDesk(t, nil)
	d.say("Ada", d.entry("Ada", "5.3-10-1a", "PASS"))
	signed := d.book().Signed()[0]
	for name, tc := range map[string]struct {
		change func(e *Entry)
		now    []Input
		want   string
	}{
		"another unit":      {func(e *Entry) { e.Unit = "5.3-9-1a" }, signed.Inputs, "as something else"},
		"another kind":      {func(e *Entry) { e.Kind, e.Of = Confirm, signed.ID }, signed.Inputs, "as something else"},
		"altered":           {func(e *Entry) { e.Taken.Line = strings.Replace(signed.Line, "all three", "all thr33", 1) }, signed.Inputs, "does not verify"},
		"torn":              {func(e *Entry) { e.Taken.Line = "{" }, signed.Inputs, "cannot be read"},
		"an input changed":  {func(*Entry) {}, []Input{{"device file: 7-UpdMech", "bb"}}, "7-UpdMech changed"},
		"an input is gone":  {func(*Entry) {}, nil, "7-UpdMech is no longer there"},
		"an input is added": {func(*Entry) {}, append([]Input{{"answer: x", "cc"}}, signed.Inputs...), "answer: x is new"},
	} {
		t.Run(name, func(t *testing.T) {
			other := d.next(tc.now)
			e := other.entry("Bob", "5.3-10-1a", "")
			e.Taken = &Taken{Run: "old", Line: signed.Line}
			tc.change(&e)
			other.say("Bob", e)
			if b := other.book(); len(b.Invalid) != 1 || !strings.Contains(b.Invalid[0].Why, tc.want) {
				t.Errorf("%v", b.Invalid)
			}
		})
	}
}
