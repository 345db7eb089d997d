package harness

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
)

// A Past answers from a record what the device answered then.
type Past struct {
	Opening  Opening
	File     *device.File
	AlsoFile *device.File // of the other edition, where it was to be judged in both
	Outcomes []Outcome    // as they were judged then
	Log      *evidence.Log
	Dir      string // of the run
	Final    bool   // the matrix is that of a final report: every PASS that a person judged needs a second person

	book    *answers.Book
	closing Closing
	planned map[string]bool
	judged  map[string]bool
	begun   map[string]evidence.Event
	byUnit  map[string][]evidence.Event // unit, device, key: in the order in which the unit was answered
	byKey   map[string][]evidence.Event // device, key
	next    map[string]int
}

// Read verifies the record in a directory and makes it ready to answer.
func Read(dir string) (*Past, error) {
	log, err := evidence.Load(dir)
	if err != nil {
		return nil, err
	}
	if len(log.Events) == 0 || log.Events[0].Kind != evidence.Opened {
		return nil, fmt.Errorf("read the record in %s: it has no opening event: the run was cut before it began", dir)
	}
	p := &Past{Log: log, Dir: dir, planned: map[string]bool{}, judged: map[string]bool{}, begun: map[string]evidence.Event{},
		byUnit: map[string][]evidence.Event{}, byKey: map[string][]evidence.Event{}, next: map[string]int{}}
	if err := json.Unmarshal(log.Events[0].Data, &p.Opening); err != nil {
		return nil, fmt.Errorf("read the record in %s: its opening: %w", dir, err)
	}
	if p.File, err = declaredIn(dir, log.Events[0], "device file"); err != nil {
		return nil, err
	}
	if p.AlsoFile, err = declaredIn(dir, log.Events[0], alsoFile); err != nil {
		return nil, err
	}
	p.File, p.AlsoFile = p.Opening.Supplied.Into(p.File), alsoWith(p.Opening.Supplied, p.AlsoFile)
	for _, id := range slices.Concat(p.Opening.Plan, p.Opening.AlsoPlan) {
		p.planned[id] = true
	}
	if !log.Complete {
		p.closing.Cut = "the run was cut short"
	}
	for _, e := range log.Events {
		if err := p.take(e); err != nil {
			return nil, fmt.Errorf("read the record in %s: line %d: %w", dir, e.N, err)
		}
	}
	if err := p.Answer(nil); err != nil {
		return nil, err
	}
	return p, nil
}

// alsoWith is the device file of the other edition, if there is one, with what is supplied.
func alsoWith(s *device.Supplied, f *device.File) *device.File {
	if f == nil {
		return nil
	}
	return s.Into(f)
}

// declaredIn is the device file that was kept with the opening under a name.
func declaredIn(dir string, opening evidence.Event, name string) (*device.File, error) {
	for _, f := range opening.Evidence {
		if f.Name == name {
			return device.Kept(dir, f.SHA256)
		}
	}
	return nil, nil
}

// take sorts an event in.
func (p *Past) take(e evidence.Event) error {
	switch e.Kind {
	case evidence.Begun:
		p.begun[e.Unit] = e
	case evidence.Saw, evidence.Did:
		k := e.Device + " " + e.Key
		p.byKey[k] = append(p.byKey[k], e)
	case evidence.Used:
		k := e.Unit + " " + e.Device + " " + e.Key
		if e.Of < 1 || e.Of > len(p.Log.Events) {
			return fmt.Errorf("it speaks of line %d", e.Of)
		}
		p.byUnit[k] = append(p.byUnit[k], p.Log.Events[e.Of-1])
	case evidence.Judged:
		var o Outcome
		if err := json.Unmarshal(e.Data, &o); err != nil {
			return err
		}
		p.judged[e.Unit] = true
		p.Outcomes = append(p.Outcomes, o)
	case evidence.Trouble:
		if e.Key == "down" {
			return json.Unmarshal(e.Data, &p.closing.Downs)
		}
		p.closing.Cut = e.Error
	case evidence.Undone:
		p.closing.note(e)
	case evidence.Closed: // what was undone and when the device was down stands in lines of their own
		var c Closing
		if len(e.Data) > 0 {
			if err := json.Unmarshal(e.Data, &c); err != nil {
				return err
			}
		}
		p.closing.Cut, p.closing.WaitedS = "", c.WaitedS
	}
	return nil
}

// note takes what an undoing came to.
func (c *Closing) note(e evidence.Event) {
	if e.Error == "" {
		c.Undone = append(c.Undone, e.Key)
	} else {
		c.NotUndone = append(c.NotUndone, e.Key+": "+e.Error)
	}
}

// notRun tells of a unit that was planned then and came to no verdict.
func (p *Past) notRun(unit string) (string, bool) {
	if !p.planned[unit] || p.judged[unit] {
		return "", false
	}
	return "not run", true
}

// find answers a unit's next request. A unit that was in the run gets what it was given, in order; one that was not
// may use an answer that was given exactly once.
func (p *Past) find(unit, device, key, shape string) (evidence.Event, string) {
	k := unit + " " + device + " " + key
	list, own := p.byUnit[k]
	if !own {
		if p.judged[unit] && p.closing.Cut != "" {
			return evidence.Event{}, "not asked: " + p.closing.Cut
		}
		if list = p.byKey[device+" "+key]; len(list) > 1 {
			return evidence.Event{}, fmt.Sprintf("not in the record: %s was answered %d times there, and this unit was given none of them", key, len(list))
		}
	}
	i := p.next[k]
	p.next[k]++
	if !own && len(list) == 1 {
		i = 0
	}
	if i >= len(list) {
		return evidence.Event{}, "not in the record: " + key
	}
	if list[i].Shape != shape {
		return evidence.Event{}, "the record answers an older form of " + key
	}
	return list[i], ""
}

// replaying keeps replays apart: Ginkgo runs one at a time in a process.
var replaying sync.Mutex

// Replay judges a record again with today's suites, without a device. only, if given, selects units instead of
// the record's own selection. It returns what Start would.
func (p *Past) Replay(only []string) ([]Outcome, *Run, error) {
	replaying.Lock()
	defer replaying.Unlock()
	r := &Run{Opening: p.Opening, Clock: clock.NewJump(), past: p}
	p.next = map[string]int{}
	if only != nil {
		r.Opening.Only = only
	}
	out, err := r.replay(p.File)
	return out, r, err
}

// Differences tells in what outcomes that were judged again differ from those of the record, a sentence each. Units that
// were not in the record, or are not judged again, differ in nothing.
func (p *Past) Differences(again []Outcome) (out []string) {
	then := map[string]Outcome{}
	for _, o := range p.Outcomes {
		if o.Edition == "" {
			then[o.Unit] = o
		}
	}
	for _, now := range again {
		was, ok := then[now.Unit]
		if !ok {
			continue
		}
		a, _ := json.Marshal(was)
		b, _ := json.Marshal(now)
		switch {
		case was.Verdict != now.Verdict || was.Reason != now.Reason:
			out = append(out, fmt.Sprintf("%s was %s (%s) and is %s (%s)", now.Unit, was.Verdict, was.Reason, now.Verdict, now.Reason))
		case string(a) != string(b):
			out = append(out, fmt.Sprintf("%s is %s as before, on other grounds", now.Unit, now.Verdict))
		}
	}
	return out
}
