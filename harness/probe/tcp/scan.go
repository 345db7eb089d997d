package tcp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// Parameters of a scan. Times are real.
const (
	Start     = 64   // connects in flight at the beginning
	Floor     = 8    // never fewer
	Fast      = 1024 // the most while a device answers: each SYN costs it work
	CheckEach = 1000 // ports between two signs of life
	Control   = 250  // among so many ports of a silent device, one that answers is asked: is anything lost on the way?
	MaxRounds = 3    // askings again of what was silent
	Brief     = 500 * time.Millisecond
	Long      = 1200 * time.Millisecond // time for a second SYN, which the kernel sends after 1 s
	Longest   = 2 * time.Second         // for a device whose answers usually take a sixth of that
	Strain    = 50 * time.Millisecond   // beyond 4 times its best, answers that late show strain
	MaxLosses = 10                      // times that it may fall silent before the scan gives up
	MaxOurs   = 3                       // tries of a port for which this host lacked something
	maxTrace  = 64 << 10
)

// tries counts connects to a port that was open once.
type tries struct{ opened, all int }

// A scan is that of one address.
type scan struct {
	on    *dial.Device
	sweep *dial.Sweep
	at    netip.Addr
	trace []byte

	queue   []job          // what is still to be asked, last first
	later   []job          // what this host lacked something for
	jobs    map[uint64]job // in flight, by the sweep's ids
	limit   int            // in flight at most, now
	ceiling int            // limit never again above this, where it was too much; 0: none
	soft    int            // the same where a connect was lost: links lose some at any speed, so it grows again; 0: none
	stopped error

	heard   bool           // it answered
	unheard bool           // it was asked for a sign of life before it answered, and gave none
	life    netip.AddrPort // a port that answers
	quiet   bool           // the last window held no answer
	allow   float64        // connects that may be begun now, in quiet
	paced   time.Time      // when allow was counted
	sent    int            // in quiet, since the last control
	best    time.Duration  // shortest answer
	usual   time.Duration  // running mean of answers
	window  window
	losses  int   // how often it fell silent
	since   int   // results since the last sign of life
	doubt   []job // silent or unreachable since then: void if the device was away

	all, scanned, rescanned          int
	closed, filtered, lost, controls int
	peak                             int
	open, unsteady, silent           []netip.AddrPort
	tries                            map[netip.AddrPort]tries
}

// A job is a port to be asked.
type job struct {
	to      netip.AddrPort
	timeout time.Duration
	again   bool // asked before
	control bool // of the port that answers
	ours    int  // how often this host was at fault
}

type result struct {
	job
	outcome dial.Outcome
	took    time.Duration
}

// run asks everything once, then again what was silent where silence is no rule.
func (s *scan) run(ctx context.Context) {
	s.limit, s.jobs, s.tries = Start, map[uint64]job{}, map[netip.AddrPort]tries{}
	s.queue = ports(s.at, s.on.Ports())
	s.all = len(s.queue)
	s.drain(ctx)
	for round := 0; round < MaxRounds && s.stopped == nil && len(s.silent) > 0; round++ {
		if s.closed == 0 && s.lost == 0 {
			break // it drops as a rule, and lost nothing meanwhile
		}
		before := len(s.silent)
		for _, p := range s.silent {
			s.queue = append(s.queue, job{to: p, timeout: Long, again: true})
		}
		s.rescanned, s.silent = s.rescanned+before, nil
		s.limit = max(s.limit/4, min(s.limit, Start))
		s.say("asking %d silent ports again", before)
		s.drain(ctx)
		if len(s.silent) == before {
			break
		}
	}
	s.say("%d open, %d closed, %d filtered, %d silent", len(s.open), s.closed, s.filtered, len(s.silent))
}

// drain asks the queue until nothing is left, and proves at the end that the device is still there.
func (s *scan) drain(ctx context.Context) {
	for s.stopped == nil {
		for len(s.jobs) < s.limit && len(s.queue) > 0 && s.stopped == nil && s.may() {
			s.send(ctx)
		}
		s.receive(ctx)
		if len(s.queue) == 0 && len(s.jobs) == 0 {
			s.queue, s.later = s.later, nil
		}
		switch {
		case ctx.Err() != nil:
			s.stopped = context.Cause(ctx)
		case s.since >= CheckEach, s.goneQuiet(), len(s.jobs) == 0 && len(s.queue) == 0 && s.since > 0:
			s.check(ctx)
		}
		if s.window.results >= s.size() {
			s.adapt()
		}
		if len(s.jobs) == 0 && len(s.queue) == 0 {
			break
		}
	}
}

// receive waits for a result, or a moment where the pace allows more before one comes.
func (s *scan) receive(ctx context.Context) {
	wait := Longest
	if len(s.jobs) < s.limit && len(s.queue) > 0 {
		wait = time.Millisecond
	}
	k, _ := s.sweep.Wait(ctx, wait)
	if j, ours := s.jobs[k.ID]; ours { // not one of a scan that was stopped
		delete(s.jobs, k.ID)
		s.take(result{j, k.Outcome, k.Took})
	}
}

// land waits for all that is in flight.
func (s *scan) land(ctx context.Context) {
	for len(s.jobs) > 0 && ctx.Err() == nil {
		s.receive(ctx)
	}
}

// next takes a job from the queue, or controls.
func (s *scan) next() job {
	if s.quiet && s.life.IsValid() {
		if s.sent++; s.sent > Control {
			s.sent = 0
			return job{to: s.life, timeout: Brief, control: true}
		}
	}
	j := s.queue[len(s.queue)-1]
	s.queue = s.queue[:len(s.queue)-1]
	return j
}

// send begins a job.
func (s *scan) send(ctx context.Context) {
	j := s.next()
	j.timeout = min(max(j.timeout, 6*s.usual), Longest)
	id, err := s.sweep.Begin(ctx, j.to, j.timeout)
	if err != nil {
		s.stopped = err
		return
	}
	s.jobs[id] = j
	s.peak = max(s.peak, len(s.jobs))
}

// take sorts a result in.
func (s *scan) take(r result) {
	if r.control {
		s.controlled(r)
		return
	}
	if r.outcome == dial.Ours {
		if len(s.jobs) <= s.limit { // once for all that were in flight
			s.limit = max(s.limit/2, 1)
			s.ceiling = s.limit
			s.say("this host lacks descriptors, ports or a route: %d in flight", s.limit)
		}
		if r.ours++; r.ours < MaxOurs {
			s.later = append(s.later, r.job)
			return
		}
	}
	s.since++
	s.window.results++
	if !r.again {
		s.scanned++
	}
	if r.outcome.Answered() {
		s.answered(r)
	}
	switch t, was := s.tries[r.to]; {
	case was || r.outcome == dial.Opened:
		s.confirm(r, t)
	case r.outcome == dial.Refused || r.outcome == dial.Reset:
		s.closed++
	case r.outcome == dial.Timeout:
		s.window.silent++
		s.silent = append(s.silent, r.to)
		s.doubt = append(s.doubt, r.job)
	case r.outcome == dial.Unreachable:
		s.window.silent++
		s.filtered++
		s.doubt = append(s.doubt, r.job)
	}
}

func (s *scan) answered(r result) {
	s.heard = true
	s.window.answers++
	s.window.took += r.took
	s.usual += (r.took - s.usual) / 8
	if s.best == 0 || r.took < s.best {
		s.best = r.took
	}
	if !s.life.IsValid() || r.outcome == dial.Opened && s.tries[s.life].opened == 0 {
		s.life = r.to
	}
}

// confirm asks a port that was open once more, and a third time where the two differ.
func (s *scan) confirm(r result, t tries) {
	t.all++
	if r.outcome == dial.Opened {
		t.opened++
	}
	s.tries[r.to] = t
	switch {
	case t.opened == 2:
		s.open = append(s.open, r.to)
	case t.all == 3:
		s.unsteady = append(s.unsteady, r.to)
	default:
		s.queue = append(s.queue, job{to: r.to, timeout: Long, again: true})
	}
}

func (s *scan) say(format string, a ...any) {
	if len(s.trace) < maxTrace {
		s.trace = fmt.Appendf(s.trace, format+"\n", a...)
	}
}

// likely are asked first and get a longer time, so that a port which answers is known early. It decides order, nothing else.
var likely = []uint16{80, 443, 22, 8080, 23, 53, 8443, 554, 1883, 8883, 21, 8000, 8008, 81, 5000, 8888, 49152, 7547, 9000, 6668, 2323, 5555, 1900, 139}

// ports are the jobs of an address in random order, the likely ones first; last first, as the queue is taken.
func ports(a netip.Addr, only []uint16) []job {
	if only == nil {
		only = make([]uint16, 65535)
		for i := range only {
			only[i] = uint16(i + 1)
		}
	}
	var out, first []job
	for _, p := range only {
		if slices.Contains(likely, p) {
			first = append(first, job{to: netip.AddrPortFrom(a, p), timeout: Long})
		} else {
			out = append(out, job{to: netip.AddrPortFrom(a, p), timeout: Brief})
		}
	}
	rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return append(out, first...)
}
