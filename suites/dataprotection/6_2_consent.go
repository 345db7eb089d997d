package dataprotection

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("6-2", func(dut *DUT) {
	TestCase("6-2-1", func() {
		Unit("a", "consent is an act of the user, before anything is processed", func(ctx context.Context) {
			data := onConsent(ctx, dut)
			Each("datum that is processed on consent", data, func(d declared.Datum) {
				text := declared.Text(d.Row, "Obtaining Consent")
				Expect(text).NotTo(BeEmpty(), "%s is processed on consent, and 21-PersData does not say how it is obtained (Obtaining Consent)", d.Named())
				act := declared.Affirms(text, acts...) != ""
				if word := declared.Affirms(text, implied...); word != "" {
					if act {
						Propose(Fail, "%s speaks of %q where consent is obtained; confirm that it is not the user's free act: %q", d.Named(), word, text)
					}
					Expect(word).To(BeEmpty(), "%s takes consent as given (%q): ask for an act of the user before it is processed (Obtaining Consent: %q)", d.Named(), word, text)
				}
				if dut.Edition() == provisions.V31 {
					notPreset(ctx, dut, d)
				}
				if !act {
					Propose(Inconclusive, "%s names no act of the user in words that are known here; read how consent is obtained: %q", d.Named(), text)
				}
			})
			Propose(Pass, "for each datum on consent an act of the user is named, and nothing that takes it as given; judge whether it is free, obvious and separate for each purpose: %s", grid(data, "Obtaining Consent"))
		}, Climbs(provisions.Declared))
	})
})

// onConsent are the data that are processed on consent. A row that does not say whether it is takes back a PASS; where none is, and
// the conditions state otherwise, nothing can be judged.
func onConsent(ctx context.Context, dut *DUT) []declared.Datum {
	all := declared.Personal(ctx, dut)
	data := declared.OnConsent(all)
	silent := ""
	for _, d := range all {
		if d.Typed.Consent == "" && declared.Text(d.Row, "Obtaining Consent") == "" {
			silent = d.Named()
			Doubt(ctx, "%s does not say whether it is processed on consent (consent: yes or no)", silent)
		}
	}
	holds, stated := consentStated(dut)
	switch {
	case len(data) > 0:
	case stated && holds:
		Lack("say in 21-PersData how the consent to it is obtained", "data is stated to be processed on consent (C(7), or F(y)), and 21-PersData has none that is")
	case silent != "" && !stated:
		Lack("write in 21-PersData whether it is processed on consent (consent: yes or no)", "%s does not say whether it is processed on consent", silent)
	default:
		Vacuous("21-PersData declares no personal data that is processed on consent")
	}
	return data
}

// consentStated is what the conditions of either edition say of processing on consent.
func consentStated(dut *DUT) (holds, stated bool) {
	for _, c := range []string{"C(7)", "F(y)"} {
		if h, s := dut.File.States(c); s {
			holds, stated = holds || h, true
		}
	}
	return holds, stated
}

// notPreset holds the decisions of 26-UserDec on a datum against giving consent by default.
func notPreset(ctx context.Context, dut *DUT, d declared.Datum) {
	for _, u := range decisions(ctx, dut, d) {
		if u.Default != "" && u.Default != "none" && u.Safe != "" {
			Expect(u.Default).To(Equal(u.Safe), "%s decides on the consent to %s, and presets %q: preset nothing, or that consent is not given", u.ID, d.Named(), u.Default)
		}
	}
}

// decisions are the rows of 26-UserDec by which the user consents to a datum: those that name it, or that it names, or else those
// that are typed as decisions on consent or speak of it.
func decisions(ctx context.Context, dut *DUT, d declared.Datum) (out []device.UserDec) {
	Declared(ctx, dut, "26-UserDec")
	rows := *dut.IXIT().UserDec
	pick := func(fits func(device.UserDec) bool) {
		if len(out) == 0 {
			out = slices.DeleteFunc(slices.Clone(rows), func(u device.UserDec) bool { return !fits(u) })
		}
	}
	pick(func(u device.UserDec) bool {
		return declared.Says(u.Description+" "+u.Options, d.ID) || declared.Names(d.Row, "Obtaining Consent", u.ID) || declared.Names(d.Row, "Withdrawing Consent", u.ID)
	})
	pick(func(u device.UserDec) bool { return u.On == "consent" || declared.Says(u.Description, "consent*") })
	return out
}

// acts are words of what a user does when he consents.
var acts = []string{"opt-in", "opt in", "opts in", "presses", "press", "pressed", "ticks", "tick", "ticked", "taps", "tapped", "clicks", "click", "chooses", "choose", "confirms", "confirm", "confirmed", "agrees", "accepts", "allows",
	"switches on", "switched on by the user", "activates", "enables", "says yes", "asks", "asked", "signs", "explicit*", "wizard", "dialog*", "drückt", "wählt", "bestätigt"}

// implied are words of consent that is taken as given.
var implied = []string{"by using", "by use", "by continuing", "continued use", "use of the device implies", "implied", "implicit*", "deemed", "on by default", "enabled by default", "active by default", "given by default", "default on",
	"pre-ticked", "preticked", "pre-selected", "preselected", "pre-checked", "part of the terms", "with the terms", "accepting the terms", "opt-out", "opt out"}
