// Package installation holds the units of clause 5.12: installation and maintenance are easy.
//
// Its one idea: a user is asked what only he can know, and who says nothing is safe. What a device could decide itself, and an
// option preset that lets strangers in, stand out in the words of 26-UserDec.
package installation

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.12-1", func(dut *DUT) {
	TestCase("5.12-1-1", func() {
		Unit("a", "only what the user alone can decide is asked", func(ctx context.Context) {
			rows := asked(ctx, dut)
			Each("decision of 26-UserDec", rows, func(u device.UserDec) {
				text := u.Description + ". " + u.Options
				if declared.Placeholder(u.Description) {
					Lack("write in 26-UserDec what the user decides", "%s does not say what is decided (Description)", u.ID)
				}
				word := declared.Affirms(text, technical...)
				switch {
				case word == "":
				case declared.Says(text, reasons...):
					Propose(Inconclusive, "%s asks the user for %q, and names a reason: can the device not decide it? (%q)", u.ID, word, text)
				default:
					Propose(Fail, "%s asks the user for %q, which a device decides itself, and gives no reason; confirm that there is none (%q)", u.ID, word, text)
				}
			})
			Propose(Pass, "none of %d decisions is a technical choice in words that are known here%s; judge whether each is one that only the user can make: %s", len(rows), twice(rows), listed(rows))
		}, Climbs(provisions.Declared))

		Unit("b", "what is preset is the safe option", func(ctx context.Context) {
			rows := asked(ctx, dut)
			var less []string
			Each("decision of 26-UserDec", rows, func(u device.UserDec) {
				if preset(u) != u.Safe && u.Safe != "" && preset(u) != "none" {
					less = append(less, fmt.Sprintf("%s presets %q and calls %q the safest", u.ID, preset(u), u.Safe))
				}
				safe(u)
			})
			also := ""
			if len(less) > 0 {
				also = "; but " + strings.Join(less, "; ") + ": ask why"
			}
			Propose(Pass, "no decision presets an option that our table of safe defaults has something against%s; judge what it does not know: %s", also, listed(rows))
		}, Climbs(provisions.Declared))
	})
	TestCase("5.12-1-2", func() { met(dut) })
})

// asked are the decisions that the user makes. Where there is none the criterion speaks of nothing.
func asked(ctx context.Context, dut *DUT) []device.UserDec {
	if len(Declared(ctx, dut, "26-UserDec")) == 0 {
		Vacuous("26-UserDec declares that the user decides nothing")
	}
	return *dut.IXIT().UserDec
}

// Words of choices that a device can make itself, and of a reason to ask.
var (
	technical = []string{"TLS", "SSL", "DTLS", "cipher", "ciphers", "cipher suite*", "port", "ports", "port number*", "certificate check*", "checking of certificates", "certificate validation", "verify certificates", "protocol version*",
		"key length*", "key size*", "encryption", "encrypted or not", "update server*", "address of the update server", "hash algorithm*", "MTU", "Verschlüsselung"}
	reasons = []string{"because", "since", "only the user", "the user alone", "only the owner", "depends on", "household", "older devices at home", "weil"}
)

// twice names decisions that are described alike.
func twice(rows []device.UserDec) string {
	first := map[string]string{}
	var out []string
	for _, u := range rows {
		text := strings.ToLower(strings.TrimSpace(u.Description))
		if id, seen := first[text]; seen {
			out = append(out, id+" and "+u.ID)
			continue
		}
		first[text] = u.ID
	}
	if len(out) == 0 {
		return ""
	}
	return " (" + strings.Join(out, ", ") + " are described alike: is it asked again without a change?)"
}

func listed(rows []device.UserDec) string {
	var out []string
	for _, u := range rows {
		line := u.ID + " " + u.Description
		if at := preset(u); at != "" {
			line += ", preset: " + at
		}
		out = append(out, line)
	}
	return strings.Join(out, " | ")
}

// preset is the option that holds where the user decides nothing: by the typed key, or as the text marks it; "" where neither says.
func preset(u device.UserDec) string {
	if u.Default != "" {
		return u.Default
	}
	if m := marked.FindStringSubmatch(u.Options); m != nil {
		return strings.TrimSpace(m[1] + m[2])
	}
	return ""
}

// safe judges what a decision presets by our table.
func safe(u device.UserDec) {
	at := preset(u)
	if at == "" {
		Lack("mark in 26-UserDec which option holds where the user decides nothing (default)", "%s does not mark its default", u.ID)
	}
	if at == "none" {
		return
	}
	t, known := topicOf(u)
	said, clear := means(u, at)
	switch {
	case known && t.either:
	case known && clear:
		if said != t.safe {
			Propose(Fail, "%s presets %q for %s, which is safer %s: %s; confirm that no reason holds (Options: %q)", u.ID, at, t.name, onOff(t.safe), t.why, u.Options)
		}
	case u.Safe == at:
	case u.Safe != "":
		Propose(Fail, "%s presets %q, and calls %q the safest itself; confirm that no reason holds (Options: %q)", u.ID, at, u.Safe, u.Options)
	default:
		Propose(Inconclusive, "%s presets %q, and our table of safe defaults does not know what that means: is it the safe option? (Options: %q)", u.ID, at, u.Options)
	}
}
