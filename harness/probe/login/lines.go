package login

import (
	"context"
	"regexp"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/ftp"
	"github.com/secure-by-design/assay/harness/probe/mqtt"
	"github.com/secure-by-design/assay/harness/probe/ssh"
	"github.com/secure-by-design/assay/harness/probe/telnet"
)

func shell(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	r, err := ssh.Attempt{Port: l.Port, User: user, Password: password, Patience: Patience}.Try(ctx, on)
	if err != nil {
		return Tried{}, err
	}
	t := Tried{Why: r.Text}
	switch r.Outcome {
	case ssh.Accepted, ssh.MustChange, ssh.Partial:
		t.Outcome = Accepted
	case ssh.Refused, ssh.NotOffered:
		t.Outcome = Refused
	case ssh.Limited:
		t.Outcome, t.Wait = Limited, seconds(r.Text)
	case ssh.Unasked:
		t.Outcome, t.Why = Open, "the user is let in with nothing"
	default:
		t.Outcome, t.Why = Unclear, string(r.Outcome)+" "+r.Text
		t.Cut = r.Outcome == ssh.Cut || r.Outcome == ssh.NoPort
	}
	return t, nil
}

var number = regexp.MustCompile(`(\d{1,5}) ?s\b`)

// seconds reads a wait out of what a server says.
func seconds(text string) time.Duration {
	if m := number.FindStringSubmatch(text); m != nil {
		d, _ := time.ParseDuration(m[1] + "s")
		return d
	}
	return 0
}

func broker(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	r, err := mqtt.TryPassword(ctx, on, mqtt.At{Port: l.Port, TLS: l.TLS}, user, password)
	return Tried{Outcome: Outcome(r.Outcome), Status: int(r.Code), Cut: r.Silent && !r.Certificate, Why: r.Why}, err
}

// openBroker tells a broker that lets in whoever sends no credential.
func openBroker(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	o, err := mqtt.Offers{Port: l.Port, TLS: l.TLS}.Ask(ctx, on)
	if err == nil && o.Anonymous {
		return Tried{Outcome: Open, Why: "a client without credentials is let in"}, nil
	}
	return Tried{Outcome: Refused, Status: int(o.Code)}, err
}

// fileServer tries at FTP. Anonymous access judges no password (RFC 1635), so none was accepted.
func fileServer(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	r, err := ftp.TryPassword(ctx, on, ftp.At{Port: l.Port, TLS: l.TLS}, user, password)
	t := Tried{Outcome: Outcome(r.Outcome), Status: r.Code, Wait: seconds(r.Text), Cut: r.Code == 0, Why: r.Why}
	if t.Outcome == Accepted && (user == "anonymous" || user == "ftp") {
		t.Outcome, t.Why = Unclear, "anonymous access, in which no password is judged"
	}
	return t, err
}

func terminal(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	r, err := telnet.TryPassword(ctx, on, telnet.At{Port: l.Port, TLS: l.TLS}, user, password)
	return Tried{Outcome: Outcome(r.Outcome), Wait: seconds(r.Text), Cut: r.Ended && r.Outcome == telnet.Unclear, Why: r.Why}, err
}

// openTerminal tells a shell that asks for nothing.
func openTerminal(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	g, err := telnet.Greeting{Port: l.Port, TLS: l.TLS}.Ask(ctx, on)
	if err == nil && g.Asks == telnet.Shell {
		return Tried{Outcome: Open, Why: "it takes commands and asks for nothing"}, nil
	}
	return Tried{Outcome: Refused}, err
}
