// Package mqtt asks MQTT brokers (3.1.1 and 5): who may come in, what is told to whoever does, and what comes of a password.
//
// Its one idea is that the broker's own return code is read from the wire: "not authorised" is an answer, "busy" is another,
// and neither is an error. A subscription that is granted is not yet a message that is read, so both are told.
//
//	o, err := mqtt.Offers{Port: 1883}.Ask(ctx, on)
//	r, err := mqtt.TryPassword(ctx, on, mqtt.At{Port: 1883}, "admin", "admin")
package mqtt

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds. Times are real: the device is what is waited for.
const (
	Within    = 5 * time.Second // for an answer
	Listening = time.Second     // for retained messages, after the last subscription was answered
	maxPacket = 256 << 10
	maxAll    = 4 << 20 // bytes of one conversation
	maxTopics = 100
	maxSaid   = 40 // messages that are kept, and of each
	maxText   = 200
)

// At is where a broker is.
type At struct {
	Port uint16
	TLS  bool
}

// Offers asks what a broker gives to a client without credentials.
type Offers struct {
	Port uint16
	TLS  bool
	Look int // a second look is another question
}

// Level is gentle: nothing is published.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string {
	return fmt.Sprintf("what the MQTT broker on port %d gives to anybody", q.Port)
}

// Offered is what it gives.
type Offered struct {
	Open        bool     // the port takes connections
	MQTT        bool     // CONNACK came
	Certificate bool     // it asks for a client certificate
	Version5    bool     // Code is of version 5, since 3.1.1 is not taken, or lets nobody in where 5 does
	Anonymous   bool     // a client without credentials is let in
	By          []string // by which versions: "3.1.1", "5"
	Code        byte     // of CONNACK: 0 is let in, else its reason in 3.1.1 or 5
	All         bool     // it may subscribe to "#"
	System      bool     // and to "$SYS/#"
	Retained    int      // messages that came at once, those of $SYS left out
	Topics      []string
	Said        []Message // the first of them
	Version     string    // from $SYS/broker/version
}

// A Message is one that is retained, with the printable part of its text, at most 200 characters.
type Message struct{ Topic, Text string }

// Ask connects without credentials, by each version, and, let in, subscribes.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	s, err := enter(ctx, on, At{Port: q.Port, TLS: q.TLS}, nil, true)
	if dial.Classify(err) == dial.Refused {
		return Offered{}, nil
	}
	if err != nil {
		return Offered{}, err
	}
	o := Offered{Open: true, MQTT: s.answered, Certificate: s.certificate}
	o.hear(s)
	five := s.answered && s.level == 4
	s.close()
	if !five {
		return o, nil
	}
	if s, err = connect(ctx, on, At{Port: q.Port, TLS: q.TLS}, 5, nil); err != nil {
		return o, context.Cause(ctx) // it took one, and not a second: what the first showed counts
	}
	defer s.close()
	if s.answered && s.code == 0 {
		o.hear(s)
	}
	return o, context.Cause(ctx)
}

// hear takes what a broker said to CONNECT and, where it lets us in and did not say everything before, subscribes.
func (o *Offered) hear(s *session) {
	if !s.answered {
		return
	}
	if !o.Anonymous {
		o.Version5, o.Code = s.level == 5, s.code
	}
	if s.code != 0 {
		return
	}
	o.Anonymous = true
	o.By = append(o.By, map[byte]string{4: "3.1.1", 5: "5"}[s.level])
	if !o.All {
		o.subscribe(s)
	}
}

const (
	everything = 1 // packet identifiers of the two subscriptions
	system     = 2
)

// subscribe asks for everything and hears what is retained.
func (o *Offered) subscribe(s *session) {
	s.send(subscription(s.level, everything, "#"))
	s.send(subscription(s.level, system, "$SYS/#"))
	for answers := 0; o.Retained < maxTopics; {
		p, err := s.hear()
		if err != nil {
			return // silence, or the broker ended it: what came until then counts
		}
		switch p.kind >> 4 {
		case suback:
			id, granted := p.granted(s.level)
			o.All, o.System = o.All || id == everything && granted, o.System || id == system && granted
			s.note("< SUBACK %d granted=%v", id, granted)
			if answers++; answers == 2 {
				s.end(time.Now().Add(Listening))
			}
		case publish:
			topic, payload, ok := p.message(s.level)
			if !ok {
				return
			}
			o.take(s, topic, payload)
		}
	}
}

func (o *Offered) take(s *session, topic string, payload []byte) {
	topic = clip(topic)
	switch {
	case topic == "$SYS/broker/version":
		o.Version = clip(string(payload))
	case strings.HasPrefix(topic, "$"):
	default:
		o.Retained++
		o.Topics = append(o.Topics, topic)
		if len(o.Said) < maxSaid {
			http.Learn(payload)
			o.Said = append(o.Said, Message{topic, printable(payload)})
		}
	}
	s.note("< PUBLISH %s, %d bytes", topic, len(payload))
}

// printable is the printable part of a payload.
func printable(b []byte) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, clip(string(b[:min(len(b), maxText)])))
	return strings.TrimSpace(s)
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 200)], "\ufffd") }

// An Outcome is what came of a password.
type Outcome string

// Outcomes. Only Refused says that the credential is wrong.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
	Limited  Outcome = "limited" // put off: the credential was not judged
	Unclear  Outcome = "unclear"
)

// A Result is one try.
type Result struct {
	Outcome     Outcome
	Code        byte   // of CONNACK
	Version5    bool   // of which version
	Certificate bool   // it asks for a client certificate
	Silent      bool   // it hung up, or said nothing
	Why         string // of what is not accepted or refused
}

// TryPassword connects with a user name and a password.
func TryPassword(ctx context.Context, on *dial.Device, at At, user, password string) (Result, error) {
	s, err := enter(ctx, on, at, &credential{user, password}, false)
	if err != nil {
		return Result{}, err
	}
	defer s.close()
	r := Result{Code: s.code, Version5: s.level == 5, Certificate: s.certificate, Silent: !s.answered}
	r.Outcome, r.Why = judge(s)
	return r, nil
}

// judge reads a CONNACK (3.1.1, table 3.1; 5, table 3-1).
func judge(s *session) (Outcome, string) {
	switch {
	case !s.answered && s.certificate:
		return Unclear, "it asks for a client certificate and lets nobody speak without"
	case !s.answered:
		return Unclear, "it hung up or fell silent without an answer"
	}
	switch s.code {
	case 0:
		return Accepted, ""
	case 4, 5, 0x86, 0x87:
		return Refused, ""
	case 3, 0x88, 0x89, 0x8a, 0x97, 0x9f: // unavailable, busy, banned, quota, rate
		return Limited, fmt.Sprintf("it answered %#02x and judged nothing", s.code)
	}
	return Unclear, fmt.Sprintf("it answered %#02x", s.code)
}
