package harness

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
)

func TestAProposalCountsForNothingAndIsKept(t *testing.T) {
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Propose(Pass, "the guide names %d steps", 3) })
		Unit("b", "", func(ctx context.Context) { Propose(Pass, "it never looked") })
		Unit("c", "", func(ctx context.Context) {
			Ask(ctx, dut, count{})
			Doubt(ctx, "the cellar was not looked into")
			Propose(Pass, "all is well")
		})
	})
	dir, out := live(t, opening())
	a, b, c := out[0], out[1], out[2]
	if a.Verdict != Inconclusive || a.Proposal == nil || *a.Proposal != (Proposal{Pass, "the guide names 3 steps"}) ||
		a.Reason != "a person must judge this; proposed: PASS, the guide names 3 steps" || !strings.Contains(a.Next, "assay answer RUN") {
		t.Errorf("%+v", a)
	}
	if b.Verdict != Inconclusive || b.Proposal != nil {
		t.Errorf("a proposal without an observation stays: %+v", b)
	}
	if c.Proposal == nil || c.Proposal.Verdict != Inconclusive || !strings.Contains(c.Reason, "cellar") {
		t.Errorf("a doubt does not take the proposed PASS back: %+v", c)
	}
	if x, y := plain(t, out), plain(t, again(t, dir)); x != y {
		t.Errorf("the replay differs:\n%s\n%s", x, y)
	}
}

func TestProposalsOfSeveralThings(t *testing.T) {
	for name, c := range map[string]struct {
		items string
		want  Verdict // of the unit
		prop  Verdict // "" none
	}{
		"all proposed":            {"pP", Inconclusive, Pass},
		"one proposed, one PASS":  {"p.", Inconclusive, Pass},
		"a proposed FAIL":         {"pf", Inconclusive, Fail},
		"FAIL decides":            {"pF", Fail, ""},
		"one lacks":               {"pl", Inconclusive, ""},
		"lacking hides no FAIL":   {"fl", Inconclusive, Fail},
		"proposed INCONCLUSIVE":   {"pi", Inconclusive, Inconclusive},
		"nothing proposed at all": {"l.", Inconclusive, ""},
	} {
		t.Run(name, func(t *testing.T) {
			suite(t, func(dut *DUT) {
				Unit("c", "", func(ctx context.Context) {
					Ask(ctx, dut, count{})
					Each("thing", strings.Split(c.items, ""), func(s string) {
						switch s {
						case "p", "P":
							Propose(Pass, "fine %s", s)
						case "f":
							Propose(Fail, "bad")
						case "i":
							Propose(Inconclusive, "unclear")
						case "l":
							Inconclude("lacks")
						case "F":
							Expect(1).To(Equal(2), "broken")
						}
					})
				})
			})
			_, out := live(t, opening())
			got := Verdict("")
			if out[0].Proposal != nil {
				got = out[0].Proposal.Verdict
			}
			if out[0].Verdict != c.want || got != c.prop || strings.Count(out[0].Reason, "a person must judge") > 1 {
				t.Errorf("%s, proposed %q (%s); want %s, %q", out[0].Verdict, got, out[0].Reason, c.want, c.prop)
			}
		})
	}
}

func TestAProposalObeysStateAndEffort(t *testing.T) {
	body := func(v Verdict, more ...Decoration) {
		suite(t, func(dut *DUT) {
			Unit("c", "", func(ctx context.Context) { Ask(ctx, dut, count{}); Propose(v, "it is so") }, more...)
		})
	}
	o := opening()
	o.State = device.Unknown
	body(Fail, Binds(device.Initialised))
	if _, out := live(t, o); out[0].Proposal != nil || out[0].Finding == nil || !strings.HasPrefix(out[0].Reason, "state not shown") {
		t.Errorf("%+v", out[0])
	}
	o = opening()
	o.Effort = Quick
	body(Pass, Quota("many"))
	if _, out := live(t, o); out[0].Proposal != nil || !strings.Contains(out[0].Reason, "quick run") {
		t.Errorf("%+v", out[0])
	}
}

func TestWhatIsDeclaredIsReadAndSaysSo(t *testing.T) {
	f := &device.File{Edition: "V2.1", IXIT: device.IXIT{UpdMech: &[]device.UpdMech{{ID: "UpdMech-1", Description: "pulls nightly"}}, SoftServ: &[]device.SoftServ{}}}
	var rows []device.Row
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { rows = Declared(ctx, dut, "7-UpdMech"); Declared(ctx, dut, "7-UpdMech") })
		Unit("b", "", func(ctx context.Context) { Declared(ctx, dut, "13-SoftServ"); Ask(ctx, dut, count{}) })
		Unit("c", "", func(ctx context.Context) { Declared(ctx, dut, "24-TelData") })
	})
	dir, out := declaredRun(t, f)
	a, b, c := out[0], out[1], out[2]
	if len(rows) != 1 || rows[0].ID != "UpdMech-1" {
		t.Errorf("rows %+v", rows)
	}
	if a.Verdict != Pass || a.Basis != BasisDeclared || a.Attempts != 1 || a.Evidence[0].Event != 1 || a.Evidence[0].What != "device file: 7-UpdMech" {
		t.Errorf("declared alone: %+v", a)
	}
	if b.Verdict != Pass || b.Basis != BasisObserved || b.Attempts != 2 {
		t.Errorf("asked too: %+v", b)
	}
	if c.Verdict != Inconclusive || !strings.Contains(c.Reason, "24-TelData is not declared") || c.Next == "" || c.Basis != "" {
		t.Errorf("not declared: %+v", c)
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.File = f
	second, _, err := p.Replay(nil)
	if err != nil {
		t.Fatal(err)
	}
	if x, y := plain(t, out), plain(t, second); x != y {
		t.Errorf("the replay differs:\n%s\n%s", x, y)
	}
	if _, out = live(t, opening()); !strings.Contains(out[0].Reason, "no device file was given") {
		t.Errorf("%+v", out[0])
	}
}

// declaredRun is live with a device file.
func declaredRun(t testing.TB, f *device.File) (string, []Outcome) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	rec, err := evidence.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Close()
	c := clock.NewJump()
	a := on(t, "A", c)
	a.File = f
	out, err := (&Run{Opening: opening(), Record: rec, Clock: c}).Start(t.Context(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir, out
}
