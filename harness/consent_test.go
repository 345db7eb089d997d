package harness

import (
	"testing"

	"github.com/secure-by-design/assay/provisions"
)

func TestMay(t *testing.T) {
	for _, c := range []struct {
		allowed, asked provisions.Level
		hazards        []string
		want           bool
	}{
		{provisions.Intrusive, provisions.Intrusive, []string{"none"}, true},
		{provisions.Gentle, provisions.Intrusive, []string{"none"}, false},
		{provisions.Intrusive, provisions.Intrusive, nil, false},
		{provisions.Intrusive, provisions.Intrusive, []string{"heat"}, false},
		{provisions.Gentle, provisions.Gentle, nil, true},
	} {
		d := &DUT{run: &Run{Opening: Opening{Allowed: c.allowed, Hazards: c.hazards}}}
		if got := d.May(c.asked); got != c.want {
			t.Errorf("allowed %v, hazards %v: May(%v) is %v", c.allowed, c.hazards, c.asked, got)
		}
	}
}
