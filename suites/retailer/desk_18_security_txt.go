// Package retailer holds units beyond the standard: what a shop sees of a product before it sells it.
//
// Its one idea is that it needs no device: what is published is read, held against its own rules, and a person judges it.
//
//	s := Ask(ctx, dut, page.SecurityTxt{Of: "https://maker.example/security"})
package retailer

import (
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/pages"
)

var _ = Provision("DESK-18", func(dut *DUT) {
	TestCase("DESK-18", func() {
		Unit("", "security.txt is present and valid", func(ctx context.Context) {
			at := pages.Address(dut, "Publication of Vulnerability Disclosure Policy")
			if at == "" {
				Lack("type the address of the policy in 2-UserInfo (at: {url: …})", "no address of the supplier's is typed, beside which a security.txt would stand")
			}
			s := Ask(ctx, dut, page.SecurityTxt{Of: at})
			if !s.Is {
				Lack("nothing: no law asks for it", "there is no security.txt to read at %s (status %d) %s", s.Asked, s.Status, s.Why)
			}
			if !s.Expires.IsZero() && s.Expires.Before(At(ctx)) {
				Propose(Fail, "the security.txt at %s expired at %s (line %d), and is not to be used any more: renew it", s.Final, s.Expires.Format(time.RFC3339), line(s, "Expires"))
			}
			if errors := wrong(s); len(errors) > 0 {
				Propose(Fail, "the security.txt at %s is not as RFC 9116 wants it: %s", s.Final, strings.Join(errors, "; "))
			}
			Note(ctx, "%s names the contacts %s", s.Final, strings.Join(s.Values("Contact"), ", "))
			if s.Signed && s.Signer == "" {
				Note(ctx, "its signature was not verified: %s", s.Unproven)
			}
		}, Climbs(provisions.Web))
	})
})

// line is where a field stands.
func line(s page.Security, name string) int {
	for _, f := range s.Fields {
		if f.Name == name {
			return f.Line
		}
	}
	return 0
}

// wrong are the errors of a file, each with its line.
func wrong(s page.Security) (out []string) {
	for _, p := range s.Problems {
		where := "the file"
		if p.Line > 0 {
			where = fmt.Sprintf("line %d", p.Line)
		}
		out = append(out, where+": "+p.Text)
	}
	return out
}
