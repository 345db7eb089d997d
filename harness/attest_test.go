package harness

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
)

func TestResolveOverAllPairs(t *testing.T) {
	for _, m := range []Verdict{Pass, Fail, Inconclusive} {
		for _, p := range []Verdict{Pass, Fail, Inconclusive} {
			for bits := range 8 {
				confirmed, contradicted, adverse := bits&1 > 0, bits&2 > 0, bits&4 > 0
				got := resolve(m, joint{Said{Verdict: p}, confirmed}, contradicted, adverse)
				fails := p == Fail || m == Fail && !(p == Pass && confirmed)
				passes := p == Pass && !contradicted && (confirmed || m != Fail && !adverse)
				want := Inconclusive
				switch {
				case fails:
					want = Fail
				case passes:
					want = Pass
				}
				if got != want {
					t.Errorf("machine %s, person %s, confirmed %v, contradicted %v, adverse %v: %s, want %s", m, p, confirmed, contradicted, adverse, got, want)
				}
			}
		}
	}
	for _, c := range []struct{ m, p, want Verdict }{{Done, Done, Done}, {Done, NotDone, NotDone}, {NotDone, Done, Done}, {Inconclusive, Done, Done}, {Inconclusive, NotDone, NotDone}} {
		if got := resolve(c.m, joint{Said: Said{Verdict: c.p}}, false, false); got != c.want {
			t.Errorf("machine %s, person %s: %s", c.m, c.p, got)
		}
	}
}

func TestPersonsOverAllPairs(t *testing.T) {
	rank := map[Verdict]int{Fail: 0, Inconclusive: 1, Pass: 2}
	for a := range rank {
		for b := range rank {
			j, _ := persons([]Attestation{{Said: Said{By: "Ada", Verdict: a}}, {Said: Said{By: "Bob", Verdict: b}}})
			want := a
			if rank[b] < rank[a] {
				want = b
			}
			if j.Verdict != want || j.confirmed != (a == b) {
				t.Errorf("%s and %s: %s, confirmed %v", a, b, j.Verdict, j.confirmed)
			}
		}
	}
	objected := Attestation{Said: Said{By: "Ada", Verdict: Pass}, Objected: []Said{{By: "Bob", Reason: "the label is missing"}}, Confirmed: []Said{{By: "Cleo"}}}
	if j, _ := persons([]Attestation{objected}); j.Verdict != Inconclusive || j.confirmed || !strings.Contains(j.Reason, "Bob objects") {
		t.Errorf("%+v", j)
	}
	objected.Verdict = Fail
	if j, _ := persons([]Attestation{objected}); j.Verdict != Fail {
		t.Errorf("an objection takes a FAIL away: %+v", j)
	}
}

// court is a run with one machine outcome, and persons who may judge.
type court struct {
	t    testing.TB
	dir  string
	keys map[string]*answers.Key
	lab  *answers.Lab
	unit string
}

// open records a run in which the machine says out of a unit, everything claimed.
func openCourt(t testing.TB, out Outcome) *court {
	t.Helper()
	c := &court{t: t, dir: filepath.Join(t.TempDir(), "run"), keys: map[string]*answers.Key{}, unit: out.Unit}
	rec, err := evidence.Create(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	o := opening()
	o.At, o.ICS = time.Date(2027, 1, 31, 9, 0, 0, 0, time.UTC), map[string]device.Claim{"default": {Support: "Y"}}
	o.Identity.Model, o.Identity.Firmware = "Cam One", "2.4.1"
	o.Run, o.Plan = t.Name()+c.dir, []string{out.Unit}
	for _, e := range []evidence.Event{{Kind: evidence.Opened, Data: must(o)}, {Kind: evidence.Judged, Unit: out.Unit, Data: must(out)}, {Kind: evidence.Closed}} {
		if _, err := rec.Append(e); err != nil {
			t.Fatal(err)
		}
	}
	text := "people:\n"
	for _, name := range []string{"Ada", "Bob"} {
		k, err := answers.NewKey(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		c.keys[name] = k
		text += fmt.Sprintf("  - {name: %s, key: %q, roles: [assessor], clauses: [all]}\n", name, k.Public())
	}
	path := filepath.Join(t.TempDir(), "lab.yaml")
	os.WriteFile(path, []byte(text), 0o600)
	if c.lab, err = answers.ReadLab(path); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *court) past() *Past {
	c.t.Helper()
	p, err := Read(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := p.Answer(c.lab); err != nil {
		c.t.Fatal(err)
	}
	return p
}

func (c *court) say(by string, e answers.Entry) {
	c.t.Helper()
	p := c.past()
	e.Run, e.Edition, e.By, e.Role, e.Reason = p.Desk().Opening, "V2.1", by, "assessor", by+" saw it at the device"
	if e.Unit == "" && e.Document == nil {
		e.Unit = c.unit
	}
	sum, err := answers.Keep(c.dir, "photo.jpg", []byte("a picture"))
	if err != nil {
		c.t.Fatal(err)
	}
	if e.Kind == answers.Answer || e.Kind == answers.External {
		e.Evidence = []answers.Evidence{{File: "photo.jpg", SHA256: sum, Kind: "photo"}}
	}
	if _, err := answers.Append(c.dir, c.keys[by], e); err != nil {
		c.t.Fatal(err)
	}
}

func (c *court) judges(by string, v Verdict) {
	c.say(by, answers.Entry{Kind: answers.Answer, Verdict: string(v)})
}

func (c *court) seconds(by string, k answers.Kind) {
	j := c.past().Book().Judgements(c.unit)
	c.say(by, answers.Entry{Kind: k, Of: j[0].ID})
}

func (c *court) row() (UnitRow, Row, *Matrix) { return c.rowOf(c.past()) }

func (c *court) rowOf(p *Past) (UnitRow, Row, *Matrix) {
	c.t.Helper()
	m := p.Matrix()
	if m.Answers != nil && len(m.Answers.Invalid) > 0 {
		c.t.Error(m.Answers.Invalid)
	}
	for _, r := range m.Rows {
		if i := slices.IndexFunc(r.Units, func(u UnitRow) bool { return u.Unit == c.unit }); i >= 0 {
			return r.Units[i], r, m
		}
	}
	c.t.Fatal("no row of " + c.unit)
	return UnitRow{}, Row{}, nil
}

func TestAPersonJudgesWhatTheMachineLeavesOpen(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive, Reason: "a person must judge this", Attempts: 1, Proposal: &Proposal{Pass, "it names a way"}})
	if u, _, _ := c.row(); u.Verdict != Inconclusive || u.Proposal == nil {
		t.Errorf("%+v", u)
	}
	c.judges("Ada", Pass)
	u, r, m := c.row()
	if u.Verdict != Pass || u.Basis != BasisAttested || len(u.Attested) != 1 || u.Attested[0].Role != "assessor" || u.Next != "" {
		t.Errorf("%+v", u)
	}
	if r.Basis[BasisAttested] != 1 || r.Judged != 1 || !slices.Equal(r.Attested, []string{"Ada, assessor"}) || m.Answers == nil || m.Answers.Head == "" {
		t.Errorf("%+v %+v", r, m.Answers)
	}
	p := c.past()
	p.Final = true
	if u, _, _ := c.rowOf(p); u.Verdict != Inconclusive || !strings.Contains(u.Next, "assay answer confirm") {
		t.Errorf("a final report without a second person: %s %s", u.Verdict, u.Reason)
	}
	c.seconds("Bob", answers.Confirm)
	p = c.past()
	p.Final = true
	if u, _, _ := c.rowOf(p); u.Verdict != Pass || len(u.Attested[0].Confirmed) != 1 {
		t.Errorf("%+v", u)
	}
	c.seconds("Bob", answers.Object)
	if u, _, _ := c.row(); u.Verdict != Inconclusive {
		t.Errorf("objected: %+v", u)
	}
}

func TestAMachinesFailIsOverruledByTwoPersonsAlone(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.1-1-2c", Verdict: Fail, Reason: "admin/admin opens it", Basis: BasisObserved, Attempts: 2, SelfProving: true})
	c.judges("Ada", Pass)
	u, r, m := c.row()
	if u.Verdict != Fail || u.Machine == nil || u.Machine.Verdict != Fail || !strings.Contains(u.Reason, "admin/admin opens it; Ada says PASS") || r.Verdict != Fail || m.Exit != ExitFail {
		t.Errorf("%+v", u)
	}
	c.seconds("Bob", answers.Confirm)
	if u, _, _ := c.row(); u.Verdict != Pass || u.Basis != BasisAttested || u.Machine == nil || u.Machine.Reason != "admin/admin opens it" {
		t.Errorf("%+v", u)
	}
}

func TestWhereMachineAndPersonDifferTheWorseCounts(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.1-1-2c", Verdict: Pass, Basis: BasisObserved, Attempts: 2})
	c.judges("Ada", Inconclusive)
	if u, _, _ := c.row(); u.Verdict != Inconclusive || u.Machine == nil || u.Machine.Verdict != Pass {
		t.Errorf("%+v", u)
	}
	c.judges("Ada", Fail)
	if u, r, _ := c.row(); u.Verdict != Fail || u.Machine == nil || r.Verdict != Fail {
		t.Errorf("%+v", u)
	}
	c.judges("Ada", Pass) // she saw that she was wrong
	if u, _, _ := c.row(); u.Verdict != Pass || u.Basis != BasisObserved || u.Machine != nil || len(u.Attested) != 1 {
		t.Errorf("%+v", u)
	}
}

func TestAContradictedDeclarationIsTalkedAwayByNobody(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive, Contradicted: true, Reason: "declaration contradicted: port 23 is open", Attempts: 1})
	c.judges("Ada", Pass)
	c.seconds("Bob", answers.Confirm)
	if u, r, _ := c.row(); u.Verdict != Inconclusive || r.Verdict == Pass || !strings.Contains(u.Reason, "port 23 is open") || !u.Contradicted {
		t.Errorf("%+v", u)
	}
}

func TestExternalEvidenceStandsInItsScopeAlone(t *testing.T) {
	open := Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive, Reason: "not looked at"}
	for name, tc := range map[string]struct {
		out    Outcome
		change func(*answers.Certificate)
		want   Verdict
		why    string
	}{
		"it stands":        {open, func(*answers.Certificate) {}, Pass, ""},
		"a firmware line":  {open, func(c *answers.Certificate) { c.Firmware = "2.4.*" }, Pass, ""},
		"another model":    {open, func(c *answers.Certificate) { c.Model = "Cam Two" }, Inconclusive, "the model"},
		"another firmware": {open, func(c *answers.Certificate) { c.Firmware = "2.3.*" }, Inconclusive, "firmware"},
		"out of date":      {open, func(c *answers.Certificate) { c.ValidUntil = "2027-01-30" }, Inconclusive, "ended"},
		"its last day":     {open, func(c *answers.Certificate) { c.ValidUntil = "2027-01-31" }, Pass, ""},
		"of tomorrow":      {open, func(c *answers.Certificate) { c.Date = "2027-02-01" }, Inconclusive, "after the run"},
		"another unit":     {open, func(c *answers.Certificate) { c.Units = []string{"5.3-9-1a"} }, Inconclusive, ""},
		"an observed FAIL": {Outcome{Unit: "5.3-10-1a", Verdict: Fail, Reason: "it is not", Basis: BasisObserved, Attempts: 1}, func(*answers.Certificate) {}, Fail, "contrary evidence"},
		"a proposed FAIL":  {Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive, Attempts: 1, Proposal: &Proposal{Fail, "x"}}, func(*answers.Certificate) {}, Inconclusive, "contrary evidence"},
		"a contradiction":  {Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive, Attempts: 1, Contradicted: true}, func(*answers.Certificate) {}, Inconclusive, "contrary evidence"},
	} {
		t.Run(name, func(t *testing.T) {
			c := openCourt(t, tc.out)
			doc := answers.Certificate{Issuer: "Lab X", Title: "Report 7", Date: "2026-05-01", Model: "Cam One", Firmware: "2.4.1", Scope: "updates", Units: []string{"5.3-10-1a"}}
			tc.change(&doc)
			c.say("Ada", answers.Entry{Kind: answers.External, Document: &doc})
			u, r, _ := c.row()
			if u.Verdict != tc.want || (u.Basis == BasisExternal) != (tc.want == Pass) || (r.Basis[BasisExternal] == 1) != (tc.want == Pass) {
				t.Errorf("%s on %s: %s", u.Verdict, u.Basis, u.Reason)
			}
			if tc.why != "" && (len(u.External) != 1 || u.External[0].Counts || !strings.Contains(u.External[0].Why, tc.why)) {
				t.Errorf("%+v", u.External)
			}
		})
	}
}

func TestAPersonsWordGoesBeforeADocument(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive})
	doc := answers.Certificate{Issuer: "Lab X", Title: "Report 7", Date: "2026-05-01", Model: "Cam One", Scope: "updates", Units: []string{"5.3-10-1a"}}
	c.say("Ada", answers.Entry{Kind: answers.External, Document: &doc})
	c.judges("Bob", Fail)
	if u, _, _ := c.row(); u.Verdict != Fail || u.External[0].Counts {
		t.Errorf("%+v", u)
	}
}

func TestAnImportedProposalCountsForNothing(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive})
	p := c.past()
	if _, err := answers.Append(c.dir, nil, answers.Entry{Kind: answers.Proposed, Run: p.Desk().Opening, Unit: c.unit, Verdict: "PASS", By: "CI", Reason: "the guide says so there"}); err != nil {
		t.Fatal(err)
	}
	if u, _, _ := c.row(); u.Verdict != Inconclusive || len(u.Imported) != 1 || u.Imported[0].By != "CI" {
		t.Errorf("%+v", u)
	}
}

func TestWithoutAClaimAPersonsPassIsNoPass(t *testing.T) {
	c := openCourt(t, Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive})
	c.judges("Ada", Pass)
	p := c.past()
	p.Opening.ICS = nil
	if u, _, m := c.rowOf(p); u.Verdict != Inconclusive || u.Word != NotJudged || m.Verdict != "" {
		t.Errorf("%+v", u)
	}
}

func TestAnAnswerFromAnotherRunIsTakenOverWhereNothingChanged(t *testing.T) {
	out := Outcome{Unit: "5.3-10-1a", Verdict: Inconclusive}
	old, now := openCourt(t, out), openCourt(t, out)
	p := old.past()
	old.say("Ada", answers.Entry{Kind: answers.Answer, Verdict: "PASS", Inputs: p.Inputs(out.Unit)})
	old.seconds("Bob", answers.Confirm)
	now.keys, now.lab = old.keys, old.lab
	for _, s := range old.past().Book().Signed() {
		now.say("Bob", answers.Entry{Kind: s.Kind, Unit: s.Unit, Taken: &answers.Taken{Run: "old", Line: s.Line}})
	}
	u, _, _ := now.row()
	if u.Verdict != Pass || u.Attested[0].By != "Ada" || u.Attested[0].From != "old" || len(u.Attested[0].Confirmed) != 1 {
		t.Errorf("%+v", u)
	}
	now.past()
	p = now.past()
	p.Opening.Identity.Model = "Cam Two"
	if err := p.Answer(now.lab); err != nil {
		t.Fatal(err)
	}
	if m := p.Matrix(); len(m.Answers.Invalid) != 1 || !strings.Contains(m.Answers.Invalid[0], "the model changed") {
		t.Errorf("%v", m.Answers.Invalid)
	}
}

func must(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
