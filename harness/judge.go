package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// An Outcome is what the record says of a unit that was judged. Fold makes the matrix of outcomes.
type Outcome struct {
	Unit         string             `json:"unit"`
	Edition      provisions.Edition `json:"edition,omitempty"` // of a unit that was run apart, for the other edition
	Purpose      string             `json:"purpose"`
	Verdict      Verdict            `json:"verdict"`
	Reason       string             `json:"reason,omitempty"`
	Next         string             `json:"next,omitempty"`
	Basis        Basis              `json:"basis,omitempty"`
	Attempts     int                `json:"attempts"`
	Climbed      []provisions.Rung  `json:"climbed,omitempty"`
	Missed       []Missed           `json:"missed,omitempty"`
	Notes        []string           `json:"notes,omitempty"`
	Vacuous      bool               `json:"vacuous,omitempty"`
	SelfProving  bool               `json:"self_proving,omitempty"` // a FAIL that needs no declaration
	Finding      *Finding           `json:"finding,omitempty"`
	Proposal     *Proposal          `json:"proposal,omitempty"`     // the machine's, where a person must judge
	Contradicted bool               `json:"contradicted,omitempty"` // the device is otherwise than declared (rule CONTRA)
	Evidence     []EvidenceRef      `json:"evidence,omitempty"`
	Began        time.Time          `json:"began"`
}

// A stop ends a body early.
type stop struct {
	verdict Verdict
	reason  string
	next    string
	vacuous bool

	proposal     *Proposal
	contradicted bool
}

// Inconclude ends the unit: it cannot be judged, because.
func Inconclude(why string, a ...any) {
	panic(stop{verdict: Inconclusive, reason: fmt.Sprintf(why, a...)})
}

// Lack ends the unit as INCONCLUSIVE for want of something that a person can supply: settle says what to do.
func Lack(settle, why string, a ...any) {
	panic(stop{verdict: Inconclusive, reason: fmt.Sprintf(why, a...), next: settle})
}

// Vacuous ends the unit as PASS, basis declared: the criterion speaks of things of which the declaration says
// that there are none. It holds only under rule VACUOUS: call it where the table is there and says "none".
func Vacuous(why string, a ...any) {
	panic(stop{verdict: Pass, reason: fmt.Sprintf(why, a...), vacuous: true})
}

// Contradicted ends a unit that judges a declaration, or what is more than declared, when the device is otherwise (rule CONTRA).
func Contradicted(why string, a ...any) {
	panic(stop{verdict: Inconclusive, reason: "declaration contradicted: " + fmt.Sprintf(why, a...),
		next: "correct the declaration, or the device, and run again", contradicted: true})
}

// Each judges every item, also after one failed: FAIL outweighs INCONCLUSIVE outweighs PASS. No item at all is INCONCLUSIVE.
func Each[T any](what string, items []T, body func(T)) {
	if len(items) == 0 {
		Inconclude("no %s: nothing was tried", what)
	}
	var all []stop
	for _, it := range items {
		if s := caught(func() { body(it) }); s != nil {
			all = append(all, *s)
		}
	}
	for _, v := range []Verdict{Fail, Inconclusive} {
		if s, any := together(all, v); any {
			panic(s)
		}
	}
	if len(all) == len(items) { // every one is vacuous
		panic(all[0])
	}
}

// together joins the reasons of one verdict, each once.
func together(all []stop, v Verdict) (stop, bool) {
	var why, next []string
	for _, s := range all {
		if s.verdict != v {
			continue
		}
		if !slices.Contains(why, s.reason) {
			why = append(why, s.reason)
		}
		if s.next != "" && !slices.Contains(next, s.next) {
			next = append(next, s.next)
		}
	}
	out := stop{verdict: v, reason: strings.Join(why, "; "), next: strings.Join(next, "; ")}
	if v == Inconclusive {
		out = out.withProposal(all)
		out.contradicted = slices.ContainsFunc(all, func(s stop) bool { return s.contradicted })
	}
	return out, why != nil
}

// caught runs a body and tells how it ended early, if it did.
func caught(body func()) (s *stop) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case stop:
			s = &p
		default:
			s = &stop{verdict: Inconclusive, reason: fmt.Sprintf("our own trouble: the judgement broke: %v", p)}
		}
	}()
	body()
	return nil
}

// assertion is Gomega's fail handler: its own "Expected" never reaches a reader.
func assertion(message string, _ ...int) {
	sentence, _, _ := strings.Cut(message, "\nExpected\n")
	if sentence = strings.TrimSpace(sentence); sentence == "" || strings.HasPrefix(sentence, "Expected") {
		panic(stop{verdict: Inconclusive, reason: "our own trouble: an expectation without a sentence was not met"})
	}
	panic(stop{verdict: Fail, reason: sentence})
}

// Kept carries what an earlier unit of a case saw to a later one.
type Kept[T any] struct{ value *T }

// Keep sets it.
func (k *Kept[T]) Keep(v T) { k.value = &v }

// Get returns it; unset, the unit is INCONCLUSIVE.
func (k *Kept[T]) Get() T {
	if k.value == nil {
		Inconclude("the unit of this case that prepares it did not come so far")
	}
	return *k.value
}

// running is a unit while its body runs.
type running struct {
	*unit
	dut   *DUT
	began time.Time

	mu      sync.Mutex
	outcome Outcome
	doubts  []string

	asked, declared bool // it was given an answer of the device; it read a table of the device file
}

type runningKey struct{}

func unitOf(ctx context.Context) *running {
	u, _ := ctx.Value(runningKey{}).(*running)
	if u == nil {
		panic("Ask and Do need the context of their unit")
	}
	return u
}

// use notes that the unit was given an answer.
func (u *running) use(d *DUT, r request, e evidence.Event) {
	ref := EvidenceRef{Event: e.N, Device: d.Name, What: r.spoken(), Answer: brief(e)}
	for _, f := range e.Evidence {
		ref.Files = append(ref.Files, f.SHA256)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if _, own := r.subject.(Canary); own {
		return // nothing of the device
	}
	u.outcome.Attempts++
	u.asked = true
	if !slices.ContainsFunc(u.outcome.Evidence, func(o EvidenceRef) bool { return o.Event == ref.Event }) {
		u.outcome.Evidence = append(u.outcome.Evidence, ref)
	}
}

// spoken is how a reader knows a request.
func (r request) spoken() string {
	if r.at.IsValid() {
		return fmt.Sprintf("%s, at %v", spoken(r.subject), r.at)
	}
	return spoken(r.subject)
}

// spoken is how a reader knows a question: its own String, or its key.
func spoken(q any) string {
	if s, ok := q.(fmt.Stringer); ok {
		return s.String()
	}
	return strings.ReplaceAll(Key(q), `"`, "")
}

func brief(e evidence.Event) string {
	s := evidence.Compact(e.Answer)
	if e.Error != "" {
		s = e.Error
	}
	const most = 240
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// NotClimbed says that a rung of the method was not climbed, and why; the verdict stands on the others.
func NotClimbed(ctx context.Context, r provisions.Rung, why string, a ...any) {
	u := unitOf(ctx)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.outcome.Climbed = slices.DeleteFunc(u.outcome.Climbed, func(c provisions.Rung) bool { return c == r })
	u.outcome.Missed = slices.DeleteFunc(u.outcome.Missed, func(m Missed) bool { return m.Rung == r })
	u.outcome.Missed = append(u.outcome.Missed, Missed{r, fmt.Sprintf(why, a...)})
}

// Doubt says why the unit cannot PASS, and lets it go on: something was not looked at, and contrary evidence may still be
// found elsewhere. A unit that would PASS is INCONCLUSIVE with its doubts.
func Doubt(ctx context.Context, why string, a ...any) {
	u := unitOf(ctx)
	u.mu.Lock()
	defer u.mu.Unlock()
	if d := fmt.Sprintf(why, a...); !slices.Contains(u.doubts, d) {
		u.doubts = append(u.doubts, d)
	}
}

// Note adds a sentence for the reader: a narrower cap, a parameter of ours, something listed and not judged.
func Note(ctx context.Context, what string, a ...any) {
	u := unitOf(ctx)
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := fmt.Sprintf(what, a...); !slices.Contains(u.outcome.Notes, n) {
		u.outcome.Notes = append(u.outcome.Notes, n)
	}
}

// judge runs a unit's body and takes its verdict; nothing else does.
func (r *Run) judge(ctx context.Context, dut *DUT, u *unit) Outcome {
	run := &running{unit: u, dut: dut}
	run.outcome = Outcome{Unit: u.id, Edition: u.apart, Purpose: u.purpose, Basis: BasisObserved, Climbed: slices.Clone(u.climbs)}
	r.begin(run)
	for _, rung := range u.row.Method.Rungs {
		if !slices.Contains(u.climbs, rung) {
			run.outcome.Missed = append(run.outcome.Missed, Missed{rung, "this version of the suite does not climb it"})
		}
	}
	s := caught(func() { u.body(context.WithValue(ctx, runningKey{}, run)) })
	o := &run.outcome
	switch {
	case s == nil:
		o.Verdict = Pass
	default:
		o.Verdict, o.Reason, o.Next, o.Vacuous, o.Proposal = s.verdict, s.reason, s.next, s.vacuous, s.proposal
		o.Contradicted = s.contradicted
	}
	if run.declared && !run.asked {
		o.Basis = BasisDeclared
	}
	if o.Verdict == Pass && len(run.doubts) > 0 {
		o.Verdict, o.Vacuous, o.Reason = Inconclusive, false, "nothing contrary was seen, but "+strings.Join(run.doubts, "; ")
	}
	o.doubt(run.doubts)
	settle(o, u, run.dut.State(), r.Opening)
	return *o
}

// settle holds a raw verdict against the rules that no body may break.
func settle(o *Outcome, u *unit, state device.State, open Opening) {
	if o.Vacuous {
		o.Basis = BasisDeclared
	} else if o.Attempts == 0 {
		o.Basis, o.Proposal = "", nil
		if o.Verdict == Fail {
			o.Verdict, o.Reason = Inconclusive, "nothing was observed, yet it said: "+o.Reason
		} else if o.Verdict == Pass {
			o.Verdict, o.Reason = Inconclusive, "nothing was observed"
		}
	}
	if u.row.Method.Prepares {
		o.Verdict, o.Proposal = map[Verdict]Verdict{Pass: Done, Fail: NotDone, Inconclusive: NotDone}[o.Verdict], nil
		return
	}
	judged := o.Verdict == Pass || o.Verdict == Fail || o.Proposal != nil
	if judged && u.binds != "" && state != u.binds && o.Basis != BasisDeclared {
		notInState(o, u.binds, state)
		return
	}
	if o.passes() && u.quota != "" && open.Effort == Quick && o.Basis != BasisDeclared {
		o.Verdict, o.Proposal, o.Reason = Inconclusive, nil, "a quick run does not reach what the method asks: "+u.quota
		o.Next = "run again with --effort normal"
	}
	if o.Proposal != nil {
		o.Next = "have a person judge it: assay answer RUN"
	}
	o.SelfProving = o.Verdict == Fail && u.selfProving
}

// notInState is rule STATE: what was seen in a state that is not shown is a finding with the question that settles it.
func notInState(o *Outcome, binds, state device.State) {
	seen := "nothing contrary was seen"
	if p := o.Proposal; p != nil {
		o.Verdict, o.Reason, o.Proposal = p.Verdict, p.Reason, nil
	}
	if o.Verdict == Fail {
		seen = o.Reason
		o.Finding = &Finding{Text: o.Reason, Unit: o.Unit, Question: question[binds]}
	}
	o.Verdict = Inconclusive
	o.Reason = fmt.Sprintf("state not shown: it binds in the state %s, and the device's state is %s; %s", binds, state, seen)
	o.Next = fmt.Sprintf("%s Answer with --state %s, or with state: in the device file", question[binds], binds)
}

// question is what a person is asked about a state.
var question = map[device.State]string{
	device.Initialised: "Has somebody finished the device's set-up?",
	device.Factory:     "Is the device as it left the factory?",
	device.SetUp:       "Is the device in its set-up?",
}

// begin fixes when the unit began and the state it found, from the record in replay.
func (r *Run) begin(u *running) {
	if r.past != nil {
		if b, ok := r.past.begun[u.key()]; ok {
			u.began = b.At
			var s device.State
			if json.Unmarshal(b.Data, &s) == nil {
				u.dut.enter(s)
			}
		} else {
			u.began = r.Opening.At
		}
	} else {
		u.began = r.Clock.Now().UTC()
		state, _ := json.Marshal(u.dut.State())
		r.record(evidence.Event{Kind: evidence.Begun, At: u.began, Unit: u.key(), Data: state})
	}
	u.outcome.Began = u.began
}

// watch begins a question that outlives epochs.
func (d *DUT) watch(r request) {
	if d.run.past != nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open["watch "+r.key] != nil || caught(func() { d.run.consent(r) }) != nil {
		return
	}
	p := &pending{done: make(chan struct{})}
	d.open["watch "+r.key] = p
	d.run.Clock.Busy(1)
	go func() {
		defer d.run.Clock.Busy(-1)
		d.run.perform(d, p, r)
	}()
}
