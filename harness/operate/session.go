package operate

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Login performs the operation login, as a login of the sample or with a user and password of its own. Session tokens
// that the file captures are in the outcome's Captured.
type Login struct {
	As       string // "owner"
	User     string // empty: the sample's
	Password evidence.Secret
}

// Do logs in. A refusal is an outcome. A password of its own spends one of the account's wrong tries.
func (l Login) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p, err := l.parameters(on)
	if err != nil {
		return Outcome{}, fmt.Errorf("operation %q: %w", "login", err)
	}
	out, err := login(ctx, on, l.who(), p)
	out.Proved = out.OK && len(out.Captured) > 0
	out.Proof = "a session was captured"
	if !out.Proved {
		out.Proof = "no session was captured"
	}
	return out, err
}

func (l Login) who() string {
	if l.User != "" {
		return l.User
	}
	return l.As
}

// parameters are user and password: those given before the sample's.
func (l Login) parameters(on *dial.Device) (parameters, error) {
	p := parameters{}
	if l.User != "" {
		p["user"] = value{text: l.User}
	}
	if err := p.secret("password", l.Password); err != nil {
		return nil, err
	}
	if !l.Password.IsZero() {
		if _, given := p["user"]; !given && l.As != "" {
			p["user"] = value{text: on.Sample.Logins[l.As].User}
		}
		return p, spend(on, p["user"].text)
	}
	if l.As == "" {
		return p, nil
	}
	return p, p.sample(on, l.As)
}

// Level is gentle for the sample's own login, intrusive for a password that may be wrong.
func (l Login) Level() provisions.Level {
	if l.Password.IsZero() {
		return provisions.Gentle
	}
	return provisions.Intrusive
}

// ChangeCredential performs the operation change-credential: a login of the sample gets the password Value. It is
// proved by logging in with it.
type ChangeCredential struct {
	As       string
	Password evidence.Secret // the present one; zero: the sample's
	Value    evidence.Secret
}

// Do changes it.
func (c ChangeCredential) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	now, err := c.present(on)
	if err != nil {
		return Outcome{}, err
	}
	return c.swap(ctx, on, now, c.Value)
}

// Undo changes it back by the same operation.
func (c ChangeCredential) Undo(ctx context.Context, on *dial.Device) error {
	then, err := c.present(on)
	if err != nil {
		return err
	}
	out, err := c.swap(ctx, on, c.Value, then)
	switch {
	case err != nil:
		return fmt.Errorf("change the credential of %s back: %w", c.As, err)
	case !out.Proved:
		return fmt.Errorf("change the credential of %s back: it is not shown that it was: %s", c.As, out.Proof)
	}
	return nil
}

// Level is intrusive.
func (ChangeCredential) Level() provisions.Level { return provisions.Intrusive }

func (c ChangeCredential) present(on *dial.Device) (evidence.Secret, error) {
	if !c.Password.IsZero() {
		return c.Password, nil
	}
	p := parameters{}
	if err := p.sample(on, c.As); err != nil {
		return evidence.Secret{}, fmt.Errorf("operation %q: %w", "change-credential", err)
	}
	return evidence.Keep(p["password"].text), nil
}

func (c ChangeCredential) swap(ctx context.Context, on *dial.Device, from, to evidence.Secret) (Outcome, error) {
	p := parameters{"user": {text: on.Sample.Logins[c.As].User}}
	for name, s := range map[string]evidence.Secret{"password": from, "value": to} {
		if err := p.secret(name, s); err != nil {
			return Outcome{}, fmt.Errorf("operation %q: %w", "change-credential", err)
		}
	}
	out, err := perform(ctx, on, "change-credential", "", p)
	if err != nil || !out.OK {
		out.Proof = out.why()
		return out, err
	}
	out.Proved, out.Proof = logsIn(ctx, on, p["user"].text, to)
	return out, nil
}

// logsIn tells whether a user and password are accepted, and how that is known.
func logsIn(ctx context.Context, on *dial.Device, user string, password evidence.Secret) (bool, string) {
	if !Declared(on.File, "login") {
		return false, `not read back: operation "login" is not declared`
	}
	p := parameters{"user": {text: user}}
	if err := p.secret("password", password); err != nil {
		return false, "not read back: " + err.Error()
	}
	in, err := login(ctx, on, user, p)
	switch {
	case err != nil:
		return false, "not read back: " + err.Error()
	case !in.OK:
		return false, in.why()
	}
	return true, "the login " + user + " was accepted"
}

// End performs the operation logout with a session's token.
type End struct{ Token evidence.Secret }

// Do ends the session.
func (e End) Do(ctx context.Context, on *dial.Device) (Outcome, error) {
	p := parameters{}
	if err := p.secret("token", e.Token); err != nil {
		return Outcome{}, err
	}
	return perform(ctx, on, "logout", "", p)
}

// Level is gentle.
func (End) Level() provisions.Level { return provisions.Gentle }

// declaredTries is what an account whose lock-out is declared may be tried with: who knows the lock may wait it out.
const declaredTries = 1000

// spend takes one wrong try of the account's budget (rule TRY): three, unless the device file declares its lock-out.
func spend(on *dial.Device, user string) error {
	account := "operation login " + user
	if on.File != nil && on.File.IXIT.AuthMech != nil {
		for _, m := range *on.File.IXIT.AuthMech {
			if m.BF != nil && m.BF.Attempts > 0 && on.Sample.Logins[m.Login].User == user {
				on.Declare(account, declaredTries)
			}
		}
	}
	return on.Wrong(account)
}
