package updates

import (
	"cmp"
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

// noticed tells whether the device told its user of the version that was laid where it looks, while none was installed by itself.
// prepare sets notices. What is told has the new version in it, which nothing else of the device has.
func noticed(ctx context.Context, dut *DUT, prepare func()) bool {
	begin(ctx, dut, "n-1")
	prepare()
	switchTo(ctx, dut, "off") // else it is installed before it is told of
	next := dut.File.Updates.Images["n"].Version
	if before := Do(ctx, dut, operate.Run{Name: "read-update", Kind: "notice"}); strings.Contains(cmp.Or(before.Shown["message"], before.Answer), next) {
		Inconclude("where read-update/notice reads, version %s stands already before it was laid where the device looks, so that it is no notice there", next)
	}
	got := await(ctx, dut, patience, false)
	if got.Installed() {
		Inconclude("the update was installed by itself, although that was switched off, so that a notice before it was not to be seen")
	}
	if got.Unread != "" {
		Inconclude("the place where a notice would be was not to be read: %s", got.Unread)
	}
	return strings.Contains(got.Notice, got.Claims)
}

// telling ends the unit where notices cannot be seen.
func telling(ctx context.Context, dut *DUT) {
	ready(ctx, dut)
	if !slices.ContainsFunc(declaredMechanisms(ctx, dut), func(m mechanism) bool { return m.upd.Notify.Yes() }) {
		Vacuous("no mechanism of 7-UpdMech gives notices")
	}
	if !operate.Notices(dut.File) {
		NotClimbed(ctx, provisions.Guided, "whether a notice was given was not looked at")
		Lack("declare the operation read-update/notice, which reads the page or field where the device tells of a new version", "there is no way to see whether a notice is given")
	}
}

// switchNotices sets notices on or off.
func switchNotices(ctx context.Context, dut *DUT, state string) func() {
	return func() {
		if _, ok := dut.File.Operations["set-update-policy/notices-"+state]; !ok {
			Lack("add operations: set-update-policy/notices-"+state+": to the device file", "there is no operation that switches notices %s", state)
		}
		if got := Do(ctx, dut, operate.Run{Name: "set-update-policy", Kind: "notices-" + state}); !got.OK {
			Inconclude("the device did not take the setting of notices: %.160q", got.Answer)
		}
	}
}

// toldByDefault judges whether a notice comes after a set-up in which nothing was chosen.
func toldByDefault(ctx context.Context, dut *DUT) {
	telling(ctx, dut)
	for look := range 2 {
		if noticed(ctx, dut, func() { anew(ctx, dut, "") }) {
			switchTo(ctx, dut, "on")
			if look == 1 {
				Doubt(ctx, "no notice was seen at first, and one was when it was looked at again")
			}
			Note(ctx, "the new version was told of, after a set-up in which nothing was chosen; cap: by the one channel that read-update/notice reads")
			return
		}
		if !looksWhereItIs(ctx, dut) {
			Inconclude("no notice was seen, and the device was not seen to look where the update lies")
		}
		if look == 1 {
			switchTo(ctx, dut, "on")
			Expect(look).To(BeZero(), "after a set-up in which nothing was chosen the device does not tell of a new version in %d declared intervals, twice, where read-update/notice reads", patience)
		}
	}
}

// tellsAsSet judges whether notices follow their setting.
func tellsAsSet(ctx context.Context, dut *DUT) {
	telling(ctx, dut)
	if !noticed(ctx, dut, switchNotices(ctx, dut, "on")) {
		Inconclude("with notices on none was seen either, so that it shows nothing where none came")
	}
	off := 0
	for range 2 {
		if !noticed(ctx, dut, switchNotices(ctx, dut, "off")) {
			break
		}
		off++
	}
	switchNotices(ctx, dut, "on")()
	switchTo(ctx, dut, "on")
	if off == 1 {
		Doubt(ctx, "with notices off one was given at first, and none when it was looked at again")
	}
	for _, m := range declaredMechanisms(ctx, dut) {
		if slices.Contains(m.config.Notify, "postpone") {
			Doubt(ctx, "%s lets notices be put off, which was not tried", m.ID)
		}
	}
	Expect(off).To(BeNumerically("<", 2), "the device tells of a new version although notices are switched off, twice")
	Note(ctx, "with notices on the new version was told of, and with notices off it was not; cap: the time of waiting, and the one channel that read-update/notice reads")
}
