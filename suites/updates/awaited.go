package updates

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/operate"
	"github.com/secure-by-design/assay/provisions"
)

var _, _ = Undoable[operate.UpdatePolicy](), Undoable[operate.AwaitUpdate]()

var (
	patience  = Parameter("5.3-4A: declared intervals of looking that an update is waited for", 2)
	vigil     = Parameter("5.3-6: declared intervals of looking for which no update may come that is switched off", 3)
	postponed = Parameter("5.3-6: days after which an update must be in that was put off", 9)
)

// ready ends the unit where no update can be laid where the device looks.
func ready(ctx context.Context, dut *DUT, more ...string) {
	mechanisms(dut)
	needs(dut, append([]string{"read-version"}, more...)...)
	if !operate.Announces(dut.File) {
		NotClimbed(ctx, provisions.Bench, "no update could be laid where the device looks by itself")
		Lack("declare the operation offer-update/announced, which makes {url} the place where the device looks for updates, or let it stand on a bench", "whether the device takes an update by itself was not seen")
	}
	if dut.File.Updates == nil {
		Lack("declare updates: with the genuine images n-1 and n", "there is no image to lay where the device looks")
	}
	bear(dut, time.Duration(patience)*interval(dut))
	if rows := mechanisms(dut); len(rows) > 1 {
		Doubt(ctx, "%d update mechanisms are declared, and the operation offer-update/announced reaches one: run once for each", len(rows))
	}
}

// brief is what a quick run waits for at most.
const brief = time.Minute

// interval is how often the device looks, as it is declared.
func interval(dut *DUT) time.Duration {
	longest := time.Duration(0)
	for _, m := range mechanisms(dut) {
		if m.Check != nil {
			longest = max(longest, min(period(m.Check.Period), 366*24*time.Hour))
		}
	}
	if longest == 0 {
		Lack("write check: {period: 24h} in 7-UpdMech", "7-UpdMech does not say how often the device looks for updates")
	}
	if dut.Quick() && longest > brief {
		Lack("run it without --effort quick", "the device looks for updates every %v, for which a quick run does not wait", longest)
	}
	return longest
}

// bear ends the unit where it would wait longer than this run may.
func bear(dut *DUT, wait time.Duration) {
	if most := dut.MostWait(); most > 0 && wait > most {
		Lack("run it with --effort long", "an update would be waited for %v, and a run of this effort waits %v at most", wait, most)
	}
}

// switchTo sets what the owner can set of automatic updates: on, off, postpone.
func switchTo(ctx context.Context, dut *DUT, state string) {
	if _, ok := dut.File.Operations["set-update-policy/"+state]; !ok && !operate.Declared(dut.File, "set-update-policy") {
		Lack("add operations: set-update-policy/"+state+": to the device file", "there is no operation that switches automatic updates %s", state)
	}
	if got := Do(ctx, dut, operate.UpdatePolicy{State: state}); !got.OK {
		again := Do(ctx, dut, operate.UpdatePolicy{State: state})
		Expect(again.OK).To(BeTrue(), "the device does not take the setting %q of automatic updates, twice: %.160q", state, again.Answer)
	}
}

var (
	onWords  = []string{"on", "yes", "true", "enabled", "automatic", "auto", "1"}
	offWords = []string{"off", "no", "false", "disabled", "manual", "0"}
)

// setting reads how automatic updates stand: "on", "off", or "" where the device does not say.
func setting(ctx context.Context, dut *DUT) string {
	if _, ok := dut.File.Operations["read-update/policy"]; !ok {
		return ""
	}
	got := Do(ctx, dut, operate.Run{Name: "read-update", Kind: "policy"})
	switch state := strings.ToLower(strings.TrimSpace(got.Shown["state"])); {
	case slices.Contains(onWords, state):
		return "on"
	case slices.Contains(offWords, state):
		return "off"
	}
	return ""
}

// await lays N where the device looks, which runs N-1, and waits for so many intervals.
func await(ctx context.Context, dut *DUT, intervals int, cycle bool) operate.Awaited {
	wait := time.Duration(intervals) * interval(dut)
	bear(dut, wait)
	got := Do(ctx, dut, operate.AwaitUpdate{Image: "n", For: wait, PowerCycle: cycle})
	if !got.OK {
		Inconclude("the device did not take the place to look at: %s", got.Said)
	}
	return got
}

// window is how far apart the hours may be at which a device installs what it has fetched.
const window = 24 * time.Hour

// comes sees that an update comes by itself, in a state that prepare brings about after the device was brought to N-1. Where it does
// not, the owner has it installed from the same server, to show that it could be, and it is awaited once more.
func comes(ctx context.Context, dut *DUT, state string, prepare func()) {
	for look := range 2 {
		begin(ctx, dut, "n-1")
		prepare()
		got := await(ctx, dut, patience, false)
		if got.Installed() {
			if look == 1 {
				Doubt(ctx, "with automatic updates %s no update came by itself at first, and one did when it was looked at again", state)
			}
			Note(ctx, "with automatic updates %s version %s came by itself", state, got.After)
			return
		}
		begin(ctx, dut, "n-1")
		if control := Do(ctx, dut, operate.OfferUpdate{Image: "n", PowerCycle: true}); control.After != control.Claims {
			Inconclude("no update came by itself, and the owner could not have it installed either (%s): the offer was not shown to be live", said(control))
		}
		if len(got.Fetched) == 0 && !looksWhereItIs(ctx, dut) {
			Inconclude("no update came by itself, and the device was not seen to look where it lies: whether it looks at all was not shown\n  declare the operation check-update, by which it looks at once")
		}
		if look == 1 {
			if waited := time.Duration(patience) * interval(dut); got.FetchedFully && waited < window {
				Propose(Fail, "with automatic updates %s the device fetched an update by itself, and did not install it within %v, twice; confirm that it waits for its user, and not for its hour", state, waited)
			}
			Expect(got.Installed()).To(BeTrue(), "with automatic updates %s no update came by itself in %d declared intervals, twice (%s), and its owner could have the same one installed: see that it looks, fetches and installs alone", state, patience, fetched(got))
		}
	}
}

// looksWhereItIs tells whether the device, made to look at once, asks the server that it was told of.
func looksWhereItIs(ctx context.Context, dut *DUT) bool {
	if !operate.Declared(dut.File, "check-update") {
		return false
	}
	begin(ctx, dut, "n-1")
	return len(Do(ctx, dut, operate.AwaitUpdate{Image: "n", For: time.Minute, Prompt: true}).Fetched) > 0
}

// works sees that an update comes by itself where it is switched on: without that it shows nothing that none came.
func works(ctx context.Context, dut *DUT) {
	begin(ctx, dut, "n-1")
	automaticOn(ctx, dut)()
	if got := await(ctx, dut, patience, false); !got.Installed() {
		Inconclude("with automatic updates on none came by itself either (%s), so that it shows nothing where none came", fetched(got))
	}
}

func fetched(a operate.Awaited) string {
	switch {
	case len(a.Fetched) == 0:
		return "the device did not look for it"
	case a.FetchedFully:
		return "the device fetched it and did not install it"
	}
	return "the device looked and did not fetch the whole of it"
}

// stays sees that no update comes, in a state that prepare brings about, over a restart, and that the setting is as it was.
func stays(ctx context.Context, dut *DUT, state string, intervals int, prepare func()) {
	needs(dut, "power-cycle")
	for look := range 2 {
		begin(ctx, dut, "n-1")
		prepare()
		got := await(ctx, dut, intervals, true)
		still(got)
		now := setting(ctx, dut)
		back := state == "off" && now == "on"
		if !got.Installed() && !back {
			if look == 1 {
				Doubt(ctx, "with automatic updates %s one came by itself at first, or the setting was on again after a restart, and not when it was looked at again", state)
			}
			Note(ctx, "with automatic updates %s none came in %d declared intervals, a restart among them", state, intervals)
			return
		}
		if look == 1 {
			if got.Installed() && state != "off" {
				Propose(Fail, "with automatic updates %s version %s was installed by itself within %v, twice; confirm that they were put off for longer", state, got.After, time.Duration(intervals)*interval(dut))
			}
			Expect(got.Installed()).To(BeFalse(), "with automatic updates %s version %s was installed by itself, twice", state, got.After)
			Expect(back).To(BeFalse(), "automatic updates were switched off and are on again after a restart, twice")
		}
	}
}

// still ends the unit where it was not seen that the version is as it was: no version is not the former one, and another one may have
// come from the maker's own server.
func still(a operate.Awaited) {
	switch {
	case a.Installed(), a.After == a.Before && a.After != "":
	case a.After == "":
		Inconclude("the device shows no version after the wait, so that it was not seen whether an update came")
	default:
		Inconclude("the device runs version %s after the wait, which was %s before and is not the %s that was laid there: keep it from its maker's server", a.After, a.Before, a.Claims)
	}
}

// automaticOn sets automatic updates on and sees that it shows.
func automaticOn(ctx context.Context, dut *DUT) func() {
	return func() {
		switchTo(ctx, dut, "on")
		if now := setting(ctx, dut); now == "off" {
			Inconclude("automatic updates were switched on, and the device shows them off")
		}
	}
}

// obeys judges each state that the user can set.
func obeys(ctx context.Context, dut *DUT) {
	ready(ctx, dut)
	configurable := false
	var may []string
	for _, m := range mechanisms(dut) {
		if m.Config != nil {
			may = append(may, m.Config.Update...)
		}
		configurable = configurable || m.Upd != nil && slices.Contains(alone, m.Upd.Apply)
	}
	if !configurable {
		Vacuous("no mechanism of 7-UpdMech installs by itself")
	}
	if len(may) == 0 {
		Lack("write config: {update: [enable, disable, postpone]} in 7-UpdMech", "7-UpdMech does not say what the user can set of automatic updates, so that no state was tried")
	}
	if slices.Contains(may, "disable") {
		stays(ctx, dut, "off", vigil, func() { switchTo(ctx, dut, "off") })
	}
	if slices.Contains(may, "postpone") {
		stays(ctx, dut, "put off", patience, func() {
			switchTo(ctx, dut, "on")
			switchTo(ctx, dut, "postpone")
		})
	}
	works(ctx, dut)
	if slices.Contains(may, "postpone") {
		late(ctx, dut)
	}
	Note(ctx, "cap: the time of waiting bounds what was shown of off")
}

// late sees that an update that was put off comes at last.
func late(ctx context.Context, dut *DUT) {
	for look := range 2 {
		begin(ctx, dut, "n-1")
		switchTo(ctx, dut, "on")
		switchTo(ctx, dut, "postpone")
		days := max(1, int(time.Duration(postponed)*24*time.Hour/interval(dut)))
		got := await(ctx, dut, days, false)
		if got.Installed() {
			if look == 1 {
				Doubt(ctx, "an update that was put off did not come within %d days at first, and did when it was looked at again", postponed)
			}
			Note(ctx, "an update that was put off came within %d days", postponed)
			break
		}
		if look == 1 {
			Propose(Fail, "an update that its owner put off did not come within %d days, twice; confirm that it was put off for less", postponed)
		}
	}
	switchTo(ctx, dut, "on")
}

// anew resets the device and sets it up, with an answer of its owner on automatic updates: "yes", "no", or "" for none.
func anew(ctx context.Context, dut *DUT, answer string) {
	needs(dut, "factory-reset", "initialise", "login")
	who := dut.Sample().Logins["owner"]
	if who.User == "" {
		Lack("declare the login owner of the sample", "there is nobody to set the device up")
	}
	if out := Do(ctx, dut, operate.FactoryReset{}); !out.OK {
		Inconclude("the factory reset did not work: %s", out.Answer)
	}
	with, secrets := map[string]string{"owner": "first", "user": who.User}, map[string]evidence.Secret{"password": dut.Secret(who.Password)}
	if answer != "" {
		with["decision"] = answer
	}
	if guest, ok := dut.Sample().Logins["guest"]; ok {
		secrets["value"] = dut.Secret(guest.Password)
	}
	set := Do(ctx, dut, operate.Run{Name: "initialise", With: with, Secrets: secrets})
	Do(ctx, dut, operate.Restored{})
	if !set.OK {
		Inconclude("the set-up did not go through: %.160s", set.Answer)
	}
}

// settled sees how automatic updates stand after a set-up, and that an update then comes or stays out.
func settled(ctx context.Context, dut *DUT, answer, should string) {
	ready(ctx, dut, "factory-reset", "initialise")
	if !slices.ContainsFunc(mechanisms(dut), func(m device.UpdMech) bool { return m.Upd != nil && slices.Contains(alone, m.Upd.Apply) }) {
		Vacuous("no mechanism of 7-UpdMech installs by itself")
	}
	if answer != "" && !asksInSetUp(dut) {
		Lack("let the operation initialise hand on the answer {decision}, yes or no", "the operation initialise answers nothing about updates")
	}
	begin(ctx, dut, "n-1")
	contrary := map[string]string{"on": "off", "off": "on"}[should]
	for look := range 2 {
		anew(ctx, dut, answer)
		now := setting(ctx, dut)
		if now == "" {
			NotClimbed(ctx, provisions.Operator, "the setting was not read: the operation read-update/policy with a capture state is not declared")
			Doubt(ctx, "how automatic updates are set after a set-up was not read: declare the operation read-update/policy, which captures state")
		}
		if now != contrary {
			if look == 1 {
				Doubt(ctx, "after a set-up %s automatic updates were %s at first, and not when it was done again", answered(answer), contrary)
			}
			break
		}
		if look == 1 {
			Expect(now).NotTo(Equal(contrary), "after a set-up %s automatic updates are %s, twice", answered(answer), contrary)
		}
	}
	if should == "on" {
		comes(ctx, dut, "on", func() { anew(ctx, dut, answer) })
	} else {
		stays(ctx, dut, "off", vigil, func() { anew(ctx, dut, answer) })
		works(ctx, dut)
	}
	switchTo(ctx, dut, "on")
}

func answered(answer string) string {
	if answer == "" {
		return "in which nothing was chosen"
	}
	return "in which its owner said " + answer + " to them"
}

// asksInSetUp tells whether the operation initialise hands an answer on.
func asksInSetUp(dut *DUT) bool {
	for _, s := range dut.File.Operations["initialise"].Steps {
		if s.HTTP != nil && strings.Contains(s.HTTP.Body+s.HTTP.URL, "{decision") || slices.ContainsFunc(s.Exec, func(a string) bool { return strings.Contains(a, "{decision") }) {
			return true
		}
	}
	return false
}
