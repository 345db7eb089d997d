package harness

import (
	"context"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// conformant is a device file whose ICS stands: everything applies and is claimed.
func conformant(e provisions.Edition) *device.File {
	f := &device.File{Edition: string(e), ICS: map[string]device.Claim{"default": {Support: "Y"}}, Conditions: map[string]bool{}, Features: map[string]bool{}}
	for _, c := range device.Conditions(e) {
		if c.Feature() {
			f.Features[c.Key()] = true
		} else {
			f.Conditions[c.Key()] = true
		}
	}
	return f
}

// folded is the matrix of a run in which every unit is PASS but for those given.
func folded(e provisions.Edition, f *device.File, other ...Outcome) *Matrix {
	o := Opening{Edition: e, Effort: Normal, ICS: f.ICS, Authorisation: &device.Authorisation{By: "Lab X", Right: "customer order"}}
	by := map[string]Outcome{}
	for _, out := range other {
		by[out.Unit] = out
	}
	var outs []Outcome
	for _, p := range provisions.Must().Provisions(e) {
		for _, u := range p.Units() {
			out, ok := by[u.ID]
			if !ok {
				out = Outcome{Unit: u.ID, Verdict: Pass, Attempts: 1, Basis: BasisObserved}
			}
			if u.Method.Prepares && !ok {
				out.Verdict = Done
			}
			outs = append(outs, out)
		}
	}
	return folding{file: f, at: today}.tabulate(o, outs, Closing{}, today, "", true)
}

func unitIn(t *testing.T, m *Matrix, id string) UnitRow {
	t.Helper()
	for _, r := range m.Rows {
		if i := slices.IndexFunc(r.Units, func(u UnitRow) bool { return u.Unit == id }); i >= 0 {
			return r.Units[i]
		}
	}
	t.Fatalf("no unit %s", id)
	return UnitRow{}
}

func TestEverythingMetIsAPass(t *testing.T) {
	for _, e := range provisions.Editions() {
		if m := folded(e, conformant(e)); m.Verdict != Pass || m.Exit != ExitConformant || len(m.ICS) > 0 {
			t.Errorf("%s: %s, ICS %v", e, m.Line, m.ICS)
		}
	}
}

// The quirks of TS 103 701's verdicts, as far as they are kinds and rules of the catalogue: suites obey its rows.
func TestQuirksStandInTheCatalogue(t *testing.T) {
	row := func(e provisions.Edition, id string) string {
		u, ok := provisions.Must().Unit(e, id)
		if !ok {
			t.Fatalf("%s has no %s", e, id)
		}
		return strings.ToLower(u.Method.Procedure + " | " + u.Method.FailsWhen + " | " + u.Method.PassesWhen)
	}
	for _, q := range []struct {
		quirk, unit string
		editions    []provisions.Edition
		says        []string
	}{
		{"the device itself triggers the check", "5.3-5-1a", provisions.Editions(), []string{"check.by=device", "app or cloud"}},
		{"the notice is on the device", "5.3-12-1a", []provisions.Edition{provisions.V21}, []string{"on_device=true", "app-only notice"}},
		{"one mechanism that cannot be misused is enough", "5.3-2-1a", provisions.Editions(), []string{"at least one mechanism stops all"}},
		{"none may be misused", "5.3-2-2b", provisions.Editions(), []string{"all refused"}},
		{"a device that reveals no version passes", "5.5-2-2a", provisions.Editions(), []string{"reveals none (escape"}},
		{"an unsupported half passes", "5.3-6-2a", []provisions.Edition{provisions.V21}, []string{"automatic updating unsupported (escape)"}},
		{"the other half too", "5.3-6-2c", []provisions.Edition{provisions.V21}, []string{"unsupported (escape)"}},
		{"updates that never disrupt", "5.3-12-1a", provisions.Editions(), []string{"never disrupt"}},
		{"no user data is stored", "5.11-1-1a", provisions.Editions(), []string{"escape", "no user data is stored"}},
		{"a query of metadata is no download", "5.3-4A-2a", []provisions.Edition{provisions.V31}, []string{"or only a metadata query seen"}},
	} {
		for _, e := range q.editions {
			for _, want := range q.says {
				if !strings.Contains(row(e, q.unit), want) {
					t.Errorf("%s: the row of %s in %s does not say %q", q.quirk, q.unit, e, want)
				}
			}
		}
	}
	for _, c := range []string{"5.8-3-1", "5.11-3-1", "5.11-4-1", "5.12-2-1", "5.12-3-1"} {
		if k, ok := provisions.Must().Case(provisions.V21, c); !ok || k.Kind != "functional" {
			t.Errorf("%s is functional in spite of its number: %+v", c, k)
		}
	}
}

// Each error that laboratories make, and what makes it impossible here.

func TestErrorEscapeIgnored(t *testing.T) {
	f := conformant(provisions.V21)
	f.IXIT.PersData, f.IXIT.DelFunc = &[]device.PersData{}, &[]device.DelFunc{}
	f.Conditions["7"] = false
	f.ICS["6-2"] = device.Claim{Support: "N/A", Detail: "no personal data is processed at all"}
	m := folded(provisions.V21, f, Outcome{Unit: "5.11-1-1a", Verdict: Pass, Vacuous: true, Basis: BasisDeclared, Reason: "no user data is stored"})
	if u := unitIn(t, m, "5.11-1-1a"); u.Verdict != Pass || m.Verdict != Pass {
		t.Errorf("%s %s; %s", u.Verdict, u.Reason, m.Line)
	}
}

func TestErrorAllWeakenedToSome(t *testing.T) {
	for _, bad := range []Verdict{Fail, Inconclusive} {
		m := folded(provisions.V21, conformant(provisions.V21), Outcome{Unit: "5.3-2-2b", Verdict: bad, Attempts: 1, Reason: "one of two mechanisms"})
		if r := rowOf(t, m, "5.3-2"); r.Verdict != bad || m.Verdict != bad {
			t.Errorf("one unit %s: provision %s, device %s", bad, r.Verdict, m.Verdict)
		}
	}
	suite(t, func(dut *DUT) {
		Unit("c", "", func(ctx context.Context) {
			Ask(ctx, dut, count{})
			Each("mechanism", []int{1, 2}, func(i int) { Expect(i).To(Equal(1), "mechanism %d does not", i) })
		})
	})
	if _, out := live(t, opening()); out[0].Verdict != Fail {
		t.Errorf("one of two fails: %s", out[0].Verdict)
	}
}

func TestErrorICSContradictionAsFunctionalFail(t *testing.T) {
	f := conformant(provisions.V21)
	f.ICS["5.3-4"] = device.Claim{Support: "N/A", Detail: "there is no update mechanism"} // and C(12) holds
	m := folded(provisions.V21, f)
	if m.Verdict != Fail || m.Exit != ExitFail || !strings.Contains(m.Line, "the ICS is invalid: 5.3-4 is claimed as N/A") {
		t.Errorf("%s", m.Line)
	}
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Verdict == Fail {
				t.Errorf("%s is FAIL, and the fault is the ICS's", u.Unit)
			}
		}
	}
	m = folded(provisions.V21, conformant(provisions.V21), Outcome{Unit: "5.6-1-1a", Verdict: Inconclusive, Contradicted: true, Attempts: 1, Reason: "declaration contradicted: x"})
	if u := unitIn(t, m, "5.6-1-1a"); u.Verdict != Inconclusive || m.Verdict == Pass {
		t.Errorf("%s; %s", u.Verdict, m.Line)
	}
}

func TestErrorResultNotInherited(t *testing.T) {
	n := 0
	for _, e := range provisions.Editions() {
		for _, p := range provisions.Must().Provisions(e) {
			for _, u := range p.Units() {
				for _, other := range u.Reuses {
					n++
					by := map[string]Verdict{other: Fail}
					word := UnitRow{Unit: u.ID, Verdict: Pass, Basis: BasisAttested, Attested: []Attestation{{Said: Said{By: "Ada", Verdict: Pass}}}}
					if inherit(&word, u, by); word.Verdict != Inconclusive || !strings.Contains(word.Reason, other) {
						t.Errorf("%s stands on one person's word while %s is FAIL", u.ID, other)
					}
					word.Verdict, word.Attested[0].Confirmed = Pass, []Said{{By: "Bob"}}
					if inherit(&word, u, by); word.Verdict != Pass || len(word.Notes) != 1 {
						t.Errorf("%s, with two persons: %+v", u.ID, word)
					}
					machine := UnitRow{Unit: u.ID, Verdict: Pass, Basis: BasisObserved}
					if inherit(&machine, u, by); machine.Verdict != Pass || len(machine.Notes) != 1 {
						t.Errorf("%s, judged at the device: %+v", u.ID, machine)
					}
				}
			}
		}
	}
	if u, _ := provisions.Must().Unit(provisions.V21, "5.8-1-2a"); n == 0 || !slices.Contains(u.Reuses, "5.5-1-2a") {
		t.Error("5.8-1-2a does not apply 5.5-1-2a")
	}
}

func TestErrorCaptureOverRead(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Each("frame in clear", []int{}, func(int) {}) })
		Unit("b", "", func(ctx context.Context) { Each("frame", []int{1}, func(int) {}) })
	})
	_, out := live(t, opening())
	for _, o := range out {
		if o.Verdict != Inconclusive {
			t.Errorf("%s: none seen is taken for none sent: %s", o.Unit, o.Verdict)
		}
	}
	u, _ := provisions.Must().Unit(provisions.V21, "5.5-1-2a")
	if unitIn(t, folded(provisions.V21, conformant(provisions.V21)), "5.5-1-2a").Cap != u.Method.Cap || u.Method.Cap == "" {
		t.Error("a PASS does not say what its method cannot show")
	}
}

func TestErrorCircularNotApplicable(t *testing.T) {
	f := conformant(provisions.V21)
	f.Conditions["12"] = false
	for _, p := range provisions.Must().Provisions(provisions.V21) {
		if slices.Contains(p.Conditions, "C(12)") {
			f.ICS[string(p.ID)] = device.Claim{Support: "N/A", Detail: "there is no update mechanism to speak of"}
		}
	}
	f.ICS["5.3-4"] = device.Claim{Support: "N/A", Detail: "see 5.3-5"}
	f.ICS["5.3-5"] = device.Claim{Support: "N/A", Detail: "see 5.3-4"}
	m := folded(provisions.V21, f)
	if m.Verdict != Fail || !slices.ContainsFunc(m.ICS, func(p ICSProblem) bool { return p.Provision == "5.3-4" && !p.Open }) {
		t.Errorf("%s; %v", m.Line, m.ICS)
	}
}

func TestErrorHonestDisclosureAsConformity(t *testing.T) {
	f := conformant(provisions.V21)
	f.ICS["5.1-1"] = device.Claim{Support: "N", Detail: "all units share one password, as we say openly"}
	if m := folded(provisions.V21, f); m.Verdict != Fail || m.Exit != ExitFail {
		t.Errorf("a mandatory provision that is openly not met: %s", m.Line)
	}
	f = conformant(provisions.V21)
	f.ICS["5.3-5"] = device.Claim{Support: "N", Detail: "the owner checks by hand, at the page"} // R: legal with a rationale
	m := folded(provisions.V21, f)
	if r := rowOf(t, m, "5.3-5"); m.Verdict != Pass || r.Verdict == Pass || r.Claim != "N" {
		t.Errorf("a recommendation that is openly not met: %s %s; %s", r.Claim, r.Verdict, m.Line)
	}
	f.ICS["5.3-5"] = device.Claim{Support: "N"}
	if m := folded(provisions.V21, f); m.Verdict != Fail {
		t.Errorf("without a rationale: %s", m.Line)
	}
}

func TestAnUnfinishedICSIsNoPass(t *testing.T) {
	f := conformant(provisions.V21)
	delete(f.Conditions, "12")
	if m := folded(provisions.V21, f); m.Verdict != Inconclusive || !strings.Contains(m.Line, "C(12)") {
		t.Errorf("%s", m.Line)
	}
	delete(f.ICS, "default")
	f.ICS["5.1-1"] = device.Claim{Support: "Y"}
	if m := folded(provisions.V21, f); m.Verdict != Inconclusive {
		t.Errorf("one claim alone: %s", m.Line)
	}
}

func TestAVacuousPassNeedsItsGround(t *testing.T) {
	vacuous := Outcome{Unit: "5.1-1-1a", Verdict: Pass, Vacuous: true, Basis: BasisDeclared, Reason: "no passwords"}
	for name, tc := range map[string]struct {
		change func(f *device.File)
		more   []Outcome
		want   Verdict
		why    string
	}{
		"it holds":                      {func(*device.File) {}, nil, Pass, ""},
		"not declared":                  {func(f *device.File) { f.IXIT.AuthMech = nil }, nil, Inconclusive, "1-AuthMech is not declared"},
		"a condition says otherwise":    {func(f *device.File) { f.Conditions["1"] = true }, nil, Inconclusive, "C(1) is stated to hold"},
		"no condition is stated":        {func(f *device.File) { delete(f.Conditions, "1"); delete(f.Conditions, "8") }, nil, Inconclusive, "is not stated"},
		"the table is not complete":     {func(*device.File) {}, []Outcome{{Unit: "5.1-1-2a", Verdict: Fail, Attempts: 1, Reason: "SSH"}}, Inconclusive, "5.1-1-2a"},
		"whether it is was not settled": {func(*device.File) {}, []Outcome{{Unit: "5.1-1-2a", Verdict: Inconclusive, Attempts: 1}}, Pass, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := conformant(provisions.V21)
			f.IXIT.AuthMech = &[]device.AuthMech{}
			f.Conditions["1"], f.Conditions["8"] = false, false
			tc.change(f)
			u := unitIn(t, folded(provisions.V21, f, append(tc.more, vacuous)...), vacuous.Unit)
			if u.Verdict != tc.want || !strings.Contains(u.Reason, tc.why) || u.Vacuous != (tc.want == Pass) {
				t.Errorf("%s: %s", u.Verdict, u.Reason)
			}
		})
	}
}
