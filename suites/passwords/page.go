package passwords

import (
	"context"
	"fmt"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// Words of a guide that tells how something is changed, and of what is.
var (
	changes = []string{"chang*", "new password", "set a*", "choose a*", "replac*", "ändern", "ändere*", "neues Passwort", "neues Kennwort"}
	factors = []string{"password*", "passcode*", "PIN", "passphrase*", "code", "key", "credential*", "Passwort*", "Kennwort*"}
)

// steps reads the guide, and tells what it says for the person who judges it. One that is gone, or speaks of no change, speaks
// against it.
func steps(ctx context.Context, dut *DUT) string {
	if pages.Address(dut, guide) != "" && dut.May(provisions.Gentle) {
		if p := pages.Fetch(ctx, dut, guide); p.Gone() {
			pages.Served(p)
		}
	}
	d, why := pages.Try(ctx, dut, guide)
	if why != "" {
		NotClimbed(ctx, provisions.Web, "%s", why)
		return ""
	}
	if !tells(d) {
		d.Absent("the guide at %s does not tell how a password is changed", d.Asked)
	}
	jargon := declared.Affirms(d.Said, expertWays...)
	if jargon != "" {
		jargon = fmt.Sprintf(", with an expert's word (%q)", jargon)
	}
	return fmt.Sprintf("; the page that was read at %s: %s%s", d.Asked, d.Reads(), jargon)
}

// tells whether a document speaks of changing a password.
func tells(d pages.Doc) bool {
	return declared.Says(d.Title+"\n"+d.Said, changes...) && declared.Says(d.Title+"\n"+d.Said, factors...)
}

// written holds the guide against a change that worked: it was the operation's, and users have only what the guide tells them.
func written(ctx context.Context, dut *DUT) {
	d, why := pages.Try(ctx, dut, guide)
	if why == "" && !tells(d) {
		d.Absent("the operation changes the password, and the guide at %s has no step by which a user would", d.Asked)
	}
}
