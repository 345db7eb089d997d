package communication

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.5-8", func(dut *DUT) {
	TestCase("5.5-8-1", func() {
		Unit("a", "the management of critical parameters covers their whole life", func(ctx context.Context) {
			rows := Declared(ctx, dut, "14-SecMgmt")
			if dut.Edition() == provisions.V31 {
				Declared(ctx, dut, "10-SecParam")
			}
			var all []string
			for _, row := range rows {
				all = append(all, declared.Text(row, "Description"))
			}
			text := strings.Join(all, "\n")
			if strings.TrimSpace(text) == "" {
				Lack("describe in 14-SecMgmt how critical parameters are managed", "14-SecMgmt describes no process")
			}
			found, missing := declared.Covered(text, stages)
			if len(missing) > 0 {
				Propose(Fail, "14-SecMgmt seems to have no process for: %s (for the others it has: %s)", strings.Join(missing, ", "), strings.Join(found, ", "))
			}
			Propose(Pass, "14-SecMgmt speaks of each stage: %s; judge whether it is a process for each class of critical parameter, and no mere intent", strings.Join(found, ", "))
		}, Climbs(provisions.Declared))

		Unit("b", "the supplier confirms that parameters are managed so", func(ctx context.Context) {
			Expect(declared.Confirmed(ctx, dut, "Confirmation of Secure Management")).To(BeTrue(), "4-Conf says that the secure management of critical parameters is not in place (Confirmation of Secure Management)")
		}, Climbs(provisions.Declared))
	})
})

// The stages of a critical parameter's life, and words by which a description may speak of them.
var stages = []declared.Topic{
	{Name: "generation", Words: []string{"generat*", "drawn", "made", "created", "derived", "erzeug*"}},
	{Name: "provisioning", Words: []string{"provision*", "written to", "injected", "inject*", "printed on", "deliver*", "installed", "given to", "first start", "eingebracht"}},
	{Name: "storage", Words: []string{"stor*", "kept", "held in", "hsm", "hardware module", "secure element", "vault", "safe", "gespeichert"}},
	{Name: "updates", Words: []string{"updat*", "chang*", "replac*", "rotat*", "renew*", "anew", "roll-over", "rollover", "erneuer*"}},
	{Name: "destruction", Words: []string{"destr*", "eras*", "delet*", "decommission*", "archiv*", "zeroi*", "shred*", "wip*", "vernicht*", "gelöscht"}},
	{Name: "expiry", Words: []string{"expir*", "valid for", "valid until", "validity", "lifetime", "every year", "each year", "yearly", "annually", "every two years", "every three years", "crypto period", "cryptoperiod", "years", "months", "läuft ab"}},
	{Name: "compromise", Words: []string{"compromis*", "in doubt", "revok*", "revoc*", "leak*", "stolen", "incident*", "breach*", "disclosed", "kompromittier*"}},
}
