// Package profiles holds a run against rule books: laws, labels, guidelines, and the standard itself.
//
// Its one idea is that a rule book is a question to a matrix, not another test: its rows name provisions, whose verdicts
// stand in the matrix, and what no provision covers is asked of a person and never inferred. So one run answers all of them,
// and each comes out as met, not met, or not shown, because.
//
//	p, _ := provisions.Must().Profile("uk-psti")
//	answers, err := profiles.LoadAnswers("answers.yaml")
//	r := profiles.Evaluate(p, m, answers)
//	fmt.Println(r.Says()) // "not shown, because 5.1-2 is INCONCLUSIVE"
package profiles

import (
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

// An Outcome is how a rule book, or one row of it, came out.
type Outcome string

const (
	Met           Outcome = "met"
	NotMet        Outcome = "not met"
	NotShown      Outcome = "not shown"
	NotApplicable Outcome = "not applicable" // of a row alone
	Noted         Outcome = "noted"          // of a row that decides nothing
)

// A Result is a rule book held against one run.
type Result struct {
	Profile    string                    `json:"profile"`
	Title      string                    `json:"title"`
	Kind       string                    `json:"kind"` // standard, law, label, readiness, guidance
	Edition    provisions.Edition        `json:"edition"`
	Outcome    Outcome                   `json:"outcome"` // met, not met or not shown
	Word       string                    `json:"word"`    // the outcome as this book says it: a readiness book says ready
	Because    string                    `json:"because,omitempty"`
	Rule       string                    `json:"rule"`               // pass rule, in words
	Badge      bool                      `json:"badge"`              // may be shown as a mark of having been met
	Deemed     string                    `json:"deemed,omitempty"`   // row of the label that stands for it, as was answered
	Cautions   []string                  `json:"cautions,omitempty"` // what makes it less than it looks
	Lines      []Line                    `json:"lines,omitempty"`    // its rows
	Missing    []Gap                     `json:"missing,omitempty"`  // what would have to be shown still
	Opens      []*provisions.Recognition `json:"opens,omitempty"`    // what the label would open, once held
	Confidence string                    `json:"confidence"`         // of the weakest row that decides
	Sources    []string                  `json:"sources,omitempty"`
}

// A Gap is what would have to be shown still: a provision, or an answer.
type Gap struct {
	What string `json:"what"` // the provision's id, the question's key, or "run"
	Why  string `json:"why"`
}

func (g Gap) String() string { return g.What + ": " + g.Why }

// A Line is one row of a rule book and how it came out.
type Line struct {
	Row        string   `json:"row"`
	Key        string   `json:"key,omitempty"` // in the answer sheet, where it is asked
	Kind       string   `json:"kind"`
	Summary    string   `json:"summary"`
	Outcome    Outcome  `json:"outcome"`
	Because    string   `json:"because,omitempty"`
	Rests      []string `json:"rests_on,omitempty"` // provisions, with their verdicts, and the answer
	Besides    []string `json:"besides,omitempty"`  // recommendations that decide nothing
	OurMapping bool     `json:"our_mapping"`        // the source does not name the provisions
	Hearsay    bool     `json:"hearsay,omitempty"`  // written from general knowledge: not shown as law
	Confidence string   `json:"confidence"`
	Source     string   `json:"source"`
	Read       string   `json:"read,omitempty"`
}

// Says is the outcome as a sentence.
func (r Result) Says() string {
	if r.Because == "" {
		return r.Word
	}
	return r.Word + ", because " + r.Because
}

// word of an outcome: readiness is never said to be met.
func word(kind string, o Outcome) string {
	if kind != provisions.OfReadiness {
		return string(o)
	}
	switch o {
	case Met:
		return "ready"
	case NotMet:
		return "not ready"
	}
	return string(o)
}

// Evaluate holds a matrix against a rule book. answers are those of a person, by "profile:row", as "yes: why", "no: why" or
// "n/a: why"; a question without one is not shown.
func Evaluate(p *provisions.Profile, m *harness.Matrix, answers map[string]string) Result {
	r := Result{Profile: p.Name, Title: p.Title, Kind: p.Kind, Edition: p.Edition, Rule: p.Statement(), Confidence: p.Confidence(),
		Sources: p.Sources(), Opens: provisions.Must().Opens(p.Name), Cautions: cautions(p, m)}
	switch {
	case m.Edition != p.Edition:
		r.Outcome, r.Because = NotShown, fmt.Sprintf("the run is judged in %s: judge the run in edition %s", m.Edition, p.Edition)
		r.Missing = []Gap{{"run", "judged in edition " + string(p.Edition)}}
	case p.Rule == provisions.RuleDevice:
		r.device(m)
	default:
		r.rows(p, m, answers)
	}
	r.Word = word(p.Kind, r.Outcome)
	r.Badge = r.Outcome == Met && r.Deemed == "" && (p.Kind == provisions.OfStandard || p.Kind == provisions.OfLaw || p.Kind == provisions.OfLabel)
	return r
}

// All evaluates every profile.
func All(m *harness.Matrix, answers map[string]string) []Result {
	var out []Result
	for _, p := range provisions.Must().Profiles() {
		out = append(out, Evaluate(p, m, answers))
	}
	return out
}

// device takes the device's own verdict.
func (r *Result) device(m *harness.Matrix) {
	switch r.Because = m.Line; m.Verdict {
	case harness.Pass:
		r.Outcome, r.Because = Met, ""
	case harness.Fail:
		r.Outcome = NotMet
	default:
		r.Outcome = NotShown
	}
	for _, row := range m.Rows {
		if s := look(m, row.Provision); !row.Beyond && s.state != holds && (row.Claim == "Y" || row.Obligation == provisions.Mandatory) {
			r.Missing = append(r.Missing, s.gap())
		}
	}
}

// rows evaluates each row and folds them: not met outweighs not shown outweighs met. A label that is held and stands for this
// book settles what was not shown, never what was seen to be broken.
func (r *Result) rows(p *provisions.Profile, m *harness.Matrix, answers map[string]string) {
	var held *Line
	of := map[Outcome][]string{}
	for _, q := range p.Requirements {
		l := evaluate(p, q, m, answers)
		r.Lines = append(r.Lines, l.Line)
		if q.Kind == provisions.RowRoute && l.Outcome == Met {
			held = &l.Line
		}
		if q.Kind != provisions.RowRoute {
			of[l.Outcome] = append(of[l.Outcome], l.Row)
		}
		for _, what := range l.missing {
			if !slices.Contains(r.Missing, what) {
				r.Missing = append(r.Missing, what)
			}
		}
	}
	switch {
	case len(of[NotMet]) > 0:
		r.Outcome, r.Because = NotMet, r.first(NotMet, of[NotMet])
	case held != nil:
		r.Outcome, r.Deemed, r.Because, r.Missing = Met, held.Row, "a label stands for it, as was answered ("+held.Row+"): "+held.Because, nil
	case len(of[NotShown]) > 0:
		r.Outcome, r.Because = NotShown, r.first(NotShown, of[NotShown])
	case len(of[Met]) > 0:
		r.Outcome = Met
	default:
		r.Outcome, r.Because = NotShown, "no row of it decides anything"
	}
}

// first says the first reason at length and names the other rows.
func (r *Result) first(o Outcome, rows []string) string {
	i := slices.IndexFunc(r.Lines, func(l Line) bool { return l.Outcome == o && l.Kind != provisions.RowRoute })
	said := rows[0] + ": " + r.Lines[i].Because
	if len(rows) > 1 {
		said += fmt.Sprintf("; and %d more: %s", len(rows)-1, strings.Join(rows[1:], ", "))
	}
	return said
}

// cautions say what makes a result less than it looks.
func cautions(p *provisions.Profile, m *harness.Matrix) (out []string) {
	if p.Stale(m.Began) {
		said := "check before use: nobody wrote down until when its sources speak"
		if p.AsOf != "" {
			said = fmt.Sprintf("check before use: its sources are known until %s, which is more than 90 days before the run", p.AsOf)
		}
		out = append(out, said)
	}
	hearsay, ours := 0, 0
	for _, q := range p.Requirements {
		if q.Kind == provisions.RowNotes || q.Kind == provisions.RowRule {
			continue
		}
		if q.Hearsay() {
			hearsay++
		}
		if q.Ours {
			ours++
		}
	}
	if hearsay > 0 {
		out = append(out, fmt.Sprintf("%d of its rows are written from general knowledge: they are no statement of the law", hearsay))
	}
	if ours > 0 {
		out = append(out, fmt.Sprintf("%d of its rows are mapped to provisions by us, not by its source", ours))
	}
	if p.Kind == provisions.OfReadiness {
		out = append(out, "readiness only: this is no assessment by this book, and gives no mark")
	}
	if len(m.Draft) > 0 && p.Edition == m.Edition {
		out = append(out, fmt.Sprintf("draft mapping: nobody held %d units against the document: assay list --confirm", len(m.Draft)))
	}
	if m.SelfAssessment {
		out = append(out, "self-assessment: who tested is who made it")
	}
	return out
}
