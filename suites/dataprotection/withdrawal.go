package dataprotection

import (
	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/declared"
)

// withdrawable judges whether the consent to a datum can be withdrawn by configuring device or service.
func withdrawable(d declared.Datum) {
	text := declared.Text(d.Row, "Withdrawing Consent")
	Expect(text).NotTo(BeEmpty(), "%s is processed on consent, and 21-PersData does not say how it is withdrawn (Withdrawing Consent)", d.Named())
	Expect(declared.None(text)).To(BeFalse(), "%s is processed on consent, which cannot be withdrawn (Withdrawing Consent: %q)", d.Named(), text)
	configured := declared.Affirms(text, settings...) != ""
	detour := declared.Affirms(text, detours...)
	if detour != "" && configured {
		Propose(Fail, "%s speaks of %q where consent is withdrawn; confirm that there is no way that leaves the rest as it is: %q", d.Named(), detour, text)
	}
	if detour == "" {
		detour = declared.Affirms(text, letters...)
	}
	if !configured {
		Expect(detour).To(BeEmpty(), "the consent to %s is withdrawn only by %q: let the user configure it at the device or the service (Withdrawing Consent: %q)", d.Named(), detour, text)
		Propose(Inconclusive, "%s names no setting in words that are known here; read how consent is withdrawn: %q", d.Named(), text)
	}
}

// Words of withdrawing at the device or service, of ways that take away more than the consent, and of asking the supplier.
var (
	settings = []string{"page", "pages", "app", "menu", "setting", "settings", "switch", "switches", "button", "portal", "web*", "display", "configur*", "dashboard", "slider", "toggle*", "wizard", "turns off", "turned off", "Einstellungen"}
	detours  = []string{"factory reset", "factory settings", "deleting the account", "deletes the account", "delete the account", "deletes his account", "deletes her account", "account deletion", "deletion of the account", "closing the account"}
	letters  = []string{"mail", "e-mail", "email", "post", "letter", "in writing", "telephone", "phone", "call*", "support", "help desk", "customer service", "contacting", "contact us"}
)
