package validation

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/probe/mutate"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

// reached raises a doubt for each declared place that takes input and that none of the takers is.
func reached(ctx context.Context, table string, rows []declaredPlace, takers []taker) {
	for _, r := range rows {
		if !slices.ContainsFunc(takers, func(t taker) bool { return t.covers(r) }) {
			Doubt(ctx, "%s of %s (%s) takes input, and was not reached", r.ID, table, r.text)
		}
	}
}

// usersReach raises a doubt for each user interface that takes input and was not tried: what is no page in a browser and no command
// line, and what lies behind a log-in.
func usersReach(ctx context.Context, dut *DUT, sent map[string]int) {
	Declared(ctx, dut, "27-UserIntf")
	for _, r := range *dut.IXIT().UserIntf {
		if r.Input == device.No {
			continue
		}
		switch {
		case r.Kind == "web":
			if sent[mutate.Forms] == 0 {
				Doubt(ctx, "no page shows anybody a form, so that what %s takes before a log-in (its scripts may send it) was not tried", r.ID)
			}
			if sent["values"] == 0 {
				Doubt(ctx, "what is behind the log-in of %s was not tried: name fields in 29-InpVal that may be set and put back (fields:)", r.ID)
			}
		case r.Kind == "cli":
			commandLines(ctx, dut, r.ID)
		default:
			Doubt(ctx, "%s of 27-UserIntf (%s) takes input, and was not reached over the network", r.ID, r.Description)
		}
	}
}

// commandLines looks what is behind the log-ins of SSH: one that gives a shell means commands to be executed; one that gives no session
// takes no input; another was not tried.
func commandLines(ctx context.Context, dut *DUT, row string) {
	any := false
	for _, l := range seen.DeclaredLogins(dut, func(device.AuthMech) bool { return true }) {
		if l.Protocol != "ssh" {
			continue
		}
		any = true
		switch o := Ask(ctx, dut, mutate.CommandLine{Port: l.Port, As: l.AuthMech.Login}); {
		case !o.LoggedIn:
			Doubt(ctx, "%s: the log-in %s of the sample was not let in at %s (%s)", row, l.AuthMech.Login, l.Login, o.Why)
		case !o.Session:
			Note(ctx, "%s gives no session to %s, and so takes nothing behind its log-in", l.Login, l.AuthMech.Login)
		case o.Shell:
			Note(ctx, "%s gives a shell to %s, in which what is typed is meant to be executed", l.Login, l.AuthMech.Login)
		default:
			Doubt(ctx, "%s: the command line behind %s was not tried", row, l.Login)
		}
	}
	if !any {
		Doubt(ctx, "%s is a command line, and no row of 1-AuthMech says how to log in to it by SSH", row)
	}
}

// networkPlacesOpen are the rows of 28-LogIntf that take input from a network and are not off always.
func networkPlacesOpen(ctx context.Context, dut *DUT) []declaredPlace {
	Declared(ctx, dut, "28-LogIntf")
	var out []declaredPlace
	for _, r := range *dut.IXIT().LogIntf {
		local := declared.None(r.Access) || declared.Says(r.Access, "local", "device only", "internal", "none")
		if !local && r.Input != device.No && !seen.Disabled(r) && !strings.HasPrefix(r.State, "disabled-permanently") {
			out = append(out, declaredPlace{r.ID, r.Description, r.At})
		}
	}
	return out
}

// programPlacesOpen are the rows of 28-ExtAPI that take input.
func programPlacesOpen(ctx context.Context, dut *DUT) []declaredPlace {
	Declared(ctx, dut, "28-ExtAPI")
	var out []declaredPlace
	for _, r := range *dut.IXIT().ExtAPI {
		if r.Input != device.No {
			out = append(out, declaredPlace{r.ID, r.Description, r.At})
		}
	}
	return out
}
