package loop

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Judge runs units that judge a declaration over a device file's text, with no device behind it: to hold that honest words in
// another wording convict nobody.
//
//	Judge(t, provisions.V31, "ixit:\n  21-PersData: [{ID: PersData-1, …}]", "6-2-1a")["6-2-1a"].Proposal
func Judge(tb testing.TB, e provisions.Edition, text string, units ...string) map[string]harness.Outcome {
	tb.Helper()
	f, err := device.Parse("declaration.yaml", []byte("device: {model: a test}\nedition: "+string(e)+"\n"+text))
	if err != nil {
		tb.Fatal(err)
	}
	rec, err := evidence.Create(filepath.Join(tb.TempDir(), "run"))
	if err != nil {
		tb.Fatal(err)
	}
	defer rec.Close()
	c := clock.NewJump()
	o := dial.Options{PerSecond: 1}
	gate, err := o.Door(dial.Scope{Addresses: []netip.Addr{address()}, Ports: []uint16{9}})
	if err != nil {
		tb.Fatal(err)
	}
	r := &harness.Run{Record: rec, Clock: c, Opening: harness.Opening{Run: "declaration", Target: "none", Edition: e, State: device.Initialised, StateShownBy: "a test",
		Hazards: []string{"none"}, Allowed: provisions.Passive, Effort: harness.Normal, Only: units, Parameters: harness.Parameters(), JumpClock: true}}
	outcomes, err := r.Start(context.Background(), dial.New("A", gate, f, c), nil)
	if err != nil {
		tb.Fatal(err)
	}
	out := map[string]harness.Outcome{}
	for _, o := range outcomes {
		out[o.Unit] = o
	}
	return out
}

// Says is how a unit came out in a word or two: its verdict, or what is proposed to a person: "proposed FAIL".
func Says(o harness.Outcome) string {
	if o.Proposal != nil && o.Verdict == harness.Inconclusive {
		return "proposed " + string(o.Proposal.Verdict)
	}
	return string(o.Verdict)
}
