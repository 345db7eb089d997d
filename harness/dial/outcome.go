package dial

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// An Outcome is how a network operation ended. It is the only place where errors of the network are told apart.
type Outcome string

// Outcomes. Opened to Closed are facts about the device; the others say nothing of it.
const (
	Opened      Outcome = "open"
	Refused     Outcome = "refused"     // by a reset, or by ICMP "port unreachable"
	Timeout     Outcome = "timeout"     // nothing came in time
	Reset       Outcome = "reset"       // an open connection was torn down
	Closed      Outcome = "closed"      // an open connection was ended in order
	Unreachable Outcome = "unreachable" // a router, a firewall or the missing neighbour says so
	TooMuch     Outcome = "too much"    // the peer sent more than the bound
	OutOfScope  Outcome = "scope"
	Spent       Outcome = "budget"
	Gone        Outcome = "down" // the health watch found the device silent
	Cancelled   Outcome = "cancelled"
	Ours        Outcome = "ours"  // no descriptor, port, memory, route or right of this host
	Swept       Outcome = "swept" // many connects, counted in Conn.Sweep
	Other       Outcome = "other" // an error of no network: TLS, a protocol
)

// kinds pairs errors with outcomes; the first that fits counts.
var kinds = []struct {
	err error
	is  Outcome
}{
	{ErrScope, OutOfScope}, {ErrBudget, Spent}, {ErrConnections, Spent}, {ErrDown, Gone}, {ErrTooMuch, TooMuch},
	{context.Canceled, Cancelled},
	{syscall.ECONNREFUSED, Refused},
	{syscall.ECONNRESET, Reset}, {syscall.EPIPE, Reset}, {syscall.ECONNABORTED, Reset},
	{syscall.EHOSTUNREACH, Unreachable}, {syscall.EHOSTDOWN, Unreachable}, {syscall.ENOPROTOOPT, Unreachable},
	{syscall.EMFILE, Ours}, {syscall.ENFILE, Ours}, {syscall.ENOBUFS, Ours}, {syscall.ENOMEM, Ours},
	{syscall.EADDRNOTAVAIL, Ours}, {syscall.EADDRINUSE, Ours}, {syscall.EACCES, Ours}, {syscall.EPERM, Ours},
	{syscall.ENETUNREACH, Ours}, {syscall.ENETDOWN, Ours}, {syscall.EAFNOSUPPORT, Ours}, {syscall.EINVAL, Ours},
	{net.ErrClosed, Cancelled}, // we closed it ourselves
	{syscall.ETIMEDOUT, Timeout}, {os.ErrDeadlineExceeded, Timeout}, {context.DeadlineExceeded, Timeout},
	{io.EOF, Closed}, {io.ErrUnexpectedEOF, Closed},
}

// Classify tells what an error of the network means; nil is Opened.
func Classify(err error) Outcome {
	if err == nil {
		return Opened
	}
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			return k.is
		}
	}
	if t := net.Error(nil); errors.As(err, &t) && t.Timeout() {
		return Timeout
	}
	return Other
}

// Answered tells whether the outcome of a connect shows that somebody is there.
func (o Outcome) Answered() bool { return o == Opened || o == Refused || o == Reset }
