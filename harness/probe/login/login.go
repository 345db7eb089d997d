// Package login finds the log-ins of a device and tries them.
//
// Its one idea is that a refusal is an answer only to who was heard: a try that met a lock, a throttle or trouble is none,
// and a log-in that lets anybody in has no password to guess. So each try says which it was, each series begins with a
// control, and a series of wrong passwords ends with the proof that the account works again.
//
//	logins, err := login.All{At: places}.Ask(ctx, on)
//	tried, err := login.WellKnown{At: logins[0]}.Ask(ctx, on)
package login

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// A Login is a place where credentials are taken.
type Login struct {
	Protocol string     // basic, digest, form, json, onvif, ssh, telnet, ftp, mqtt, rtsp
	Address  netip.Addr // another of the device's than its first; zero: the first
	Port     uint16
	TLS      bool
	Path     string // of HTTP: where they go
	Page     string // of a form: where it stands
	Guards   string // of HTTP: a path that only a log-in opens
	Realm    string
	User     string // name of the field, of a form
	Password string
	Mech     string // the row of 1-AuthMech that declares it
	Digest   bool   `json:",omitempty"` // of RTSP and ONVIF: it asks for a digest alone, so that no password is sent
	Drawn    bool   `json:",omitempty"` // of a form: a script draws it, so that the page as it comes does not hold it
}

// String is how a reader knows it: "the form at https port 8443 /login".
func (l Login) String() string {
	if l.Address.IsValid() {
		return fmt.Sprintf("%s of %v", l.spell(), l.Address)
	}
	return l.spell()
}

func (l Login) spell() string {
	web := "http"
	if l.TLS {
		web = "https"
	}
	switch l.Protocol {
	case "basic", "digest":
		return fmt.Sprintf("%s authentication at %s port %d %s", l.Protocol, web, l.Port, l.Path)
	case "form":
		return fmt.Sprintf("the form at %s port %d %s", web, l.Port, l.Page)
	case "json":
		return fmt.Sprintf("the API at %s port %d %s", web, l.Port, l.Path)
	case "onvif":
		return fmt.Sprintf("ONVIF at %s port %d %s", web, l.Port, l.Path)
	case "mqtt":
		if l.TLS {
			return fmt.Sprintf("MQTT over TLS on port %d", l.Port)
		}
	}
	return fmt.Sprintf("%s on port %d", l.Protocol, l.Port)
}

// InClear tells whether the password goes over the network as it is, and whether that is sure: what a script sends may be disguised.
func (l Login) InClear() (clear, sure bool) {
	clear = !l.TLS && !l.Digest && l.Protocol != "ssh" && l.Protocol != "digest" && l.Protocol != "onvif"
	return clear, l.Protocol != "json"
}

// on is the device at the log-in's address.
func (l Login) on(d *dial.Device) *dial.Device {
	if l.Address.IsValid() {
		return d.At(l.Address)
	}
	return d
}

// account is how the lock-out budget knows an account.
func (l Login) account(user string) string {
	if l.Address.IsValid() { // another server than that of the first address, for all that is known
		return fmt.Sprintf("%v %d %s %s", l.Address, l.Port, l.Protocol, user)
	}
	return fmt.Sprintf("%d %s %s", l.Port, l.Protocol, user)
}

// An Outcome is what came of a try.
type Outcome string

// Outcomes. Only Refused says that the credential is wrong.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
	Limited  Outcome = "limited" // locked, throttled or put off: the credential was not judged
	Open     Outcome = "open"    // nothing is needed to come in
	Unclear  Outcome = "unclear"
)

// Tried is one try.
type Tried struct {
	Outcome Outcome
	Status  int             // of HTTP
	Wait    time.Duration   // that a limit asks for
	Took    time.Duration   // by the run's clock
	Session evidence.Secret // that it opened, where it shows
	Cut     bool            // unclear, because the connection was refused, ended or fell silent before it was judged
	Why     string          // of what is not accepted or refused
}

// As tries one credential that is known: the control of a series, or a password from before.
type As struct {
	At       Login
	User     string
	Password evidence.Secret
	Look     int // a second look is another question
}

// Ask tries it.
func (q As) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	pw, err := q.Password.Reveal()
	if err != nil {
		return Tried{}, err
	}
	return try(ctx, on, q.At, q.User, pw, nil)
}

// Level is intrusive: it logs in, or is one wrong try.
func (As) Level() provisions.Level { return provisions.Intrusive }
func (q As) String() string        { return fmt.Sprintf("log in as %s at %s", q.User, q.At) }

// Try tries one published credential.
type Try struct {
	At             Login
	User, Password string
	Look           int
}

// Ask tries it, within the account's budget.
func (q Try) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	if err := spend(on, q.At, q.User); err != nil {
		return Tried{}, fmt.Errorf("try %s/%s at %s: %w", q.User, q.Password, q.At, err)
	}
	return try(ctx, on, q.At, q.User, q.Password, nil)
}

// declaredTries is what an account whose lock-out is declared may be tried with: who knows the lock may wait it out.
const declaredTries = 1000

// spend takes one wrong try of the account's budget (rule TRY): three, unless the device file declares its lock-out.
func spend(on *dial.Device, at Login, user string) error {
	if on.File != nil && on.File.IXIT.AuthMech != nil {
		for _, m := range *on.File.IXIT.AuthMech {
			if m.BF == nil || m.BF.Attempts == 0 {
				continue
			}
			for _, e := range m.At {
				if e.Port == at.Port {
					on.Declare(at.account(user), declaredTries)
				}
			}
		}
	}
	return on.Wrong(at.account(user))
}

// Level is intrusive.
func (Try) Level() provisions.Level { return provisions.Intrusive }
func (q Try) String() string        { return fmt.Sprintf("try %s/%s at %s", q.User, q.Password, q.At) }

// Anonymous asks what comes without any credential: the control of all tries.
type Anonymous struct{ At Login }

// Ask asks: Open, or Refused.
func (q Anonymous) Ask(ctx context.Context, on *dial.Device) (Tried, error) {
	began := on.Clock.Now()
	t, err := anonymous(ctx, on, q.At)
	t.Took = on.Clock.Now().Sub(began)
	return t, err
}
func (q Anonymous) String() string { return fmt.Sprintf("come in at %s with no credential", q.At) }

// try makes one try. header is added to HTTP requests. That no connection is to be had is an answer, as bans give it.
func try(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	began := on.Clock.Now()
	t, err := speak(ctx, on, l, user, password, header)
	if err != nil && ctx.Err() == nil && cut(err) {
		t, err = Tried{Outcome: Unclear, Cut: true, Why: err.Error()}, nil
	}
	t.Took = on.Clock.Now().Sub(began)
	return t, err
}

// cut tells an error by which a device may defend itself: no connection, or one that ended without an answer.
func cut(err error) bool {
	switch dial.Classify(err) {
	case dial.Refused, dial.Reset, dial.Closed, dial.Timeout:
		return true
	}
	return errors.Is(err, web.ErrClosed)
}

// speak tries in the protocol of the log-in.
func speak(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	on = l.on(on)
	switch l.Protocol {
	case "basic":
		return basic(ctx, on, l, user, password, header)
	case "digest":
		return digest(ctx, on, l, user, password, header)
	case "form":
		return form(ctx, on, l, user, password, header)
	case "json":
		return jsonAPI(ctx, on, l, user, password, header)
	case "onvif":
		return onvif(ctx, on, l, user, password, header)
	case "ssh":
		return shell(ctx, on, l, user, password)
	case "mqtt":
		return broker(ctx, on, l, user, password)
	case "ftp":
		return fileServer(ctx, on, l, user, password)
	case "telnet":
		return terminal(ctx, on, l, user, password)
	case "rtsp":
		return streamer(ctx, on, l, user, password)
	}
	return Tried{}, fmt.Errorf("try a password at %s: this version cannot speak %s", l, l.Protocol)
}

func anonymous(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	on = l.on(on)
	switch l.Protocol {
	case "basic", "digest", "form", "json":
		return unauthenticated(ctx, on, l)
	case "onvif":
		return openONVIF(ctx, on, l)
	case "mqtt":
		return openBroker(ctx, on, l)
	case "telnet":
		return openTerminal(ctx, on, l)
	case "rtsp":
		return openStreamer(ctx, on, l)
	}
	return Tried{Outcome: Refused}, nil
}
