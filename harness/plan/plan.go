// Package plan says before a run what it will take: how each unit of an edition will be judged or why it cannot be,
// what it does to the device, and whose time it costs.
//
// Its one idea is that a plan is computed from the catalogue and the device file alone, so that it is the same each time,
// and two plans can be held against each other line by line.
//
//	p := plan.Make(plan.Wish{Edition: provisions.V21, File: f, Allowed: provisions.Disruptive})
//	// p.Units[0]: {5.1-1-1a, "needs a person", "the machine prepares it; …", attended 4 min, sitting end}
package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// Format names the form of a plan in JSON; it changes when a field changes its meaning.
const Format = "assay.plan/1"

// A Way is how a unit will come to a verdict, or why it will not.
type Way string

// The ways, in the order of a summary.
const (
	ByItself   Way = "runs by itself"
	Permission Way = "needs permission" // a level above --allow
	Operation  Way = "needs an operation"
	Twin       Way = "needs a second unit"
	Person     Way = "needs a person"
	Missing    Way = "missing"
	NotClaimed Way = "not claimed"
	NotApplies Way = "not applicable"
)

// Ways are all of them.
var Ways = []Way{ByItself, Permission, Operation, Twin, Person, Missing, NotClaimed, NotApplies}

// A Sitting is when a person is asked: all prompts come in three.
type Sitting string

// The sittings: before the run, while it stands still for a hand at the device, and after it.
const (
	Arrival Sitting = "arrival"
	Middle  Sitting = "middle"
	End     Sitting = "end"
)

// A Wish is what is to be planned.
type Wish struct {
	Target  string
	Edition provisions.Edition
	File    *device.File // nil: nothing is declared
	Image   bool         // without a declaration: an image of the software is at hand, and may be looked into
	Twin    bool
	Allowed provisions.Level
	Effort  harness.Effort
}

// A Plan is what a run will take. Times are whole minutes.
type Plan struct {
	Format     string             `json:"format"`
	Target     string             `json:"target,omitempty"`
	Edition    provisions.Edition `json:"edition"`
	Effort     string             `json:"effort"`
	Allowed    provisions.Level   `json:"allowed"`
	Twin       bool               `json:"twin"`
	Units      []Unit             `json:"units"`
	Count      map[Way]int        `json:"count"`
	Prompts    []Prompt           `json:"prompts"`
	Attended   int                `json:"attended_min"`   // a person's
	Unattended int                `json:"unattended_min"` // of the machine alone
	Blocks     []Block            `json:"blocks"`         // of it, those of ten minutes or more
	Lasting    []string           `json:"lasting"`        // what cannot be undone, or only by hand
}

// A Unit is one unit of the plan.
type Unit struct {
	Unit     string           `json:"unit"`
	Purpose  string           `json:"purpose"`
	Way      Way              `json:"way"`
	Why      string           `json:"why,omitempty"`
	Level    provisions.Level `json:"level"`
	Attended int              `json:"attended_min,omitempty"`
	Sitting  Sitting          `json:"sitting,omitempty"`
	Leaves   string           `json:"leaves,omitempty"` // what it leaves behind, where that is not put back
}

// A Prompt is one thing a person is asked, in its sitting.
type Prompt struct {
	Sitting Sitting  `json:"sitting"`
	What    string   `json:"what"`
	Minutes int      `json:"minutes"`
	Units   []string `json:"units,omitempty"`
}

// A Block is a stretch in which the machine works alone.
type Block struct {
	What    string   `json:"what"`
	Minutes int      `json:"minutes"`
	Units   []string `json:"units"`
}

// Minutes that things take. They are ours.
var (
	perAnswer = harness.Parameter("plan: minutes to judge a unit that a machine has prepared", 4)
	perHand   = harness.Parameter("plan: minutes to judge a unit by hand, with nothing prepared", 12)
	perUnit   = harness.Parameter("plan: seconds of the machine for a unit that no engine counts", 20)
)

// Make computes the plan.
func Make(w Wish) *Plan {
	if w.Effort == "" {
		w.Effort = harness.Normal
	}
	p := &Plan{Format: Format, Target: w.Target, Edition: w.Edition, Effort: w.Effort, Allowed: w.Allowed, Twin: w.Twin, Count: map[Way]int{}}
	m := maker{Wish: w, auto: harness.Automatic(w.Edition), missing: map[string][]string{}, claims: map[provisions.ID]device.Judged{}}
	if w.File != nil {
		for _, g := range w.File.Gaps(w.Edition) {
			if g.Kind != device.Gap || strings.HasPrefix(g.What, "the operation ") {
				continue
			}
			for _, u := range g.Units {
				m.missing[u] = append(m.missing[u], g.What)
			}
		}
		for _, j := range w.File.JudgeICS(w.Edition) {
			m.claims[j.Provision] = j
		}
	}
	for _, pr := range provisions.Must().Provisions(w.Edition) {
		for _, u := range pr.Units() {
			p.Units = append(p.Units, m.unit(u))
		}
	}
	for _, pr := range provisions.Must().Beyond() {
		for _, u := range pr.Units() {
			if _, ok := m.auto[u.ID]; ok {
				p.Units = append(p.Units, m.unit(u))
			}
		}
	}
	p.total(w)
	return p
}

type maker struct {
	Wish
	auto    map[string]string
	missing map[string][]string // by unit
	claims  map[provisions.ID]device.Judged
}

// unit finds the way of one unit: the first that hinders it, or the one by which it goes.
func (m *maker) unit(u *provisions.Unit) Unit {
	purpose, auto := m.auto[u.ID]
	if !auto {
		purpose = caseOf(u).Summary
	}
	out := Unit{Unit: u.ID, Purpose: purpose, Level: u.Method.Level}
	out.Way, out.Why = m.way(u, auto)
	switch {
	case out.Way == Person && auto:
		out.Attended, out.Sitting = perAnswer, End
	case out.Way == Person:
		out.Attended, out.Sitting = perHand, sitting(u)
	case out.Way == ByItself:
		out.Leaves = m.leaves(u)
	}
	return out
}

func caseOf(u *provisions.Unit) *provisions.Case {
	c, ok := provisions.Must().Case(u.Edition, u.Case)
	if !ok {
		return &provisions.Case{}
	}
	return c
}

func (m *maker) way(u *provisions.Unit, auto bool) (Way, string) {
	has := func(r provisions.Rung) bool { return slices.Contains(u.Method.Rungs, r) }
	min := func(r provisions.Rung) bool {
		return slices.Contains(u.Method.Min, r) || len(u.Method.Rungs) == 1 && has(r)
	}
	if way, why := m.claimed(u); way != "" {
		return way, why
	}
	if m.File == nil && !(auto && (has(provisions.LAN) || m.Image && has(provisions.Firmware))) {
		return Missing, "no device file: give one with --device; assay draft begins it"
	}
	if gaps := m.missing[u.ID]; len(gaps) > 0 {
		return Missing, strings.Join(gaps, "; ")
	}
	if (min(provisions.Twin) || u.Method.Rungs[0] == provisions.Twin || needsTwin(u)) && !m.Twin {
		return Twin, "name it with --twin"
	}
	if !auto {
		return Person, "by its method, by hand: " + strings.Join(words(u.Method.Rungs), ", ")
	}
	if lack := m.undeclared(u); len(lack) > 0 {
		return Operation, "operations: " + strings.Join(lack, ", ")
	}
	if u.Method.Level > m.Allowed {
		return Permission, fmt.Sprintf("--allow %s", u.Method.Level)
	}
	if has(provisions.Guided) && !u.Method.Prepares && conceptual(u) {
		return Person, "the machine prepares it and proposes: assay answer"
	}
	return ByItself, ""
}

// needsTwin tells whether the method has a second unit among what it must have.
func needsTwin(u *provisions.Unit) bool {
	return slices.ContainsFunc(u.Method.Needs, func(n provisions.Need) bool {
		return n.Kind == provisions.NeedsEnv && !n.Optional && slices.Contains(n.Names, "twin")
	})
}

// claimed is the ICS's word on the provision, where it takes the unit out of the run.
func (m *maker) claimed(u *provisions.Unit) (Way, string) {
	j, ok := m.claims[u.Provision]
	switch {
	case !ok:
		return "", ""
	case j.Claim.Support == "N/A":
		return NotApplies, strings.Join(nonEmpty(j.Claim.Detail, j.Problem), "; but ")
	case j.Claim.Support == "N":
		return NotClaimed, strings.Join(nonEmpty(j.Claim.Detail, j.Problem), "; but ")
	case j.Claim.Support == "":
		return Missing, j.Problem
	}
	return "", ""
}

func nonEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func conceptual(u *provisions.Unit) bool { return strings.HasPrefix(caseOf(u).Kind, "conceptual") }

// undeclared are the operations that its method cannot do without and the file lacks.
func (m *maker) undeclared(u *provisions.Unit) (out []string) {
	if m.File == nil {
		return nil
	}
	for _, op := range u.Method.Ops() {
		if !slices.Contains(m.operations(), op) && !slices.Contains(out, op) {
			out = append(out, op)
		}
	}
	return out
}

func (m *maker) operations() (out []string) {
	for name := range m.File.Operations {
		bare, _, _ := strings.Cut(name, "/")
		out = append(out, bare)
	}
	return out
}

func words(rungs []provisions.Rung) (out []string) {
	for _, r := range rungs {
		out = append(out, string(r))
	}
	return out
}

// sitting is when a unit is judged by hand: with the device in the hand, or at the desk.
func sitting(u *provisions.Unit) Sitting {
	for _, n := range u.Method.Needs {
		if n.Kind == provisions.NeedsEnv && slices.ContainsFunc(n.Names, atHand) {
			return Arrival
		}
	}
	if slices.Contains(u.Method.Rungs, provisions.Operator) || slices.Contains(u.Method.Rungs, provisions.Bench) {
		return Middle
	}
	return End
}

// atHand are things of the bench that are looked at before it is set up.
func atHand(env string) bool {
	for _, w := range []string{"photo", "label", "manual", "box", "casing", "camera", "lay person"} {
		if strings.Contains(strings.ToLower(env), w) {
			return true
		}
	}
	return false
}

// Ends is when the plan ends, begun at a time: a person works on weekdays from nine to five, the machine always.
func (p *Plan) Ends(began time.Time) time.Time {
	t := began.Add(time.Duration(p.sum(Arrival)) * time.Minute).Add(time.Duration(p.Unattended) * time.Minute)
	for left := p.sum(Middle) + p.sum(End); left > 0; {
		if open, until := atWork(t); open {
			step := min(left, int(until.Sub(t).Minutes()))
			if step == 0 {
				t = until
				continue
			}
			t, left = t.Add(time.Duration(step)*time.Minute), left-step
		} else {
			t = until
		}
	}
	return t
}

// atWork tells whether somebody is at work at a time, and until when that holds.
func atWork(t time.Time) (bool, time.Time) {
	day := func(hour int) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), hour, 0, 0, 0, t.Location()) }
	weekend := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
	switch {
	case weekend || !t.Before(day(17)):
		return false, day(9).AddDate(0, 0, 1)
	case t.Before(day(9)):
		return false, day(9)
	}
	return true, day(17)
}

func (p *Plan) sum(s Sitting) (n int) {
	for _, q := range p.Prompts {
		if q.Sitting == s {
			n += q.Minutes
		}
	}
	return n
}

func order(a, b Prompt) int {
	at := func(s Sitting) int { return slices.Index([]Sitting{Arrival, Middle, End}, s) }
	return cmp.Compare(at(a.Sitting), at(b.Sitting))
}
