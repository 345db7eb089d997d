package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// SetOption decides what a row of 26-UserDec leaves to the user, by the operation set-option of that row ("set-option/UserDec-3").
// It is proved by reading back what holds, through settings-read of that row, which captures state.
type SetOption struct {
	Row, Option string // its ID, and the text of an option
	Back        string // the option that is put back in the end
}

// Do decides.
func (s SetOption) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	was, err := s.holds(ctx, on)
	if err != nil {
		return Outcome{}, err
	}
	out, err := perform(ctx, on, "set-option", s.Row, parameters{}.with("option", s.Option))
	if err != nil || !out.OK {
		out.Proof = out.why()
		return out, err
	}
	is, err := s.holds(ctx, on)
	switch {
	case err != nil:
		out.Proof = err.Error()
	case !strings.EqualFold(is, s.Option) && is == was:
		out.Proof = fmt.Sprintf("settings-read says %q, as before", is)
	default:
		out.Proved, out.Proof = true, fmt.Sprintf("settings-read says %q", is)
	}
	return out, nil
}

// holds is what the device says of the row.
func (s SetOption) holds(ctx context.Context, on *dial.Device) (string, error) {
	a, err := Reading{Name: "settings-read", Kind: s.Row}.Ask(ctx, on)
	if err != nil {
		return "", err
	}
	if a.Values["state"] == "" {
		return "", fmt.Errorf("operation \"settings-read/%s\": it does not say which option holds: add to a step capture: {state: …} %s", s.Row, a.Why)
	}
	return a.Values["state"], nil
}

// Undo puts the former option back.
func (s SetOption) Undo(ctx context.Context, on *dial.Device) error {
	out, err := SetOption{Row: s.Row, Option: s.Back}.Do(ctx, on)
	if err != nil {
		return fmt.Errorf("put %s back to %q: %w", s.Row, s.Back, err)
	}
	if is, err := s.holds(ctx, on); !out.OK || err != nil || strings.EqualFold(is, s.Option) && !strings.EqualFold(s.Option, s.Back) {
		return fmt.Errorf("put %s back to %q: it is not shown that it holds: %s %q", s.Row, s.Back, out.why(), is)
	}
	return nil
}

// Level is intrusive.
func (SetOption) Level() provisions.Level { return provisions.Intrusive }
func (s SetOption) String() string        { return fmt.Sprintf("decide %s: %s", s.Row, s.Option) }

// MakeFault brings about something that the check of the maintenance is to report, by the operation make-fault of its kind, whose
// undo puts it right.
type MakeFault struct{ Kind string }

// Do makes it.
func (m MakeFault) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	if op, err := find(on.File, "make-fault", m.Kind); err == nil && len(op.Undo) == 0 {
		return Outcome{}, fmt.Errorf("operation \"make-fault/%s\": it declares no undo, and is not made", m.Kind)
	}
	return perform(ctx, on, "make-fault", m.Kind, parameters{})
}

// Undo puts it right, as the file declares.
func (m MakeFault) Undo(ctx context.Context, on *dial.Device) error {
	op, err := find(on.File, "make-fault", m.Kind)
	if err != nil {
		return err
	}
	out, err := run(ctx, on, "make-fault", op, op.Undo, parameters{}.with("kind", m.Kind), nil)
	if err == nil && !out.OK {
		err = errors.New(out.why())
	}
	if err != nil {
		return fmt.Errorf("put right what make-fault/%s did: %w", m.Kind, err)
	}
	return nil
}

// Level is intrusive.
func (MakeFault) Level() provisions.Level { return provisions.Intrusive }
func (m MakeFault) String() string        { return "make the fault " + m.Kind }
