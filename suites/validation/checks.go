package validation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/suites/declared"
)

// Words for what is checked of input, for who checks without being able to, and for what becomes of input that is refused.
var (
	looksAt = []string{"schema*", "pars*", "type", "types", "range*", "length*", "bound*", "size", "limit*", "alphabet", "character set*", "charset", "structure*", "format*", "encod*", "escap*", "sequence*", "allow-list*", "allow list*", "whitelist*",
		"list of", "known fields", "parameter binding", "prepared statement*", "bound parameter*", "saniti*", "regular expression*", "checksum*", "plausib*", "prüf*", "länge*"}
	inClient = []string{"in the browser", "in the app", "the app checks", "app checks", "app validates", "client side", "client-side", "by the client", "javascript of the page", "web form checks", "im browser", "in der app"}
	onDevice = []string{"device", "server side", "server-side", "firmware", "api", "service", "again on", "gerät"}
	listing  = []string{"block list*", "blocklist*", "blacklist*", "deny list*", "forbidden characters", "filter* out", "special characters are removed"}
	walls    = []string{"firewall*", "packet filter*", "nat", "acl", "waf"}
	carriage = []string{"tls*", "dtls*", "https", "ssh", "vpn", "ipsec", "encrypt*", "authenticated channel", "trusted", "mutual*"}
	refusals = []string{"refus*", "reject*", "drop*", "discard*", "ignor*", "error*", "400", "abgelehnt", "verworfen"}
)

// Kinds of checks that are known as good.
var goodKinds = []string{"schema", "parser", "strict parser", "allow-list", "allow list", "type", "length", "range", "escaping", "parameter binding", "bounded copy", "encoding", "output encoding"}

// effective judges checks: each looks at the input, where it is used.
func effective(ctx context.Context, all []check) {
	Each("check of input in 29-InpVal", all, judge)
	var list, silent []string
	for _, c := range all {
		list = append(list, fmt.Sprintf("%s (%s)", c.ID, or(c.Kind, "kind not typed")))
		if !declared.Says(c.Description, refusals...) {
			silent = append(silent, c.ID)
		}
	}
	why := "each check looks at what comes in, on the device: " + strings.Join(list, ", ")
	if len(silent) > 0 {
		why += "; what becomes of input that is refused is not said by " + strings.Join(silent, ", ")
	}
	Propose(Pass, "%s; judge whether they are effective", why)
}

// judge convicts a check that whoever attacks can leave out, and proposes FAIL for one that by its words looks at no input.
func judge(c check) {
	if declared.Placeholder(c.Description) {
		Lack("describe in 29-InpVal what the check looks at, and what becomes of what it refuses", "%s has no Description", c.ID)
	}
	Expect(c.Where).NotTo(Equal("client"), "%s checks input in the client alone, where whoever attacks leaves the check out (where: client): %.80q", c.ID, c.Description)
	client := declared.Affirms(c.Description, inClient...)
	if client != "" && c.Where == "" && declared.Affirms(c.Description, onDevice...) == "" {
		Propose(Fail, "%s seems to check input in the client alone (%s), where whoever attacks leaves the check out", c.ID, client)
	}
	if slices.Contains(goodKinds, strings.ToLower(c.Kind)) || declared.Affirms(c.Description, looksAt...) != "" {
		return
	}
	for _, no := range []struct {
		words []string
		why   string
	}{
		{listing, "lists what is forbidden, and lets all else in"},
		{walls, "looks at where input comes from, and not at what it says"},
		{carriage, "looks at who sends, and not at what is sent"},
	} {
		if w := declared.Affirms(c.Description, no.words...); w != "" {
			Propose(Fail, "%s %s (%s): %.80q", c.ID, no.why, w, c.Description)
		}
	}
	Propose(Inconclusive, "%s does not say what it looks at in the input (%.80q): ask for types, lengths, alphabets or structure", c.ID, c.Description)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
