// Package mutate sends a web server what nobody should send, and looks whether it lives and what it makes of it.
//
// Its one idea is that only what repeats convicts: a loss is narrowed to the smallest sequence that brings the service down and
// sent again, and what seems to be executed must show a fresh mark each time, and none without it. All else is counted.
//
//	t, err := mutate.HTTP{Port: 8443, TLS: true, Part: mutate.Forms, Seed: 1, Most: 200, PerSecond: 20}.Ask(ctx, on)
//	// t.Losses[0].Proven: each of 3 repetitions of t.Losses[0].Sequence brought it down
package mutate

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Parts of a web interface.
const (
	Requests = "requests" // request line, headers, paths, and the JSON of the declared log-in
	Forms    = "forms"    // the fields of the forms that are shown to anybody, and queries and paths as pages read them
)

// HTTP sends mutants of ordinary requests to a web server, nowhere logged in.
type HTTP struct {
	Port      uint16
	TLS       bool
	Part      string
	Seed      uint64 // the same seed gives the same mutants of the same inputs
	Most      int    // mutants
	PerSecond int    // to begin with
	Fastest   int    // mutants a second, while it answers as fast as ordinary requests; PerSecond where that is more
}

// Level is disruptive: it may bring the device down.
func (HTTP) Level() provisions.Level { return provisions.Disruptive }

// Disturbs: whatever odd input left behind.
func (HTTP) Disturbs() string { return "odd input was sent" }
func (q HTTP) String() string {
	return fmt.Sprintf("what %d odd %s do to TCP %d", q.Most, q.Part, q.Port)
}

// Tried is what was sent and what came of it.
type Tried struct {
	Open     bool
	Inputs   []string // what was mutated
	Left     []string // what was not, or not to the end, and why
	Sent     int
	Checks   int // looks whether it lives, all well but those that Losses tell of
	Accepted int // answers below 400
	Refused  int // answers from 400
	Errors   int // answers from 500: listed, no contrary evidence
	Dropped  int // connections that ended without an answer
	P95      time.Duration
	Losses   []Loss
	Hits     []Hit
	Traces   []string // answers that show the inside of the program: listed
	Why      string   // why it ended early
}

// Kinds of losses.
const (
	Gone   = "refuses connections"
	Hangs  = "takes connections and does not answer"
	Closes = "closes connections without an answer"
	Silent = "does not react at all"
	Sick   = "answers ordinary requests with errors"
)

// A Loss is a time when the service did not answer an ordinary request in three samples.
type Loss struct {
	Kind       string
	Sequence   []string // the smallest found, each mutant cut to 200 characters
	Length     int      // of the sequence in bytes
	Repeated   int      // how often of Of it was brought down again
	Of         int
	Unanswered bool // the last mutant of the sequence never got an answer
	Control    bool // it lived through as many ordinary requests
	Back       bool // it came back
	Away       time.Duration
}

// Proven tells whether a loss is the doing of its sequence. What shuts an address out after bad input is no loss: it answers the
// input, or closes or drops connections afterwards, as a service that fell over does not.
func (l Loss) Proven() bool {
	return l.Of == repeats && l.Repeated == repeats && l.Control && (l.Kind == Hangs || l.Kind == Gone && l.Unanswered)
}

// A Hit is input that was executed rather than treated as data.
type Hit struct {
	Oracle string // markup, template, path, query, command
	Input  string
	Sent   string
	Shown  string // of the answer
	Times  int    // of 3, each with a fresh mark, while a control showed nothing
}

// Proven tells whether it was so each time.
func (h Hit) Proven() bool { return h.Times == repeats }

// Bounds. Times are by the device's clock, but for answers, whose times are real.
const (
	repeats   = 3
	batch     = 50
	settle    = 60 * time.Second // what a lost service gets before it is looked at again
	patience  = 4 * time.Minute  // what it gets in all
	slack     = 15 * time.Minute // beyond three times what the pace makes of the mutants: then it ends early
	slow      = 2 * time.Second  // a later answer is late, or 5 times the 95th percentile where that is more
	logins    = 40               // mutants of one field of a log-in: guessing is another question's affair
	maxLosses = 3
	maxHits   = 5
	maxTries  = 12 // to narrow a sequence
	maxListed = 10
)

// Ask sends them.
func (q HTTP) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	if q.Most < 1 || q.PerSecond < 1 {
		return Tried{}, fmt.Errorf("send odd %s to TCP %d: %d at %d a second are none", q.Part, q.Port, q.Most, q.PerSecond)
	}
	s := &session{HTTP: q, on: on, dropped: map[string]string{}}
	defer s.hangUp()
	ins, err := s.inputs(ctx)
	if err != nil || !s.Open || len(ins) == 0 {
		return s.Tried, err
	}
	s.normal = request{method: "GET", target: "/", header: [][2]string{{"User-Agent", "Assay"}}}
	if err := s.baseline(ctx); err != nil {
		return s.Tried, err
	}
	ear, err := updates.Serve(ctx, on, nil, updates.Options{Requests: maxHeard})
	if err != nil {
		return s.Tried, fmt.Errorf("listen for calls of the device: %w", err)
	}
	defer ear.Close()
	callers := s.callers(ear, ins)
	for _, c := range callers {
		c.begin(ctx)
	}
	if err = s.run(ctx, plan(ins, q, s.left)); err != nil || s.Why != "" || len(callers) == 0 || on.Clock.Sleep(ctx, later/4) != nil {
		return s.Tried, err
	}
	for _, c := range callers {
		s.Hits = append(s.Hits, c.follow(ctx)...)
	}
	return s.Tried, ctx.Err()
}

// callers set the inputs that people and programs fill in; they are sent before all else, so that the device has time to call.
func (s *session) callers(ear *updates.Server, ins []input) (out []caller) {
	for i, in := range ins {
		if in.calls {
			out = append(out, caller{ear: ear, clock: s.on.Clock, first: marks * (i + 1), forms: forms[:3], name: in.name, send: func(ctx context.Context, v string) { s.send(ctx, in.with(v)) }})
		}
	}
	return out
}

// run sends the plan in batches, each followed by a look whether the service lives; so is whatever got no answer.
func (s *session) run(ctx context.Context, all iter.Seq[mutant]) error {
	began, since := s.on.Clock.Now(), []mutant(nil)
	p := pace{rate: float64(s.PerSecond), most: float64(max(s.Fastest, s.PerSecond)), usual: s.median}
	most := 3*time.Duration(s.Most)*time.Second/time.Duration(s.PerSecond) + slack
	for m := range all {
		if took := s.on.Clock.Now().Sub(began); took > most {
			s.Why = fmt.Sprintf("it answers so slowly that %d mutants took %v", s.Sent, took.Round(time.Minute))
			break
		}
		if err := p.wait(ctx, clock.Own(s.on.Clock)); err != nil {
			return err
		}
		a := s.try(ctx, m)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.answered(a)
		s.Sent++
		s.count(m, a)
		since = append(since, m)
		if m.sign != nil && a.status != 0 && len(s.Hits) < maxHits {
			s.look(ctx, m, a)
		}
		if a.status != 0 && len(since) < batch {
			continue
		}
		losses := len(s.Losses)
		if !s.lives(ctx, since) {
			return ctx.Err()
		}
		if len(s.Losses) > losses {
			p.rate = float64(s.PerSecond)
		}
		since = nil
	}
	s.lives(ctx, since)
	return ctx.Err()
}

// try sends a mutant. Many servers wait for the rest of one that breaks off: what shows by no sign of its own, a look whether the
// service lives tells after twice the time of an ordinary answer that is late.
func (s *session) try(ctx context.Context, m mutant) answer {
	if m.sign != nil || s.lossy() {
		return s.send(ctx, m.request)
	}
	return s.exchange(ctx, m.request, min(2*s.patience(), within))
}

// left tells whether an input is left alone.
func (s *session) left(input string) bool { return s.dropped[input] != "" }

// lives looks whether the service does, and follows up when not. It tells whether to go on.
func (s *session) lives(ctx context.Context, since []mutant) bool {
	if len(since) == 0 {
		return true
	}
	s.Checks++
	kind := s.alive(ctx)
	if kind == "" {
		return ctx.Err() == nil
	}
	if kind == Closes && s.wary {
		s.Why = fmt.Sprintf("it closes connections after %d mutants, as servers do that shut out whoever breaks the protocol", s.Sent)
		return false
	}
	if !s.lost(ctx, kind, since) || len(s.Losses) >= maxLosses || s.Losses[len(s.Losses)-1].Proven() {
		s.Why = fmt.Sprintf("it was down after %d mutants", s.Sent)
		return false
	}
	return true
}

// count sorts an answer. A server that puts a log-in off is left alone with it.
func (s *session) count(m mutant, a answer) {
	switch {
	case a.status == 0:
		s.Dropped++
	case a.status < 400:
		s.Accepted++
	default:
		s.Refused++
	}
	if a.status >= 500 {
		s.Errors++
	}
	if a.status == 429 || a.status == 503 && a.later {
		s.dropped[m.input] = "it puts us off"
		s.Left = append(s.Left, m.input+": it puts us off")
	}
	if t := trace(a.body); t != "" && len(s.Traces) < maxListed {
		s.Traces = append(s.Traces, fmt.Sprintf("%s, %s: %s", m.input, m.kind, t))
	}
}
