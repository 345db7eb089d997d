package dataprotection

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-3B", func(dut *DUT) {
	TestCase("6-3B-1", func() {
		Unit("a", "what was consented to is kept by the device or a service", func(ctx context.Context) {
			data := onConsent(ctx, dut)
			var thin []string
			Each("datum that is processed on consent", data, func(d declared.Datum) {
				text := declared.Text(d.Row, "Storing Consent")
				Expect(text).NotTo(BeEmpty(), "%s is processed on consent, and 21-PersData does not say where that is stored (Storing Consent)", d.Named())
				Expect(declared.None(text) || slices.Contains(notStored, strings.TrimRight(strings.ToLower(text), "."))).To(BeFalse(), "the consent to %s is not stored (Storing Consent: %q)", d.Named(), text)
				if declared.Affirms(text, places...) == "" {
					Propose(Fail, "%s names neither the device nor a service that stores the consent, in words that are known here; confirm that none does: %q", d.Named(), text)
				}
				if missing := elements(text); len(missing) > 0 {
					thin = append(thin, d.ID+" lacks "+strings.Join(missing, ", "))
				}
			})
			more := ""
			if len(thin) > 0 {
				more = " (in words that are known here " + strings.Join(thin, "; ") + ")"
			}
			Propose(Pass, "for each datum on consent it is said who stores the consent; judge whether what is kept shows it%s: %s", more, grid(data, "Storing Consent"))
		}, Climbs(provisions.Declared))
	})
})

// notStored are whole texts that say that no consent is stored.
var notStored = []string{"not stored", "is not stored", "consent is not stored", "the consent is not stored", "nowhere", "not kept"}

// places are words of where a consent is stored.
var places = []string{"device", "unit", "hub", "gateway", "log", "journal", "flash", "database", "service*", "cloud", "server*", "account", "backend", "Gerät", "Dienst"}

// elements of a record of consent that a text does not name.
func elements(text string) (missing []string) {
	for _, e := range []struct {
		name  string
		words []string
	}{
		{"who consented", []string{"who", "whom", "user", "users", "account", "person*"}},
		{"to what", []string{"what", "purpose*", "text", "version*", "wording", "which"}},
		{"when", []string{"when", "time", "times", "date", "dates", "timestamp*"}},
		{"whether it still holds", []string{"state", "status", "withdraw*", "withdrawn", "given or not", "yes or no", "revoked"}},
		{"for how long it is kept", []string{"until", "as long as", "day", "days", "month", "months", "year", "years"}},
	} {
		if !declared.Says(text, e.words...) {
			missing = append(missing, e.name)
		}
	}
	return missing
}
