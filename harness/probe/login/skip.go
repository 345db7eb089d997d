package login

import (
	"context"
	"fmt"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Skip tries to leave the set-up of a device in the factory state without a password: it opens the pages that a set-up ends on,
// and then tries a log-in with an empty password.
type Skip struct {
	At   Login
	User string
}

// ends are pages on which set-ups end.
var ends = []string{"/dashboard", "/home", "/main", "/index.html", "/app", "/finish", "/done", "/setup/done", "/wizard/finish"}

// Skipped is what came of it.
type Skipped struct {
	Opened   []string // pages that answered without asking for a password
	Accepted bool     // and then the log-in took an empty password, twice
	By       string
}

// Disturbs says what it may do.
func (Skip) Disturbs() string { return "the set-up may end" }

// Level is disruptive: the device may be set up by it.
func (Skip) Level() provisions.Level { return provisions.Disruptive }
func (q Skip) String() string {
	return fmt.Sprintf("skip the set-up, and log in as %s with no password at %s", q.User, q.At)
}

// Ask tries.
func (q Skip) Ask(ctx context.Context, on *dial.Device) (s Skipped, err error) {
	for _, path := range append([]string{""}, ends...) {
		if path != "" {
			r, err := ask(ctx, on, q.At, "GET", path, "", nil)
			if err != nil {
				return s, err
			}
			if r.Status >= 300 || passwordForm(r.Body) {
				continue
			}
			s.Opened = append(s.Opened, path)
		}
		s.Accepted = true
		for range 2 {
			t, err := try(ctx, on, q.At, q.User, "", nil)
			if err != nil {
				return s, err
			}
			s.Accepted = s.Accepted && t.Outcome == Accepted
		}
		if s.Accepted {
			s.By = path
			return s, nil
		}
	}
	return s, nil
}
