package login

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

//go:embed wellknown.tsv
var wellKnownList string

// A Credential is a published default, and where it was published.
type Credential struct{ User, Password, Source string }

// WellKnownList is the embedded list, in the order of trying.
func WellKnownList() (out []Credential) {
	for l := range strings.Lines(wellKnownList) {
		if f := strings.Split(strings.TrimRight(l, "\n"), "\t"); len(f) == 3 && !strings.HasPrefix(l, "#") {
			out = append(out, Credential{f[0], f[1], f[2]})
		}
	}
	return out
}

// WellKnown tries published credentials at a log-in, within the lock-out budget of each account (rule TRY). Each that is
// accepted was accepted twice; a log-in that takes anybody, and a user who gets in with any password, are told apart.
type WellKnown struct {
	At    Login
	Most  int      // tries; 0 means 50
	Users []string // also tried with the passwords of the list, first: the users that are declared
}

// Disturbs says what wrong tries may do.
func (WellKnown) Disturbs() string { return "wrong tries may lock an account" }

// Level is intrusive.
func (WellKnown) Level() provisions.Level { return provisions.Intrusive }
func (q WellKnown) String() string        { return fmt.Sprintf("try published credentials at %s", q.At) }

// Harvest is what came of the list.
type Harvest struct {
	Of       int // credentials that were to be tried
	Tried    int // that were judged: Refused, and Accepted
	Refused  int
	Limited  int // put off, and so not judged
	Unclear  int
	Budget   int          // left out because the account's budget is spent
	Accepted []Credential // twice each
	AnyWord  []string     // of their users, those who get in with a password that nobody can have chosen, too
	Untold   []string     // of their users, those for whom the budget left no such try
	Open     bool         // no credential is needed
	Anything bool         // an invented user with an invented password is taken too
	Why      string       // why it ended before the list did
}

// Unjudged says how many were not judged, and why, as the end of a sentence; "" where all were.
func (h Harvest) Unjudged() (s string) {
	for _, n := range []struct {
		of  int
		why string
	}{{h.Limited, "put off by the device"}, {h.Unclear, "not clearly answered"}, {h.Budget, "left out for the lock-out budget of their accounts"}} {
		if n.of > 0 {
			s += fmt.Sprintf(", %d %s", n.of, n.why)
		}
	}
	return s
}

// maxLimits is how many limits, or cut connections, in a row end the tries; maxWait how long one is waited for, by the clock.
// perAccount is how many passwords of the list one account is tried with, also where its lock-out is declared.
const (
	perAccount = 3
	maxLimits  = 3
	maxWait    = 2 * time.Minute
)

// Ask tries them.
func (q WellKnown) Ask(ctx context.Context, on *dial.Device) (h Harvest, err error) {
	ctx = acquainted(ctx)
	control, err := anonymous(ctx, on, q.At)
	if err != nil {
		return h, err
	}
	if control.Outcome == Open {
		return Harvest{Open: true, Why: control.Why}, nil
	}
	wrong, err := repeat(ctx, on, func() (Tried, error) { return try(ctx, on, q.At, "assay-nobody", nobodys, nil) })
	if err != nil {
		return h, err
	}
	if wrong.Cut {
		return Harvest{Of: len(q.list()), Unclear: 1, Why: fmt.Sprintf("it ended %d connections in a row before it judged a credential: %s", cutsInARow, wrong.Why)}, nil
	}
	switch wrong.Outcome {
	case Accepted:
		return Harvest{Anything: true, Why: "an invented user with an invented password is let in"}, nil
	case Open:
		return Harvest{Open: true, Why: "an invented user is let in and asked for no password"}, nil
	}
	list := q.list()
	h.Of = len(list)
	limits, tried := 0, map[string]int{}
	for _, c := range list {
		if tried[c.User]++; tried[c.User] > perAccount || errors.Is(spend(on, q.At, c.User), dial.ErrBudget) {
			h.Budget++
			continue
		}
		t, err := try(ctx, on, q.At, c.User, c.Password, nil)
		if ctx.Err() != nil {
			return h, context.Cause(ctx)
		}
		if err != nil {
			h.Unclear, h.Why = h.Unclear+1, err.Error()
			if on.Alive(ctx) != nil {
				return h, nil
			}
			continue
		}
		if t.Outcome != Limited && !t.Cut {
			limits = 0
		}
		switch t.Outcome {
		case Accepted, Open:
			if again, err := try(ctx, on, q.At, c.User, c.Password, nil); err == nil && (again.Outcome == Accepted || again.Outcome == Open) {
				h.Accepted, h.Tried = append(h.Accepted, c), h.Tried+1
				if err := h.control(ctx, on, q.At, c.User); err != nil {
					return h, err
				}
			} else {
				h.Unclear++
			}
		case Refused:
			h.Refused, h.Tried = h.Refused+1, h.Tried+1
		case Limited:
			h.Limited++
			if limits++; limits == maxLimits {
				h.Why = "it puts every try off: " + t.Why
				return h, nil
			}
			if err := on.Clock.Sleep(ctx, min(max(t.Wait, pause(limits))+100*time.Millisecond, maxWait)); err != nil {
				return h, err
			}
		default:
			h.Unclear++
			if !t.Cut {
				h.Why = "the last that was unclear: " + t.Why
				continue
			}
			if limits++; limits == maxLimits {
				h.Why = fmt.Sprintf("it ended %d connections in a row before it judged a credential: %s", limits, t.Why)
				return h, nil
			}
			if err := on.Clock.Sleep(ctx, pause(limits)); err != nil {
				return h, err
			}
		}
	}
	return h, nil
}

// nobodys is a password that nobody can have chosen.
const nobodys = "no-such-password-41"

// control tries a password that nobody can have chosen for a user who was let in with a published one: who takes it as well
// has no default password, but none at all.
func (h *Harvest) control(ctx context.Context, on *dial.Device, at Login, user string) error {
	if slices.Contains(h.AnyWord, user) || slices.Contains(h.Untold, user) {
		return nil
	}
	if errors.Is(spend(on, at, user), dial.ErrBudget) {
		h.Untold = append(h.Untold, user)
		return nil
	}
	switch t, err := try(ctx, on, at, user, nobodys, nil); {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil, t.Outcome == Limited, t.Outcome == Unclear:
		h.Untold = append(h.Untold, user)
	case t.Outcome == Accepted, t.Outcome == Open:
		h.AnyWord = append(h.AnyWord, user)
	}
	return nil
}

// list is what is tried: each declared user with the first passwords, then the list.
func (q WellKnown) list() []Credential {
	most := q.Most
	if most == 0 {
		most = 50
	}
	all := WellKnownList()
	var out []Credential
	for _, u := range q.Users {
		for _, c := range all {
			if c.User == u {
				out = append(out, c)
			}
		}
		if !slices.ContainsFunc(all, func(c Credential) bool { return c.User == u }) {
			for _, p := range []string{u, "password", "123456"} {
				out = append(out, Credential{u, p, "the user's name, and the commonest passwords"})
			}
		}
	}
	for _, c := range all {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	count := map[string]int{}
	out = slices.DeleteFunc(out, func(c Credential) bool { count[c.User]++; return count[c.User] > perAccount })
	return out[:min(len(out), most)]
}

// pause is waited at a limit that does not say how long it lasts, longer each time.
func pause(limits int) time.Duration { return unsaid << min(2*limits, 8) }
