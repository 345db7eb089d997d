package installation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _, _ = Undoable[operate.SetOption](), Undoable[operate.MakeFault]()

// applied is the check of the set-up as it was in the first edition: on a set-up that is insecure on purpose, and on a safe one.
func applied(dut *DUT) {
	var insecure Kept[[]string]
	Unit("a", "the device is set up insecurely on purpose", func(ctx context.Context) {
		all := settings(ctx, dut)
		var found []string
		under(ctx, dut, all, riskiest, func() { found = again(ctx, dut, setupCheck) })
		Note(ctx, "set: %s", spoken(all))
		insecure.Keep(found)
	}, In(provisions.V21), Climbs(provisions.Operator))

	Unit("c", "the check reports what is insecure, and nothing where all is well", func(ctx context.Context) {
		found, all := insecure.Get(), settings(ctx, dut)
		byGuide(ctx, dut, setUpCheck)
		Each("insecure setting", all, func(s setting) { s.reported(found, all) })
		var calm []string
		under(ctx, dut, all, safest, func() { calm = again(ctx, dut, setupCheck) })
		if len(calm) > 0 {
			Inconclude("the check also reports %s where each of these settings is the safe one, so that a report of it shows little", quoted(calm))
		}
	}, In(provisions.V21), Climbs(provisions.Web, provisions.Operator))
}

// onBoth is the same in the edition of today, with the check of the maintenance.
func onBoth(dut *DUT) {
	var secure Kept[[]setting]
	Unit("a", "the device is set up with the recommended options", func(ctx context.Context) {
		all := settings(ctx, dut)
		under(ctx, dut, all, safest, func() {})
		secure.Keep(all)
	}, In(provisions.V31), Climbs(provisions.Operator))

	Unit("b", "the check of the set-up finds nothing where all is well", func(ctx context.Context) {
		calm(ctx, dut, secure.Get(), setUpCheck, setupCheck)
	}, In(provisions.V31), Climbs(provisions.Web, provisions.Operator))

	Unit("c", "the check of the maintenance finds nothing where all is well", func(ctx context.Context) {
		Note(ctx, "cap: that no newer software exists is the supplier's word")
		calm(ctx, dut, secure.Get(), maintenance, maintenanceCheck)
	}, In(provisions.V31), Climbs(provisions.Web, provisions.Operator))

	Unit("d", "the check of the set-up reports each setting that is not safe", func(ctx context.Context) {
		all := secure.Get()
		byGuide(ctx, dut, setUpCheck)
		var before, together []string
		alone := map[string][]string{}
		under(ctx, dut, all, safest, func() {
			before = check(ctx, dut, setupCheck, 0)
			for _, s := range all {
				s.set(ctx, dut, s.risky)
				alone[s.row.ID] = news(again(ctx, dut, setupCheck), before)
				s.set(ctx, dut, s.row.Safe)
			}
		})
		under(ctx, dut, all, riskiest, func() { together = news(again(ctx, dut, setupCheck), before) })
		Each("insecure setting", all, func(s setting) { s.reported(alone[s.row.ID], all) })
		Each("setting, all of them insecure", all, func(s setting) { s.reported(together, all) })
	}, In(provisions.V31), Climbs(provisions.Web, provisions.Operator))

	Unit("e", "the check of the maintenance reports each fault that was made", func(ctx context.Context) {
		all := secure.Get()
		byGuide(ctx, dut, maintenance)
		kinds := madeFaults(dut)
		if len(kinds) == 0 {
			Lack("declare operations make-fault/KIND with their undo, such as an update that is put off, automatic updates that are off, a session that was left open",
				"the device file declares no fault of the maintenance that could be made (make-fault)")
		}
		found := map[string][]string{}
		under(ctx, dut, all, safest, func() {
			for _, kind := range kinds {
				before := check(ctx, dut, maintenanceCheck, 0)
				if out := Do(ctx, dut, operate.MakeFault{Kind: kind}); !out.OK {
					Inconclude("the fault %s could not be made: %s", kind, out.Answer)
				}
				found[kind] = news(again(ctx, dut, maintenanceCheck), before)
			}
		})
		Each("fault", kinds, func(kind string) {
			Expect(found[kind]).NotTo(BeEmpty(), "the check of the maintenance says nothing of this: %s, which was made by the operation make-fault/%s", strings.ReplaceAll(kind, "-", " "), kind)
		})
		Note(ctx, "cap: the faults that were made are %s", strings.Join(kinds, ", "))
	}, In(provisions.V31), Climbs(provisions.Web, provisions.Operator))
}

// calm convicts a check that reports something where each setting is the safe one.
func calm(ctx context.Context, dut *DUT, all []setting, field, name string) {
	byGuide(ctx, dut, field)
	var found []string
	under(ctx, dut, all, safest, func() { found = again(ctx, dut, name) })
	for _, f := range found {
		if name == setupCheck && slices.ContainsFunc(all, func(s setting) bool { return s.spokenOf(f) }) {
			Expect(found).To(BeEmpty(), "the check reports %s, although each setting is the safe one: %s", quoted(found), recommended(all))
		}
	}
	if len(found) > 0 { // it may be on something that is no setting: a backup that was never made, an update that there is
		Propose(Fail, "the check reports %s, although each setting is the safe one (%s); confirm that nothing of it is so", quoted(found), recommended(all))
	}
}

// reported convicts a check that does not speak of an insecure setting. A report in words that speak of no setting may be on this one.
func (s setting) reported(found []string, all []setting) {
	unclear := false
	for _, f := range found {
		if s.spokenOf(f) {
			return
		}
		unclear = unclear || !slices.ContainsFunc(all, func(o setting) bool { return o.spokenOf(f) })
	}
	if len(found) >= 1 && (!s.known || unclear) {
		Propose(Inconclusive, "the check reports %s; whether that speaks of %s (%s) is not told by words that are known here", quoted(found), s.row.ID, s.row.Description)
	}
	Expect(found).To(ContainElement(ContainSubstring(s.row.Description)), "the check does not report %s (%s), which was set to %q: it says %s", s.row.ID, s.row.Description, s.risky, quoted(found))
}

func quoted(found []string) string {
	if len(found) == 0 {
		return "that all is well"
	}
	return fmt.Sprintf("%q", found)
}
