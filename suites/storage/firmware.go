package storage

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/seen"
)

// hits are those of some kinds that are the product's own.
func hits(i firmware.Image, kinds ...string) (out []firmware.Hit) {
	for _, h := range i.Hits {
		if h.Counts() && slices.Contains(kinds, h.Kind) {
			out = append(out, h)
		}
	}
	return out
}

func where(h firmware.Hit) string {
	return fmt.Sprintf("%s (%s) at %s, offset %d", h.Kind, h.Context, h.Path, h.Offset)
}

// live finds the private keys of an image that the device proves to hold, twice.
func live(ctx context.Context, dut *DUT, held []firmware.Hit) map[firmware.Hit]string {
	out := map[firmware.Hit]string{}
	if len(held) == 0 {
		return out
	}
	first, second := keys(ctx, dut, 0), keys(ctx, dut, 1)
	for _, h := range held {
		for _, k := range first {
			if (k.id == "tls "+h.Print || k.id == "ssh "+h.SSH) && slices.Contains(second, k) {
				out[h] = k.at
			}
		}
	}
	return out
}

// nothingReadable judges whether the image shows a secret that its scheme should keep, and tells whether all of it was looked through.
func nothingReadable(ctx context.Context, dut *DUT) bool {
	i, ok := seen.Firmware(ctx, dut)
	if !ok {
		return false
	}
	held := hits(i, "private key")
	inUse := live(ctx, dut, held)
	for _, h := range held {
		if at := inUse[h]; at != "" {
			Expect(at).To(BeEmpty(), "the firmware, which everybody can read, holds the private key of %s: %s", at, where(h))
		}
		Doubt(ctx, "the firmware holds a %s, which no service of the device proves: say what it is for", where(h))
	}
	for _, h := range hits(i, "fast hash") {
		Expect(h.Kind).To(BeEmpty(), "the firmware keeps a password that a guesser finds at once: %s", where(h))
	}
	for _, h := range hits(i, "passphrase", "token", "password hash") {
		Doubt(ctx, "the firmware holds a %s: say what it opens", where(h))
	}
	Note(ctx, "%d places that are test keys, documentation, bundles of authorities or encrypted do not count", others(i))
	return wholly(ctx, i)
}

// wholly tells whether an image was opened and looked through, and doubts what stayed shut in it.
func wholly(ctx context.Context, i firmware.Image) bool {
	if i.Cut != "" || len(i.Opened) == 0 {
		return false
	}
	for _, s := range i.Shut[:min(3, len(i.Shut))] {
		Doubt(ctx, "a part of the firmware was not opened, so that it was not looked through: %s (%s): %s", s.Path, s.Format, s.Why)
	}
	return true
}

func others(i firmware.Image) (n int) {
	for _, h := range i.Hits {
		if !h.Counts() {
			n++
		}
	}
	return n
}

// hardCodedIsGone judges whether what the image fixes is of no use once the device works, and whether units share a key.
func hardCodedIsGone(ctx context.Context, dut *DUT) {
	i, ok := seen.Firmware(ctx, dut)
	inUse := live(ctx, dut, hits(i, "private key"))
	var bad []string
	for h, at := range inUse {
		bad = append(bad, fmt.Sprintf("%s is that of %s", where(h), at))
	}
	slices.Sort(bad)
	Expect(bad).To(BeEmpty(), "a private key of the firmware is in use once the device works: %s", strings.Join(bad, "; "))
	noFixedAccount(ctx, dut, hits(i, "password hash"))
	for _, h := range hits(i, "passphrase", "token") {
		Doubt(ctx, "the firmware fixes a %s: whether it still opens something was not tried", where(h))
	}
	unsharedKeys(ctx, dut)
	proving(ctx, dut)
	if dut.File != nil {
		rows, _ := dut.File.Table(table)
		for _, r := range among(among(rows, critical), isHardCoded) {
			Doubt(ctx, "%s is flagged as hard-coded, and its value was not at hand: try it once the device works, and answer: assay answer RUN", r.ID)
		}
	}
	if !ok {
		Lack("give the image of the firmware, and the right to look into it: firmware: and authorised: {unpack: true} in the device file", "no value that is hard-coded is at hand: that none is in use was not shown")
	}
	if !wholly(ctx, i) {
		Inconclude("the firmware was not looked through wholly: %s", strings.TrimSpace(i.Cut+" "+shut(i)))
	}
	Note(ctx, "cap: keys and passwords that the image shows, and not what is encrypted in it; that a factory reset makes new keys was not looked at")
}

// noFixedAccount tries what the image fixes at each log-in: a published password that fits a hash of it, twice, beside a wrong one.
func noFixedAccount(ctx context.Context, dut *DUT, fixed []firmware.Hit) {
	for _, h := range fixed {
		if h.Known == "" {
			Doubt(ctx, "the firmware fixes a %s: no published password fits it, so that it was not tried; say what it opens", where(h))
			continue
		}
		if !dut.May(provisions.Intrusive) {
			NotClimbed(ctx, provisions.LAN, "the password that the firmware fixes for %s was not tried: it needs --allow intrusive", h.User)
			Doubt(ctx, "the firmware fixes a %s, which was not tried at the device", where(h))
			continue
		}
		logins := seen.Logins(ctx, dut)
		for _, why := range seen.Found(ctx, dut).Failed {
			Doubt(ctx, "log-ins there were not all seen, so that the account %s of the firmware was not tried there: %s", h.User, why)
		}
		if len(logins) == 0 {
			Doubt(ctx, "the firmware fixes a %s, and no log-in was found at which it could be tried", where(h))
			continue
		}
		refused := 0
		for _, at := range logins {
			opened, why := opens(ctx, dut, at, h)
			Expect(opened).To(BeFalse(), "the account %q of the firmware (%s), whose password is published (%s), opens %s once the device works, twice: take it out, or give each unit its own", h.User, where(h), h.Known, at)
			if why != "" {
				Doubt(ctx, "whether the account %q of the firmware (%s) opens %s was not seen: %s", h.User, where(h), at, why)
				continue
			}
			refused++
		}
		Note(ctx, "the account %q of the firmware, whose password is published, was refused at %d of %d log-ins", h.User, refused, len(logins))
	}
}

// opens tells whether a fixed account opens a log-in, twice, where a wrong password does not; or why that was not seen.
func opens(ctx context.Context, dut *DUT, at login.Login, h firmware.Hit) (opened bool, why string) {
	return told(func(look int) login.Tried {
		return Ask(ctx, dut, login.Try{At: at, User: h.User, Password: h.Known, Look: look})
	}, func() login.Tried {
		return Ask(ctx, dut, login.Try{At: at, User: h.User, Password: h.Known + "-and-wrong"})
	})
}

// told is what two tries of a password and one of a wrong one tell: only a refusal says that it does not open.
func told(right func(look int) login.Tried, wrong func() login.Tried) (opened bool, why string) {
	for look := range 2 {
		switch got := right(look); {
		case got.Outcome == login.Refused && look == 0:
			return false, ""
		case got.Outcome != login.Accepted:
			return false, fmt.Sprintf("try %d of its password was %s, which is no refusal %s", look+1, got.Outcome, got.Why)
		}
	}
	if got := wrong(); got.Outcome != login.Refused {
		return false, fmt.Sprintf("its password was accepted, and a wrong one was %s too: see what this log-in asks for %s", got.Outcome, got.Why)
	}
	return true, ""
}

func shut(i firmware.Image) string {
	if len(i.Shut) == 0 {
		return ""
	}
	return i.Shut[0].Path + ": " + i.Shut[0].Why
}

// proving doubts what speaks TLS or SSH and proved no key that could be held against the firmware's.
func proving(ctx context.Context, dut *DUT) {
	proven, all := keys(ctx, dut, 0), seen.Services(ctx, dut)
	if len(all) == 0 {
		Doubt(ctx, "no service of the device was seen, so that nothing was held against the firmware")
	}
	for _, s := range all {
		if s.Protocol == "" && !s.TLS {
			Doubt(ctx, "what speaks on TCP %d is not known, so that it was not seen whether it holds a key of the firmware", s.Addr.Port())
		}
		if (s.TLS || s.Protocol == "ssh") && !slices.ContainsFunc(proven, func(k key) bool { return k.at == seen.Name(s) }) {
			Doubt(ctx, "%s proved no key, so that none was held against those of the firmware", seen.Name(s))
		}
	}
	Note(ctx, "%d keys that the device proves were held against the firmware's", len(proven))
}

// unsharedKeys compares the keys of two units, twice.
func unsharedKeys(ctx context.Context, dut *DUT) {
	if !dut.HasTwin() {
		NotClimbed(ctx, provisions.Twin, "there is no second unit whose keys could be compared")
		Note(ctx, "cap: one unit")
		return
	}
	var shared []string
	for look := range 2 {
		theirs := keys(ctx, dut.Twin(), look)
		shared = nil
		for _, k := range keys(ctx, dut, look) {
			if slices.ContainsFunc(theirs, func(o key) bool { return o.id == k.id }) {
				shared = append(shared, k.at)
			}
		}
		if len(shared) == 0 {
			return
		}
	}
	Expect(shared).To(BeEmpty(), "two units prove the same private key, twice: %s", strings.Join(shared, ", "))
}

// unflaggedInImage contradicts a declaration that flags nothing where the image holds a key that the device uses.
func unflaggedInImage(ctx context.Context, dut *DUT, flagged bool) {
	i, ok := seen.Firmware(ctx, dut)
	if !ok || flagged {
		return
	}
	for h, at := range live(ctx, dut, hits(i, "private key")) {
		Contradicted("the firmware holds the private key of %s (%s), and no row of 10-SecParam is flagged as hard-coded", at, where(h))
	}
}
