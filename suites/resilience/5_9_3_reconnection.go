package resilience

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.9-3", func(dut *DUT) {
	TestCase("5.9-3-1", func() {
		Unit("a", "each mechanism is set up in order, by a standard or by numbers of its own", func(ctx context.Context) {
			Each("mechanism", mechanisms(ctx, dut), func(r device.Row) {
				text := declared.Text(r, "Resilience Measures")
				Expect(text == "" && opens(r)).To(BeFalse(), "%s is opened by the device (%s) and has no resilience measure: name the standard whose waits it follows, or its own", r.ID, r.Fields["Description"])
				if text == "" {
					Propose(Pass, "%s (%s) has no measure, and nothing says that the device opens it", r.ID, r.Fields["Description"])
				}
				Propose(Pass, "%s: %q; hold it against the standard of its protocol", r.ID, text)
			})
		}, Climbs(provisions.Declared))

		Unit("b", "many devices that return at once do not flood the network", func(ctx context.Context) {
			Each("mechanism", mechanisms(ctx, dut), func(r device.Row) { returns(r, backoff(dut, r.ID)) })
		}, Climbs(provisions.Declared))
	})
})

// mechanisms are the rows that declare resilience measures: 11-ComMech, or 28-LogIntf in V3.1.
func mechanisms(ctx context.Context, dut *DUT) []device.Row {
	if dut.Edition() == provisions.V31 {
		return Declared(ctx, dut, "28-LogIntf")
	}
	return Declared(ctx, dut, "11-ComMech")
}

// backoff is how a row tries again by its typed key, or nil.
func backoff(dut *DUT, id string) *device.Resilience {
	if rows := dut.IXIT().ComMech; rows != nil {
		for _, r := range *rows {
			if r.ID == id {
				return r.Backoff
			}
		}
	}
	if rows := dut.IXIT().LogIntf; rows != nil {
		for _, r := range *rows {
			if r.ID == id {
				return r.Backoff
			}
		}
	}
	return nil
}

// Parameters of ours for a return of many devices.
var (
	fleet    = Parameter("5.9-3-1b: devices that return together", 1_000_000)
	tooOften = Parameter("5.9-3-1b: a fixed interval without a random share is proposed as FAIL below", 60.0)
)

var (
	interval = regexp.MustCompile(`(?i)\bevery (\d+(?:\.\d+)?) ?(s|sec|seconds?|min|minutes?)\b`)
	spread   = []string{"random*", "jitter*", "spread*", "grow*", "doubl*", "exponential*", "back-off", "backoff", "longer each time", "server*", "retry-after"}
)

// outgoing are words by which a row says that the device opens the connection.
var outgoing = []string{"cloud", "backend", "device opens", "device connects", "connects to", "outgoing", "client", "reconnect*", "retries", "retry", "tries again", "uplink"}

// opens tells whether a row says that the device opens the connection, and so must open it again.
func opens(r device.Row) bool {
	return declared.Says(r.Fields["Description"]+" "+r.Fields["Interface"]+" "+r.Fields["Resilience Measures"], outgoing...)
}

// returns judges how one mechanism comes back.
func returns(r device.Row, typed *device.Resilience) {
	text := declared.Text(r, "Resilience Measures")
	switch {
	case typed != nil && typed.FirstS > 0 && typed.Jitter > 0:
		peak := float64(fleet) / (typed.FirstS * typed.Jitter)
		Propose(Pass, "%s: %d devices that return together make at most %.0f attempts a second at first (first wait %.0f s, random share %.0f %%)", r.ID, fleet, peak, typed.FirstS, 100*typed.Jitter)
	case text == "" && opens(r):
		Lack("name how it tries again", "%s has no resilience measure (that is 5.9-3-1a's affair)", r.ID)
	case !opens(r):
		Propose(Pass, "%s (%s): nothing says that the device opens it", r.ID, r.Fields["Description"])
	case declared.Says(text, spread...):
		Propose(Pass, "%s: its waits grow, are random or are given by the server: %q; no number is declared to compute the peak of, resilience: in its row", r.ID, text)
	}
	if every, ok := fixed(text); ok && every < tooOften {
		Propose(Fail, "%s tries every %v s, without a random share: %d devices that return together stay together, and make %.0f attempts a second", r.ID, every, fleet, float64(fleet)/every)
	}
	Propose(Inconclusive, "%s does not say how its waits grow or are spread: %q", r.ID, text)
}

// fixed reads an interval, in seconds.
func fixed(text string) (float64, bool) {
	m := interval.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if strings.HasPrefix(strings.ToLower(m[2]), "min") {
		n *= 60
	}
	return n, err == nil
}
