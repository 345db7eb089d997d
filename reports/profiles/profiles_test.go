package profiles

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// day is soon after the dates of the profiles that have one.
var day = time.Date(2026, 6, 20, 8, 0, 0, 0, time.UTC)

// conformant is the matrix of a device that claims everything and holds it; change may spoil it.
func conformant(e provisions.Edition, change ...func(*harness.Row)) *harness.Matrix {
	m := &harness.Matrix{Edition: e, Declared: true, Complete: true, Effort: harness.Normal, Began: day, Verdict: harness.Pass,
		Line: "PASS: every claimed provision is met within its caps"}
	c := provisions.Must()
	for _, p := range slices.Concat(c.Provisions(e), c.Beyond()) {
		r := harness.Row{Provision: p.ID, Beyond: p.Beyond, Obligation: p.Obligation, Conditions: p.Conditions, Claim: "Y", Verdict: harness.Pass}
		for _, f := range change {
			f(&r)
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

func is(id provisions.ID, v harness.Verdict) func(*harness.Row) {
	return func(r *harness.Row) {
		if r.Provision == id {
			r.Verdict, r.Reason = v, "as the test says"
		}
	}
}

func claims(id provisions.ID, claim string) func(*harness.Row) {
	return func(r *harness.Row) {
		if r.Provision == id {
			r.Claim, r.Verdict = claim, harness.Inconclusive
		}
	}
}

func profile(t *testing.T, name string) *provisions.Profile {
	t.Helper()
	p, err := provisions.Must().Profile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// full answers every question well: yes, but for restrictions, which do not bite, and routes, which are not taken.
func full(p *provisions.Profile) map[string]string {
	out := map[string]string{}
	for _, q := range p.Questions() {
		out[p.Name+":"+q.ID] = "yes: a person looked at it"
		if q.Kind == provisions.RowTrips || q.Kind == provisions.RowRoute {
			out[p.Name+":"+q.ID] = "no: a person looked at it"
		}
	}
	return out
}

// A conformant device with every question answered meets every book of its edition; with none answered, none that asks.
func TestAFullSheetMeetsEveryBook(t *testing.T) {
	for _, p := range provisions.Must().Profiles() {
		m := conformant(p.Edition)
		r := Evaluate(p, m, full(p))
		want := "met"
		if p.Kind == provisions.OfReadiness {
			want = "ready"
		}
		if r.Outcome != Met || r.Word != want || len(r.Missing) > 0 {
			t.Errorf("%s: %s; missing %v", p.Name, r.Says(), r.Missing)
		}
		if readiness := p.Kind == provisions.OfReadiness; r.Badge && readiness || r.Badge && p.Kind == provisions.OfGuidance {
			t.Errorf("%s of kind %s has a badge", p.Name, p.Kind)
		}
		bare := Evaluate(p, m, nil)
		asks := slices.ContainsFunc(p.Questions(), func(q *provisions.Requirement) bool { return q.Kind != provisions.RowRoute })
		if asks && (bare.Outcome != NotShown || len(bare.Missing) == 0) {
			t.Errorf("%s without an answer: %s", p.Name, bare.Says())
		}
	}
}

// What any book names and is broken is never met: the loop over all of them would catch a row that forgets a provision.
func TestAFailIsNeverMet(t *testing.T) {
	for _, p := range provisions.Must().Profiles() {
		for _, id := range p.Selection() {
			r := Evaluate(p, conformant(p.Edition, is(id, harness.Fail)), full(p))
			q, gates := ofProvision(p, id)
			switch {
			case r.Outcome == Met && gates:
				t.Errorf("%s is met, and %s is FAIL", p.Name, id)
			case r.Outcome != NotMet && q:
				t.Errorf("%s with %s FAIL: %s", p.Name, id, r.Says())
			}
			if r := Evaluate(p, conformant(p.Edition, is(id, harness.Inconclusive)), full(p)); r.Outcome == Met && gates || r.Outcome == NotMet {
				t.Errorf("%s with %s INCONCLUSIVE: %s", p.Name, id, r.Says())
			}
		}
	}
}

// ofProvision tells whether a row names the provision as a whole, and whether it decides at all.
func ofProvision(p *provisions.Profile, id provisions.ID) (whole, gates bool) {
	pr, _ := provisions.Must().Provision(p.Edition, id)
	if p.Rule == provisions.RuleMandatory && pr.Obligation != provisions.Mandatory {
		return false, false
	}
	for _, q := range p.Requirements {
		if q.Kind != provisions.RowMaps && q.Kind != provisions.RowAsks {
			continue
		}
		for _, m := range q.Maps {
			if m.ID == id {
				whole, gates = whole || !m.Part, true
			}
		}
	}
	return whole, gates
}

func TestTheWrongEditionShowsNothing(t *testing.T) {
	for _, p := range provisions.Must().Profiles() {
		other := provisions.V31
		if p.Edition == other {
			other = provisions.V21
		}
		for _, v := range []harness.Verdict{harness.Pass, harness.Fail} {
			m := conformant(other, func(r *harness.Row) { r.Verdict = v })
			m.Verdict = v
			r := Evaluate(p, m, full(p))
			if r.Outcome != NotShown || !strings.Contains(r.Says(), "judge the run in edition "+string(p.Edition)) {
				t.Errorf("%s on a run in %s: %s", p.Name, other, r.Says())
			}
		}
	}
}

func TestBaselineAgreesWithTheDevice(t *testing.T) {
	for name, e := range map[string]provisions.Edition{"baseline-v2.1": provisions.V21, "baseline-v3.1": provisions.V31} {
		for v, want := range map[harness.Verdict]Outcome{harness.Pass: Met, harness.Fail: NotMet, harness.Inconclusive: NotShown, "": NotShown} {
			m := conformant(e)
			m.Verdict, m.Line = v, "as the device came out"
			if r := Evaluate(profile(t, name), m, nil); r.Outcome != want {
				t.Errorf("%s of a device that is %q: %s", name, v, r.Says())
			}
		}
	}
}

func TestWhatIsNoPassShowsNothing(t *testing.T) {
	p := profile(t, "uk-psti")
	for name, spoil := range map[string]func(*harness.Matrix){
		"quick":     func(m *harness.Matrix) { m.Reduced = []string{"quick effort: less is tried than the method asks"} },
		"cut short": func(m *harness.Matrix) { m.Complete = false },
		"undeclared": func(m *harness.Matrix) {
			m.Declared = false
			for i := range m.Rows {
				m.Rows[i].Claim, m.Rows[i].Verdict, m.Rows[i].Word = "", harness.Inconclusive, harness.NotJudged
			}
		},
		"no rows": func(m *harness.Matrix) { m.Rows = nil },
	} {
		m := conformant(provisions.V21)
		spoil(m)
		if r := Evaluate(p, m, full(p)); r.Outcome != NotShown {
			t.Errorf("%s: %s", name, r.Says())
		}
	}
	selected := conformant(provisions.V21)
	selected.Selection, selected.Reduced = []string{"5.1"}, []string{"only 5.1 was selected"}
	if r := Evaluate(p, selected, full(p)); r.Outcome != Met {
		t.Errorf("a selection takes nothing from what it holds: %s", r.Says())
	}
}

func TestClaims(t *testing.T) {
	p := profile(t, "uk-psti")
	for _, tc := range []struct {
		id    provisions.ID
		claim string
		want  Outcome
	}{
		{"5.1-2", "N/A", Met},      // no pre-installed passwords: C(2)
		{"5.2-1", "N/A", NotShown}, // unconditional: nothing can make it not apply
		{"5.2-1", "N", NotMet},     // mandatory, and the supplier says no
	} {
		if r := Evaluate(p, conformant(provisions.V21, claims(tc.id, tc.claim)), full(p)); r.Outcome != tc.want {
			t.Errorf("%s claimed %s: %s", tc.id, tc.claim, r.Says())
		}
	}
	unjustified := conformant(provisions.V21, claims("5.1-2", "N/A"))
	unjustified.ICS = []harness.ICSProblem{{Provision: "5.1-2", Problem: "its condition C(2) is true"}}
	if r := Evaluate(p, unjustified, full(p)); r.Outcome != NotShown || !strings.Contains(r.Says(), "C(2) is true") {
		t.Errorf("5.1-2 claimed N/A without a right to it: %s", r.Says())
	}
	// A recommendation that our own mapping names: the supplier's N leaves it open.
	jp := profile(t, "jp-jc-star-1")
	if r := Evaluate(jp, conformant(provisions.V21, claims("5.3-1", "N")), full(jp)); r.Outcome != NotShown {
		t.Errorf("5.3-1 claimed N: %s", r.Says())
	}
	// The code of practice has no rule of its own: recommendations decide nothing, and are shown.
	cop := profile(t, "uk-cop")
	r := Evaluate(cop, conformant(provisions.V21, is("5.3-1", harness.Fail)), nil)
	if i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Row == "CoP-3" }); r.Outcome != Met || len(r.Lines[i].Besides) != 1 {
		t.Errorf("a recommendation is FAIL: %s, %v", r.Says(), r.Lines[i].Besides)
	}
}

func TestQuestionsAreAskedNeverInferred(t *testing.T) {
	p := profile(t, "uk-psti")
	for _, tc := range []struct {
		answer string
		want   Outcome
	}{{"yes: on page 1", Met}, {"no: it has none", NotMet}, {"n/a: not for this one", Met}, {"", NotShown}, {"maybe: who knows", NotShown}} {
		answers := full(p)
		answers["uk-psti:S4-1"] = tc.answer
		if r := Evaluate(p, conformant(provisions.V21), answers); r.Outcome != tc.want {
			t.Errorf("%q: %s", tc.answer, r.Says())
		}
	}
	// A yes does not outweigh what was seen, and neither does n/a.
	for _, word := range []string{"yes: so we say", "n/a: so we say"} {
		answers := full(p)
		answers["uk-psti:S1-VD-d"] = word
		if r := Evaluate(p, conformant(provisions.V21, is("5.2-1", harness.Fail)), answers); r.Outcome != NotMet {
			t.Errorf("%q against a FAIL: %s", word, r.Says())
		}
	}
}

func TestRestrictionsBite(t *testing.T) {
	p := profile(t, "eu-red-en18031")
	for _, q := range p.Restrictions() {
		answers := full(p)
		answers[p.Name+":"+q.ID] = "yes: so it is here"
		if r := Evaluate(p, conformant(provisions.V21), answers); r.Word != "not ready" || !strings.Contains(r.Because, q.ID+": the restriction bites") {
			t.Errorf("%s bites: %s", q.ID, r.Says())
		}
		delete(answers, p.Name+":"+q.ID)
		if r := Evaluate(p, conformant(provisions.V21), answers); r.Word != "not shown" {
			t.Errorf("%s is not answered: %s", q.ID, r.Says())
		}
	}
}

func TestADeemedRouteSettlesNoFail(t *testing.T) {
	p := profile(t, "uk-psti")
	answers := map[string]string{"uk-psti:S2-C": "yes: level 1, valid until 2028-01-31"}
	if r := Evaluate(p, conformant(provisions.V21, is("5.1-1", harness.Inconclusive)), answers); r.Outcome != Met || r.Badge || !strings.Contains(r.Because, "as was answered (S2-C)") {
		t.Errorf("a label is held: %s", r.Says())
	}
	if r := Evaluate(p, conformant(provisions.V21, is("5.1-1", harness.Fail)), answers); r.Outcome != NotMet {
		t.Errorf("a label is held, and 5.1-1 is FAIL: %s", r.Says())
	}
}

func TestCautions(t *testing.T) {
	m := conformant(provisions.V21)
	has := func(name, what string) bool {
		return strings.Contains(strings.Join(Evaluate(profile(t, name), m, nil).Cautions, "\n"), what)
	}
	if !has("uk-psti", "check before use") || has("uk-ico", "check before use") {
		t.Error("the age of a profile is told wrong")
	}
	if m.Began = day.AddDate(0, 6, 0); !has("uk-ico", "check before use: its sources are known until 2026-06-11") || has("baseline-v2.1", "check before use") {
		t.Error("an old profile is not told, or the standard ages")
	}
	if !has("eu-cra", "general knowledge") || !has("eu-cra", "readiness only") || !has("eu-cra", "by us") {
		t.Error("eu-cra does not say what it is")
	}
	if m.SelfAssessment = true; !has("uk-psti", "self-assessment") {
		t.Error("a maker's own run does not say so")
	}
	v31 := conformant(provisions.V31)
	v31.Draft = []string{"6-6-2a"}
	if r := Evaluate(profile(t, "baseline-v3.1"), v31, nil); !strings.Contains(strings.Join(r.Cautions, " "), "draft mapping") {
		t.Errorf("V3.1 with units in doubt: %v", r.Cautions)
	}
}

func TestAWaivedFailIsNotMet(t *testing.T) {
	m := conformant(provisions.V21, is("5.1-1", harness.Fail), func(r *harness.Row) {
		if r.Provision == "5.1-1" {
			r.Waived = []harness.Waiver{{Unit: "5.1-1-2c", Reason: "r", Owner: "Jo", Expires: "2027-01-31"}}
		}
	})
	p := profile(t, "uk-psti")
	if r := Evaluate(p, m, full(p)); r.Outcome != NotMet || !strings.Contains(r.Says(), "waived until 2027-01-31 by Jo") {
		t.Errorf("a waived FAIL: %s", r.Says())
	}
}

func TestAnswersAreReadStrictly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "answers.yaml")
	write := func(s string) {
		if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := "by: Jo Fox\non: 2026-11-24\nanswers:\n  uk-psti:\n    S4-1: \"yes: page 1 of the statement\"\n"
	write(good)
	if a, err := LoadAnswers(path); err != nil || a["uk-psti:S4-1"] != "yes: page 1 of the statement (Jo Fox, 2026-11-24)" {
		t.Errorf("%v, %v", a, err)
	}
	for _, tc := range []struct{ old, new, at, says string }{
		{"S4-1", "S4-9", ":5:", `asks nothing under "S4-9"`},
		{"S4-1", "S1-PW-a", ":5:", "asks nothing"}, // its provision decides
		{"uk-psti", "uk-pti", ":4:", "no profile"},
		{"yes: page 1 of the statement", "yes", ":5:", `the answer is "yes"`},
		{"yes: page", "perhaps: page", ":5:", "the answer is"},
		{"answers:", "answer:", ":3:", `knows no "answer"`},
		{"by: Jo Fox\n", "", ":", "nobody is named"},
		{"2026-11-24", "yesterday", ":2:", `on is "yesterday"`},
	} {
		write(strings.Replace(good, tc.old, tc.new, 1))
		if _, err := LoadAnswers(path); err == nil || !strings.Contains(err.Error(), "answers.yaml"+tc.at) || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v", tc.new, err)
		}
	}
}
