package updates

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// What the declaration leaves no way to try is not passed: images that no key signs, states that nobody can set, restarts that cannot
// be made, a second mechanism.
func TestWhatIsNotTriedIsNotPassed(t *testing.T) {
	for _, c := range []struct {
		unit, says string
		amend      func(*device.File)
	}{
		{"5.3-2-2b", "whose signature alone is wrong", func(f *device.File) {
			f.Updates.Layout.Signature, f.Updates.Layout.PublicKey = nil, nil
		}},
		{"5.3-2-2b", "names no sums", func(f *device.File) { f.Updates.Layout.Sums = nil }},
		{"5.3-6-2b", "what the user can set", func(f *device.File) { (*f.IXIT.UpdMech)[0].Config.Update = nil }},
		{"5.3-6-2b", "power-cycle is not declared", func(f *device.File) { delete(f.Operations, "power-cycle") }},
		{"5.3-6-2a", "2 update mechanisms", func(f *device.File) {
			m := (*f.IXIT.UpdMech)[0]
			m.ID = "UpdMech-9"
			*f.IXIT.UpdMech = append(*f.IXIT.UpdMech, m)
		}},
		{"5.3-6-2c", "stands already before", func(f *device.File) { // a place that always names every version
			op := f.Operations["read-update/notice"]
			op.Login, op.Steps = "", []device.Step{{Exec: []string{"echo", "1.0.0 1.1.0"}}}
			f.Operations["read-update/notice"] = op
		}},
		{"5.3-6-2d", "was not to be read", func(f *device.File) {
			op := f.Operations["read-update/notice"]
			op.Steps[0].HTTP.Status = []int{299} // never
		}},
		{"5.3-6-2d", "which was not tried", func(f *device.File) {
			c := (*f.IXIT.UpdMech)[0].Config
			c.Notify = append(c.Notify, "postpone")
		}},
		{"5.3-6-2a", "was not read", func(f *device.File) { delete(f.Operations, "read-update/policy") }},
	} {
		trial := &loop.Trial{Edition: provisions.V21, Only: []string{c.unit}, AsReal: true, Amend: c.amend}
		trial.Run(t)
		for _, o := range trial.Outcomes {
			if o.Unit == c.unit && (o.Verdict != harness.Inconclusive || !strings.Contains(o.Reason, c.says)) {
				t.Errorf("%s: %s %q, not %q", c.unit, o.Verdict, o.Reason, c.says)
			}
		}
	}
}
