package login

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Replay logs in by a challenge in clear, and sends the same answer again over a connection of its own, as somebody would who
// heard it on the way.
type Replay struct {
	At    Login
	User  string
	Right evidence.Secret
	Look  int
}

// Replayed is what came of it.
type Replayed struct {
	First     Tried // the log-in itself: the control
	Again     Tried // the answer once more
	Invented  Tried // an answer to no challenge of the device: what is accepted then needs no password at all
	Challenge bool  // a later challenge was the same again
}

// Level is intrusive: it logs in, and is one wrong try.
func (Replay) Level() provisions.Level { return provisions.Intrusive }
func (q Replay) String() string {
	return fmt.Sprintf("log in as %s at %s and repeat the answer", q.User, q.At)
}

// Ask logs in and repeats.
func (q Replay) Ask(ctx context.Context, on *dial.Device) (r Replayed, err error) {
	pw, err := q.Right.Reveal()
	if err != nil {
		return r, err
	}
	said, path := "", q.At.Path
	nonce := func() (challenge, error) {
		resp, err := ask(ctx, on, q.At, "GET", path, "", nil)
		if err != nil {
			return challenge{}, err
		}
		for _, c := range challenges(strings.Join(resp.Header.Values("WWW-Authenticate"), ", ")) {
			if auth, ok := c.answer(path, q.User, pw); ok {
				said = auth
				return c, nil
			}
		}
		return challenge{}, fmt.Errorf("repeat an answer at %s: it offers no digest that this version can compute", q.At)
	}
	c, err := nonce()
	if err != nil {
		return r, err
	}
	send := func(auth string) (Tried, error) {
		resp, err := ask(ctx, on, q.At, "GET", path, "", with(nil, "Authorization", auth))
		if err != nil {
			return Tried{}, err
		}
		return verdict(resp, web.Response{}), nil
	}
	heard := said
	if r.First, err = send(heard); err != nil || r.First.Outcome != Accepted {
		return r, err
	}
	if r.Again, err = send(heard); err != nil {
		return r, err
	}
	later, err := nonce()
	if err != nil {
		return r, err
	}
	r.Challenge = later.params["nonce"] == c.params["nonce"]
	c.params["nonce"] = "0123456789abcdef"
	if forged, ok := c.answer(path, q.User, "not "+pw); ok {
		r.Invented, err = send(forged)
	}
	return r, err
}
