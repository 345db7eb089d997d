package updates

import (
	"context"
	"slices"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-4B", func(dut *DUT) {
	TestCase("5.3-4B-1", func() {
		Unit("a", "the set-up asks whether updates shall be automatic", func(ctx context.Context) {
			d, found := asked(ctx, dut)
			found.say()
			choices(d).say()
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("b", "who says yes gets automatic updates", func(ctx context.Context) {
			effect(consent(ctx, dut), agreeing, declining, "on").say()
		}, In(provisions.V31), Climbs(provisions.Declared))

		Unit("c", "who says no gets none, and can still use the device", func(ctx context.Context) {
			effect(consent(ctx, dut), declining, nil, "off").say()
		}, In(provisions.V31), Climbs(provisions.Declared))
	})

	TestCase("5.3-4B-2", func() {
		Unit("b", "after a yes in the set-up updates come by themselves", func(ctx context.Context) {
			settled(ctx, dut, "yes", "on")
		}, In(provisions.V31), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))

		Unit("c", "after a no in the set-up no update comes by itself", func(ctx context.Context) {
			settled(ctx, dut, "no", "off")
		}, In(provisions.V31), Quota("the declared intervals of looking"), Climbs(provisions.Bench, provisions.Firmware, provisions.Operator))
	})
})

var (
	// aboutUpdates are the words of a decision about updates.
	aboutUpdates = []string{"update*", "updating", "upgrade*", "auto-update*", "Aktualisierung*"}
	// atSetUp are the words of what triggers a decision in the initialisation.
	atSetUp = []string{"initiali*", "set-up", "setup", "setting up", "first start", "first boot", "first use", "first login", "first log-in", "first power*", "onboarding", "commissioning",
		"activation", "registration", "installation", "provisioning", "pairing", "factory state", "factory reset", "out-of-box", "out of the box", "Einrichtung", "Inbetriebnahme"}
	// afterSetUp are the words of what triggers one later.
	afterSetUp = []string{"new version", "update is available", "update available", "available update", "menu", "settings", "any time", "at any time", "on request"}
)

// asked is the decision on automatic updates that the initialisation asks for, and whether there is one.
func asked(ctx context.Context, dut *DUT) (device.UserDec, finding) {
	if len(installing(ctx, dut)) == 0 {
		Inconclude("7-UpdMech declares no mechanism that installs by itself: feature h does not hold, and the provision does not apply")
	}
	about := deciding(ctx, dut)
	if len(about) == 0 {
		return device.UserDec{}, is(broken, "26-UserDec holds no decision about updates, so that the initialisation asks for none")
	}
	for _, d := range about {
		if declared.Says(d.TriggeredBy, atSetUp...) {
			return d, is(met, "%s is asked in the initialisation", d.ID)
		}
	}
	for _, d := range about {
		if !declared.Says(d.TriggeredBy, afterSetUp...) {
			return d, lacks("say in 26-UserDec, Triggered By of "+d.ID+", whether the initialisation asks for it", "%s of 26-UserDec decides on updates, and whether the initialisation triggers it cannot be read in %q", d.ID, d.TriggeredBy)
		}
	}
	return about[0], is(broken, "the initialisation asks for no decision about updates: %s of 26-UserDec is triggered by %q", about[0].ID, about[0].TriggeredBy)
}

// consent is that decision; where there is none, what its options do cannot be judged.
func consent(ctx context.Context, dut *DUT) device.UserDec {
	d, found := asked(ctx, dut)
	if found.standing != met {
		Inconclude("what a yes or no does cannot be judged (5.3-4B-1a): %s", found.why)
	}
	return d
}

// deciding are the rows of 26-UserDec that decide on updates.
func deciding(ctx context.Context, dut *DUT) (out []device.UserDec) {
	if len(Declared(ctx, dut, "26-UserDec")) == 0 {
		return nil
	}
	for _, d := range *dut.IXIT().UserDec {
		if d.On == "updates" || declared.Says(d.Description+" "+d.Options, aboutUpdates...) {
			out = append(out, d)
		}
	}
	return out
}

var (
	// agreeing and declining are the words of options.
	agreeing  = []string{"yes", "on", "enable*", "agree*", "accept*", "allow*", "automatic*", "activate*", "ja"}
	declining = []string{"no", "off", "disable*", "decline*", "refuse*", "reject*", "deny", "not", "never", "later", "manual*", "nein"}
	// turnsOn and turnsOff are the words of what an option does: of "on" alone nothing can be read.
	turnsOn  = []string{"updates on", "updating on", "switched on", "turned on", "stay on", "stays on", "remain on", "remains on", "are on", "is on", "enabled", "enables", "active", "activated", "activates"}
	turnsOff = []string{"updates off", "updating off", "switched off", "turned off", "stay off", "stays off", "remain off", "remains off", "are off", "is off", "disabled", "disables", "inactive", "deactivated", "no effect"}
	// shutsOut are the words of an option that ends the set-up.
	shutsOut = []string{"set-up ends", "setup ends", "set-up stops", "setup stops", "set-up is refused", "setup is refused", "cannot be used", "cannot be set up", "is not usable", "does not work", "aborts", "aborted"}
)

// choices is whether one may say yes and no.
func choices(d device.UserDec) finding {
	yes, no := declared.Says(d.Options, agreeing...), declared.Says(d.Options, declining...)
	for _, c := range d.Choices {
		refuses := declared.Says(c.Text, declining...)
		yes = yes || !refuses && declared.Says(c.Text, agreeing...) || declared.Affirms(c.Effect, turnsOn...) != ""
		no = no || refuses || declared.Affirms(c.Effect, turnsOff...) != ""
	}
	switch {
	case len(d.Choices) == 1:
		return is(broken, "%s of 26-UserDec leaves one option alone (%q): that decides nothing", d.ID, d.Choices[0].Text)
	case yes && no:
		return is(met, "%s lets the user say yes and no", d.ID)
	}
	return lacks("write the key options of "+d.ID+" in 26-UserDec, each with its effect", "%s of 26-UserDec does not say that its options are yes and no to automatic updates: %q", d.ID, d.Options)
}

// effect is whether an option leaves automatic updates as it should: on or off. The option has one of some words, and none of others.
func effect(d device.UserDec, words, others []string, should string) finding {
	i := slices.IndexFunc(d.Choices, func(c device.Choice) bool {
		return declared.Says(c.Text, words...) && !declared.Says(c.Text, others...)
	})
	if i < 0 {
		return lacks("write the key options of "+d.ID+" in 26-UserDec, each with its effect", "%s of 26-UserDec has no option that is read as the one by which updates go %s: %q", d.ID, should, d.Options)
	}
	c := d.Choices[i]
	wanted, unwanted := turnsOn, turnsOff
	if should == "off" {
		wanted, unwanted = turnsOff, turnsOn
	}
	does, fails := declared.Affirms(c.Effect, wanted...) != "", declared.Affirms(c.Effect, unwanted...) != ""
	switch {
	case c.Effect == "":
		return lacks("write effect of that option", "%s of 26-UserDec does not say what the option %q does", d.ID, c.Text)
	case declared.Affirms(c.Effect, shutsOut...) != "":
		return is(contrary, "%s of 26-UserDec: the option %q shuts the user out: %q", d.ID, c.Text, c.Effect)
	case does && !fails:
		return is(fitting, "%s: the option %q leaves automatic updates %s: %q", d.ID, c.Text, should, c.Effect)
	case fails && !does:
		return is(contrary, "%s of 26-UserDec: the option %q should leave automatic updates %s, and does: %q", d.ID, c.Text, should, c.Effect)
	}
	return is(open, "%s: what the option %q does is for a person to read: %q", d.ID, c.Text, c.Effect)
}
