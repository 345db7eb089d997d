package communication

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.5-3", func(dut *DUT) {
	TestCase("5.5-3-1", func() {
		Unit("a", "whatever uses cryptography can be updated", func(ctx context.Context) {
			known := Declared(ctx, dut, "7-UpdMech")
			Each("component of 6-SoftComp that uses cryptography", cryptographic(ctx, dut), func(row device.Row) {
				mechanisms, given := row.Lists["Update Mechanism"]
				Expect(given && len(mechanisms) > 0).To(BeTrue(), "%s (%s) uses cryptography, and names no Update Mechanism", row.ID, row.Fields["Description"])
				for _, m := range mechanisms {
					Expect(slices.ContainsFunc(known, func(k device.Row) bool { return k.ID == m })).To(BeTrue(), "%s (%s) names %s, which is no row of 7-UpdMech", row.ID, row.Fields["Description"], m)
				}
			})
			Note(ctx, "cap: a reference shows no update that works; that is 5.3-2-2's affair")
		}, Climbs(provisions.Declared))

		Unit("b", "the side effects of replacing algorithms were considered", func(ctx context.Context) {
			Each("component of 6-SoftComp that uses cryptography", cryptographic(ctx, dut), func(row device.Row) {
				text := declared.Text(row, "Cryptographic Usage")
				if declared.Affirms(text, considered...) != "" {
					return
				}
				otherwise := !declared.Says(text, considered...) && declared.Affirms(text, replacing...) != ""
				Expect(otherwise).To(BeTrue(), "%s (%s) does not say in Cryptographic Usage that the side effects of replacing its algorithms were considered", row.ID, row.Fields["Description"])
				Lack("say in Cryptographic Usage whether the side effects of replacing algorithms were considered, and which there are",
					"%s (%s) speaks of replacing algorithms, and not plainly of side effects: %.80q", row.ID, row.Fields["Description"], text)
			})
		}, Climbs(provisions.Declared))
	})
})

// Words of the statement on side effects, and words that may be one in other terms.
var (
	considered = []string{"side effect*", "side-effect*", "consequence*", "impact*", "nebenwirkung*", "auswirkung*"}
	replacing  = []string{"replac*", "swap*", "exchang*", "migrat*", "transition*", "agil*", "compatib*"}
)

// cryptographic are the components that use cryptography. A row that does not say is INCONCLUSIVE, and so is a table in which no
// row does while something is protected.
func cryptographic(ctx context.Context, dut *DUT) (out []device.Row) {
	for _, row := range Declared(ctx, dut, "6-SoftComp") {
		text := declared.Text(row, "Cryptographic Usage")
		if text == "" {
			Doubt(ctx, "%s does not say whether it uses cryptography: write yes, no, or how in 6-SoftComp: Cryptographic Usage", row.ID)
		} else if !uncrypted(text) {
			out = append(out, row)
		}
	}
	if len(out) == 0 {
		Lack("say in 6-SoftComp: Cryptographic Usage which components use cryptography", "no component of 6-SoftComp is said to use cryptography")
	}
	return out
}

// uncrypted tells whether a usage begins with a no: "none", "no: the controller verifies it".
func uncrypted(text string) bool {
	first, _, _ := strings.Cut(strings.ToLower(text), " ")
	return declared.None(strings.TrimRight(first, ":;,."))
}
