package ssh

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/dial"
)

// An Outcome is what came of a password.
type Outcome string

// Outcomes. Only Refused says that the password is wrong: the server was asked, judged it, and showed no sign of a lock.
const (
	Accepted   Outcome = "accepted"
	Refused    Outcome = "refused"
	Limited    Outcome = "limited"     // it says, or its disconnecting shows, that it is locked or throttles
	Cut        Outcome = "closed"      // the connection ended before the password was judged
	Partial    Outcome = "partial"     // right, and more is asked for
	MustChange Outcome = "must change" // right, and a new one must be set first
	NotOffered Outcome = "not offered" // the server takes no password from this user
	Unasked    Outcome = "unasked"     // the user is let in with nothing
	NoPort     Outcome = "port closed"
)

// An Attempt is one try of a password, on a connection of its own. Who makes attempts spends the account's wrong tries
// (dial.Device.Wrong) first and has the harness's consent.
type Attempt struct {
	Port           uint16
	User, Password string
	Method         string        // "password" or "keyboard-interactive"; "" takes the first of these that is offered
	Exec           string        // a command to run when accepted; "" opens no session
	Patience       time.Duration // 0 is 10 s
}

// A Result is what came of an attempt.
type Result struct {
	Outcome Outcome
	Method  string        // that was used
	Methods []string      // that the server offered to the user
	Text    string        // banner, prompts' instructions and the reason of a disconnection
	HostKey string        // fingerprint, "SHA256:…"
	Took    time.Duration // of the device's clock, from sending the password to its judgement
	Output  string        // of Exec: both streams, at most 64 KiB
}

// TryPassword tries a password at a port. The error is the harness's own trouble.
func TryPassword(ctx context.Context, on *dial.Device, port uint16, user, password string) (Result, error) {
	return Attempt{Port: port, User: user, Password: password}.Try(ctx, on)
}

// Try makes the attempt.
func (a Attempt) Try(ctx context.Context, on *dial.Device) (Result, error) {
	t := &trial{Attempt: a, on: on}
	c := config(a.User)
	c.BannerCallback = func(text string) error { t.hear(text); return nil }
	c.HostKeyCallback = func(_ string, _ net.Addr, k ssh.PublicKey) error {
		t.HostKey = ssh.FingerprintSHA256(k)
		return nil
	}
	c.AuthCallback = t.next
	client, fault, err := line{on: on, port: a.Port, patience: a.Patience}.session(ctx, c)
	if err != nil {
		return Result{}, err
	}
	t.judge(fault)
	if client == nil {
		return t.Result, nil
	}
	defer client.Close()
	if a.Exec != "" {
		t.Output = run(client, a.Exec)
	}
	return t.Result, stopped(ctx)
}

// A trial is an attempt under way.
type trial struct {
	Attempt
	Result
	on      *dial.Device
	sent    time.Time // of the password; zero before
	asked   bool      // the server answered to the log-in with nothing
	judged  bool
	partial bool
	rounds  int // of keyboard-interactive
	further string
	words   string // what it said to this very attempt, as a lock does; a standing banner is no such word
}

// hear keeps a banner; one that comes after the password is about it.
func (t *trial) hear(text string) {
	if t.sent.IsZero() {
		t.keep(text)
	} else {
		t.say(text)
	}
}

// say keeps what the server tells the user about this attempt.
func (t *trial) say(text string) {
	t.words = cut(t.words + text + "\n")
	t.keep(text)
}

// keep bounds the text.
func (t *trial) keep(text string) {
	if text = strings.TrimSpace(text); text != "" && len(t.Text) < maxLine {
		t.Text = cut(strings.TrimSpace(t.Text + "\n" + text))
	}
}

// next is asked by the library after each refusal: first that of the log-in with nothing, then that of the password.
func (t *trial) next(x *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
	if t.Result.Method != "" {
		t.settle()
		t.partial = slices.Contains(x.PartialSuccessMethods, t.Result.Method)
		return nil, nil // the library then returns the fault of the attempt itself
	}
	t.Methods, t.asked = x.AllowedMethods, true
	for _, m := range []string{"password", "keyboard-interactive"} {
		if !slices.Contains(t.Methods, m) || t.Attempt.Method != "" && t.Attempt.Method != m {
			continue
		}
		t.Result.Method = m
		if m == "password" {
			return ssh.PasswordCallback(func() (string, error) {
				t.sent = t.on.Clock.Now()
				return t.Password, nil
			}), nil
		}
		return ssh.KeyboardInteractive(t.answer), nil
	}
	return nil, errEnough
}

// answer fills the prompts of keyboard-interactive (RFC 4256): the user where it echoes, the password where it does not,
// once. A second round asks for something else, or again.
func (t *trial) answer(name, instruction string, prompts []string, echos []bool) ([]string, error) {
	t.say(name)
	t.say(instruction)
	if len(prompts) == 0 {
		return nil, nil
	}
	if t.rounds++; t.rounds > 1 {
		t.settle()
		t.further = strings.ToLower(strings.Join(prompts, " "))
		t.say(strings.Join(prompts, " "))
		return nil, errEnough
	}
	answers := make([]string, len(prompts))
	for i := range prompts {
		answers[i] = t.Password
		if echos[i] {
			answers[i] = t.User
		}
	}
	t.sent = t.on.Clock.Now()
	return answers, nil
}

// settle notes that the password was judged.
func (t *trial) settle() {
	if !t.judged && !t.sent.IsZero() {
		t.judged, t.Took = true, t.on.Clock.Now().Sub(t.sent)
	}
}

// judge makes an outcome of how the session ended; nil: the user is in.
func (t *trial) judge(fault error) {
	// The library ends so when the last answer was a plain refusal; on all else it returns what went wrong.
	plain := fault != nil && strings.Contains(fault.Error(), "unable to authenticate")
	disconnected := fault != nil && strings.HasPrefix(fault.Error(), "ssh: handshake failed: ssh: disconnect, reason")
	if fault != nil && !plain && !errors.Is(fault, errEnough) {
		t.say(reason(fault))
	}
	switch {
	case errors.Is(fault, errClosedPort):
		t.Outcome = NoPort
	case fault == nil && t.sent.IsZero():
		t.Outcome = Unasked
	case fault == nil:
		t.settle()
		t.Outcome = Accepted
	case t.partial:
		t.Outcome = Partial
	case strings.Contains(fault.Error(), "unexpected message type 60") && t.Result.Method == "password": // SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
		t.Outcome = MustChange
	case disconnected, saysLimited(t.words):
		t.Outcome = Limited
	case t.further != "":
		t.Outcome = again(t.further)
	case t.judged && plain:
		t.Outcome = Refused
	case t.asked && t.Result.Method == "":
		t.Outcome = NotOffered
	default:
		t.Outcome = Cut
	}
}

// again tells what a second round of prompts means.
func again(prompts string) Outcome {
	switch {
	case strings.Contains(prompts, "new password"), strings.Contains(prompts, "new unix password"), strings.Contains(prompts, "current"):
		return MustChange
	case strings.Contains(prompts, "password"):
		return Refused
	}
	return Partial
}

// saysLimited tells of words of a lock or a throttle.
func saysLimited(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"locked", "lockout", "too many", "try again in", "try again later", "throttl", "temporarily", "blocked", "rate limit", "left to unlock"},
		func(w string) bool { return strings.Contains(text, w) })
}

// run executes one command and returns what it wrote. That it fails is no error: its words are the answer.
func run(client *ssh.Client, command string) string {
	s, err := client.NewSession()
	if err != nil {
		return ""
	}
	defer s.Close()
	var out bounded
	s.Stdout, s.Stderr = &out, &out
	_ = s.Run(command)
	return out.String()
}

// bounded keeps the first 64 KiB of two streams.
type bounded struct {
	mu   sync.Mutex
	kept []byte
}

func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.kept = append(b.kept, p[:min(1<<16-len(b.kept), len(p))]...)
	return len(p), nil // what is beyond is read and dropped, until the connection's time is over
}

func (b *bounded) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.kept)
}
