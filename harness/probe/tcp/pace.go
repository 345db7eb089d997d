package tcp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// window is what came since the pace was last judged.
type window struct {
	results, answers, silent int
	took                     time.Duration
	well                     bool // a sign of life came, or everything answered
}

// size is how many results make a window.
func (s *scan) size() int { return max(s.limit, Start) / 2 }

// goneQuiet tells that a window brought no answer, of a device that did answer.
func (s *scan) goneQuiet() bool {
	return s.heard && !s.window.well && s.window.answers == 0 && s.window.silent >= s.size()
}

// may spreads the connects of a quiet stretch over time. Where answers come, these set the pace; silence would end
// thousands of connects at one moment and begin thousands at the next, and such a burst is lost on the way.
func (s *scan) may() bool {
	if !s.quiet {
		return true
	}
	now := time.Now()
	perSecond := float64(s.limit) / Brief.Seconds()
	s.allow = min(s.allow+now.Sub(s.paced).Seconds()*perSecond, max(float64(s.limit)/16, 1))
	s.paced = now
	if s.allow < 1 {
		return false
	}
	s.allow--
	return true
}

// controlled judges how a port came out that is known to answer.
func (s *scan) controlled(r result) {
	s.controls++
	if !r.outcome.Answered() {
		s.lost++
		s.limit = max(s.limit/2, Floor)
		s.soft = s.limit
		s.say("a control was lost: %d in flight", s.limit)
	}
}

// check asks for a sign of life. Where none comes, all that was silent since the last one is void: the scan stops, waits
// as the health watch does, goes on more slowly and asks those ports again.
func (s *scan) check(ctx context.Context) {
	if s.unheard && !s.heard {
		s.since = 0
		return
	}
	if s.alive(ctx) == nil {
		s.window.well = true
		s.since, s.doubt = 0, s.doubt[:0]
		return
	}
	if !s.heard { // it never answered: whether it is there is judged once, at the end
		s.unheard, s.since = true, 0
		return
	}
	s.land(ctx)
	s.say("no sign of life with %d in flight: waiting", s.limit)
	s.void()
	s.life = netip.AddrPort{} // it may be that port alone: another one that answers will do
	if s.losses++; s.losses > MaxLosses {
		s.stopped = fmt.Errorf("it fell silent %d times: scan fewer ports at a time, or find out what it can bear", s.losses)
		return
	}
	if err := s.on.Alive(ctx); err != nil {
		s.stopped = err
		return
	}
	s.limit = max(s.limit/4, Floor)
	s.ceiling = max(s.limit*2, Floor)
	s.window = window{}
	s.say("it answers again: %d in flight", s.limit)
}

// void puts the doubtful ports back into the queue.
func (s *scan) void() {
	again := map[netip.AddrPort]bool{}
	for _, j := range s.doubt {
		again[j.to] = true
		j.again = true
		s.queue = append(s.queue, j)
	}
	n := len(s.silent)
	s.silent = slices.DeleteFunc(s.silent, func(p netip.AddrPort) bool { return again[p] })
	s.filtered -= len(s.doubt) - (n - len(s.silent))
	s.since, s.doubt = 0, nil
	for _, p := range s.unsteady { // the device may have gone between its connects
		delete(s.tries, p)
		s.queue = append(s.queue, job{to: p, timeout: Long, again: true})
	}
	s.unsteady = nil
}

// alive connects to a port that answered, twice if need be. Without one it asks the door.
func (s *scan) alive(ctx context.Context) error {
	if !s.life.IsValid() {
		return s.on.Alive(ctx)
	}
	for try := range 2 {
		o, err := s.sweep.Knock(ctx, s.life, Long)
		switch {
		case err != nil:
			return err
		case o.Answered():
			return nil
		case try == 0:
			s.lost++
			s.limit = max(s.limit/2, Floor)
		}
	}
	return dial.ErrDown
}

// adapt judges the window: faster while the device is well, slower when it strains.
func (s *scan) adapt() {
	w, was := s.window, s.limit
	s.window = window{}
	if s.quiet = w.answers == 0; !s.quiet {
		s.allow, s.sent = 0, 0
	}
	s.paced = time.Now()
	most := s.sweep.AtOnce()
	switch {
	case w.answers > 0 && w.took/time.Duration(w.answers) > 4*s.best+Strain:
		s.limit = max(s.limit*3/4, Floor)
	case w.answers == 0 && (w.well || !s.heard): // nothing answers as a rule: no work for the device, or nobody there
		s.limit *= 4
	case w.silent == 0 || w.well:
		s.limit, most = s.limit*2, min(most, max(Fast, was))
	}
	if s.ceiling > 0 {
		most = min(most, s.ceiling)
	}
	if s.soft > 0 {
		s.soft += s.soft/8 + 1
		most = min(most, s.soft)
	}
	if s.limit = min(s.limit, most); s.limit != was {
		s.say("%d in flight, after %d answers and %d silent", s.limit, w.answers, w.silent)
	}
}
