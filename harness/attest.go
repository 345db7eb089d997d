package harness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// Said is what somebody, or the machine, says of a unit.
type Said struct {
	By      string  `json:"by,omitempty"`     // empty: the machine
	Verdict Verdict `json:"verdict"`          // what is said
	Basis   Basis   `json:"basis,omitempty"`  // what it rests on
	Reason  string  `json:"reason,omitempty"` // why, in a sentence
}

// An Attestation is a person's judgement of a unit, as it is signed in the run's answers.
type Attestation struct {
	Said
	Role      string             `json:"role"`                // in which it was given, in the laboratory's words
	At        time.Time          `json:"at"`                  // when it was given
	ID        string             `json:"id"`                  // SHA-256 of its line in answers.jsonl
	From      string             `json:"from,omitempty"`      // the run that it was taken over from, and
	TakenBy   string             `json:"taken_by,omitempty"`  // by whom
	Evidence  []answers.Evidence `json:"evidence,omitempty"`  // that was attached
	Confirmed []Said             `json:"confirmed,omitempty"` // by second persons, and
	Objected  []Said             `json:"objected,omitempty"`  // second persons who object
}

// An Exhibit is external evidence that was put forward for a unit.
type Exhibit struct {
	answers.Certificate
	SHA256    string `json:"sha256"`              // of the document
	By        string `json:"by"`                  // who put it forward
	ID        string `json:"id"`                  // SHA-256 of its line in answers.jsonl
	Counts    bool   `json:"counts"`              // the unit stands on it
	Why       string `json:"why,omitempty"`       // it does not, because
	Confirmed []Said `json:"confirmed,omitempty"` // by second persons, and
	Objected  []Said `json:"objected,omitempty"`  // second persons who object
}

// A folding is what verdicts are folded with besides the outcomes of the machine.
type folding struct {
	book  *answers.Book
	file  *device.File
	final bool // every PASS that a person judged needs a second person
	at    time.Time
	of    Identity
}

func second(list []answers.Entry, v Verdict) (out []Said) {
	for _, e := range list {
		out = append(out, Said{By: e.By, Verdict: v, Basis: BasisAttested, Reason: e.Reason})
	}
	return out
}

// attested are the judgements of a unit, one a person.
func (f folding) attested(unit string) (out []Attestation) {
	if f.book == nil {
		return nil
	}
	for _, j := range f.book.Judgements(unit) {
		out = append(out, Attestation{Said: Said{j.By, Verdict(j.Verdict), BasisAttested, j.Reason}, Role: j.Role, At: j.At, ID: j.ID,
			From: j.From, TakenBy: j.TakenBy, Evidence: j.Entry.Evidence, Confirmed: second(j.Confirmed, Verdict(j.Verdict)), Objected: second(j.Objected, Inconclusive)})
	}
	return out
}

// attest holds what persons and documents say of a unit against what the machine found. Where they differ both stay, and the
// worse counts until it is resolved.
func (f folding) attest(r *UnitRow, out Outcome, u *provisions.Unit) {
	r.Proposal, r.Contradicted = out.Proposal, out.Contradicted
	if f.book == nil {
		return
	}
	for _, e := range f.book.Proposals(u.ID) {
		r.Imported = append(r.Imported, Said{e.By, Verdict(e.Verdict), "", e.Reason})
	}
	r.Attested = f.attested(u.ID)
	machine := Said{Verdict: r.Verdict, Basis: r.Basis, Reason: r.Reason}
	if p, any := persons(r.Attested); any {
		v := resolve(machine.Verdict, p, out.Contradicted, adverse(out))
		f.take(r, machine, p, v)
	}
	f.exhibit(r, out, u)
	if f.final && r.Verdict == Pass && (r.Basis == BasisAttested || r.Basis == BasisExternal) && !r.seconded() {
		r.Verdict, r.Reason = Inconclusive, "a final report needs a second person's word: "+r.Reason
		r.Next = secondWanted
	}
}

const secondWanted = "have a second person confirm it, with a reason: assay answer confirm RUN UNIT"

// A joint is what persons say together: the worst of them.
type joint struct {
	Said
	confirmed bool // by a second person, who also gave a reason
}

// persons brings the judgements of several persons together. An objection takes a PASS back; a FAIL stays a FAIL until
// its own person changes it. Two persons who judge alike confirm each other.
func persons(all []Attestation) (j joint, any bool) {
	rank := []Verdict{Fail, NotDone, Inconclusive, Pass, Done}
	for _, a := range all {
		s, confirmed := a.Said, len(a.Confirmed) > 0
		if len(a.Objected) > 0 && (s.Verdict == Pass || s.Verdict == Done) {
			s.Reason = fmt.Sprintf("%s objects to the %s of %s: %s", a.Objected[0].By, s.Verdict, s.By, a.Objected[0].Reason)
			s.By, s.Verdict, confirmed = a.Objected[0].By, Inconclusive, false
		}
		switch {
		case !any || slices.Index(rank, s.Verdict) < slices.Index(rank, j.Verdict):
			j, any = joint{s, confirmed}, true
		case s.Verdict == j.Verdict:
			j.confirmed = true
		}
	}
	return j, any
}

// adverse tells of something contrary that the machine found and may not call FAIL: it proposes it, or the state was not shown.
func adverse(o Outcome) bool {
	return o.Proposal != nil && o.Proposal.Verdict == Fail || o.Finding != nil
}

// resolve is the verdict of a unit of which the machine says m and a person p. A person overrules a machine's FAIL, and what it
// found adverse, only with a second person; a declaration that the device contradicts nobody talks away (rule CONTRA).
func resolve(m Verdict, p joint, contradicted, adverse bool) Verdict {
	switch {
	case m == Done || m == NotDone || p.Verdict == Done || p.Verdict == NotDone:
		if m == Done && p.Verdict == Done || m != Done && p.Verdict == Done {
			return Done
		}
		return NotDone
	case p.Verdict == Fail:
		return Fail
	case m == Fail && (p.Verdict != Pass || !p.confirmed):
		return Fail
	case contradicted, adverse && !p.confirmed:
		return Inconclusive
	case m == Pass && p.Verdict != Pass:
		return Inconclusive
	}
	return p.Verdict
}

// take writes the resolved verdict into the row; where machine and person differ, both are said.
func (f folding) take(r *UnitRow, m Said, p joint, v Verdict) {
	if m.Verdict == p.Verdict && m.Verdict != Inconclusive {
		return // the machine's stays, with the person's beside it
	}
	judged := m.Verdict == Pass || m.Verdict == Fail || r.Proposal != nil || r.Contradicted
	if judged && (m.Verdict != v || m.Verdict != p.Verdict) {
		r.Machine = &m
	}
	r.Next = ""
	if v == p.Verdict {
		r.Verdict, r.Basis, r.Reason, r.Vacuous = v, BasisAttested, p.Reason, false
		if m.Verdict == Fail && v == Pass {
			r.Reason = fmt.Sprintf("%s overruled the machine's FAIL, and a second person confirmed it: %s", p.By, p.Reason)
		}
		return
	}
	r.Verdict = v
	r.Reason = fmt.Sprintf("%s; %s says %s: %s", m.Reason, p.By, p.Verdict, p.Reason)
	if v == Inconclusive && m.Verdict == Pass {
		r.Reason = fmt.Sprintf("the machine says PASS, and %s %s: %s", p.By, p.Verdict, p.Reason)
	}
	switch {
	case r.Contradicted:
		r.Next = "correct the declaration, or the device, and run again: no answer takes the place of it"
	case p.Verdict == Pass:
		r.Next = secondWanted
	}
}

// seconded tells whether a second person stands behind the PASS of a row.
func (r UnitRow) seconded() bool {
	if r.Basis == BasisExternal {
		return slices.ContainsFunc(r.External, func(e Exhibit) bool { return e.Counts && len(e.Confirmed) > 0 })
	}
	p, _ := persons(r.Attested)
	return p.confirmed
}

// exhibit holds external documents against the unit. They stand only where nothing contrary was seen and nobody judged, and
// never for the ICS or for what only prepares (rule EXTERNAL).
func (f folding) exhibit(r *UnitRow, out Outcome, u *provisions.Unit) {
	for _, d := range f.book.Documents(u.ID, f.of.Model, f.of.Firmware, f.at) {
		e := Exhibit{Certificate: d.Certificate, SHA256: d.Entry.Evidence[0].SHA256, By: d.Entry.By, ID: d.ID, Why: d.Why,
			Confirmed: second(d.Confirmed, Pass), Objected: second(d.Objected, Inconclusive)}
		switch {
		case e.Why != "":
		case len(e.Objected) > 0:
			e.Why = fmt.Sprintf("%s objects: %s", e.Objected[0].By, e.Objected[0].Reason)
		case u.Method.Prepares || u.Provision == "4-1" || u.Provision == "5.0-1":
			e.Why = "no document stands for this unit"
		case r.Verdict == Fail || out.Verdict == Fail || adverse(out) || out.Contradicted:
			e.Why = "contrary evidence was seen, which no document overrides"
		case len(r.Attested) > 0:
			e.Why = "a person judged the unit"
		case r.Verdict == Inconclusive:
			e.Counts = true
		default:
			e.Why = "the unit was judged without it"
		}
		r.External = append(r.External, e)
		if e.Counts {
			r.Verdict, r.Basis, r.Next = Pass, BasisExternal, ""
			r.Reason = fmt.Sprintf("it stands on %s, issued by %s on %s: %s", d.Title, d.Issuer, d.Date, d.Scope)
		}
	}
}

// witnesses are the persons whose judgement a provision's units rest on: "Ada Lovelace, assessor".
func witnesses(units []UnitRow) (out []string) {
	for _, u := range units {
		for _, a := range u.Attested {
			if who := strings.Trim(a.By+", "+a.Role, ", "); !slices.Contains(out, who) {
				out = append(out, who)
			}
		}
	}
	return out
}
