package operate

import (
	"context"
	"fmt"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Access asks a function of 13-SoftServ as somebody, and looks for a canary in the answer. It reads; Write changes.
type Access struct {
	Service  string          // row of 13-SoftServ
	Function string          // its name
	As       string          // a login of the sample; "": nobody
	Token    evidence.Secret // a session instead, such as one that was ended
	Garbage  bool            // a session that nobody ever had
	Canary   evidence.Secret
	Look     int // a second look is another question
}

// Accessed is what came.
type Accessed struct {
	Status   int
	Admitted bool // 2xx
	LoggedIn bool // the login, if one was needed, was accepted
	Found    bool // the canary was in the answer
	Bytes    int
	Why      string
}

// Level is gentle as nobody; a wrong or another's credential is intrusive.
func (q Access) Level() provisions.Level {
	if q.As == "" && q.Token.IsZero() && !q.Garbage {
		return provisions.Gentle
	}
	return provisions.Intrusive
}

func (q Access) String() string {
	who := "nobody"
	switch {
	case q.As != "":
		who = q.As
	case q.Garbage:
		who = "an invented session"
	case !q.Token.IsZero():
		who = "a session from before"
	}
	return fmt.Sprintf("read %s of %s as %s", q.Function, q.Service, who)
}

// Ask reads.
func (q Access) Ask(ctx context.Context, on *dial.Device) (Accessed, error) {
	f, err := function(on.File, q.Service, q.Function)
	if err != nil {
		return Accessed{}, err
	}
	if f.Read == nil {
		return Accessed{}, fmt.Errorf("%s of %s has no read: in 13-SoftServ, so that it cannot be asked", q.Function, q.Service)
	}
	return requestAs(ctx, on, f.Read, who{q.As, q.Token, q.Garbage}, parameters{}, q.Canary)
}

// Write uses a function of 13-SoftServ that changes something, as somebody.
type Write struct {
	Service, Function string
	As                string
	Garbage           bool
	Value             evidence.Secret
}

// Level is intrusive.
func (Write) Level() provisions.Level { return provisions.Intrusive }
func (w Write) String() string {
	return fmt.Sprintf("write %s of %s as %s", w.Function, w.Service, map[bool]string{true: "nobody", false: w.As}[w.As == ""])
}

// Do writes.
func (w Write) Do(ctx context.Context, on *dial.Device) (Accessed, error) {
	f, err := function(on.File, w.Service, w.Function)
	if err != nil {
		return Accessed{}, err
	}
	if f.Write == nil {
		return Accessed{}, fmt.Errorf("%s of %s has no write: in 13-SoftServ", w.Function, w.Service)
	}
	p := parameters{}
	if err := p.secret("value", w.Value); err != nil {
		return Accessed{}, err
	}
	return requestAs(ctx, on, f.Write, who{w.As, evidence.Secret{}, w.Garbage}, p, evidence.Secret{})
}

func function(f *device.File, service, name string) (device.Function, error) {
	if f != nil && f.IXIT.SoftServ != nil {
		for _, s := range *f.IXIT.SoftServ {
			for _, fn := range s.Functions {
				if s.ID == service && fn.Name == name {
					return fn, nil
				}
			}
		}
	}
	return device.Function{}, fmt.Errorf("13-SoftServ has no function %q of %s", name, service)
}

// who asks.
type who struct {
	as      string
	token   evidence.Secret
	garbage bool
}

// requestAs makes one request as somebody, and lets others look at the answer. Without a subject, headers that would hold one are left out.
func requestAs(ctx context.Context, on *dial.Device, h *device.HTTP, w who, p parameters, canary evidence.Secret, look ...func([]byte)) (Accessed, error) {
	a := Accessed{LoggedIn: true}
	p = p.of(on)
	switch {
	case w.as != "":
		if err := p.sample(on, w.as); err != nil {
			return a, err
		}
		in, err := login(ctx, on, w.as, p)
		if err != nil {
			return a, err
		}
		if a.LoggedIn = in.OK; !in.OK {
			a.Why = in.why()
			if n := len(in.Steps); n > 0 {
				a.Status = in.Steps[n-1].Status
			}
			return a, nil
		}
		for k, s := range in.Captured {
			p.secret(k, s)
		}
	case !w.token.IsZero():
		if err := p.secret("token", w.token); err != nil {
			return a, err
		}
	case w.garbage:
		p["token"] = value{text: "0123456789abcdef0123456789abcdef"}
	default:
		h = withoutSubject(h)
	}
	r, err := request(ctx, on, h, p)
	if err != nil {
		return a, err
	}
	a.Status, a.Admitted, a.Bytes = r.status, r.status >= 200 && r.status < 300, len(r.body)
	for _, see := range look {
		see(r.body)
	}
	if !canary.IsZero() {
		v, err := canary.Reveal()
		if err != nil {
			return a, err
		}
		for _, s := range evidence.Spellings(v) {
			a.Found = a.Found || strings.Contains(string(r.body), s)
		}
	}
	return a, nil
}

// withoutSubject leaves out what names the asker.
func withoutSubject(h *device.HTTP) *device.HTTP {
	c := *h
	c.Login, c.Headers = "", map[string]string{}
	for k, v := range h.Headers {
		if !device.Placeholder.MatchString(v) {
			c.Headers[k] = v
		}
	}
	return &c
}
