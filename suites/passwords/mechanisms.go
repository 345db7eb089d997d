package passwords

import (
	"context"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// A mechanism is a row of 1-AuthMech, typed keys and text.
type mechanism struct {
	device.AuthMech
	row  device.Row
	rows []device.Row
}

// inScope are the rows that the clause speaks of in the run's edition: V2.1 leaves out what only machines use.
func inScope(ctx context.Context, dut *harness.DUT) (out []mechanism) {
	rows := harness.Declared(ctx, dut, "1-AuthMech")
	for i, m := range mechanisms(dut) {
		if m.Use != "m2m" || dut.Edition() == provisions.V31 {
			out = append(out, mechanism{m, rows[i], rows})
		}
	}
	return out
}

// text is what the row, or the row that it points to, says in a field.
func (m mechanism) text(field string) string { return declared.Resolved(m.rows, m.row, field) }

// guessables are words of factors that somebody can guess.
var guessables = []string{"password*", "passphrase*", "PIN", "PINs", "code", "codes", "passcode*", "pattern", "knowledge", "security question*", "Passwort*", "Kennwort*"}

// keyed are words of factors that nobody guesses.
var keyed = []string{"certificate*", "key", "keys", "token*", "signature*", "FIDO*", "passkey*", "biometric*", "fingerprint*", "face", "smart card", "Zertifikat*", "button", "presence", "proximity", "none"}

// guessable tells whether the row's factor can be guessed: a password, PIN or code.
func (m mechanism) guessable() bool { return declared.Says(m.Factor, guessables...) }

// unclear ends the unit where a factor may or may not be one that can be guessed.
func unclear(rows []mechanism) {
	for _, m := range rows {
		if !m.guessable() && !declared.Says(m.Factor, keyed...) {
			harness.Lack("name the factor in 1-AuthMech as a password, PIN, key, certificate or token", "%s has the factor %q, which may or may not be one that can be guessed", m.ID, m.Factor)
		}
	}
}

// networked tells whether the row is offered over a network, or does not say where.
func (m mechanism) networked() bool {
	return len(m.At) > 0 || !declared.Says(m.Description, "local only", "locally only", "at the device only", "keypad", "touch screen", "serial", "buttons of the device")
}

// among keeps the rows of one sort.
func among(rows []mechanism, which func(mechanism) bool) (out []mechanism) {
	for _, m := range rows {
		if which(m) {
			out = append(out, m)
		}
	}
	return out
}

// withPassword are the rows whose factor can be guessed.
func withPassword(ctx context.Context, dut *harness.DUT) []mechanism {
	return among(inScope(ctx, dut), mechanism.guessable)
}

// preInstalled are the rows with a password that the device has before anybody chose one.
func preInstalled(ctx context.Context, dut *harness.DUT) []mechanism {
	return among(withPassword(ctx, dut), func(m mechanism) bool { return m.origin() == "preinstalled" })
}

const generation = "Password Generation Mechanism"

// Words that tell whose a password is.
var (
	usersOwn    = []string{"chosen by the user", "chosen by the owner", "chosen by its user", "user-chosen", "user chooses", "owner chooses", "set by the user", "set by the owner", "user-defined", "user defined", "user sets", "defined by the user", "user-set", "selected by the user"}
	factoryMade = []string{"pre-installed", "preinstalled", "pre-set", "preset", "default", "printed on", "label", "sticker", "factory", "production", "generated", "generator", "made for each", "per device", "each device", "each unit", "HSM"}
)

// origin is where the row's password comes from: user, preinstalled, none, or "" where it does not say.
func (m mechanism) origin() string {
	if m.Gen != nil {
		return m.Gen.Origin
	}
	text := m.text(generation)
	switch {
	case declared.Affirms(text, factoryMade...) != "":
		return "preinstalled"
	case declared.Affirms(text, usersOwn...) != "":
		return "user"
	}
	return ""
}

// undecided ends the unit where a row with a password does not say where it comes from.
func undecided(rows []mechanism) {
	for _, m := range rows {
		if m.origin() == "" {
			harness.Lack("say in 1-AuthMech how its passwords are made: gen: {origin: user} or preinstalled", "%s does not say in %q whether its password is the user's own", m.ID, generation)
		}
	}
}

// noneStated ends the unit where the declaration has none of what it judges, unless a condition says that there is.
func noneStated(dut *harness.DUT, none string, conditions ...string) {
	for _, c := range conditions {
		if holds, _ := dut.File.States(c); holds {
			harness.Inconclude("1-AuthMech has %s, and %s is stated to hold: one of them is wrong", none, c)
		}
	}
	harness.Vacuous("1-AuthMech has %s", none)
}
