package harness

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// Fold brings verdicts together: FAIL outweighs INCONCLUSIVE outweighs PASS, and units that only prepare count for
// nothing, but for one that is not done: what it prepares is INCONCLUSIVE by itself. No verdict at all is INCONCLUSIVE.
// It serves every step: unit to case, case to provision, provision to device.
func Fold(verdicts ...Verdict) Verdict {
	out := Verdict("")
	for _, v := range verdicts {
		switch {
		case v == Done || v == NotDone:
		case v == Fail:
			return Fail
		case v == Pass:
			out = Verdict(cmp.Or(string(out), string(Pass)))
		default: // INCONCLUSIVE, and whatever is no verdict
			out = Inconclusive
		}
	}
	return Verdict(cmp.Or(string(out), string(Inconclusive)))
}

// Matrix makes the matrix of a record's outcomes.
func (p *Past) Matrix() *Matrix {
	return p.folding(p.Opening).tabulate(p.Opening, p.Outcomes, p.closing, p.ended(), p.Log.Head, p.Log.Complete)
}

// MatrixOf makes the matrix of outcomes that were judged again from the record.
func (p *Past) MatrixOf(r *Run, outcomes []Outcome) *Matrix {
	return p.folding(r.Opening).tabulate(r.Opening, outcomes, p.closing, p.ended(), p.Log.Head, p.Log.Complete)
}

func (p *Past) ended() time.Time { return p.Log.Events[len(p.Log.Events)-1].At }

// tabulate folds outcomes of the machine alone.
func tabulate(o Opening, outcomes []Outcome, end Closing, ended time.Time, head string, complete bool) *Matrix {
	return folding{}.tabulate(o, outcomes, end, ended, head, complete)
}

func (f folding) tabulate(o Opening, outcomes []Outcome, end Closing, ended time.Time, head string, complete bool) *Matrix {
	m := &Matrix{Format: MatrixFormat, Run: o.Run, Target: o.Target, Edition: o.Edition, Identity: o.Identity, Twin: o.Twin,
		State: cmp.Or(o.State, device.Unknown), StateShownBy: o.StateShownBy, Authorisation: o.Authorisation,
		Declared: len(o.ICS) > 0, Selection: o.Only, Effort: o.Effort, Allowed: o.Allowed, Tool: o.Tool,
		Began: o.At, Ended: ended, WaitedS: end.WaitedS, Complete: complete, Cut: end.Cut, Parameters: o.Parameters,
		Undone: end.Undone, NotUndone: end.NotUndone, Head: head, Others: o.Others}
	m.Reduced, m.Draft = reduced(o), Doubtful(o.Edition)
	m.SelfAssessment = selfAssessed(o.Authorisation, o.Identity.Manufacturer)
	by := map[string]Outcome{}
	for _, out := range outcomes {
		if out.Edition != "" && out.Edition != o.Edition {
			continue // run apart, for the other edition
		}
		by[out.Unit] = out
		if out.Finding != nil {
			m.Findings = append(m.Findings, *out.Finding)
		}
	}
	for _, down := range end.Downs {
		m.Findings = append(m.Findings, Finding{Text: "the device did not answer: " + down, Question: "Did the device restart, or was it switched off?"})
	}
	all := slices.Concat(provisions.Must().Provisions(o.Edition), provisions.Must().Beyond())
	for _, pr := range all {
		m.Rows = append(m.Rows, f.row(o, pr, by, end))
	}
	f.hold(o, m.Rows)
	for i, pr := range all {
		m.Rows[i].fold(pr, by)
	}
	m.Answers, m.ICS = f.answered(), f.ics(o)
	m.Roots = roots(m.Rows)
	m.waive(o.Waivers)
	m.conclude()
	m.gate(o.Require)
	return m
}

// reduced says in what a run is less than the method asks.
func reduced(o Opening) (why []string) {
	if o.Effort == Quick {
		why = append(why, "quick effort: less is tried than the method asks")
	}
	if len(o.Only) > 0 {
		why = append(why, "only "+strings.Join(o.Only, ", ")+" was selected")
	}
	if o.JumpClock {
		why = append(why, "on the jump clock: waits were leapt over")
	}
	return why
}

// row is a provision with its units, each as the machine, persons and documents have it.
func (f folding) row(o Opening, pr *provisions.Provision, by map[string]Outcome, end Closing) Row {
	r := Row{Provision: pr.ID, Beyond: pr.Beyond, Obligation: pr.Obligation, Conditions: pr.Conditions, Summary: pr.Summary,
		Basis: map[Basis]int{}, Claim: claim(o.ICS, pr)}
	if pr.Confidence.ToCheck() {
		r.Confidence = string(pr.Confidence)
	}
	for _, c := range pr.Cases {
		for _, u := range c.Units {
			ur := unitRow(o, c, u, by, end)
			f.attest(&ur, by[u.ID], u)
			r.Units = append(r.Units, ur)
		}
	}
	return r
}

// hold takes a PASS back that another unit's verdict leaves without ground: a vacuous one, and a person's that applies the units
// of a case which failed.
func (f folding) hold(o Opening, rows []Row) {
	by := map[string]Verdict{}
	for _, r := range rows {
		for _, u := range r.Units {
			by[u.Unit] = u.Verdict
		}
	}
	for i := range rows {
		for j := range rows[i].Units {
			r := &rows[i].Units[j]
			u, ok := provisions.Must().Unit(o.Edition, r.Unit)
			if !ok || r.Verdict != Pass {
				continue
			}
			if why := f.unfounded(o, u, by); r.Vacuous && why != "" {
				r.Verdict, r.Vacuous, r.Reason = Inconclusive, false, "it speaks of nothing that is there, which was not shown: "+why+"; "+r.Reason
			}
			inherit(r, u, by)
		}
	}
}

// inherit holds a unit that applies the units of another case to a part of what they judge against how those came out. The
// machine judges that part again; a person's word, or a document, needs a second person behind it where the whole is FAIL.
func inherit(r *UnitRow, u *provisions.Unit, by map[string]Verdict) {
	for _, other := range u.Reuses {
		if by[other] != Fail || r.Verdict != Pass {
			continue
		}
		if r.Basis == BasisObserved || r.Basis == BasisDeclared || r.seconded() {
			r.Notes = append(slices.Clone(r.Notes), other+", which it applies to a part, is FAIL: that part was judged by itself")
			continue
		}
		r.Verdict, r.Reason = Inconclusive, fmt.Sprintf("%s, which it applies, is FAIL, and whether this part is free of it was not judged; %s", other, r.Reason)
		r.Next = "judge this part by itself, and have a second person confirm it"
	}
}

// fold brings a provision's units together: unit to case, case to provision.
func (r *Row) fold(pr *provisions.Provision, by map[string]Outcome) {
	claimed := r.Claim == "Y" || pr.Beyond
	var cases []Verdict
	next := 0
	for _, c := range pr.Cases {
		var units []Verdict
		for _, u := range c.Units {
			ur := &r.Units[next]
			next++
			if !claimed {
				unclaimed(ur, by[u.ID], pr)
			}
			if !u.Method.Prepares {
				r.Planned++
			}
			if ur.Verdict == Pass || ur.Verdict == Fail {
				r.Judged++
				r.Basis[ur.Basis]++
			}
			units = append(units, ur.Verdict)
		}
		cases = append(cases, Fold(units...))
	}
	r.Verdict, r.Attested = Fold(cases...), witnesses(r.Units)
	if !claimed {
		r.Word = word(*r)
	}
	r.Reason = why(*r)
}

// claim is what the ICS says of a provision; "default" speaks for those that it does not name.
func claim(ics map[string]device.Claim, pr *provisions.Provision) string {
	if pr.Beyond {
		return ""
	}
	if c, ok := ics[string(pr.ID)]; ok {
		return c.Support
	}
	return ics["default"].Support
}

// unitRow is a unit of the catalogue and, where a suite judged it, its outcome.
func unitRow(o Opening, c *provisions.Case, u *provisions.Unit, by map[string]Outcome, end Closing) UnitRow {
	r := UnitRow{Unit: u.ID, Case: c.ID, Kind: c.Kind, Purpose: c.Summary, Verdict: Inconclusive, Cap: u.Method.Cap, Level: u.Method.Level}
	if u.Confidence.ToCheck() {
		r.Confidence = string(u.Confidence)
	}
	out, ran := by[u.ID]
	_, r.Automatic = automaticUnits(o.Edition)[u.ID]
	switch {
	case ran:
		r.Purpose, r.Verdict, r.Reason, r.Next, r.Basis = out.Purpose, out.Verdict, out.Reason, out.Next, out.Basis
		r.Attempts, r.Climbed, r.Missed, r.Notes = out.Attempts, out.Climbed, out.Missed, out.Notes
		r.Vacuous, r.Evidence, r.Began = out.Vacuous, out.Evidence, out.Began
	case slices.Contains(o.Plan, u.ID):
		r.Reason = "not run: " + cmp.Or(end.Cut, "the run ended before it")
	case r.Automatic:
		r.Reason = "not run: it was not selected"
	default:
		r.Reason = "not run: no test of this version judges it; its method is: " + rungs(u.Method)
		r.Next = "have a person judge it: assay answer RUN --only UNIT"
	}
	return r
}

func rungs(m provisions.Method) string {
	var out []string
	for _, r := range m.Rungs {
		out = append(out, string(r))
	}
	return strings.Join(out, ", ")
}

var (
	automaticMu sync.Mutex
	automaticOf = map[provisions.Edition]map[string]string{}
)

// automaticUnits remembers Automatic; suites declare once, at start.
func automaticUnits(e provisions.Edition) map[string]string {
	automaticMu.Lock()
	defer automaticMu.Unlock()
	if automaticOf[e] == nil {
		automaticOf[e] = Automatic(e)
	}
	return automaticOf[e]
}

// Unclaimed is an outcome as a run tells it in which nothing is declared: the matrix says the same later.
func Unclaimed(e provisions.Edition, o Outcome) Outcome {
	u, known := provisions.Must().Unit(e, o.Unit)
	if !known {
		return o
	}
	p, known := provisions.Must().Provision(e, u.Provision)
	if !known {
		return o
	}
	r := UnitRow{Verdict: o.Verdict, Reason: o.Reason}
	unclaimed(&r, o, p)
	o.Verdict, o.Reason = r.Verdict, r.Reason
	return o
}

// unclaimed is rule NO DECLARATION: nothing claimed, only contrary evidence that proves itself against a mandatory
// provision counts as FAIL.
func unclaimed(r *UnitRow, out Outcome, pr *provisions.Provision) {
	switch {
	case r.Verdict == Fail && out.SelfProving && pr.Obligation == provisions.Mandatory:
		r.Word = Contrary
	case r.Verdict == Fail:
		r.Verdict, r.Word = Inconclusive, NotJudged
		r.Reason = "would fail if claimed: " + r.Reason
	case r.Verdict == Pass:
		r.Verdict, r.Word = Inconclusive, NotJudged
		r.Reason = strings.TrimSuffix("nothing contrary was seen, and nothing is claimed: "+r.Reason, ": ")
	case out.Attempts > 0:
		r.Word = NotJudged
	case r.Verdict == Inconclusive || r.Verdict == NotDone:
		r.Word = NotLooked
	}
}

// word is the strongest of the units' words.
func word(r Row) string {
	for _, w := range []string{Contrary, NotJudged} {
		if slices.ContainsFunc(r.Units, func(u UnitRow) bool { return u.Word == w }) {
			return w
		}
	}
	return NotLooked
}

// why is a provision's reason: that of its units which made its verdict, those that say most first. Units that only wait for a
// person, and have a PASS proposed, are named together at the end: what was found for each stands at the unit.
func why(r Row) string {
	var said, bare, waiting []string
	for _, u := range r.Units {
		if u.Verdict != r.Verdict || u.Reason == "" {
			continue
		}
		line := u.Unit + ": " + u.Reason
		switch {
		case u.Proposal != nil && u.Proposal.Verdict == Pass:
			waiting = append(waiting, u.Unit)
		case u.Attempts > 0 || u.Verdict == Fail:
			said = append(said, line)
		default:
			bare = append(bare, line)
		}
	}
	switch {
	case len(said) > 0:
	case len(bare) > 1:
		said = []string{fmt.Sprintf("%s · and %d more units", bare[0], len(bare)-1)}
	default:
		said = bare
	}
	if len(waiting) > 0 {
		said = append(said, fmt.Sprintf("a person must judge %s, proposed as PASS: assay answer", strings.Join(waiting, ", ")))
	}
	return strings.Join(said, " · ")
}

// whose is the row of the IXIT with which a reason begins: the cause is the same whichever row it breaks.
var whose = regexp.MustCompile(`^\w+-\d+(?:: | declares the log-in there, and )`)

// roots finds causes that turn several units red: the same sentence in the reasons of more than one (rule ROOT).
func roots(rows []Row) (out []Root) {
	at := map[string]int{}
	for _, r := range rows {
		for _, u := range r.Units {
			if u.Verdict != Fail {
				continue
			}
			for cause := range strings.SplitSeq(u.Reason, "; ") {
				cause = whose.ReplaceAllString(cause, "")
				i, ok := at[cause]
				if !ok {
					i = len(out)
					at[cause] = i
					out = append(out, Root{Cause: cause})
				}
				if !slices.Contains(out[i].Units, u.Unit) {
					out[i].Units = append(out[i].Units, u.Unit)
				}
			}
		}
	}
	return slices.DeleteFunc(out, func(r Root) bool { return len(r.Units) < 2 })
}

// Exit codes of a run. Three is trouble of ours or of usage, and no matrix has it.
const (
	ExitConformant   = 0
	ExitFail         = 1
	ExitInconclusive = 2
	ExitTrouble      = 3
)

// conclude folds the device: only claimed provisions count, and a mandatory one that applies must be claimed.
func (m *Matrix) conclude() {
	var counted []Verdict
	var failed, contrary, unmet []string
	invalid, open := m.icsProblems()
	for _, r := range m.Rows {
		switch {
		case r.Beyond:
		case r.Claim == "Y":
			counted = append(counted, r.Verdict)
			if r.Verdict == Fail {
				failed = append(failed, string(r.Provision))
			}
		case r.Word == Contrary:
			contrary = append(contrary, string(r.Provision))
		case r.Claim != "N/A" && r.Obligation == provisions.Mandatory:
			unmet = append(unmet, string(r.Provision))
		}
	}
	m.Exit = ExitInconclusive
	switch {
	case !m.Declared && len(contrary) > 0:
		m.Exit, m.Line = ExitFail, "no claim: not a conformance assessment; contrary evidence for "+strings.Join(contrary, ", ")
	case !m.Declared:
		m.Line = "no claim: not a conformance assessment; no contrary evidence for a mandatory provision was seen"
	case len(failed) > 0 || len(contrary) > 0 || len(invalid) > 0:
		m.Verdict, m.Exit = Fail, ExitFail
		m.Line = "FAIL: " + strings.Join(slices.Concat(failed, contrary, invalid), ", ")
	case len(unmet) > 0:
		m.Verdict, m.Line = Inconclusive, "INCONCLUSIVE: mandatory provisions are not claimed: "+strings.Join(unmet, ", ")
	case len(open) > 0:
		m.Verdict, m.Line = Inconclusive, "INCONCLUSIVE: the ICS is not finished: "+strings.Join(open, ", ")
	default:
		m.Verdict = Fold(counted...)
		m.finish()
	}
}

// finish words a verdict without FAIL. A reduced run, or one that was cut short, is never conformant.
func (m *Matrix) finish() {
	n := 0
	for _, r := range m.Rows {
		if !r.Beyond && r.Claim == "Y" && r.Verdict == Inconclusive {
			n++
		}
	}
	switch {
	case m.Verdict == Pass && m.Complete && len(m.Reduced) == 0:
		m.Exit, m.Line = ExitConformant, "PASS: every claimed provision is met within its caps"
	case m.Verdict == Pass && !m.Complete:
		m.Verdict, m.Line = Inconclusive, "INCONCLUSIVE: the run was cut short"
	case m.Verdict == Pass:
		m.Verdict, m.Line = Inconclusive, "INCONCLUSIVE: nothing failed, but the run is reduced: "+strings.Join(m.Reduced, "; ")
	default:
		m.Line = fmt.Sprintf("INCONCLUSIVE: no claimed provision failed; %d are not settled", n)
	}
}
