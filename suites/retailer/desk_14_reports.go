package retailer

import (
	"context"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/pages"
	"github.com/secure-by-design/assay/suites/vulnerabilities"
)

const policyPage = "Publication of Vulnerability Disclosure Policy"

var _ = Provision("DESK-14", func(dut *DUT) {
	TestCase("DESK-14", func() {
		Unit("", "a contact for security reports is published", func(ctx context.Context) {
			d, told := vulnerabilities.Told(ctx, dut)
			if told.Contact == "" {
				d.Absent("%s names no way to report", d.Asked)
			}
			Propose(Pass, "reports are taken at %s; see that it is alive, which nobody has tried (%s)", told.Contact, d.Asked)
		}, Climbs(provisions.Web))
	})
})

var _ = Provision("DESK-15", func(dut *DUT) {
	TestCase("DESK-15", func() {
		Unit("", "the reporter is told when to expect an acknowledgement", func(ctx context.Context) {
			d, told := vulnerabilities.Told(ctx, dut)
			if told.Ack == "" {
				d.Absent("%s sets no time in which a report is acknowledged", d.Asked)
			}
			Propose(Pass, "a time is set: %s; confirm that it is of the acknowledgement", told.Ack)
		}, Climbs(provisions.Web))
	})
})

var _ = Provision("DESK-16", func(dut *DUT) {
	TestCase("DESK-16", func() {
		Unit("", "the reporter is told when to expect news of the status", func(ctx context.Context) {
			d, told := vulnerabilities.Told(ctx, dut)
			if told.Status == "" {
				d.Absent("%s sets no time in which news of the status is given", d.Asked)
			}
			Propose(Pass, "a rhythm is set: %s; confirm that it holds until a report is settled", told.Status)
		}, Climbs(provisions.Web))
	})
})

var _ = Provision("DESK-17", func(dut *DUT) {
	TestCase("DESK-17", func() {
		Unit("", "the information on reports is open to anybody, in English, and asks for no personal data", func(ctx context.Context) {
			p := pages.Fetch(ctx, dut, policyPage)
			if asked := demanded(pages.Doc{Page: p}); asked != "" {
				pages.Steady(p)
				Propose(Fail, "%s takes reports by a form alone, which insists on %s: give a way without personal data", p.Asked, asked)
			}
			open(ctx, dut, policyPage, "5.2-1-2a")
		}, Climbs(provisions.Web))
	})
})

// demanded are the personal data on which the only way to report insists; "" where there is another way, or none is a form.
func demanded(d pages.Doc) string {
	for _, l := range d.Links {
		if strings.HasPrefix(l.URL, "mailto:") || strings.HasPrefix(l.URL, "tel:") {
			return ""
		}
	}
	if strings.Contains(d.Said, "@") {
		return ""
	}
	var asked []string
	for _, f := range d.Forms {
		if f.Password() || len(d.Said) < pages.Shortest {
			return "" // a log-in, which stands before the text
		}
		for _, in := range f.Fields {
			text := strings.ToLower(in.Name + " " + in.Label + " " + in.Type)
			for _, w := range []string{"phone", "tel", "name", "address", "birth", "account"} {
				if (in.Required || strings.Contains(in.Label, "*")) && strings.Contains(text, w) {
					asked = append(asked, strings.TrimSpace(in.Label+" ("+in.Name+")"))
					break
				}
			}
		}
	}
	return strings.Join(asked, ", ")
}
