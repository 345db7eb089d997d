// Package conformity holds the units of what stands before the clauses: 4-1 of V2.1, 5.0-1 of V3.1, both of which ask that a
// recommendation which is not met, or does not apply, has its reason in the ICS.
//
// Its one idea: a reason of three words is one. What convicts is that there is none, or only the claim said again; whether a
// reason is good enough is asked elsewhere.
package conformity

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const purpose = "each recommendation that is not met or does not apply has a reason"

var _ = Provision("4-1", func(dut *DUT) {
	TestCase("4-1-1", func() {
		Unit("a", purpose, func(ctx context.Context) { reasons(ctx, dut) }, In(provisions.V21), Climbs(provisions.Declared))
	})
})

// reasons judges the detail of each recommendation that is claimed as N or N/A.
func reasons(ctx context.Context, dut *DUT) {
	rows := recommendations(Claimed(ctx, dut), dut.Edition())
	ask(ctx, rows)
	Each("recommendation", rows, func(r recommendation) {
		switch r.Claim.Support {
		case "":
			Lack(r.Next, "the ICS says nothing of %s", r.ID)
		case "N", "N/A":
			Expect(emptiness(r)).To(BeEmpty(), "%s is claimed as %s, and its detail gives no reason: %s", r.ID, r.Claim.Support, emptiness(r))
		}
	})
}

// A recommendation is a row of the ICS with its provision.
type recommendation struct {
	device.Judged
	*provisions.Provision
}

func recommendations(all []device.Judged, e provisions.Edition) (out []recommendation) {
	for _, j := range all {
		if p, ok := provisions.Must().Provision(e, j.Provision); ok && p.Obligation == provisions.Recommended {
			out = append(out, recommendation{j, p})
		}
	}
	return out
}

// again are words that say the claim once more and no reason.
var again = []string{"not applicable", "not supported", "not met", "not fulfilled", "not implemented", "not relevant", "does not apply", "is not met", "no", "none"}

// emptiness says why a detail gives no reason; "" where it gives one, however short.
func emptiness(r recommendation) string {
	detail := strings.TrimSpace(r.Claim.Detail)
	switch {
	case detail == "":
		return "it is empty"
	case declared.Placeholder(detail):
		return fmt.Sprintf("%q holds the place of one", detail)
	case slices.Contains(again, bare(detail)):
		return fmt.Sprintf("%q says the claim once more", detail)
	case bare(detail) == bare(r.Summary):
		return "it repeats the provision"
	}
	return ""
}

// bare is a text without case, punctuation and spare room.
func bare(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, " ")
}

// few is the number of words under which a reason is asked about, many the number of rows that may share one.
const few, many = 5, 3

// ask notes what a person should look at; none of it convicts.
func ask(ctx context.Context, rows []recommendation) {
	shared := map[string][]string{}
	for _, r := range rows {
		if r.Claim.Support != "N" && r.Claim.Support != "N/A" || emptiness(r) != "" {
			continue
		}
		text := bare(r.Claim.Detail)
		shared[text] = append(shared[text], string(r.ID))
		if len(strings.Fields(text)) < few {
			Note(ctx, "%s: is %q reason enough?", r.ID, r.Claim.Detail)
		}
		if r.Claim.Support == "N/A" && r.Problem != "" {
			Note(ctx, "a finding of the ICS: %s", r.Problem)
		}
	}
	for _, r := range rows {
		if ids := shared[bare(r.Claim.Detail)]; len(ids) > many && ids[0] == string(r.ID) {
			Note(ctx, "%s have one reason: does %q hold for each?", strings.Join(ids, ", "), r.Claim.Detail)
		}
	}
}
