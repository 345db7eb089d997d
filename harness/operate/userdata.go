package operate

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// CreateUserData performs the operation create-user-data: a datum of a kind that holds the canary. It is proved by
// finding the canary again through read-user-data.
type CreateUserData struct {
	Kind   string
	Canary evidence.Secret
}

// Do makes the datum.
func (c CreateUserData) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{}
	if err := p.secret("canary", c.Canary); err != nil {
		return Outcome{}, fmt.Errorf("operation %q: %w", "create-user-data", err)
	}
	out, err := perform(ctx, on, "create-user-data", c.Kind, p)
	if err != nil || !out.OK {
		out.Proof = out.why()
		return out, err
	}
	found, err := ReadUserData{Kind: c.Kind, Canary: c.Canary}.Ask(ctx, on)
	out.Proved, out.Proof = err == nil && found.Found, found.says(err)
	return out, nil
}

// Undo carries out what the file declares to take the datum away, and looks whether it is gone.
func (c CreateUserData) Undo(ctx context.Context, on *dial.Device) error {
	const what = "take the user data away"
	read := ReadUserData{Kind: c.Kind, Canary: c.Canary}
	if found, err := read.Ask(ctx, on); err == nil && found.Read && !found.Found {
		return nil // a reset or the device's owner did it
	}
	op, err := find(on.File, "create-user-data", c.Kind)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case len(op.Undo) == 0:
		return fmt.Errorf("%s: operation %q declares no undo", what, "create-user-data")
	}
	p := parameters{"kind": {text: c.Kind}}
	if err := p.secret("canary", c.Canary); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	out, err := run(ctx, on, "create-user-data", op, op.Undo, p, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !out.OK {
		return fmt.Errorf("%s: %s", what, out.why())
	}
	if found, err := read.Ask(ctx, on); err != nil || !found.Read || found.Found {
		return fmt.Errorf("%s: it is not shown that they are gone: %s", what, found.says(err))
	}
	return nil
}

// Level is intrusive.
func (CreateUserData) Level() provisions.Level { return provisions.Intrusive }

// ReadUserData looks for a canary in what the operation read-user-data brings. Without user, password or token it
// reads as the login that the file names.
type ReadUserData struct {
	Kind     string
	As       string // another login of the sample
	User     string
	Password evidence.Secret // such as the one before a reset
	Token    evidence.Secret // of a session that was there before
	Canary   evidence.Secret
	After    time.Duration // waited first, by the clock: what is to be gone may come back
}

// Found is what was read.
type Found struct {
	Read     bool // the steps did as the file expects: data were given out
	LoggedIn bool // the login, if one was needed, was accepted
	Found    bool // the canary was in what came, in any spelling
	Status   int  // of the last HTTP answer
	Why      string
	Answer   string
}

func (f Found) says(err error) string {
	switch {
	case err != nil:
		return "not read back: " + err.Error()
	case f.Found:
		return "read-user-data shows the canary"
	case !f.Read:
		return "not read back: " + f.Why
	}
	return "read-user-data does not show the canary"
}

// Ask reads.
func (r ReadUserData) Ask(ctx context.Context, on *dial.Device) (Found, error) {
	const name = "read-user-data"
	op, err := find(on.File, name, r.Kind)
	if err != nil {
		return Found{}, err
	}
	if err := on.Clock.Sleep(ctx, r.After); err != nil {
		return Found{}, fmt.Errorf("operation %q: wait before it: %w", name, err)
	}
	p := parameters{}
	if r.As != "" || r.User != "" || !r.Password.IsZero() {
		as := r.As
		if as == "" && r.User == "" {
			as = op.Login
		}
		if p, err = (Login{As: as, User: r.User, Password: r.Password}).parameters(on); err != nil {
			return Found{}, fmt.Errorf("operation %q: %w", name, err)
		}
	}
	for what, s := range map[string]evidence.Secret{"token": r.Token, "canary": r.Canary} {
		if err := p.secret(what, s); err != nil {
			return Found{}, fmt.Errorf("operation %q: %w", name, err)
		}
	}
	p["kind"] = value{text: r.Kind}
	spellings := evidence.Spellings(p["canary"].text)
	f := Found{}
	out, err := run(ctx, on, name, op, op.Steps, p, func(body []byte) {
		f.Found = f.Found || !r.Canary.IsZero() && slices.ContainsFunc(spellings, func(s string) bool { return bytes.Contains(body, []byte(s)) })
	})
	if err != nil {
		return Found{}, err
	}
	f.Read, f.LoggedIn, f.Why, f.Answer = out.OK, true, out.why(), out.Answer
	if n := len(out.Steps); n > 0 {
		last := out.Steps[n-1]
		f.Status = last.Status
		f.LoggedIn = last.OK || !strings.HasPrefix(last.What, loggingIn)
	}
	return f, nil
}

// Level is gentle, and intrusive where a password or session is tried that may be void.
func (r ReadUserData) Level() provisions.Level {
	if r.Password.IsZero() && r.Token.IsZero() {
		return provisions.Gentle
	}
	return provisions.Intrusive
}

// DeleteUserData performs the operation delete-user-data, which a row of 25-DelFunc declares.
type DeleteUserData struct {
	Function string // the row's ID
	Kind     string
	Canary   evidence.Secret // zero: nothing is read back
}

// Do deletes. It is proved by the canary's being gone while other data can still be asked for.
func (d DeleteUserData) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	out, err := perform(ctx, on, "delete-user-data", d.Function, parameters{"function": {text: d.Function}, "kind": {text: d.Kind}})
	if err != nil || !out.OK {
		out.Proof = out.why()
		return out, err
	}
	if d.Canary.IsZero() {
		out.Proof = "not read back: what is left is looked for afterwards"
		return out, nil
	}
	found, err := ReadUserData{Kind: d.Kind, Canary: d.Canary}.Ask(ctx, on)
	out.Proved, out.Proof = err == nil && found.Read && !found.Found, found.says(err)
	return out, nil
}

// Level is disruptive: what is deleted does not come back.
func (DeleteUserData) Level() provisions.Level { return provisions.Disruptive }
