package harness

import (
	"slices"

	"github.com/secure-by-design/assay/provisions"
)

// consent refuses what the run was not allowed: too harsh a level, or anything above gentle on a device whose
// hazards nobody stated or made safe (rule HAZARD). It reads the opening alone, so that a replay refuses alike.
func (r *Run) consent(q request) {
	o := r.Opening
	what := spoken(q.subject)
	if q.level > o.Allowed {
		Lack("allow it with --allow "+q.level.String(), "not tried: %s is %v, and this run allows %v at most", what, q.level, o.Allowed)
	}
	if q.level <= provisions.Gentle {
		return
	}
	if len(o.Hazards) == 0 {
		Lack("state the hazards (motion, heat, lock, …): --hazards none, or hazards: [none] in the device file",
			"not tried: %s is %v, and nobody has stated whether the device moves, heats, locks or sounds", what, q.level)
	}
	if !slices.Equal(o.Hazards, []string{"none"}) && o.MadeSafe == nil {
		Lack("say how it was made safe, and who did it: made_safe: in the device file",
			"not tried: %s is %v, and the device's hazards (%v) were not made safe", what, q.level, o.Hazards)
	}
}

// May tells whether something of a level would be allowed, for a rung that only widens.
func (d *DUT) May(l provisions.Level) bool {
	return caught(func() { d.run.consent(request{level: l, subject: rungOf{}}) }) == nil
}

// rungOf stands for a rung that is no question yet.
type rungOf struct{}

func (rungOf) String() string { return "this rung" }
