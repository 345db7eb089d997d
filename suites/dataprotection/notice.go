package dataprotection

import (
	"context"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// The fields of 2-UserInfo that say where users read what becomes of their data.
const (
	ofPersonalData = "Documentation of Personal Data"
	ofTelemetry    = "Documentation of Telemetry Data"
)

// described is the way to some information; a supplier who says that there is none is convicted.
func described(ctx context.Context, dut *DUT, field string) string {
	text := declared.Document(ctx, dut, field)
	Expect(declared.NoDocument(text)).To(BeFalse(), "2-UserInfo says that there is no such information for the user: %q (%s)", text, field)
	return text
}

// open judges the way to some information before anybody goes it: what takes a log-in, a purchase, a letter or a call is none.
func open(ctx context.Context, dut *DUT, field, content string) {
	text := described(ctx, dut, field)
	hurdle := declared.Affirms(text, hurdles...)
	if hurdle != "" && (declared.Address(text) != "" || declared.Says(text, openWays...)) {
		Propose(Fail, "2-UserInfo speaks of %q on the way to the information; confirm that nobody gets it without: %q (%s)", hurdle, text, field)
	}
	Expect(hurdle).To(BeEmpty(), "2-UserInfo gives the information only by %q: publish it where everybody reads it (%s: %q)", hurdle, field, text)
	reads := about(ctx, dut, field)
	Propose(Pass, "no hurdle is named on the way to the information; read it there, and judge whether it is of this device, has %s, and fits a consumer in language and length: %q%s", content, text, reads)
}

// hurdles are words of ways that not every consumer can go.
var hurdles = []string{"on request", "upon request", "on demand", "by post", "by mail", "by letter", "postal*", "in writing", "call support", "call our*", "call the*", "call us", "by telephone", "by phone", "hotline",
	"log in", "login", "log-in", "logging in", "logged in", "sign in", "customer portal", "registered users", "registered customers", "after the purchase", "after purchase", "buyers only", "auf Anfrage"}

// openWays are words of ways that everybody can go.
var openWays = []string{"website", "web site", "web page", "page", "pages", "manual", "quick guide", "leaflet", "in the box", "app", "display", "screen", "public*", "anybody", "anyone", "everybody", "everyone"}

// unread ends a unit that compares the information with the device file: it was not read, and a person who does finds what to look for.
func unread(ctx context.Context, dut *DUT, field, look string, a ...any) {
	text := described(ctx, dut, field)
	NotClimbed(ctx, provisions.Web, "the information was not fetched")
	Propose(Inconclusive, "the information was not read, which is to be found at %q: "+look, append([]any{text}, a...)...)
}
