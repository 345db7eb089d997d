package mutate

import (
	"context"
	"fmt"
	"time"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/clock"
)

// forms in which shells find a command, and where it stands in them.
var forms = []string{"$(%s)", "`%s`", "a;%s;", "a|%s|", "a&%s&", "';%s;'", "\";%s;\"", "a\n%s\n"}

// later is how long the device may take to call, by the clock.
const later = time.Second

// A caller sets an input to commands that have the device call an address of ours.
type caller struct {
	ear   *updates.Server
	clock clock.Clock
	first int // number of its first call
	forms []string
	name  string // of the input
	send  func(ctx context.Context, v string)
}

// begin sets them all.
func (c caller) begin(ctx context.Context) {
	for i, form := range c.forms {
		c.send(ctx, c.command(form, c.first+i))
	}
}

// called is the address of ours for a number.
func (c caller) called(n int) string { return fmt.Sprintf("%s/assay-%d", c.ear.URL(), n) }

// heard tells whether the device called us by a number.
func (c caller) heard(n int) bool {
	log, _ := c.ear.Requests()
	for _, r := range log {
		if r.Path == fmt.Sprintf("/assay-%d", n) {
			return true
		}
	}
	return false
}

// command calls us by what small systems have.
func (c caller) command(form string, n int) string {
	at := c.called(n)
	return fmt.Sprintf(form, "wget -q -O- "+at+" || curl -s "+at)
}

// follow asks a device that called three times more, each beside a control that names our address and no command.
func (c caller) follow(ctx context.Context) []Hit {
	for i, form := range c.forms {
		if !c.heard(c.first + i) {
			continue
		}
		h := Hit{Oracle: "command", Input: c.name, Sent: fmt.Sprintf(form, "a command that calls us"), Shown: "a call of " + c.called(c.first+i)}
		for n := range repeats {
			armed := c.first + 2*len(c.forms) + 2*n
			control := armed + 1
			c.send(ctx, c.called(control))
			c.send(ctx, c.command(form, armed))
			if c.clock.Sleep(ctx, later) == nil && c.heard(armed) && !c.heard(control) {
				h.Times++
			}
		}
		return []Hit{h}
	}
	return nil
}
