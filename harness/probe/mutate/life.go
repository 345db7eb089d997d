package mutate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
)

// samples of the ordinary request: to know it by, and to hold a loss against.
const (
	ordinary = 20
	samples  = 3
	between  = time.Second
	maxLost  = 4                      // of the ordinary datagrams
	soon     = 150 * time.Millisecond // a later answer to a datagram is late, or 20 times the 95th percentile
)

// baseline asks what anybody may, and learns what is usual.
func (s *session) baseline(ctx context.Context) error {
	var took []time.Duration
	lost := 0
	for range ordinary {
		a := s.send(ctx, s.normal)
		if a.status == 0 && s.lossy() && lost < maxLost && len(took) > 0 && ctx.Err() == nil {
			lost++
			continue
		}
		if a.status == 0 {
			return fmt.Errorf("port %d answers no ordinary request, before anything odd is sent: %w", s.Port, a.err)
		}
		s.usual, took = a.status, append(took, a.took)
	}
	slices.Sort(took)
	s.P95, s.median = took[len(took)*95/100], took[len(took)/2]
	return nil
}

// alive takes up to three samples of an ordinary answer on new connections, and says what became of it: "" when one is as usual.
func (s *session) alive(ctx context.Context) (kind string) {
	for i := range samples {
		if i > 0 && s.on.Clock.Sleep(ctx, between) != nil {
			return ""
		}
		s.hangUp()
		a := s.exchange(ctx, s.normal, s.patience())
		switch {
		case ctx.Err() != nil, a.status != 0 && (a.status < 500 || a.status == s.usual):
			return ""
		case a.status != 0:
			kind = Sick
		default:
			kind = s.kind(ctx, a.err)
		}
	}
	return kind
}

// patience is how long an ordinary answer may take, of real time. Datagrams are asked for three times before they count as lost, so
// that each need not be waited for as long.
func (s *session) patience() time.Duration {
	switch {
	case s.lossy() && s.P95 > 0:
		return max(min(20*s.P95, slow), soon)
	case s.lossy(): // nothing is known yet
		return slow
	}
	return max(5*s.P95, slow)
}

// lossy tells whether what is sent may get lost with nobody at fault.
func (s *session) lossy() bool { return s.grammar != nil && s.grammar.datagrams }

// kind names what an error at an ordinary request says of the service.
func (s *session) kind(ctx context.Context, err error) string {
	var shook = errors.Is(err, errShook)
	switch o := dial.Classify(err); {
	case o == dial.Refused:
		return Gone
	case errors.Is(err, dial.ErrDown):
		return Silent
	case late(err) && (shook || s.begun(err) || s.deaf(ctx, err)):
		return Hangs
	case o == dial.Timeout || o == dial.Unreachable:
		return Silent
	}
	return Closes
}

// begun tells whether an error came after the connection stood: exchange joins what it read and wrote.
func (s *session) begun(err error) bool {
	_, joined := err.(interface{ Unwrap() []error })
	return joined
}

// deaf tells whether datagrams alone are not answered: the device itself lives, and so does not shut us out altogether.
func (s *session) deaf(ctx context.Context, err error) bool {
	return s.lossy() && (late(err) || errors.Is(err, errStrange)) && s.on.Alive(ctx) == nil
}

// lost narrows a loss, repeats it and holds it against ordinary requests. It tells whether the service came back.
func (s *session) lost(ctx context.Context, kind string, since []mutant) bool {
	l := Loss{Kind: kind, Of: repeats}
	defer func() { s.Losses = append(s.Losses, l) }()
	seq := since
	s.name(&l, seq)
	if l.Away, l.Back = s.recover(ctx); !l.Back {
		return false
	}
	seq = s.narrow(ctx, since, &l)
	if seq == nil {
		return l.Back
	}
	s.name(&l, seq)
	l.Unanswered = true
	for range repeats {
		down, answered, kind := s.down(ctx, seq)
		if !down || kind != l.Kind {
			break
		}
		l.Repeated++
		l.Unanswered = l.Unanswered && !answered
		if _, l.Back = s.recover(ctx); !l.Back {
			return false
		}
	}
	if l.Repeated == repeats {
		control := s.normal
		if s.grammar != nil { // which refuses by hanging up: whoever shuts out for that does so for any packet out of order
			control = request{raw: "\x00\x00"}
		}
		for range repeats * len(seq) {
			s.send(ctx, control)
		}
		l.Control = s.alive(ctx) == ""
		s.on.Evidence("minimal sequence", s.spell(seq))
	}
	return true
}

// narrow looks for a smaller sequence that brings the service down: the last mutant alone, then halves. nil: none does, not even all.
func (s *session) narrow(ctx context.Context, seq []mutant, l *Loss) []mutant {
	found := false
	try := func(part []mutant) bool {
		if !l.Back {
			return false
		}
		down, _, kind := s.down(ctx, part)
		if down {
			l.Kind = kind
			_, l.Back = s.recover(ctx)
		}
		return down
	}
	if last := seq[len(seq)-1:]; try(last) {
		return last
	}
	for range maxTries / 2 {
		if len(seq) == 1 || ctx.Err() != nil || !l.Back {
			break
		}
		half := len(seq) / 2
		if try(seq[half:]) {
			seq, found = seq[half:], true
		} else if try(seq[:half]) {
			seq, found = seq[:half], true
		} else {
			break
		}
	}
	if found || len(seq) > 1 && try(seq) {
		return seq
	}
	return nil
}

// down sends a sequence and looks whether the service lives.
func (s *session) down(ctx context.Context, seq []mutant) (down, answered bool, kind string) {
	s.hangUp()
	for _, m := range seq {
		answered = s.send(ctx, m.request).status != 0
	}
	kind = s.alive(ctx)
	return kind != "", answered, kind
}

// recover waits until the service is as usual again.
func (s *session) recover(ctx context.Context) (away time.Duration, back bool) {
	began := s.on.Clock.Now()
	for pause := settle; ; pause = 15 * time.Second {
		if s.on.Clock.Sleep(ctx, pause) != nil {
			return s.on.Clock.Now().Sub(began), false
		}
		back = s.alive(ctx) == "" && ctx.Err() == nil
		if away = s.on.Clock.Now().Sub(began); back || away > patience {
			return away, back
		}
	}
}

func (s *session) name(l *Loss, seq []mutant) {
	l.Sequence, l.Length = nil, 0
	for _, m := range seq {
		l.Sequence = append(l.Sequence, s.spoken(m))
		l.Length += len(m.request.bytes(""))
	}
}

// spell is a sequence whole, for the record.
func (s *session) spell(seq []mutant) (out []byte) {
	for _, m := range seq {
		if s.grammar != nil {
			out = fmt.Appendf(out, "%x\n", m.request.raw)
			continue
		}
		out = append(out, s.show(m.request, "device")...)
		out = append(out, "\r\n\r\n"...)
	}
	return out[:min(len(out), 256<<10)]
}
