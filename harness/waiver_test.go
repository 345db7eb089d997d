package harness

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

var today = time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)

func waiverFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "waivers.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWaiversAreReadStrictly(t *testing.T) {
	good := "waivers:\n  - unit: 5.5-1-2a\n    reason: the old app needs it until spring\n    owner: Jo Fox\n    expires: 2026-11-24\n"
	w, err := LoadWaivers(waiverFile(t, good), provisions.V21, today)
	if err != nil || len(w) != 1 || w[0].What() != "5.5-1-2a" {
		t.Fatalf("%v, %v: a waiver holds on its last day", w, err)
	}
	for _, tc := range []struct{ name, old, new, at, says string }{
		{"expired", "2026-11-24", "2026-11-23", ":5:", "expired on 2026-11-23"},
		{"no day", "2026-11-24", "soon", ":5:", `expires is "soon"`},
		{"no expiry", "    expires: 2026-11-24\n", "", ":2:", `expires is ""`},
		{"no reason", "the old app needs it until spring", "known", ":3:", `the reason is "known"`},
		{"no owner", "    owner: Jo Fox\n", "", ":2:", "nobody owns"},
		{"unknown unit", "5.5-1-2a", "5.5-1-2z", ":2:", `no unit "5.5-1-2z"`},
		{"unit of the other edition", "5.5-1-2a", "5.0-1-1a", ":2:", "V2.1 has no unit"},
		{"both", "unit: 5.5-1-2a", "unit: 5.5-1-2a\n    provision: 5.5-1", ":2:", "names one thing"},
		{"unknown provision", "unit: 5.5-1-2a", "provision: 5.99-1", ":2:", `no provision "5.99-1"`},
		{"unknown key", "owner:", "ownr:", ":4:", `knows no "ownr"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := LoadWaivers(waiverFile(t, strings.Replace(good, tc.old, tc.new, 1)), provisions.V21, today)
			if err == nil || !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "waivers.yaml"+tc.at) {
				t.Errorf("%v; want %q at %s", err, tc.says, tc.at)
			}
		})
	}
	if _, err := LoadWaivers(waiverFile(t, good+strings.TrimPrefix(good, "waivers:\n")), provisions.V21, today); err == nil ||
		!strings.Contains(err.Error(), "a second time") {
		t.Errorf("a doubled waiver: %v", err)
	}
	if _, err := LoadWaivers(waiverFile(t, ""), provisions.V21, today); err == nil {
		t.Error("an empty file is no list of waivers")
	}
}

// claimed is a run that claims everything; all units of V2.1 that judge are PASS but for those given.
func claimed(o Opening, other map[string]Verdict) *Matrix {
	o.Edition, o.Effort, o.ICS = provisions.V21, Normal, map[string]device.Claim{"default": {Support: "Y"}}
	var outs []Outcome
	for _, p := range provisions.Must().Provisions(provisions.V21) {
		for _, u := range p.Units() {
			v := Pass
			if u.Method.Prepares {
				v = Done
			}
			if w, ok := other[u.ID]; ok {
				v = w
			}
			outs = append(outs, Outcome{Unit: u.ID, Verdict: v, Reason: "as the test says", Attempts: 1, Basis: BasisObserved})
		}
	}
	return tabulate(o, outs, Closing{}, today, "", true)
}

func rowOf(t *testing.T, m *Matrix, id provisions.ID) Row {
	t.Helper()
	for _, r := range m.Rows {
		if r.Provision == id {
			return r
		}
	}
	t.Fatalf("no row %s", id)
	return Row{}
}

func TestAWaivedFailStaysFail(t *testing.T) {
	tls := Waiver{Unit: "5.5-1-2a", Reason: "the old app needs it", Owner: "Jo Fox", Expires: "2027-01-31"}
	fails := map[string]Verdict{"5.5-1-2a": Fail}
	plain := claimed(Opening{}, fails)
	if plain.Exit != ExitFail || plain.Verdict != Fail {
		t.Fatalf("without a waiver: %d %s", plain.Exit, plain.Line)
	}
	m := claimed(Opening{Waivers: []Waiver{tls}}, fails)
	r := rowOf(t, m, "5.5-1")
	if m.Verdict != Fail || r.Verdict != Fail || !slices.Equal(r.Waived, []Waiver{tls}) {
		t.Errorf("device %s, row %s waived %v: the FAIL must stay and be marked", m.Verdict, r.Verdict, r.Waived)
	}
	if m.Exit != ExitConformant {
		t.Errorf("exit %d: nothing else is open, so it yields", m.Exit)
	}
	if !strings.HasPrefix(m.Line, "FAIL: ") || !strings.Contains(m.Line, "waived until 2027-01-31 by Jo Fox: the old app needs it") ||
		strings.Contains(m.Line, "conformant") {
		t.Errorf("line: %s", m.Line)
	}
	for i, u := range r.Units {
		if was := rowOf(t, plain, "5.5-1").Units[i]; u.Verdict != was.Verdict || (u.Waived != nil) != (u.Unit == "5.5-1-2a") {
			t.Errorf("unit %s: %s was %s, waived %v", u.Unit, u.Verdict, was.Verdict, u.Waived)
		}
	}
}

func TestAWaiverCoversNoMoreThanItNames(t *testing.T) {
	w := Waiver{Unit: "5.5-1-2a", Reason: "the old app needs it", Owner: "Jo Fox", Expires: "2027-01-31"}
	for _, tc := range []struct {
		name   string
		fails  map[string]Verdict
		waiver Waiver
		exit   int
	}{
		{"another unit of the provision fails", map[string]Verdict{"5.5-1-2a": Fail, "5.5-1-1a": Fail}, w, ExitFail},
		{"another provision fails", map[string]Verdict{"5.5-1-2a": Fail, "5.1-1-2c": Fail}, w, ExitFail},
		{"the provision is waived", map[string]Verdict{"5.5-1-2a": Fail, "5.5-1-1a": Fail}, Waiver{Provision: "5.5-1", Expires: "2027-01-31"}, ExitConformant},
		{"something is open besides", map[string]Verdict{"5.5-1-2a": Fail, "5.1-1-2c": Inconclusive}, w, ExitInconclusive},
		{"something is open in the same provision", map[string]Verdict{"5.5-1-2a": Fail, "5.5-1-1a": Inconclusive}, w, ExitInconclusive},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, ok := provisions.Must().Unit(provisions.V21, "5.5-1-1a"); !ok {
				t.Fatal("no such unit")
			}
			m := claimed(Opening{Waivers: []Waiver{tc.waiver}}, tc.fails)
			if m.Exit != tc.exit || m.Verdict != Fail {
				t.Errorf("exit %d, want %d; device %s: %s", m.Exit, tc.exit, m.Verdict, m.Line)
			}
		})
	}
	m := claimed(Opening{Waivers: []Waiver{w}}, nil)
	if len(m.Unused) != 1 || m.Verdict != Pass || m.Exit != ExitConformant {
		t.Errorf("nothing fails: unused %v, %s", m.Unused, m.Line)
	}
}

// What no waiver speaks of keeps the gate shut: contrary evidence leaves the run without a claim, and an ICS that does not
// stand is the declaration's fault.
func TestAWaiverMendsNoDeclaration(t *testing.T) {
	w := Waiver{Unit: "5.1-1-2c", Reason: "the old app needs it", Owner: "Jo Fox", Expires: "2027-01-31"}
	o := Opening{Edition: provisions.V21, Waivers: []Waiver{w}}
	outs := []Outcome{{Unit: "5.1-1-2c", Verdict: Fail, SelfProving: true, Attempts: 1, Reason: "admin/admin opens it"}}
	if m := tabulate(o, outs, Closing{}, today, "", true); m.Exit != ExitInconclusive || rowOf(t, m, "5.1-1").Word != Contrary {
		t.Errorf("nothing is claimed: exit %d, %q: %s", m.Exit, rowOf(t, m, "5.1-1").Word, m.Line)
	}
	m := claimed(Opening{Waivers: []Waiver{w}}, map[string]Verdict{"5.1-1-2c": Fail})
	m.ICS = []ICSProblem{{Provision: "5.2-1", Problem: "nothing can make it not apply"}}
	m.conclude()
	if m.gate(nil); m.Exit != ExitFail {
		t.Errorf("the ICS does not stand: exit %d: %s", m.Exit, m.Line)
	}
}

func TestRequiredUnits(t *testing.T) {
	units, err := Require(provisions.V21, []string{"5.5-1-2", "5.5-1-2a"}, nil)
	if err != nil || !slices.Contains(units, "5.5-1-2a") || slices.ContainsFunc(units, func(u string) bool { return !strings.HasPrefix(u, "5.5-1-2") }) {
		t.Fatalf("%v, %v", units, err)
	}
	if _, err := Require(provisions.V21, []string{"5.99"}, nil); err == nil {
		t.Error("an unknown clause is required")
	}
	if _, err := Require(provisions.V21, []string{"5.5-1-2a"}, []Waiver{{Provision: "5.5-1"}}); err == nil {
		t.Error("a unit is required and waived")
	}
	for _, tc := range []struct {
		v    Verdict
		exit int
	}{{Pass, ExitConformant}, {Inconclusive, ExitInconclusive}, {Fail, ExitFail}} {
		m := claimed(Opening{Require: []string{"5.5-1-2a"}}, map[string]Verdict{"5.5-1-2a": tc.v})
		lost := tc.v != Pass
		if m.Exit != tc.exit || (len(m.Lost) > 0) != lost || strings.Contains(m.Line, "5.5-1-2a") != lost {
			t.Errorf("%s: exit %d, lost %v: %s", tc.v, m.Exit, m.Lost, m.Line)
		}
	}
	// One that nothing claims cannot be PASS, and a unit that was lost from the suites neither.
	o := Opening{Edition: provisions.V21, Require: []string{"5.5-1-2a"}}
	if m := tabulate(o, nil, Closing{}, today, "", true); m.Exit != ExitInconclusive || !slices.Equal(m.Lost, o.Require) {
		t.Errorf("not run: exit %d, lost %v", m.Exit, m.Lost)
	}
}
