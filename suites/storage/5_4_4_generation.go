package storage

import (
	"context"
	"slices"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const generation = "Generation Mechanism"

var _ = Provision("5.4-4", func(dut *DUT) {
	TestCase("5.4-4-1", func() {
		Unit("a", "each critical parameter of updates and services says how it is made", func(ctx context.Context) {
			rows := concerned(ctx, dut)
			if len(rows) == 0 {
				unconcerned(ctx, dut)
			}
			Note(ctx, "taken as parameters of updates and services: %s", named(rows))
			Each("critical parameter for updates or services", rows, func(r device.Row) {
				Expect(declared.Text(r, generation)).NotTo(BeEmpty(), "%s serves updates or services and does not say how it is made (Generation Mechanism)", r.ID)
			})
		}, Climbs(provisions.Declared))

		Unit("b", "each is made for its device alone, from what nobody can guess", func(ctx context.Context) {
			rows := concerned(ctx, dut)
			if len(rows) == 0 {
				unconcerned(ctx, dut)
			}
			Each("critical parameter for updates or services", rows, func(r device.Row) { unguessable(dut, r) })
			differ(ctx, dut)
			Propose(Pass, "%s are made for each device from a random source; judge what an attack on many at once would need", named(rows))
		}, Climbs(provisions.Declared, provisions.LAN, provisions.Twin))
	})
})

// Words of parameters that serve the check of updates, or the talk with services.
var serving = []string{"update*", "firmware*", "cloud", "service", "services", "backend", "broker*", "server", "servers", "TLS", "SSH", "HTTPS", "MQTT*", "telemetry", "vendor*"}

// concerned are the critical rows that serve updates or services: by their own words, or by those of the mechanism that they go by.
func concerned(ctx context.Context, dut *DUT) []device.Row {
	coms, updates := Declared(ctx, dut, "11-ComMech"), Declared(ctx, dut, "7-UpdMech")
	return among(parameters(ctx, dut), func(r device.Row) bool {
		if !critical(r) || declared.Affirms(declared.Text(r, "Description"), ofPeople...) != "" {
			return false
		}
		text := declared.Text(r, "Description")
		for _, c := range coms {
			if slices.Contains(r.Lists["Communication Mechanisms"], c.ID) {
				text += ". " + declared.Text(c, "Description")
			}
		}
		for _, u := range updates {
			if declared.Says(text, u.ID) {
				return true
			}
		}
		return declared.Affirms(text, serving...) != ""
	})
}

// unconcerned ends the unit where no row serves updates or services, as far as words show it.
func unconcerned(ctx context.Context, dut *DUT) {
	const none = "no critical parameter for updates or services"
	holds, said := dut.File.States("F(m)")
	others := among(parameters(ctx, dut), func(r device.Row) bool {
		return critical(r) && declared.Affirms(declared.Text(r, "Description"), ofPeople...) == ""
	})
	switch {
	case holds:
		Lack("say in 10-SecParam which row serves updates or services, or correct F(m)", "F(m) is stated to hold, and 10-SecParam has %s in words that are known here", none)
	case !said && len(others) > 0:
		Lack("say in the Description of each whether it serves updates or services", "10-SecParam has %s in words that are known here; %s may be one", none, named(others))
	}
	Vacuous("10-SecParam has %s", none)
}

// ofPeople are words of parameters that people choose or read: those are 5.1's affair.
var ofPeople = []string{"password", "passwords", "PIN", "PINs", "passphrase*"}

// Words of how a value is made.
var (
	random = []string{"random*", "CSPRNG", "DRBG", "TRNG", "RNG", "HSM", "hardware module", "secure element*", "entropy", "getrandom", "urandom", "SP 800-90*", "AIS 20*", "AIS 31", "PUF"}
	public = []string{"MAC", "MAC address*", "serial", "serial number*", "IMEI", "UUID", "model", "time of production", "date of production", "timestamp", "clock", "hostname"}
	alike  = []string{"constant", "fixed", "same for all", "same in all", "same on all", "per batch", "each batch", "of the batch", "per model", "compiled in", "hard-coded", "hardcoded", "counter", "sequential*"}
)

// unguessable judges how one parameter is made.
func unguessable(dut *DUT, r device.Row) {
	text := declared.Text(r, generation)
	if g := gen(dut, r.ID); g != nil {
		Expect(g.Scope == "batch" || g.Scope == "model").To(BeFalse(), "%s is the same for each %s (gen: scope)", r.ID, g.Scope)
		text += ". " + g.Source
	}
	if text == "" {
		Lack("describe in 10-SecParam where, when and from what source it is made: Generation Mechanism", "%s says nothing in %q", r.ID, generation)
	}
	by := declared.Affirms(text, random...)
	if w := declared.Affirms(text, append(slices.Clone(alike), public...)...); w != "" {
		Expect(by).NotTo(BeEmpty(), "%s is made of %s, and of nothing that others cannot know: %q (Generation Mechanism)", r.ID, w, text)
		Propose(Inconclusive, "%s is made with %s and with %s; judge whether devices differ in what nobody can know: %q", r.ID, by, w, text)
	}
	if by == "" {
		Propose(Inconclusive, "%s names no source that is known here; judge whether it gives each device its own: %q", r.ID, text)
	}
	if weak := declared.Affirms(text, "512 bits", "512-bit", "768 bits", "1024 bits", "1024-bit", "RSA-1024", "64 bits", "64-bit", "56 bits"); weak != "" {
		Propose(Fail, "%s speaks of %s; confirm that a key of it is that short: %q", r.ID, weak, text)
	}
}

// gen are the typed keys of how a parameter is made, or nil.
func gen(dut *DUT, id string) *device.Gen {
	if rows := dut.IXIT().SecParam; rows != nil {
		for _, r := range *rows {
			if r.ID == id {
				return r.Gen
			}
		}
	}
	return nil
}
