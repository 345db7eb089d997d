package updates

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
)

// How a step of an update is done without its user, at once or after a setting.
var alone = []string{"auto", "auto-configurable"}

// automated is whether a mechanism does steps by itself: they are keys of upd.
func automated(m mechanism, steps map[string]string) finding {
	var manual, unsaid []string
	for _, key := range []string{"check", "fetch", "apply"} {
		switch who, asked := steps[key]; {
		case !asked || slices.Contains(alone, who):
		case who == "":
			unsaid = append(unsaid, "upd."+key)
		default:
			manual = append(manual, "upd."+key)
		}
	}
	switch {
	case len(manual) > 0:
		return is(broken, "%s needs its user (%s: user)", m.ID, strings.Join(manual, ", "))
	case len(unsaid) > 0:
		return m.missing(strings.Join(unsaid, ", "))
	case len(m.upd.Initiation) > 0 && !slices.Contains(m.upd.Initiation, "automatic"):
		return lacks("correct upd.initiation or upd.apply of "+m.ID, "%s says that it goes by itself, and that it is begun by %s alone", m.ID, strings.Join(m.upd.Initiation, ", "))
	}
	return is(met, "%s goes by itself", m.ID)
}

// automatic is whether a mechanism looks for updates and installs them without its user. Who fetches counts where it is said.
func automatic(m mechanism) finding {
	steps := map[string]string{"check": m.upd.Check, "apply": m.upd.Apply}
	if m.upd.Fetch != "" {
		steps["fetch"] = m.upd.Fetch
	}
	return automated(m, steps)
}

// automatable is whether it can be set to look, fetch and install alone.
func automatable(m mechanism) finding {
	return automated(m, map[string]string{"check": m.upd.Check, "fetch": m.upd.Fetch, "apply": m.upd.Apply})
}

// some are the rows of 7-UpdMech; where it says that there is none, nothing is left to be judged.
func some(ctx context.Context, dut *DUT) []mechanism {
	all := declaredMechanisms(ctx, dut)
	if len(all) == 0 {
		Vacuous("7-UpdMech declares that there is no update mechanism")
	}
	return all
}

// installing are the mechanisms that install by themselves; one that does not say so ends the unit.
func installing(ctx context.Context, dut *DUT) (out []mechanism) {
	var lacking []finding
	for _, m := range some(ctx, dut) {
		switch {
		case slices.Contains(alone, m.upd.Apply):
			out = append(out, m)
		case m.upd.Apply == "":
			lacking = append(lacking, m.missing("upd.apply"))
		}
	}
	if len(lacking) > 0 {
		worst(lacking...).say()
	}
	return out
}

// notifying are the mechanisms that tell of new versions; one that does not say whether it does ends the unit.
func notifying(ctx context.Context, dut *DUT) (out []mechanism) {
	var lacking []finding
	for _, m := range some(ctx, dut) {
		switch {
		case m.upd.Notify.Yes():
			out = append(out, m)
		case m.upd.Notify == "":
			lacking = append(lacking, m.missing("upd.notify"))
		}
	}
	if len(lacking) > 0 {
		worst(lacking...).say()
	}
	return out
}

// of judges mechanisms, and lets the unit pass where there is none: what a device does not do it need not let its user set.
func of(ctx context.Context, mechanisms []mechanism, none string, judge func(mechanism) finding) {
	if len(mechanisms) == 0 {
		Note(ctx, "%s: there is nothing to set", none)
		return
	}
	Each("update mechanism", mechanisms, func(m mechanism) { judge(m).say() })
}

// controls is how 5.3-6 reads its "enable, disable or postpone": ours, not the standard's.
var controls = Parameter("5.3-6: what a user must at least be able to do to what is automatic, or to notices", "disable or postpone")

// controlled is whether what goes by itself can be stopped or put off by its user. list is nil where it is not said.
func controlled(m mechanism, key string, list []string) finding {
	switch {
	case list == nil:
		return m.unsaidAlone(key)
	case slices.Contains(list, "disable") || slices.Contains(list, "postpone"):
		return is(met, "%s can be set", m.ID)
	case len(list) == 0:
		return is(broken, "%s gives its user no control (%s of 7-UpdMech is empty)", m.ID, key)
	}
	return lacks("say in "+key+" of "+m.ID+" whether the user can disable or postpone it", "the user of %s can only %s: whether that is control enough depends on how the standard's \"or\" is read", m.ID, strings.Join(list, ", "))
}

// unsaidAlone is missing with the text that a person may find more in.
func (m mechanism) unsaidAlone(key string) finding {
	f := m.missing(key)
	if text := m.says("Configuration"); text != "" {
		f.why += "; its Configuration reads: " + text
	}
	return f
}

// on is whether something is on in the initialised state.
func on(m mechanism, key, value string) finding {
	switch value {
	case "on":
		return is(met, "%s is on", m.ID)
	case "off":
		return is(broken, "%s is off in the initialised state (%s of 7-UpdMech)", m.ID, key)
	}
	return m.unsaidAlone(key)
}
