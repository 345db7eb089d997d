package updates

import (
	"context"
	"fmt"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/suites/seen"
)

// Kinds of attacks that a unit asks for.
func every(operate.Attack) bool          { return true }
func authenticity(a operate.Attack) bool { return a.Group == "authenticity" }
func integrity(a operate.Attack) bool    { return a.Group == "integrity" }
func rollback(a operate.Attack) bool     { return a.Group == "rollback" }
func redirected(a operate.Attack) bool   { return a.Group == "path" }

// quick are the attacks of a quick run, which cannot acquit.
var quick = []string{"signature-removed", "bitflip-middle"}

// An image is what is offered: an attack, or the genuine image that is its control.
type image struct {
	attack  operate.Attack
	genuine string // of a control: "n"
}

// withstand offers each attack of a kind that can be made, from the version at which it begins, and after each group its
// control. The device passes if it installs no attack and every control.
func withstand(ctx context.Context, dut *DUT, kind func(operate.Attack) bool) {
	rows := mechanisms(dut)
	needs(dut, "offer-update", "read-version")
	attacks := applying(ctx, Ask(ctx, dut, operate.Attacks{}), kind)
	if dut.Quick() {
		attacks = slices.DeleteFunc(attacks, func(a operate.Attack) bool { return !slices.Contains(quick, a.Name) })
	}
	if len(attacks) == 0 {
		Inconclude("no attack of this kind can be made from the images of the device file")
	}
	signatureTried(ctx, dut, kind, attacks)
	Note(ctx, "sample: consumed: updates were installed on it, and it is not left at the version that it came with")
	fresh := false // an attack of this group was not made before in this run
	Each("image", withControls(attacks), func(i image) {
		if i.genuine != "" {
			control(ctx, dut, i.genuine, fresh)
			fresh = false
			return
		}
		attack(ctx, dut, i.attack, &fresh)
	})
	Note(ctx, "%d altered, foreign or older images were offered", len(attacks))
	needs(dut, "power-cycle")
	if len(rows) > 1 {
		Lack("run once for each mechanism, with an offer-update of its own", "%d update mechanisms are declared, and the operation offer-update attacks one", len(rows))
	}
}

// signatureTried doubts where no image could be made that its signature alone gives away: a sum that finds a flipped bit proves nobody.
func signatureTried(ctx context.Context, dut *DUT, kind func(operate.Attack) bool, attacks []operate.Attack) {
	forged := []string{"signature-flipped", "signature-zeroed", "signature-removed", "self-signed"}
	if kind(operate.Attack{Name: forged[0], Group: "authenticity"}) && !slices.ContainsFunc(attacks, func(a operate.Attack) bool { return slices.Contains(forged, a.Name) }) {
		Doubt(ctx, "no image could be made whose signature alone is wrong (updates: layout: signature): whether the device looks at who made an image was not tried")
	}
	if dut.File.Updates.Layout.Sums == nil {
		Doubt(ctx, "the layout of images names no sums: whether altered images were refused for their signature, or for a sum that was not written anew, is not known; list them in updates: layout: sums, or write [] where there is none")
	}
}

// applying are the attacks of a kind that can be made; of the others a note says why not.
func applying(ctx context.Context, all []operate.Attack, kind func(operate.Attack) bool) (out []operate.Attack) {
	for _, a := range all {
		switch {
		case !kind(a):
		case a.Applies:
			out = append(out, a)
		default:
			Note(ctx, "the attack %s cannot be made: %s", a.Name, a.WhyNot)
		}
	}
	return out
}

// withControls puts the control after the last of the attacks that begin at one version.
func withControls(attacks []operate.Attack) (out []image) {
	for i, a := range attacks {
		out = append(out, image{attack: a})
		if i+1 == len(attacks) || attacks[i+1].From != a.From {
			out = append(out, image{genuine: a.Control})
		}
	}
	return out
}

// attack offers an image that must be refused. One that gets in is offered a second time. What another unit offered in this run
// is judged again, not offered again.
func attack(ctx context.Context, dut *DUT, a operate.Attack, fresh *bool) {
	offer := operate.OfferUpdate{Attack: a.Name, PowerCycle: true}
	before := Earlier(ctx, dut, offer)
	var got operate.Offered
	for i := range 2 {
		if i < len(before) {
			got = before[i]
		} else {
			*fresh = true
			begin(ctx, dut, a.From)
			got = Do(ctx, dut, offer)
		}
		if got.After == "" && got.BootOK {
			Inconclude("after the update attack %s the device answers and shows no version (%s), so that it was not seen whether it was installed", a.Name, got.Why)
		}
		if !got.Installed() && got.BootOK {
			if i == 1 && !ownersDowngrade(dut, a) {
				Doubt(ctx, "the update attack %s was installed, or kept the device from starting, once, and was refused when it was offered again", a.Name)
			}
			refused(a, got)
			return
		}
	}
	if ownersDowngrade(dut, a) {
		Note(ctx, "finding: the logged-in owner can have the older genuine image %s installed; no anti-rollback is declared", got.After)
		return
	}
	Expect(got.BootOK).To(BeTrue(), "after the update attack %s (%s) the device did not start again, twice: check the image before anything is written", a.Name, a.Property)
	Expect(got.Installed()).To(BeFalse(), "the update attack %s was installed, twice: %s; version %s ran before and %s after", a.Name, a.Property, got.Before, got.After)
}

// refused sees that what was not installed was refused for what is wrong with it.
func refused(a operate.Attack, got operate.Offered) {
	due := rollback(a) || redirected(a) && len(got.Fetched) == 0 // it is older, or was not come by: "no update" is the answer
	if got.Reason.NotTried() && !(due && got.Reason == operate.ForVersion) {
		Inconclude("update attacks were not tried: the device put them off or refused them for another reason (%s)", got.Reason)
	}
	if len(got.Fetched) == 0 && got.Refused == "" {
		Lack("see that the operation offer-update makes the device fetch from {url}", "the device fetched nothing of the update attack %s", a.Name)
	}
}

// control sees that the genuine image is installed by the same way, after fresh attacks or at the last time in this run.
func control(ctx context.Context, dut *DUT, genuine string, fresh bool) {
	offer := operate.OfferUpdate{Image: genuine, PowerCycle: true}
	if before := Earlier(ctx, dut, offer); !fresh && len(before) > 0 && before[len(before)-1].After == before[len(before)-1].Claims {
		return
	}
	if genuine == "n" {
		begin(ctx, dut, "n-1")
	} else {
		begin(ctx, dut, "n")
	}
	if got := Do(ctx, dut, offer); got.After != got.Claims {
		Lack("make the device able to take an update (power, network, time), and run again",
			"the genuine image %s was not installed by the same way (%s), so that no refusal shows anything", got.Claims, said(got))
	}
}

func said(o operate.Offered) string {
	switch {
	case o.Refused != "":
		return fmt.Sprintf("%s: %.120q", o.Reason, o.Refused)
	case o.Why != "":
		return o.Why
	}
	return "version " + o.After + " runs"
}

// begin brings the device to the genuine image at which an attack begins: back to N-1 by the operation reimage, on to N by
// an update.
func begin(ctx context.Context, dut *DUT, from string) {
	images := dut.File.Updates.Images
	now := Ask(ctx, dut, operate.Version{}).Version
	if now == images[from].Version {
		return
	}
	if now != images["n-1"].Version {
		if !operate.Declared(dut.File, "reimage") && !operate.Declared(dut.File, "write-image") {
			Lack("bring it back to "+images["n-1"].Version+", or declare the operation reimage", "the device runs version %s, and there is no way back to %s, at which attacks begin", now, images["n-1"].Version)
		}
		if back := Do(ctx, dut, operate.Reimage{Image: "n-1"}); !back.Proved {
			Inconclude("the device runs version %s and could not be brought back to %s: %s", now, images["n-1"].Version, back.Proof)
		}
	}
	if from == "n" {
		if on := Do(ctx, dut, operate.OfferUpdate{Image: "n", PowerCycle: true}); on.After != on.Claims {
			Inconclude("the genuine image %s was not installed (%s), and attacks begin at it", on.Claims, said(on))
		}
	}
}

// ownersDowngrade tells an older genuine image that the owner himself chooses, where nothing declared forbids it.
func ownersDowngrade(dut *DUT, a operate.Attack) bool {
	by := dut.File.Operations["offer-update"].Login
	for _, m := range *dut.IXIT().UpdMech {
		if m.AntiRollback {
			return false
		}
	}
	return a.Name == "downgrade" && by != "" && dut.Sample().Logins[by].Role == "owner"
}

// mechanisms are the rows of 7-UpdMech.
func mechanisms(dut *DUT) []device.UpdMech {
	rows := seen.Table(dut, "7-UpdMech", "7-UpdMech", dut.IXIT().UpdMech)
	if len(rows) == 0 {
		Inconclude("7-UpdMech declares no update mechanism")
	}
	return rows
}

// needs ends the unit where an operation is not declared.
func needs(dut *DUT, operations ...string) {
	for _, o := range operations {
		if !operate.Declared(dut.File, o) {
			Lack(fmt.Sprintf("add operations: %s: to the device file", o), "the operation %s is not declared", o)
		}
	}
}
