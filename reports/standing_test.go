package reports

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports/profiles"
)

// written is a matrix in every format.
func written(t *testing.T, m *harness.Matrix, books ...profiles.Result) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"terminal": func(b *bytes.Buffer) error { return Terminal(b, m, Options{}) },
		"verbose":  func(b *bytes.Buffer) error { return Terminal(b, m, Options{Verbose: true}) },
		"html":     func(b *bytes.Buffer) error { return HTML(b, m, books...) },
		"junit":    func(b *bytes.Buffer) error { return JUnit(b, m) },
		"json":     func(b *bytes.Buffer) error { return JSON(b, m) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		out[name] = b.String()
	}
	return out
}

// waivedRun is a run whose only gate is a waiver: it exits with 0, and nothing of it may look as if it had passed.
func waivedRun() *harness.Matrix {
	m := declaredRun()
	w := harness.Waiver{Unit: "5.5-1-2a", Reason: "the old app needs it", Owner: "Jo Fox", Expires: "2027-01-31"}
	for i := range m.Rows {
		for j := range m.Rows[i].Units {
			if u := &m.Rows[i].Units[j]; u.Unit == w.Unit {
				u.Waived, m.Rows[i].Waived = &w, []harness.Waiver{w}
			}
		}
	}
	m.Exit = harness.ExitConformant
	return m
}

func TestAWaivedFailIsShownAsFail(t *testing.T) {
	for name, text := range written(t, waivedRun()) {
		says := "waived until 2027-01-31 by Jo Fox: the old app needs it"
		if name == "json" {
			says = `"expires": "2027-01-31"`
		}
		if !strings.Contains(text, says) {
			t.Errorf("%s does not say that the FAIL is waived", name)
		}
		if strings.Contains(text, "conformant") {
			t.Errorf("%s of a waived run says conformant", name)
		}
	}
	page := written(t, waivedRun())
	if !strings.Contains(page["html"], `<p class="line fail">FAIL: `) {
		t.Error("the page of a waived run does not look like FAIL")
	}
	if !strings.Contains(page["junit"], `<failure message="FAIL: 5.1-1, `) {
		t.Error("the suite device of a waived run has no failure")
	}
}

func TestAMakersRunSaysSoEverywhere(t *testing.T) {
	m := declaredRun()
	for name, text := range written(t, m) {
		if strings.Contains(strings.ToLower(text), selfAssessment) {
			t.Errorf("%s of a lab's run says self-assessment", name)
		}
	}
	m.SelfAssessment = true
	out := written(t, m)
	for name, text := range out {
		says := selfAssessment
		if name == "json" {
			says = `"self_assessment": true`
		}
		if !strings.Contains(strings.ToLower(text), says) {
			t.Errorf("%s of a maker's run does not say so", name)
		}
	}
	if !strings.Contains(out["html"], `<p class="self"`) || !strings.Contains(pageStyle, ".self { display: table-header-group; break-inside: avoid") {
		t.Error("the page says it once, not on every printed page")
	}
}

func TestDraftMappingAndRequiredUnitsAreSaid(t *testing.T) {
	m := observedRun()
	m.Draft, m.Required, m.Lost = []string{"6-6-2a"}, []string{"5.1-1-2c"}, []string{"5.1-1-2c"}
	for name, text := range written(t, m) {
		for _, says := range map[bool][]string{true: {`"draft_mapping"`, `"required_not_pass"`}, false: {"draft mapping: nobody held", "not PASS: 5.1-1-2c"}}[name == "json"] {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), says) {
				t.Errorf("%s does not say %q", name, says)
			}
		}
	}
}

func TestRuleBooksAreShown(t *testing.T) {
	m := declaredRun()
	m.Target = "<script>"
	books := profiles.All(m, map[string]string{"uk-psti:S4-1": "yes: \x1b[31m<script>alert(1)</script>"})
	page := written(t, m, books...)["html"]
	for _, says := range []string{"<h2 id=\"books\">Rule books</h2>", "uk-psti", "judge the run in edition V3.1", "&lt;script&gt;alert(1)", "Once held, it opens"} {
		if !strings.Contains(page, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "\x1b") {
		t.Error("an answer acts on the page")
	}
	var term bytes.Buffer
	if err := Books(&term, books, Options{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for _, says := range []string{"uk-psti", "not met, because S1-PW-a: 5.1-1 is FAIL", "check before use", "mapped to provisions by us"} {
		if !strings.Contains(strings.Join(strings.Fields(term.String()), " "), says) {
			t.Errorf("the terminal does not say %q", says)
		}
	}
	if strings.Contains(term.String(), "\x1b") {
		t.Error("an answer acts on the terminal")
	}
	var b bytes.Buffer
	if err := BooksJSON(&b, m, books); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Format  string
		Results []profiles.Result
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil || doc.Format != BooksFormat || len(doc.Results) != len(provisions.Must().Profiles()) {
		t.Errorf("profiles.json: %v, %s, %d results", err, doc.Format, len(doc.Results))
	}
}

// Readiness and guidance never get what could pass for a mark.
func TestReadinessHasNoBadge(t *testing.T) {
	for _, kind := range []string{provisions.OfReadiness, provisions.OfGuidance} {
		r := profiles.Result{Profile: "eu-cra", Kind: kind, Outcome: profiles.Met, Word: "ready"}
		if outcomeKind(r) == "pass" {
			t.Errorf("%s looks like a pass", kind)
		}
		if page := written(t, declaredRun(), r)["html"]; strings.Contains(page, `">ready</span>`) {
			t.Errorf("%s is stamped", kind)
		}
	}
	if outcomeKind(profiles.Result{Kind: provisions.OfLaw, Outcome: profiles.Met, Badge: true}) != "pass" {
		t.Error("a law that is met looks like nothing")
	}
}
