package dataprotection

import (
	"fmt"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// What a supplier writes honestly in other words convicts nobody, and what means the opposite does.
func TestWordings(t *testing.T) {
	const (
		pass, fail, open = "PASS", "FAIL", "INCONCLUSIVE"
		proposed         = "proposed "
	)
	for _, c := range []struct {
		unit, field, text, want string
	}{
		{"6-2-1a", "Obtaining Consent", "The user opts in with a switch that is off by default.", proposed + pass},
		{"6-2-1a", "Obtaining Consent", "Consent is given by accepting the terms at the first start.", fail},
		{"6-2-1a", "Obtaining Consent", "A box in the app, which is pre-ticked; the user confirms it.", proposed + fail},
		{"6-2-1a", "Obtaining Consent", "No box is pre-ticked; the user ticks a box for each purpose.", proposed + pass},
		{"6-2-1a", "Obtaining Consent", "Einwilligung im Assistenten der Einrichtung", proposed + open},
		{"6-3A-1a", "Withdrawing Consent", "In the settings of the app, UserDec-1 again, or by e-mail", proposed + pass},
		{"6-3A-1a", "Withdrawing Consent", "By e-mail to our support", fail},
		{"6-3A-1a", "Withdrawing Consent", "By a factory reset", fail},
		{"6-3A-1a", "Withdrawing Consent", "In the app, by deleting the account", proposed + fail},
		{"6-3A-1a", "Withdrawing Consent", "not possible to say yet", proposed + open},
		{"6-3B-1a", "Storing Consent", "Not stored.", fail},
		{"6-3B-1a", "Storing Consent", "In the user's account at our service, with time and version of the text, until it is withdrawn", proposed + pass},
		{"6-3B-1a", "Storing Consent", "On paper", proposed + fail},
		{"6-6-1a", "Purpose", "none", fail},
		{"6-6-1b", "Lifecycle", "Kept as long as necessary, at most 30 days", proposed + pass},
		{"6-6-1b", "Lifecycle", "Kept indefinitely", fail},
		{"6-6-1b", "Lifecycle", "Not kept indefinitely: overwritten each week", proposed + pass},
		{"6-6-1b", "Lifecycle", "As long as needed, until somebody deletes it", proposed + fail},
		{"6-6-1b", "Lifecycle", "Solange es die Funktion braucht", proposed + open},
		{"6-6-1c", "Lifecycle", "30 days, then a job deletes it", proposed + pass},
		{"6-6-1c", "Lifecycle", "30 days; deleted on request", fail},
		{"6-6-1c", "Lifecycle", "30 days", proposed + fail},
		{"6-7-1b", "Aggregation", "Daily mean, made on the device before it is sent", proposed + pass},
		{"6-7-1b", "Aggregation", "Daily mean, made by our cloud", proposed + open},
		{"6-7-1b", "Aggregation", "Daily mean, made by our cloud, because the device has no memory for it", proposed + pass},
		{"6-7-1a", "Aggregation", "Daily mean without any user id, made on the device; single data are dropped", proposed + pass},
		{"6-7-1c", "Aggregation", "Daily mean; single data are dropped after an hour", proposed + pass},
		{"6-7-1c", "Aggregation", "Daily mean; single data are kept forever", fail},
		{"6-7-1c", "Aggregation", "Daily mean", proposed + pass}, // its Lifecycle has the end
		{"6-8-1a", "Anonymization", "none", proposed + fail},
		{"6-8-1a", "Anonymization", "Anonymous: MD5 of the MAC address", fail},
		{"6-8-1a", "Anonymization", "Pseudonymous, not anonymous: HMAC of the serial number with a key that changes each month", proposed + pass},
		{"6-8-1a", "Anonymization", "Anonymous: names are removed and times rounded to the hour", proposed + pass},
	} {
		row := map[string]string{"Description": "Steps of the user", "Processing Activities": "Shown at the page", "Secure Communication Mechanisms": "", "Sensitive": "no", "Obtaining Consent": "The user presses a button.",
			"Withdrawing Consent": "In the settings", "Purpose": "The user sees how far it was.", "Authorized Parties": "the user", "Lifecycle": "Kept for a week, then overwritten", "Storing Consent": "In the device", "Aggregation": "none", "Anonymization": "None, because the user wants his own"}
		row[c.field] = c.text
		var fields []string
		for name, text := range row {
			if text != "" {
				fields = append(fields, fmt.Sprintf("%s: %q", name, text))
			}
		}
		file := fmt.Sprintf("ixit:\n  21-PersData: [{ID: PersData-1, Secure Communication Mechanisms: [], %s}]\n  25-DelFunc: []\n"+
			"  26-UserDec: [{ID: UserDec-1, Description: Whether steps are counted (PersData-1), Options: \"yes, or no\", Triggered By: set-up, on: consent}]\n", strings.Join(fields, ", "))
		o := loop.Judge(t, provisions.V31, file, c.unit)[c.unit]
		got := loop.Says(o)
		if got != c.want {
			t.Errorf("%s, %s: %q: %s, want %s: %s", c.unit, c.field, c.text, got, c.want, o.Reason)
		}
	}
}

// A way to the information is judged by its hurdles: a letter is one, another way beside it is a person's to weigh.
func TestWaysToTheInformation(t *testing.T) {
	for text, want := range map[string]string{
		"https://maker.example/privacy, which everybody reads without a log-in": "proposed PASS",
		"In the manual":                           "proposed PASS",
		"On request, by letter":                   "FAIL",
		"On our website, or by letter on request": "proposed FAIL",
		"none":                           "FAIL",
		"tbd":                            "INCONCLUSIVE",
		"Datenschutzerklärung im Karton": "proposed PASS",
		"In the customer portal":         "FAIL",
	} {
		o := loop.Judge(t, provisions.V21, fmt.Sprintf("ixit:\n  2-UserInfo: {Documentation of Personal Data: %q}\n", text), "6-1-1a")["6-1-1a"]
		got := loop.Says(o)
		if got != want {
			t.Errorf("%q: %s, want %s: %s", text, got, want, o.Reason)
		}
	}
}
