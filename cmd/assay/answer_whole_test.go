package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// A whole assessment by hand, as laboratories do it today: every unit of an edition answered in a sheet, every PASS confirmed by
// a second person, and the device passes a final report. One answer less, and it does not.
func TestAWholeAssessmentByHand(t *testing.T) {
	for _, e := range provisions.Editions() {
		t.Run(string(e), func(t *testing.T) {
			run := filepath.Join(t.TempDir(), "run")
			emptyRun(t, run, e)
			assessed(t, run)
		})
	}
}

// The conformant specimen passes in both editions: the machine judges what it can, two persons the rest.
func TestTheSpecimenPasses(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs with the whole loop, without the race detector")
	}
	for _, e := range provisions.Editions() {
		t.Run(string(e), func(t *testing.T) {
			trial := &loop.Trial{Edition: e, AsReal: true}
			trial.Run(t)
			assessed(t, trial.Dir)
			machine, persons := 0, 0
			for _, r := range final(t, trial.Dir).Rows {
				machine += r.Basis[harness.BasisObserved] + r.Basis[harness.BasisDeclared]
				persons += r.Basis[harness.BasisAttested]
			}
			t.Logf("%d units judged by the machine, %d by persons", machine, persons)
			if machine < 40 || persons < 40 {
				t.Error("the machine or the persons judged next to nothing")
			}
		})
	}
}

// assessed answers what a run leaves open, in a sheet, and confirms it: with all that the device passes, with one less it does not.
func assessed(t *testing.T, run string) {
	t.Helper()
	dir := t.TempDir()
	in := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := assay(append(args, "--lab", filepath.Join(dir, "lab.yaml")), strings.NewReader(""), &out, &errs); code != 0 {
			t.Fatalf("assay %s: %d\n%s", strings.Join(args, " "), code, errs.String())
		}
		return out.String()
	}
	lab := "people:\n"
	for _, who := range []string{"Ada", "Bob"} {
		said := in("answer", "keygen", "--name", who, "--key", filepath.Join(dir, who))
		_, line, _ := strings.Cut(said, "\n")
		lab += line
	}
	writeText(t, filepath.Join(dir, "lab.yaml"), lab)
	in("answer", run, "--export", filepath.Join(dir, "sheet.yaml"))
	units := fillIn(t, filepath.Join(dir, "sheet.yaml"))
	in("answer", run, "--import", filepath.Join(dir, "sheet.yaml"), "--key", filepath.Join(dir, "Ada"))
	if m := final(t, run); m.Verdict != harness.Inconclusive {
		t.Errorf("nobody confirmed: %s", m.Line)
	}
	confirm := func(units ...string) {
		in(append([]string{"answer", "confirm", run, "--key", filepath.Join(dir, "Bob"), "--reason", "I looked at the same pages and the same device"}, units...)...)
	}
	confirm(units[1:]...)
	if m := final(t, run); m.Verdict != harness.Inconclusive {
		t.Errorf("one answer is not confirmed: %s", m.Line)
	}
	confirm(units[0])
	m := final(t, run)
	if m.Verdict != harness.Pass || m.Exit != harness.ExitConformant || len(m.Answers.Invalid) > 0 {
		t.Errorf("all is answered and confirmed: %s %v", m.Line, m.Answers.Invalid)
		for _, r := range m.Rows {
			if r.Claim == "Y" && r.Verdict != harness.Pass {
				t.Errorf("%s %s: %s", r.Provision, r.Verdict, r.Reason)
			}
		}
	}
	if out := in("report", run, "--final"); !strings.Contains(out, "PASS: every claimed provision is met") || !strings.Contains(out, "Ada, assessor") {
		t.Error(out[max(0, len(out)-400):])
	}
}

func final(t *testing.T, run string) *harness.Matrix {
	t.Helper()
	p, err := harness.Read(run)
	if err != nil {
		t.Fatal(err)
	}
	p.Final = true
	return p.Matrix()
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// emptyRun is a record in which the machine judged nothing, of a device that claims everything.
func emptyRun(t *testing.T, dir string, e provisions.Edition) {
	t.Helper()
	text := fmt.Sprintf("device: {manufacturer: Specimen Works, model: Cam One, firmware: 2.4.1}\nedition: %s\nics: {default: {support: Y}}\n", e)
	holds := map[bool][]string{}
	for _, c := range device.Conditions(e) {
		holds[c.Feature()] = append(holds[c.Feature()], c.Key()+": true")
	}
	text += "conditions: {" + strings.Join(holds[false], ", ") + "}\n"
	if len(holds[true]) > 0 {
		text += "features: {" + strings.Join(holds[true], ", ") + "}\n"
	}
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	file, err := rec.Put("device file", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	f, err := device.Kept(dir, file.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	o := harness.Opening{Run: "by hand", Target: "cam", At: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), Edition: e, State: device.Initialised,
		Effort: harness.Normal, ICS: f.ICS, DeviceFile: file.SHA256, Authorisation: &device.Authorisation{By: "Lab X", Right: "customer order"}}
	o.Identity.Identification = f.Device
	for _, ev := range []evidence.Event{{Kind: evidence.Opened, Data: asJSON(t, o), Evidence: []evidence.File{file}}, {Kind: evidence.Closed}} {
		if _, err := rec.Append(ev); err != nil {
			t.Fatal(err)
		}
	}
}

// fillIn answers every row of a sheet with PASS or DONE, and one piece of evidence, and returns the units that judge.
func fillIn(t *testing.T, path string) (units []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s answers.Sheet
	if err := yaml.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(filepath.Dir(path), "protocol.txt"), "what was done and seen, page by page")
	sum := sha256.Sum256([]byte("what was done and seen, page by page"))
	for i := range s.Answers {
		r := &s.Answers[i]
		u, ok := provisions.Must().Unit(provisions.Edition(s.Edition), r.Unit)
		if !ok {
			t.Fatal(r.Unit)
		}
		r.Verdict, r.Reason = "PASS", "the protocol shows it on its page for "+r.Unit
		if u.Method.Prepares {
			r.Verdict = "DONE"
		} else {
			units = append(units, r.Unit)
		}
		r.Evidence = []answers.SheetFile{{File: "protocol.txt", SHA256: hex.EncodeToString(sum[:]), Kind: "file"}}
	}
	var out bytes.Buffer
	if err := s.Write(&out); err != nil {
		t.Fatal(err)
	}
	writeText(t, path, out.String())
	return units
}
