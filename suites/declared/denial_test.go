package declared

import "testing"

func TestAffirms(t *testing.T) {
	for text, want := range map[string]string{
		"It is published in the customer portal.":                                    "customer portal",
		"https://specimen.example/support, which a visitor reads without an account": "",
		"At https://example.com/login/security":                                      "",
		"Anybody reads it; accounts are not needed":                                  "",
		"No log-in is asked for. After the purchase, customers log in.":              "log in",
		"not in the app, but in the customer portal":                                 "customer portal",
	} {
		if got := Affirms(text, "account*", "log in", "log-in", "login", "customer portal", "app"); got != want {
			t.Errorf("%q affirms %q, want %q", text, got, want)
		}
	}
}
