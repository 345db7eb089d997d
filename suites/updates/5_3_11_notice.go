package updates

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-11", func(dut *DUT) {
	TestCase("5.3-11-1", func() {
		Unit("a", "the user is told of a needed update where he does not look for it", func(ctx context.Context) {
			eachMechanism(ctx, dut, apparent)
		}, Climbs(provisions.Declared))

		Unit("b", "the notice says which risks the update mitigates", func(ctx context.Context) {
			if dut.Edition() == provisions.V31 {
				Declared(ctx, dut, "26-UserDec")
			}
			eachMechanism(ctx, dut, risks)
		}, Climbs(provisions.Declared))
	})
})

// sought are places that a user must look into; all other channels reach him.
var sought = []string{"changelog", "log"}

// silent is whether a mechanism says itself that it gives no notice.
func silent(m mechanism) bool {
	return m.upd.Notify == device.No || declared.None(m.says("User Notification"))
}

// apparent is whether the notice of an update reaches its user.
func apparent(m mechanism) finding {
	channels := m.notice.Channel
	text := m.says("User Notification")
	switch {
	case silent(m):
		return is(broken, "%s tells its user of no update (User Notification of 7-UpdMech, upd.notify)", m.ID)
	case len(channels) == 0 && text == "":
		return is(contrary, "%s declares no notice of updates (User Notification of 7-UpdMech, upd.notice)", m.ID)
	case len(channels) == 0:
		return m.unsaid("upd.notice.channel", "User Notification")
	case seeking(m):
		return is(broken, "%s tells of updates only where its user must look for it: %s (upd.notice.channel)", m.ID, strings.Join(channels, ", "))
	case m.notice.Trigger == "":
		return m.unsaid("upd.notice.trigger", "User Notification")
	}
	return is(fitting, "%s tells of updates by %s, when: %s; whether that is apparent is to be judged: %q", m.ID, strings.Join(channels, ", "), m.notice.Trigger, text)
}

// seeking is whether all channels of a notice are ones that its user must look into.
func seeking(m mechanism) bool {
	return len(m.notice.Channel) > 0 && !slices.ContainsFunc(m.notice.Channel, func(c string) bool { return !slices.Contains(sought, c) })
}

// risky are the words of a message that names a risk.
var risky = []string{"risk*", "CVE*", "vulnerab*", "hole*", "attack*", "severity", "critical", "exploit*", "unauthori*", "could log in", "steal*", "stolen", "intru*", "malicious*", "take over",
	"eavesdrop*", "spy", "leak*", "{risk}", "Risik*", "Schwachstelle*", "Sicherheitslücke*", "Lücke*", "Angriff*", "Angreifer*"}

// risks is whether the notice says which risks an update mitigates.
func risks(m mechanism) finding {
	text, message := m.says("User Notification"), m.notice.Text
	named := declared.Affirms(message, risky...) != ""
	switch {
	case silent(m):
		return is(open, "%s gives no notice (5.3-11-1a), so that there is none to be read", m.ID)
	case m.notice.Risk == device.No && named:
		return is(open, "%s says that its notice names no risk (upd.notice.risk), and the text seems to name one: %q", m.ID, message)
	case m.notice.Risk == device.No:
		return is(broken, "the notice of %s names no risk that the update mitigates (upd.notice.risk: no): %q", m.ID, message)
	case named:
		return is(fitting, "the notice of %s names a risk; whether a user understands it is to be judged: %q", m.ID, message)
	case message == "" && m.notice.Risk == "":
		return m.unsaid("upd.notice.text", "User Notification")
	case message == "":
		return is(open, "%s says that its notice names the risks (upd.notice.risk), and gives no text of one (upd.notice.text): %q", m.ID, text)
	case declared.Says(message, "secur*", "Sicherheit*"):
		return is(open, "the notice of %s speaks of security, and whether it names a risk is to be judged: %q", m.ID, message)
	}
	return is(contrary, "the notice of %s, as it reads, names no risk that the update mitigates: %q", m.ID, message)
}
