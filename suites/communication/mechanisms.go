package communication

import (
	"context"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// A criterion judges one row of 11-ComMech by what it declares. It convicts, or proposes what a person must judge, and returns
// where it found nothing contrary.
type criterion func(ctx context.Context, dut *DUT, row device.Row)

// designed are the criteria of 5.5-1-1, which other provisions apply to the mechanisms that concern them.
var designed = []criterion{fits, delivers, accepted, withstands}

// mechanisms are the rows that declare how the device communicates.
func mechanisms(ctx context.Context, dut *DUT) []device.Row { return Declared(ctx, dut, "11-ComMech") }

// carried are the rows of a table that name a mechanism as their way.
func carried(ctx context.Context, dut *DUT, table, mechanism string) (out []device.Row) {
	for _, r := range Declared(ctx, dut, table) {
		if slices.Contains(r.Lists["Communication Mechanisms"], mechanism) {
			out = append(out, r)
		}
	}
	return out
}

func critical(r device.Row) bool { return strings.EqualFold(declared.Text(r, "Type"), "critical") }

// Words of a description by which a mechanism carries what changes the device.
var commands = []string{"command*", "control*", "configur*", "setting*", "firmware update*", "software update*", "steuer*", "einstell*"}

// fits holds what a row promises against the least that what it carries needs (5.5-1-1a).
func fits(ctx context.Context, dut *DUT, row device.Row) {
	promised, _ := declared.Guarantees(row)
	for _, p := range carried(ctx, dut, "10-SecParam", row.ID) {
		if critical(p) {
			missing := declared.Missing(promised, declared.Confidentiality, declared.Integrity, declared.Authenticity)
			Expect(missing).To(BeEmpty(), "%s carries the critical parameter %s, and does not guarantee: %s", row.ID, p.ID, strings.Join(missing, ", "))
		}
	}
	for _, p := range carried(ctx, dut, "21-PersData", row.ID) {
		missing := declared.Missing(promised, declared.Confidentiality, declared.Integrity, declared.Authenticity)
		Expect(missing).To(BeEmpty(), "%s carries the personal data %s, and does not guarantee: %s", row.ID, p.ID, strings.Join(missing, ", "))
	}
	word := declared.Affirms(declared.Text(row, "Description"), commands...)
	missing := declared.Missing(promised, declared.Integrity, declared.Authenticity)
	if word != "" && len(missing) > 0 {
		Propose(Fail, "%s speaks of %s in its description, and does not guarantee: %s", row.ID, word, strings.Join(missing, ", "))
	}
}

// accepted holds the algorithms that a row names against the catalogue (5.5-1-1c).
func accepted(ctx context.Context, dut *DUT, row device.Row) {
	text := declared.Text(row, "Cryptographic Details")
	if text == "" {
		Lack("write what cryptography it uses in "+row.Table+": Cryptographic Details, or none", "%s says nothing in Cryptographic Details", row.ID)
	}
	against := declared.RefusedIn(text, At(ctx))
	if m := typed(dut, row.ID); m != nil {
		against = append(against, declared.RefusedStrength(m.Strength, At(ctx))...)
	}
	Expect(against).To(BeEmpty(), "%s (Cryptographic Details): %s", row.ID, declared.Gathered(against))
	if word := declared.Affirms(text, homemade...); word != "" {
		Propose(Fail, "%s speaks of %s in Cryptographic Details, and no publication or evaluation of it is named", row.ID, word)
	}
	if promised, _ := declared.Guarantees(row); len(declared.Algorithms(text)) == 0 && !declared.None(text) && len(promised) > 0 {
		Propose(Inconclusive, "%s names no algorithm or protocol that the catalogue knows (%.80q): ask the supplier which, and which versions", row.ID, text)
	}
	for _, m := range declared.Algorithms(text) {
		if m.Denied && m.StatusAt(At(ctx)) == provisions.RefusedStatus {
			Note(ctx, "%s names %s, and seems to say that it is not used: see that it says so (%.80q)", row.ID, m.As, text)
		}
		if m.Status == provisions.LegacyStatus && !m.Denied {
			Note(ctx, "%s names %s, which the catalogue accepts until %d", row.ID, m.As, m.Until)
		}
	}
}

// Words for cryptography that nobody else has looked at.
var homemade = []string{"proprietary", "home-made", "homemade", "self-developed", "own cipher", "own algorithm", "own encryption", "xor", "obfuscat*", "scrambl*", "proprietär*"}

// typed is the row with its typed keys, or nil.
func typed(dut *DUT, id string) *device.ComMech {
	if rows := dut.IXIT().ComMech; rows != nil {
		for i := range *rows {
			if (*rows)[i].ID == id {
				return &(*rows)[i]
			}
		}
	}
	return nil
}

// every judges rows by criteria: all are tried, and the worst counts.
func every(ctx context.Context, dut *DUT, what string, rows []device.Row, by ...criterion) {
	Each(what, rows, func(row device.Row) {
		Each("criterion", by, func(c criterion) { c(ctx, dut, row) })
	})
}

func ids(rows []device.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return strings.Join(out, ", ")
}
