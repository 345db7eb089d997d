package harness

import (
	"context"
	"strings"
	"testing"
)

// An operation that one unit had done is judged by another, without being done again; a replay is given the same.
func TestEarlier(t *testing.T) {
	pulled = nil
	once := func(ctx context.Context, dut *DUT) {
		out := Earlier(ctx, dut, lever{"a"})
		if len(out) == 0 {
			out = append(out, Do(ctx, dut, lever{"a"}))
		}
		if out[0] != "a" {
			Inconclude("it came to %v", out)
		}
	}
	suite(t, func(dut *DUT) {
		Unit("a", "", func(ctx context.Context) { once(ctx, dut) })
		Unit("b", "", func(ctx context.Context) { once(ctx, dut) })
		Unit("c", "", func(ctx context.Context) { once(ctx, dut); Do(ctx, dut, lever{"b"}) })
	})
	dir, out := live(t, opening())
	if got := strings.Join(pulled, " "); got != "a b unb una" {
		t.Errorf("it was done: %s", got)
	}
	for i, o := range out {
		if o.Verdict != Pass && o.Verdict != Done || i > 0 && len(o.Evidence) == 0 {
			t.Errorf("%+v", o)
		}
	}
	past, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, only := range [][]string{nil, {out[1].Unit}, {out[2].Unit}} {
		again, _, err := past.Replay(only)
		if err != nil {
			t.Fatal(err)
		}
		if d := past.Differences(again); len(d) > 0 {
			t.Errorf("replay of %v: %v", only, d)
		}
	}
}
