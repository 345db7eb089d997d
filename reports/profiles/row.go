package profiles

import (
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// A state is what a matrix says of a provision, as far as a rule book may use it.
type state int

const (
	holds    state = iota // PASS, or rightly not applicable
	open                  // nothing that settles it
	declined              // the supplier states that it is not fulfilled
	broken                // FAIL, or contrary evidence
)

// seen is one provision in a matrix.
type seen struct {
	id    provisions.ID
	state state
	said  string // its verdict or claim
	why   string
	duty  provisions.Obligation
}

func (s seen) String() string {
	return string(s.id) + " is " + s.gap().Why
}

func (s seen) gap() Gap {
	why := s.said
	if s.why != "" {
		why += ": " + s.why
	}
	return Gap{string(s.id), why}
}

// look finds a provision in a matrix. A PASS of a run that tried less than the method asks settles nothing.
func look(m *harness.Matrix, id provisions.ID) seen {
	s := seen{id: id, state: open, said: "not in the matrix"}
	for _, r := range m.Rows {
		if r.Provision != id {
			continue
		}
		s.duty, s.said, s.why = r.Obligation, string(r.Verdict), brief(r.Reason)
		less := less(m)
		switch {
		case r.Verdict == harness.Fail:
			s.state = broken
			for _, w := range r.Waived {
				s.why = strings.Join([]string{s.why, w.String()}, "; ")
			}
		case r.Claim == "N/A" && len(r.Conditions) > 0:
			s.state, s.said, s.why = holds, "not applicable, as claimed", ""
		case r.Claim == "N/A":
			s.said, s.why = "claimed N/A", "nothing can make it not apply"
		case r.Claim == "N":
			s.state, s.said, s.why = declined, "claimed N", "the supplier states that it is not fulfilled"
		case r.Claim == "" && !r.Beyond:
			s.said, s.why = "not claimed", "without a claim nothing is judged"
		case r.Verdict == harness.Pass && less != "":
			s.why = "PASS in a run that is less than the method asks: " + less
		case r.Verdict == harness.Pass:
			s.state, s.why = holds, ""
		}
	}
	for _, p := range m.ICS { // what the ICS may not say shows nothing
		if p.Provision == id && s.state == holds {
			s.state, s.why = open, "the ICS does not stand: "+p.Problem
		}
	}
	return s
}

// less says why a PASS of this run is less than the method asks. A selection is no such reason: what it leaves out is no PASS.
func less(m *harness.Matrix) string {
	var why []string
	for _, r := range m.Reduced {
		if len(m.Selection) == 0 || !strings.HasPrefix(r, "only ") {
			why = append(why, r)
		}
	}
	if !m.Complete {
		why = append(why, "it was cut short")
	}
	return strings.Join(why, "; ")
}

// brief keeps the beginning of a reason.
func brief(s string) string {
	if r := []rune(s); len(r) > 160 {
		return strings.TrimSpace(string(r[:159])) + "…"
	}
	return s
}

// An answer of a person.
type answer struct{ word, why string }

// said reads "yes: why".
func said(s string) (answer, bool) {
	word, why, _ := strings.Cut(s, ":")
	a := answer{strings.ToLower(strings.TrimSpace(word)), strings.TrimSpace(why)}
	return a, a.word == "yes" || a.word == "no" || a.word == "n/a"
}

// A line on its way: what is missing for it, and whether a provision that covers it in part is FAIL.
type line struct {
	Line
	missing  []Gap
	contrary bool
}

// evaluate one row.
func evaluate(p *provisions.Profile, q *provisions.Requirement, m *harness.Matrix, answers map[string]string) line {
	l := line{Line: Line{Row: q.ID, Kind: q.Kind, Summary: q.Summary, OurMapping: q.Ours, Hearsay: q.Hearsay(), Confidence: q.Confidence,
		Source: q.Source, Read: q.Read, Outcome: Noted}}
	if q.Kind == provisions.RowNotes || q.Kind == provisions.RowRule {
		return l
	}
	l.Outcome = Met
	if q.Kind == provisions.RowMaps || q.Kind == provisions.RowAsks {
		l.provisions(p, q, m)
	}
	if q.Kind != provisions.RowMaps {
		l.Key = p.Name + ":" + q.ID
		l.ask(q, answers[l.Key])
	}
	return l
}

// worsen takes an outcome and its reason where it outweighs what there is.
func (l *line) worsen(o Outcome, why string) {
	if l.Outcome == NotMet || l.Outcome == o {
		return
	}
	l.Outcome, l.Because = o, why
}

// provisions holds the row's provisions against the matrix.
func (l *line) provisions(p *provisions.Profile, q *provisions.Requirement, m *harness.Matrix) {
	gates := gating(p, q, m)
	for _, one := range q.Maps {
		s := look(m, one.ID)
		l.Rests = append(l.Rests, string(s.id)+" "+s.said)
		if !gates(s) {
			if s.state != holds {
				l.Besides = append(l.Besides, "recommended, decides nothing: "+s.String())
			}
			continue
		}
		l.weigh(s, one.Part, !q.Ours)
	}
	if p.Kind != provisions.OfGuidance {
		return
	}
	for _, id := range q.Beyond { // tests of ours stand for a guideline that has no pass rule of its own
		s := look(m, id)
		l.Rests = append(l.Rests, string(s.id)+" "+s.said)
		if s.state == broken || q.Kind == provisions.RowMaps {
			l.weigh(s, false, false)
		}
	}
}

// gating tells which provisions decide: all, or where the rule says so the mandatory ones, if the row has any.
func gating(p *provisions.Profile, q *provisions.Requirement, m *harness.Matrix) func(seen) bool {
	any := false
	for _, one := range q.Maps {
		any = any || look(m, one.ID).duty == provisions.Mandatory
	}
	return func(s seen) bool { return p.Rule != provisions.RuleMandatory || !any || s.duty == provisions.Mandatory }
}

// weigh takes one provision into account. What covers the row in part alone can leave it open, never break it; what is not
// fulfilled by the supplier's own word breaks it where the standard, or the book's own mapping, makes it a duty.
func (l *line) weigh(s seen, part, theirs bool) {
	switch {
	case s.state == holds:
		return
	case s.state == broken && part:
		l.contrary = true
		l.worsen(NotShown, s.String()+"; it covers this in part")
	case s.state == broken, s.state == declined && (theirs || s.duty == provisions.Mandatory):
		l.worsen(NotMet, s.String())
	default:
		l.worsen(NotShown, s.String())
	}
	l.missing = append(l.missing, s.gap())
}

// ask takes the answer to a question into account.
func (l *line) ask(q *provisions.Requirement, text string) {
	a, ok := said(text)
	if !ok {
		if q.Kind == provisions.RowRoute {
			l.Outcome, l.Because = NotShown, "no such label is said to be held"
			return
		}
		l.worsen(NotShown, "nobody has answered it")
		l.missing = append(l.missing, Gap{l.Key, "asked, and not answered: " + q.Summary})
		return
	}
	l.Rests = append(l.Rests, "answered "+a.word+": "+a.why)
	switch {
	case q.Kind == provisions.RowTrips && a.word == "yes":
		l.worsen(NotMet, "the restriction bites: no presumption of conformity, another route is needed ("+a.why+")")
	case q.Kind == provisions.RowTrips:
		l.Because = "does not bite: " + a.why
	case a.word == "no":
		l.worsen(NotMet, "answered no: "+a.why)
	case a.word == "n/a" && (l.contrary || l.Outcome == NotMet):
		l.Outcome, l.Because = NotShown, "answered n/a ("+a.why+"), and yet "+l.Because
	case a.word == "n/a":
		l.Outcome, l.Because, l.missing = NotApplicable, a.why, nil
	case l.Outcome == Met:
		l.Because = a.why
	}
}
