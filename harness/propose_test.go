package harness

import (
	"context"
	"strings"
	"testing"

	. "github.com/onsi/gomega"

	"github.com/secure-by-design/assay/harness/device"
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
		a.Reason != "a person must judge this; proposed: PASS, the guide names 3 steps" || !strings.Contains(a.Next, "assay answer RUN --only 5.1-1-2a") {
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
