package installation

import (
	"fmt"
	"testing"

	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// Decisions in other words convict nobody; what is less safe, or technical, is proposed as such.
func TestWordings(t *testing.T) {
	const (
		pass, fail, open = "proposed PASS", "proposed FAIL", "proposed INCONCLUSIVE"
	)
	for _, c := range []struct{ unit, description, rest, want string }{
		{"5.12-1-1a", "Language", "", pass},
		{"5.12-1-1a", "Whether to report crashes", "", pass},
		{"5.12-1-1a", "Port of the page", "", fail},
		{"5.12-1-1a", "TLS 1.2 for older devices at home, which only the user knows", "", open},
		{"5.12-1-1b", "Automatic updates", `, Options: "on (default), off"`, pass},
		{"5.12-1-1b", "Automatic updates", `, Options: "on, off (default)"`, fail},
		{"5.12-1-1b", "Automatic updates", `, Options: "on, off"`, "INCONCLUSIVE"},
		{"5.12-1-1b", "Remote access", `, Options: "default: off"`, pass},
		{"5.12-1-1b", "Remote access", `, Options: "default: on"`, fail},
		{"5.12-1-1b", "Colour of the light", `, Options: "default: blue"`, open},
		{"5.12-1-1b", "Colour of the light", `, options: [{text: blue}, {text: red}], default: blue, safe: blue`, pass},
		{"5.12-1-1b", "Range of the radio", `, options: [{text: far}, {text: near}], default: far, safe: near`, fail},
		{"5.12-1-1b", "Usage data", `, options: [{text: help us, effect: they are shared}, {text: keep it, effect: nothing is sent and it is off}], default: keep it, safe: keep it`, pass},
		{"5.12-1-1b", "Usage data", `, options: [{text: yes please}, {text: no thanks}], default: none, safe: no thanks`, pass},
	} {
		o := loop.Judge(t, provisions.V21, fmt.Sprintf("ixit:\n  26-UserDec: [{ID: UserDec-1, Description: %q, Triggered By: set-up%s}]\n", c.description, c.rest), c.unit)[c.unit]
		got := loop.Says(o)
		if got != c.want {
			t.Errorf("%s, %q%s: %s, want %s: %s", c.unit, c.description, c.rest, got, c.want, o.Reason)
		}
	}
}
