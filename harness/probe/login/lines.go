package login

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/mqtt"
	"github.com/secure-by-design/assay/harness/probe/ssh"
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
	c, code, err := mqtt.Connect(ctx, on, l.Port, l.TLS, user, password)
	switch {
	case errors.Is(err, mqtt.ErrNotMQTT):
		return Tried{Outcome: Unclear, Why: "it hung up without an answer"}, nil
	case err != nil:
		return Tried{}, err
	}
	c.Close()
	t := Tried{Status: int(code)}
	switch {
	case code == 0 && user == "":
		t.Outcome, t.Why = Open, "a client without credentials is let in"
	case code == 0:
		t.Outcome = Accepted
	case code == 4 || code == 5:
		t.Outcome = Refused
	default:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("CONNACK %d", code)
	}
	return t, nil
}

const lineWithin = 15 * time.Second // for one exchange of a line protocol, real time

func dialLine(ctx context.Context, on *dial.Device, l Login) (net.Conn, error) {
	c, err := on.Dial(ctx, "tcp", l.Port)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", l, err)
	}
	c = dial.Bounded(c, 64<<10, time.Now().Add(lineWithin))
	return c, nil
}

// ftp is USER and PASS (RFC 959).
func ftp(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	c, err := dialLine(ctx, on, l)
	if err != nil {
		return Tried{}, err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	code := reply(in)
	for _, line := range []string{"USER " + user, "PASS " + password} {
		if code == "421" || code == "" {
			break
		}
		fmt.Fprintf(c, "%s\r\n", strings.NewReplacer("\r", "", "\n", "").Replace(line))
		code = reply(in)
		if code == "230" || code == "530" {
			break
		}
	}
	switch code {
	case "230":
		return Tried{Outcome: Accepted}, nil
	case "530", "430":
		return Tried{Outcome: Refused}, nil
	case "421":
		return Tried{Outcome: Limited, Why: "421: not now"}, nil
	}
	return Tried{Outcome: Unclear, Why: "it answered " + code}, nil
}

// reply reads one, of one or many lines, and returns its code.
func reply(in *bufio.Reader) string {
	for range 100 {
		s, err := in.ReadString('\n')
		if err != nil || len(s) < 4 {
			return ""
		}
		if s[3] == ' ' && s[0] >= '1' && s[0] <= '5' {
			return s[:3]
		}
	}
	return ""
}

var (
	wantsUser = regexp.MustCompile(`(?i)(login|user(name)?|account)\s*:\s*$`)
	wantsPass = regexp.MustCompile(`(?i)(password|passwd|pass(code)?|pin)\s*:\s*$`)
	saysNo    = regexp.MustCompile(`(?i)incorrect|fail|denied|invalid|bad |wrong|refused`)
	isShell   = regexp.MustCompile(`[$#>%]\s*$`)
)

// telnet answers the prompts.
func telnet(ctx context.Context, on *dial.Device, l Login, user, password string) (Tried, error) {
	c, err := dialLine(ctx, on, l)
	if err != nil {
		return Tried{}, err
	}
	defer c.Close()
	w := &wire{c: c}
	text := w.until(wantsUser, wantsPass, isShell)
	if isShell.MatchString(text) {
		return Tried{Outcome: Open, Why: "it gives a shell without asking"}, nil
	}
	if wantsUser.MatchString(text) {
		fmt.Fprintf(c, "%s\r\n", user)
		text = w.until(wantsPass, saysNo, isShell)
	}
	if !wantsPass.MatchString(text) {
		return Tried{Outcome: Unclear, Why: "it did not ask for a password"}, nil
	}
	fmt.Fprintf(c, "%s\r\n", password)
	text = w.until(wantsUser, wantsPass, saysNo, isShell)
	on.Evidence("telnet", w.got.Bytes())
	switch {
	case saysNo.MatchString(text), wantsUser.MatchString(text), wantsPass.MatchString(text):
		return Tried{Outcome: Refused}, nil
	case isShell.MatchString(text):
		return Tried{Outcome: Accepted}, nil
	}
	return Tried{Outcome: Unclear, Why: "it neither said no nor gave a prompt"}, nil
}

// wire reads telnet text and refuses every option (RFC 854).
type wire struct {
	c   net.Conn
	got bytes.Buffer
}

// until reads until one of the patterns ends what came since the last call, or the connection's time is up.
func (w *wire) until(ends ...*regexp.Regexp) string {
	var text []byte
	b := make([]byte, 1)
	for len(text) < 16<<10 {
		if _, err := io.ReadFull(w.c, b); err != nil {
			break
		}
		if b[0] == 255 {
			w.refuse()
			continue
		}
		w.got.WriteByte(b[0])
		text = append(text, b[0])
		for _, e := range ends {
			if e.Match(text) {
				return string(text)
			}
		}
	}
	return string(text)
}

func (w *wire) refuse() {
	b := make([]byte, 2)
	if _, err := io.ReadFull(w.c, b[:1]); err != nil || b[0] < 251 || b[0] == 255 {
		return
	}
	if _, err := io.ReadFull(w.c, b[1:]); err != nil {
		return
	}
	answer := map[byte]byte{253: 252, 251: 254}[b[0]] // DO: WONT, WILL: DONT
	if answer != 0 {
		w.c.Write([]byte{255, answer, b[1]})
	}
}
