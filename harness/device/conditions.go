package device

import (
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// A Condition is what provisions of an edition depend on: C(n) by number, or F(x), a feature, by letter.
type Condition struct {
	Name string // "C(12)", "F(aa)"
	Text string // in our words
	all  bool   // of both editions
}

// Key is its key in the device file: 12, aa.
func (c Condition) Key() string { return c.Name[2 : len(c.Name)-1] }

// Feature tells whether it stands under features: rather than under conditions:.
func (c Condition) Feature() bool { return c.Name[0] == 'F' }

// older conditions are those of V2.1. Other numbers that papers name for it are not the standard's.
var olderConditions = []Condition{
	{"C(1)", "passwords are used", false},
	{"C(2)", "pre-installed passwords of each device are used", false},
	{"C(3)", "there are software components that cannot be updated", true},
	{"C(4)", "the device is constrained", false},
	{"C(5)", "the device is not constrained", false},
	{"C(6)", "telemetry is collected", false},
	{"C(7)", "personal data is processed on consent", false},
	{"C(8)", "users can authenticate at the device", false},
	{"C(9)", "automatic updates or notices of updates are supported", false},
	{"C(10)", "a hard-coded identity of each device is used for security", false},
	{"C(11)", "updates come over a network interface", false},
	{"C(12)", "there is an update mechanism", true},
	{"C(13)", "a debug interface can be reached physically", false},
}

var newerConditions = []Condition{
	{"C(14)", "no limit of the use case keeps the device from a measure against guessing", false},
	{"C(15)", "no limit of the use case keeps the device from an update mechanism", false},
	{"C(16)", "there are critical security parameters that relate to the device", false},
	{"F(a)", "passwords authenticate users or machines", false},
	{"F(b)", "unique passwords are pre-installed", false},
	{"F(c)", "cryptography authenticates, passwords included", false},
	{"F(d)", "users can authenticate at the device", false},
	{"F(e)", "there is authentication over network interfaces", false},
	{"F(f)", "there are components that are not immutable for security", false},
	{"F(g)", "there are components that can be updated", false},
	{"F(h)", "automatic updates are supported", false},
	{"F(i)", "users are told of updates", false},
	{"F(j)", "updates come over a network", false},
	{"F(k)", "sensitive security parameters lie in persistent storage", false},
	{"F(l)", "a hard-coded identity of each device is used for security", false},
	{"F(m)", "critical parameters serve update checks or the talk with services", false},
	{"F(n)", "security-relevant settings can be changed over the network", false},
	{"F(o)", "critical security parameters can leave the device", false},
	{"F(p)", "there are network interfaces or logical interfaces in reach of the network that are not used", false},
	{"F(q)", "there are debug interfaces", false},
	{"F(r)", "there are debug interfaces that are physical ports", false},
	{"F(s)", "secure boot or another detection of tampering is supported", false},
	{"F(t)", "personal data goes to associated services", false},
	{"F(u)", "sensitive personal data goes to associated services", false},
	{"F(v)", "the device senses its surroundings", false},
	{"F(w)", "telemetry can be collected", false},
	{"F(x)", "a service can store personal data", false},
	{"F(y)", "personal data is processed on consent", false},
	{"F(z)", "personal data is processed", false},
	{"F(aa)", "data is collected for aggregates alone", false},
}

// Conditions are all conditions and features of an edition, in order.
func Conditions(e provisions.Edition) []Condition {
	if e == provisions.V21 {
		return olderConditions
	}
	var out []Condition
	for _, c := range olderConditions {
		if c.all {
			out = append(out, c)
		}
	}
	return append(out, newerConditions...)
}

// States is what the file states of a condition, by its name: "C(12)", "F(aa)".
func (f *File) States(name string) (holds, stated bool) {
	key := strings.TrimSuffix(name[min(2, len(name)):], ")")
	if strings.HasPrefix(name, "F(") {
		holds, stated = f.Features[key]
	} else {
		holds, stated = f.Conditions[key]
	}
	return holds, stated
}
