package harness

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
)

// A Proposal is the machine's finding where the judgement is a person's. It counts for nothing until a person answers.
type Proposal struct {
	Verdict Verdict `json:"verdict"`          // what it would say
	Reason  string  `json:"reason,omitempty"` // why
}

// Propose ends the unit: the machine has prepared it, and a person must judge it. What the machine found is shown beside.
func Propose(v Verdict, why string, a ...any) {
	panic(proposed(Proposal{v, fmt.Sprintf(why, a...)}))
}

func proposed(p Proposal) stop {
	return stop{verdict: Inconclusive, reason: fmt.Sprintf("a person must judge this; proposed: %s, %s", p.Verdict, p.Reason), proposal: &p}
}

// doubt takes a proposed PASS back where not all was looked at.
func (o *Outcome) doubt(doubts []string) {
	if p := o.Proposal; p != nil && p.Verdict == Pass && len(doubts) > 0 {
		s := proposed(Proposal{Inconclusive, "nothing contrary was seen, but " + strings.Join(doubts, "; ")})
		o.Reason, o.Proposal = s.reason, s.proposal
	}
}

// passes tells of a PASS, the machine's or a proposed one.
func (o *Outcome) passes() bool {
	return o.Verdict == Pass || o.Proposal != nil && o.Proposal.Verdict == Pass
}

// withProposal gives an INCONCLUSIVE of several items what is proposed of them.
func (s stop) withProposal(all []stop) stop {
	p := propose(all)
	if p != nil && !slices.ContainsFunc(all, func(s stop) bool { return s.verdict == Inconclusive && s.proposal == nil }) {
		return proposed(*p)
	}
	s.proposal = p
	return s
}

// propose brings the proposals of several items together: FAIL outweighs, and a PASS is proposed only where each item
// that is not settled has one.
func propose(all []stop) *Proposal {
	var verdicts []Verdict
	why := map[Verdict][]string{}
	bare := false
	for _, s := range all {
		switch {
		case s.proposal != nil:
			v := s.proposal.Verdict
			verdicts = append(verdicts, v)
			if !slices.Contains(why[v], s.proposal.Reason) {
				why[v] = append(why[v], s.proposal.Reason)
			}
		case s.verdict == Inconclusive:
			bare = true
		}
	}
	if len(verdicts) == 0 {
		return nil
	}
	v := Fold(verdicts...)
	if bare && v != Fail {
		return nil
	}
	return &Proposal{v, strings.Join(why[v], "; ")}
}

// Declared gives the rows of an IXIT table, by its name in either edition, as device.File.Table does: none where it is
// declared as "none". A unit that uses nothing else has the basis declared. A table that is not declared ends the unit.
//
//	for _, row := range Declared(ctx, dut, "7-UpdMech") { … row.Fields["Security Guarantees"] … }
func Declared(ctx context.Context, dut *DUT, table string) []device.Row {
	u := unitOf(ctx)
	if dut.File == nil {
		Lack("give a device file that declares "+table+": --device FILE", "no device file was given, and %s is needed", table)
	}
	rows, ok := dut.File.Table(table)
	if !ok {
		Lack("declare "+table+" in the ixit: of the device file", "%s is not declared", table)
	}
	u.reads(dut, table)
	return rows
}

// Claimed gives the claims of the ICS, judged by its rules, in the order of the catalogue. A unit that uses nothing else has the
// basis declared. Without an ICS the unit ends.
func Claimed(ctx context.Context, dut *DUT) []device.Judged {
	if dut.File == nil || len(dut.File.ICS) == 0 {
		Lack("write the ics: of the device file, a row for each provision", "no ICS was given")
	}
	unitOf(ctx).reads(dut, "ICS")
	return dut.File.JudgeICS(dut.Edition())
}

// reads notes that the unit read a table of the device file, which stands beside the record's first event.
func (u *running) reads(d *DUT, table string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.declared = true
	ref := EvidenceRef{Event: 1, Device: d.Name, What: "device file: " + table}
	file := d.run.Opening.DeviceFile
	if d.by != "" {
		file = d.run.Opening.AlsoFile
	}
	if file != "" {
		ref.Files = []string{file}
	}
	if slices.ContainsFunc(u.outcome.Evidence, func(o EvidenceRef) bool { return o.Event == ref.Event && o.What == ref.What }) {
		return
	}
	u.outcome.Attempts++
	u.outcome.Evidence = append(u.outcome.Evidence, ref)
}
