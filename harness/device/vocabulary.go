package device

import (
	"slices"
	"strings"
)

// Vocabulary is the operations that suites know. The last ones, checks, only read.
var Vocabulary = []string{
	"factory-reset", "initialise", "login", "logout", "power-cycle",
	"create-user-data", "delete-user-data", "change-credential",
	"offer-update", "check-update", "set-update-policy", "write-image", "reimage",
	"pair", "unpair", "give-consent", "withdraw-consent", "report-lost", "stimulus", "set-option", "make-fault",
	"setup-check", "maintenance-check", "read-wizard", "read-controls", "read-model",
	"read-user-data", "read-version", "read-update", "health", "local-function", "settings-read", "consent-read",
}

// Parameters are the names that a step may use without having captured them.
var Parameters = []string{
	"address", "port", "server", "url", "image", "version", "canary", "kind", "function", "user", "password", "value", "owner", "token",
	"off_s", "at", "decision", "purpose", "client", "network", "stop_at", "option",
}

// Secrets are the parameters that never stand in an argument of a program, where every user of the host can read them.
var Secrets = []string{"canary", "password", "token", "value"}

// Shown are the names of captures that are no secrets: facts, and what the device tells its user.
var Shown = []string{"version", "slot", "boots", "state", "message", "confirmation", "model", "found"}

// IsSecret tells whether a parameter or capture is kept from record and argument lists.
func IsSecret(name string) bool {
	return slices.Contains(Secrets, name) || !slices.Contains(Parameters, name) && !slices.Contains(Shown, name)
}

// images are the names that Updates knows.
var images = []string{"n-1", "n", "n+1", "other-model"}

// LabelParameter is the parameter that holds a value printed on the sample: "set-up code" is {label_set_up_code}.
func LabelParameter(name string) string {
	return "label_" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

// labels are the parameters of all samples' labels.
func labels(f *File) (out []string) {
	for _, s := range f.Samples {
		for name := range s.Label {
			out = append(out, LabelParameter(name))
		}
	}
	return out
}
