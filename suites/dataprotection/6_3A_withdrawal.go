package dataprotection

import (
	"context"
	"slices"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-3A", func(dut *DUT) {
	TestCase("6-3A-1", func() {
		Unit("a", "consent can be withdrawn by a decision that stays open", func(ctx context.Context) {
			data := onConsent(ctx, dut)
			Each("datum that is processed on consent", data, func(d declared.Datum) {
				withdrawable(d)
				if len(decisions(ctx, dut, d)) == 0 {
					Propose(Fail, "26-UserDec has no decision on the consent to %s in words that are known here; confirm that the user is not asked", d.Named())
				}
				if declared.Affirms(declared.Text(d.Row, "Withdrawing Consent"), erasing...) != "" && !erased(ctx, dut, d) {
					Propose(Inconclusive, "withdrawing the consent to %s also deletes it, and no function of 25-DelFunc covers it: say which does (covers)", d.Named())
				}
			})
			Propose(Pass, "each consent has a setting by which it is withdrawn, and a decision of 26-UserDec; judge whether that can be opened again at any time, without a reason: %s", grid(data, "Withdrawing Consent"))
		}, Climbs(provisions.Declared))
	})
})

// erasing are words of what is deleted.
var erasing = []string{"erase*", "delete*", "deletion", "wipe*", "remove*", "löscht"}

// erased tells whether a function of 25-DelFunc covers a datum, or one of both names the other.
func erased(ctx context.Context, dut *DUT, d declared.Datum) bool {
	Declared(ctx, dut, "25-DelFunc")
	return slices.ContainsFunc(*dut.IXIT().DelFunc, func(f device.DelFunc) bool {
		return slices.Contains(f.Covers, d.ID) || declared.Says(f.Description, d.ID) || declared.Names(d.Row, "Withdrawing Consent", f.ID) || declared.Names(d.Row, "Lifecycle", f.ID)
	})
}
