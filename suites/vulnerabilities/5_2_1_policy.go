package vulnerabilities

import (
	"context"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

const publication = "Publication of Vulnerability Disclosure Policy"

var _ = Provision("5.2-1", func(dut *DUT) {
	TestCase("5.2-1-1", func() {
		Unit("a", "the policy is published where anybody can read it", func(ctx context.Context) {
			Each("2-UserInfo", Declared(ctx, dut, "2-UserInfo"), func(row device.Row) {
				text, place := declared.Text(row, publication), typedPlace(dut)
				if text == "" && place == "" {
					Lack("write in 2-UserInfo where the policy is published", "2-UserInfo says nothing in %q", publication)
				}
				closed := declared.Affirms(text+". "+place, closedPlaces...)
				if closed != "" && (declared.Address(text+" "+place) != "" || declared.Says(text, openPlaces...)) {
					Propose(Fail, "2-UserInfo names a place for the policy and speaks of %q; confirm that not everybody can read it there: %q", closed, text)
				}
				Expect(closed).To(BeEmpty(), "not everybody can read the policy where 2-UserInfo says that it is published: %q", strings.TrimSpace(text+" "+place))
				if place == "" && declared.Address(text) == "" && !declared.Says(text, openPlaces...) {
					Lack("write its address in 2-UserInfo, or the place on paper that anybody has", "2-UserInfo names no address and no open place of the policy: %q", text)
				}
			})
		}, Climbs(provisions.Declared))
	})

	TestCase("5.2-1-2", func() { policyPage(dut) })
})

// typedPlace is the address or place that is typed beside the text.
func typedPlace(dut *DUT) string {
	if info := dut.IXIT().UserInfo; info != nil {
		at := info.At[publication]
		return strings.TrimSpace(at.URL + " " + at.Place)
	}
	return ""
}

// closedPlaces are words of places that take an account, a purchase, a contract or an app.
var closedPlaces = []string{"customer portal", "customers' portal", "portal for customers", "partner portal", "dealer portal", "customer area", "members' area", "intranet",
	"log in", "login", "log-in", "logging in", "logged in", "sign in", "an account", "accounts", "user account", "customer account", "registration", "registered users", "registered customers",
	"NDA", "non-disclosure", "contract", "contracts", "on request", "after the purchase", "after purchase", "buyers only",
	"app only", "app-only", "in the app", "in our app", "through the app", "via the app", "in the box", "in-box"}

// openPlaces are words of places that anybody has.
var openPlaces = []string{"publicly", "public web*", "anybody", "anyone", "everybody", "everyone", "any visitor", "open web*", "security.txt", "website", "web site", "web page", "newspaper"}
