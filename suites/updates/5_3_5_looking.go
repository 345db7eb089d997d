package updates

import (
	"context"
	"strconv"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var _ = Provision("5.3-5", func(dut *DUT) {
	TestCase("5.3-5-1", func() {
		Unit("a", "the device itself looks for updates after the set-up, and then again and again", func(ctx context.Context) {
			eachComponent(ctx, dut, func(m mechanism) finding { return worst(looksFirst(m), looksItself(m), looksAgain(m)) })
		}, In(provisions.V21), Climbs(provisions.Declared))

		Unit("a", "the device itself looks for updates after the set-up", func(ctx context.Context) {
			eachComponent(ctx, dut, func(m mechanism) finding {
				Note(ctx, "%s looks every %q: listed, and not judged in this edition", m.ID, m.check.Period)
				return mechanically(worst(looksFirst(m), looksItself(m)))
			})
		}, In(provisions.V31), Climbs(provisions.Declared))
	})
})

// mechanically is a finding where no person is asked: what fits is met.
func mechanically(f finding) finding {
	if f.standing == fitting {
		f.standing = met
	}
	return f
}

// rarely is a period that is pointed out.
var rarely = Parameter("5.3-5: a look for updates is pointed out as rare if it comes less often than each", 7*24*time.Hour)

func looksFirst(m mechanism) finding {
	switch m.check.OnInit {
	case "":
		return m.missing("check.on_init")
	case "no":
		return is(broken, "%s does not look for updates after the set-up (check.on_init: no)", m.ID)
	}
	return is(fitting, "%s looks after the set-up", m.ID)
}

func looksItself(m mechanism) finding {
	switch {
	case m.check.By == "":
		return m.missing("check.by")
	case m.check.By != "device":
		return is(broken, "the %s, not the device, looks for updates of %s (check.by)", m.check.By, m.ID)
	case m.upd.Check == "user":
		return lacks("correct check.by or upd.check of "+m.ID, "%s says that the device looks for updates, and that its user does", m.ID)
	}
	return is(fitting, "%s: the device itself looks", m.ID)
}

func looksAgain(m mechanism) finding {
	switch d := period(m.check.Period); {
	case m.check.Period == "":
		return m.missing("check.period")
	case m.check.Period == "never":
		return is(broken, "%s looks for updates once, and never again (check.period: never)", m.ID)
	case d > rarely:
		return is(fitting, "%s looks every %s, which is rare: whether it is often enough is to be judged", m.ID, m.check.Period)
	}
	return is(fitting, "%s looks every %s", m.ID, m.check.Period)
}

// period reads 90m, 24h, 7d; 0 where it cannot.
func period(s string) time.Duration {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, _ := strconv.Atoi(days)
		return time.Duration(n) * 24 * time.Hour
	}
	d, _ := time.ParseDuration(s)
	return d
}
