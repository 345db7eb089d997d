// Package telnet asks telnet servers: what they say before a password, and what comes of one.
//
// Its one idea is that a prompt is the end of what is said: a sign such as > or "login:" counts only when the server has
// fallen silent behind it. "Last login: Monday" is no question, and a banner full of # is no shell.
//
//	g, err := telnet.Greeting{Port: 23}.Ask(ctx, on)
//	r, err := telnet.TryPassword(ctx, on, telnet.At{Port: 23}, "admin", "admin")
package telnet

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds, in real time: the device is what is waited for.
const (
	Within  = 20 * time.Second       // for one conversation
	Quiet   = 300 * time.Millisecond // silence that makes a sign a prompt
	Brief   = 25 * time.Millisecond  // silence behind a line that was a prompt before, where what it follows is judged
	maxText = 16 << 10               // bytes that are read for one prompt
	maxAll  = 64 << 10               // and in one conversation
)

// At is where a server is.
type At struct {
	Port uint16
	TLS  bool // telnets
}

// Greeting asks what a server says to anybody. It sends no credential.
type Greeting struct {
	Port uint16
	TLS  bool
}

// Level is gentle.
func (Greeting) Level() provisions.Level { return provisions.Gentle }
func (q Greeting) String() string        { return fmt.Sprintf("what telnet on port %d says", q.Port) }

// Greeted is what it said.
type Greeted struct {
	Open    bool     // the port takes connections
	Telnet  bool     // it negotiated options (RFC 854)
	Options []string // "DO TERMINAL-TYPE", in order
	Text    string   // printable, at most 16 KiB
	Asks    Prompt
}

// A Prompt is what a server waits for.
type Prompt string

// Prompts. Shell means that commands are taken with no log-in.
const (
	Nothing  Prompt = ""
	User     Prompt = "user"
	Password Prompt = "password"
	Shell    Prompt = "shell"
)

// Ask listens.
func (q Greeting) Ask(ctx context.Context, on *dial.Device) (Greeted, error) {
	t, err := open(ctx, on, At(q))
	if dial.Classify(err) == dial.Refused {
		return Greeted{}, nil
	}
	if err != nil {
		return Greeted{}, err
	}
	defer t.close()
	said := t.until()
	return Greeted{Open: true, Telnet: len(t.iac.options) > 0, Options: t.iac.options, Text: said.text, Asks: said.prompt}, nil
}

// An Outcome is what came of a password.
type Outcome string

// Outcomes. Only Refused says that the credential is wrong.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
	Limited  Outcome = "limited" // locked or put off: the credential was not judged
	Open     Outcome = "open"    // it asks for no password
	Unclear  Outcome = "unclear"
)

// A Result is one try.
type Result struct {
	Outcome Outcome
	Text    string // what it said last
	Ended   bool   // and hung up
	Why     string // of what is not accepted or refused
}

// TryPassword answers the prompts with a user name and a password. The record cuts the password where it is a kept secret.
func TryPassword(ctx context.Context, on *dial.Device, at At, user, password string) (Result, error) {
	t, err := open(ctx, on, at)
	if err != nil {
		return Result{}, err
	}
	defer t.close()
	said := t.asked()
	if said.prompt == Shell {
		return Result{Open, said.text, said.ended, "it takes commands and asks for nothing"}, nil
	}
	if said.prompt == User {
		t.say(user)
		said = t.asked()
		if said.prompt == Shell {
			return Result{Open, said.text, said.ended, fmt.Sprintf("it lets %s in and asks for no password", user)}, nil
		}
	}
	if said.prompt != Password {
		if putOff.MatchString(said.text) {
			return Result{Limited, said.text, said.ended, "it put us off before it asked for a password"}, nil
		}
		return Result{Unclear, said.text, said.ended, "it did not ask for a password"}, nil
	}
	t.say(password)
	return judge(t.until()), nil
}

// Command gives a line to a server that prompts like a shell before any log-in, and returns what was said to it; "" where it asks for
// something first.
func Command(ctx context.Context, on *dial.Device, at At, line string) (string, error) {
	t, err := open(ctx, on, at)
	if err != nil {
		return "", err
	}
	defer t.close()
	if t.asked().prompt != Shell {
		return "", nil
	}
	t.say(line)
	return t.until().text, nil
}

// judge reads what was said to a password.
func judge(s said) Result {
	no := saysNo.MatchString(s.text)
	switch {
	case putOff.MatchString(s.text):
		return Result{Limited, s.text, s.ended, "it said that the account or the caller is put off"}
	case s.prompt == Shell && !no:
		return Result{Accepted, s.text, s.ended, ""}
	case s.prompt == Shell:
		return Result{Unclear, s.text, s.ended, "it said no, and yet something like a shell's prompt"}
	case s.prompt == User || s.prompt == Password || no:
		return Result{Refused, s.text, s.ended, ""}
	case s.ended:
		return Result{Unclear, s.text, s.ended, "it hung up without a word"}
	}
	return Result{Unclear, s.text, s.ended, "it neither said no nor gave a prompt"}
}

// A talk is one conversation.
type talk struct {
	on    *dial.Device
	conn  net.Conn
	iac   iac
	log   strings.Builder
	known *prompts
}

func open(ctx context.Context, on *dial.Device, at At) (*talk, error) {
	c, err := on.Dial(ctx, "tcp", at.Port)
	if err != nil {
		return nil, fmt.Errorf("connect to telnet on port %d: %w", at.Port, err)
	}
	c = dial.Bounded(c, maxAll, time.Now().Add(Within))
	if at.TLS {
		s := tls.Client(c, http.TLSConfig())
		if err := s.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, fmt.Errorf("start TLS with telnet on port %d: %w", at.Port, err)
		}
		c = s
	}
	known, _ := ctx.Value(promptsKey{}).(*prompts)
	return &talk{on: on, conn: c, known: known}, nil
}

func (t *talk) close() {
	t.conn.Close()
	t.on.Evidence("conversation", []byte(t.log.String()))
}

// say sends a line. What breaks shows when the answer is read.
func (t *talk) say(line string) {
	line = strings.NewReplacer("\r", "", "\n", "", "\xff", "\xff\xff").Replace(line)
	fmt.Fprintf(&t.log, "\n> %s\n", line)
	_, _ = t.conn.Write([]byte(line + "\r\n"))
}

// said is what a server said until it fell silent.
type said struct {
	text   string
	prompt Prompt
	ended  bool // it hung up
}

// until reads until the server is silent behind a prompt, hangs up, or the time is over.
func (t *talk) until() said { return t.read(Brief) }

// asked is until, for what is answered and not judged: an answer that comes early does no harm, so that a line which was a
// prompt before is one at once.
func (t *talk) asked() said { return t.read(0) }

func (t *talk) read(brief time.Duration) (s said) {
	var raw []byte
	b := make([]byte, 4096)
	for len(raw) < maxText {
		quiet := Within
		switch known := t.known.has(s); {
		case known && brief == 0:
			quiet = 0
		case known:
			quiet = brief
		case s.prompt != Nothing:
			quiet = Quiet
		}
		if quiet == 0 {
			break
		}
		_ = t.conn.SetReadDeadline(time.Now().Add(quiet))
		n, err := t.conn.Read(b)
		text, reply := t.iac.take(b[:n])
		if len(reply) > 0 {
			_, _ = t.conn.Write(reply)
		}
		raw = append(raw, text...)
		if n > 0 {
			s.text = printable(raw)
			s.prompt = promptAt(s.text)
		}
		if err != nil {
			o := dial.Classify(err)
			if s.ended = o == dial.Closed || o == dial.Reset; !s.ended {
				t.known.learn(s)
			}
			break
		}
	}
	if s.ended { // nobody waits for an answer
		s.prompt = Nothing
	}
	t.log.WriteString(s.text)
	return s
}
