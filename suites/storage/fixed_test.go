package storage

import (
	"testing"

	"github.com/secure-by-design/assay/harness/probe/login"
)

// Only a refusal says that a fixed account does not open: a lock, a silence or a log-in that takes anything says nothing.
func TestWhatTriesOfAFixedAccountTell(t *testing.T) {
	for _, c := range []struct {
		first, second, wrong login.Outcome
		opened, seen         bool
	}{
		{login.Refused, login.Refused, login.Refused, false, true},
		{login.Accepted, login.Accepted, login.Refused, true, true},
		{login.Limited, login.Limited, login.Refused, false, false},
		{login.Unclear, login.Accepted, login.Refused, false, false},
		{login.Open, login.Open, login.Open, false, false},
		{login.Accepted, login.Refused, login.Refused, false, false},
		{login.Accepted, login.Limited, login.Refused, false, false},
		{login.Accepted, login.Accepted, login.Accepted, false, false},
		{login.Accepted, login.Accepted, login.Limited, false, false},
	} {
		opened, why := told(func(look int) login.Tried { return login.Tried{Outcome: []login.Outcome{c.first, c.second}[look]} },
			func() login.Tried { return login.Tried{Outcome: c.wrong} })
		if opened != c.opened || (why == "") != c.seen {
			t.Errorf("%s, %s, wrong %s: opened %v, %q", c.first, c.second, c.wrong, opened, why)
		}
	}
}
