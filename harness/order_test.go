package harness

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Cases run as the plan has them: gentle ones first, then as the catalogue numbers them, 5.2 before 5.10, and odd input (5.13-1-2) last.
func TestCasesRunInThePlansOrder(t *testing.T) {
	t.Cleanup(Forget())
	for _, c := range []struct{ provision, id, letter string }{{"5.13-1", "5.13-1-2", "a"}, {"5.10-1", "5.10-1-1", "a"}, {"5.2-1", "5.2-1-1", "a"}, {"5.5-1", "5.5-1-2", "a"}} {
		Provision(provisions.ID(c.provision), func(dut *DUT) {
			TestCase(c.id, func() { Unit(c.letter, "", func(context.Context) { Inconclude("nothing") }) })
		})
	}
	dir, _ := live(t, opening())
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ran []string
	for _, e := range p.Log.Events {
		if e.Kind == evidence.Judged {
			ran = append(ran, e.Unit)
		}
	}
	if want := []string{"5.2-1-1a", "5.10-1-1a", "5.5-1-2a", "5.13-1-2a"}; !slices.Equal(ran, want) || !slices.Equal(p.Opening.Plan, want) {
		t.Errorf("ran %s, planned %s", strings.Join(ran, " "), strings.Join(p.Opening.Plan, " "))
	}
}
