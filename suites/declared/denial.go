package declared

import (
	"regexp"
	"strings"
)

// Affirms is the first of several words or phrases that a text says without denying it; "" where there is none. What stands in
// an address is not said, and a word is denied by a "no", "not", "without" or the like close to it in the same clause: "which
// anybody reads without an account". It is for words that convict: who denies them must not be convicted by them.
func Affirms(text string, words ...string) string {
	for _, clause := range clauses.Split(strings.ToLower(address.ReplaceAllString(text, " ")), -1) {
		for _, w := range words {
			for _, at := range saying(w, clause) {
				if !denied(clause[:at[0]], clause[at[1]:]) {
					return strings.TrimSuffix(w, "*")
				}
			}
		}
	}
	return ""
}

var (
	clauses = regexp.MustCompile(`[.;:,()](?:\s|$)|\n|\bbut\b`)
	address = regexp.MustCompile(`(?i)\b(?:https?|ftp)://[^\s<>"',;]+`)
	denial  = regexp.MustCompile(`(?i)^(?:no|not|never|without|nor|neither|none|cannot|free|instead|unnecessary|isn't|don't|doesn't|aren't)$`)
)

// near is how many words before or after a word deny it.
const near = 5

func denied(before, after string) bool {
	b, a := strings.Fields(before), strings.Fields(after)
	for _, w := range append(b[max(0, len(b)-near):], a[:min(len(a), near)]...) {
		if denial.MatchString(strings.Trim(w, `"'’“”-`)) {
			return true
		}
	}
	return false
}

// Address is the first address of the web in a text, or "".
func Address(text string) string { return strings.TrimRight(address.FindString(text), ".:") }
