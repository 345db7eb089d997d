package mutate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// CommandLine asks what a log-in by SSH opens. A shell executes by design what is typed; nothing takes no input; what else there is
// takes input that would have to be tried.
type CommandLine struct {
	Port uint16
	As   string // a login of the sample
}

// Opened is what a log-in opens.
type Opened struct {
	LoggedIn bool
	Session  bool   // it grants a session
	Shell    bool   // that computes a sum
	Why      string // it was not let in
}

// Level is intrusive: it logs in.
func (CommandLine) Level() provisions.Level { return provisions.Intrusive }
func (q CommandLine) String() string {
	return fmt.Sprintf("what the log-in of %s opens by SSH on TCP %d", q.As, q.Port)
}

// Ask logs in, and has a sum computed. A log-in that is refused is an answer.
func (q CommandLine) Ask(ctx context.Context, on *dial.Device) (Opened, error) {
	l, ok := on.Sample.Logins[q.As]
	if !ok {
		return Opened{}, fmt.Errorf("log in by SSH on TCP %d: the sample has no login %q", q.Port, q.As)
	}
	secret, err := l.Password.Reveal(on.File)
	if err != nil {
		return Opened{}, err
	}
	password, err := secret.Reveal()
	if err != nil {
		return Opened{}, err
	}
	c, err := on.Dial(ctx, "tcp", q.Port)
	if err != nil {
		return Opened{}, err
	}
	c = dial.Bounded(c, 1<<20, time.Now().Add(2*within))
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	known := func(string, net.Addr, ssh.PublicKey) error { return nil } // who it is, other units ask
	conn, chans, reqs, err := ssh.NewClientConn(c, "", &ssh.ClientConfig{User: l.User, Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: known})
	if err != nil {
		return Opened{Why: clip(err.Error(), 200)}, ctx.Err()
	}
	client := ssh.NewClient(conn, chans, reqs)
	defer client.Close()
	o := Opened{LoggedIn: true}
	s, err := client.NewSession()
	if refused := (*ssh.OpenChannelError)(nil); errors.As(err, &refused) {
		return o, nil
	}
	if err != nil {
		return o, fmt.Errorf("open a session by SSH on TCP %d: %w", q.Port, err)
	}
	defer s.Close()
	o.Session = true
	var out answered
	s.Stdin, s.Stdout, s.Stderr = strings.NewReader("echo assay$((20+22))yassa\nexit\n"), &out, io.Discard
	if s.Shell() == nil {
		_ = s.Wait()
	}
	o.Shell = out.has("assay42yassa")
	return o, ctx.Err()
}

// answered keeps the first bytes of what comes.
type answered struct {
	mu sync.Mutex
	b  []byte
}

func (a *answered) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.b = append(a.b, p[:min(len(p), maxBody-len(a.b))]...)
	return len(p), nil
}

func (a *answered) has(text string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return bytes.Contains(a.b, []byte(text))
}
