package installation

import (
	"regexp"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/suites/declared"
)

// marked is how a text says which option is preset: "on (default), off" or "default: on".
var marked = regexp.MustCompile(`(?i)\bdefault(?: is|:)\s*"?([\pL\pN -]{1,30})|([\pL\pN -]{1,30})\s*\(default\)`)

// A topic is what a decision is on, and which answer is safe where the user gives none.
type topic struct {
	name   string
	words  []string
	safe   bool // switched on is the safe answer
	either bool // both answers are safe enough
	why    string
}

// topics are an opinion written down: that of most guides for consumers. The more special come first.
var topics = []topic{
	{"automatic updates", []string{"automatic update*", "auto-update*", "auto update*", "updates install themselves", "automatically updated", "automatische Updates"}, true, false, "a hole stays open until somebody looks"},
	{"the time of an update", []string{"time of an update", "time of the update", "when an update", "when to update", "put off"}, true, true, ""},
	{"port mapping", []string{"UPnP*", "port mapping", "port forwarding"}, false, false, "it lets the Internet in"},
	{"access from afar", []string{"remote access", "access from outside", "access from the Internet", "from anywhere", "Fernzugriff"}, false, false, "it lets the Internet in"},
	{"a guest's access", []string{"guest", "guests", "Gast"}, false, false, "it lets others in"},
	{"usage data", []string{"analytics", "usage data", "telemetry", "statistics", "diagnostic*", "crash report*", "sharing", "share data", "marketing", "advertis*"}, false, false, "data leave home unasked"},
	{"uploads of sound or pictures", []string{"microphone*", "camera*", "video upload*", "cloud recording*", "voice recording*"}, false, false, "what is said and done at home leaves it"},
	{"consent", []string{"consent*"}, false, false, "it is no consent where nobody gave it"},
	{"debugging", []string{"debug*", "developer mode", "SSH", "telnet"}, false, false, "it lets others in"},
	{"a firewall", []string{"firewall*"}, true, false, "it keeps others out"},
	{"notices of updates", []string{"notice*", "notification*"}, true, false, "nobody learns of a hole"},
	{"a password", []string{"password*", "PIN", "Passwort"}, true, true, ""},
}

// topicOf is what a decision is on.
func topicOf(u device.UserDec) (topic, bool) {
	for _, t := range topics {
		if declared.Says(u.Description, t.words...) || u.On != "" && declared.Says(u.On, t.words...) {
			return t, true
		}
	}
	return topic{}, false
}

// Words of an option that switches something on or off.
var (
	offs = []string{"no", "off", "disable*", "deny", "denied", "refuse*", "never", "not", "leave out", "decline*", "reject*", "none", "nobody", "nein", "aus"}
	ons  = []string{"yes", "on", "enable*", "allow*", "accept*", "agree*", "share", "always", "everybody", "ja", "ein"}
)

// means tells whether an option switches on what the decision is on, if its words are clear.
func means(u device.UserDec, option string) (on, clear bool) {
	said := option
	if !declared.Says(said, offs...) && !declared.Says(said, ons...) {
		for _, c := range u.Choices {
			if c.Text == option {
				said = c.Effect
			}
		}
	}
	off, on := declared.Says(said, offs...), declared.Says(said, ons...)
	return on && !off, off != on
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
