package vulnerabilities

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/pages"
)

// least is how much text a policy has at least, where it is no PDF.
var least = Parameter("5.2-1: characters of text that a policy has at least", 500)

// disclosure are words by which a page is known as one on reports of vulnerabilities.
var disclosure = []string{"vulnerabilit*", "security hole*", "security issue*", "security flaw*", "security problem*", "security researcher*", "responsible disclosure", "coordinated disclosure", "disclosure policy", "bug bounty",
	"Schwachstelle*", "Sicherheitslücke*", "Sicherheitsproblem*"}

// policyPage are the units of 5.2-1-2: what the supplier really publishes.
func policyPage(dut *DUT) {
	Unit("a", "anybody reads the policy where it is said to be", func(ctx context.Context) {
		p := pages.Fetch(ctx, dut, publication)
		shown := p.Unread != "" || len(p.Said) >= least && declared.Says(p.Title+"\n"+p.Said, disclosure...)
		pages.Open(p, shown || !p.Given())
		pages.Served(p)
		securityTxt(ctx, dut, p)
		pages.Seen(ctx, p)
		d := pages.Doc{Page: p, Field: publication}
		switch {
		case p.Unread != "":
			Lack("read it, and answer: assay answer RUN", "%s is %s, which is kept as evidence and not read here", p.Asked, p.Unread)
		case !declared.Says(p.Title+"\n"+p.Said, disclosure...):
			d.Absent("the page says nothing of reports of vulnerabilities: it begins %.120q", p.Said)
		case len(p.Said) < least:
			Propose(Inconclusive, "the page has %d characters of text, where a policy has %d at least: read %s", len(p.Said), least, p.Asked)
		}
	}, Climbs(provisions.Web))

	Unit("b", "the policy names a contact, and when reports are acknowledged and followed by news", func(ctx context.Context) {
		d, told := Told(ctx, dut)
		if missing := told.missing(); len(missing) > 0 {
			d.Absent("the policy gives %s", strings.Join(missing, ", and "))
		}
		Propose(Pass, "contact: %s; acknowledgement: %s; status: %s; confirm that both times are set until a report is settled (%s)", told.Contact, told.Ack, told.Status, d.Reads())
	}, Climbs(provisions.Web))
}

// Words near which a policy sets a time: when a report is acknowledged, and when the one who made it hears more.
var (
	acknowledged = []string{"acknowledg*", "confirm*", "receipt", "respon*", "reply", "replies", "answer*", "get back to", "contact you", "bestätig*", "antwort*", "Eingang*", "melden uns"}
	progress     = []string{"status", "update", "updates", "updated", "progress", "inform*", "news", "keep you", "report back", "regular*", "Stand", "Fortschritt*", "informier*", "auf dem Laufenden"}
)

// further are words of links from a policy to what belongs to it.
var further = append([]string{"policy", "process", "report*", "timeline*", "what happens*", "how we*", "security", "contact*", "security.txt", "Richtlinie", "Ablauf", "melden"}, disclosure...)

// A Policy is what is told who reports: quotes, each "" where there is none.
type Policy struct{ Contact, Ack, Status string }

// Told is what the policy that 2-UserInfo names tells, on its page and on those that it links to. A page that was not served, or
// is about something else, ends the unit: 5.2-1-2a judges that.
func Told(ctx context.Context, dut *DUT) (pages.Doc, Policy) {
	d := pages.Text(ctx, dut, publication, "5.2-1-2a")
	if !declared.Says(d.Title+"\n"+d.Said, disclosure...) {
		Lack("mend the page, and run again", "%s says nothing of reports of vulnerabilities, which is judged by 5.2-1-2a", d.Asked)
	}
	told := tells(d)
	if len(told.missing()) > 0 {
		var more []pages.Doc
		d, more = d.More(ctx, dut, further...)
		for _, m := range more {
			told = told.or(tells(m))
		}
	}
	return d, told
}

func tells(d pages.Doc) Policy {
	return Policy{contacts(d), timed(d, acknowledged), timed(d, progress)}
}

func (p Policy) or(q Policy) Policy {
	return Policy{cmp.Or(p.Contact, q.Contact), cmp.Or(p.Ack, q.Ack), cmp.Or(p.Status, q.Status)}
}

func (p Policy) missing() (out []string) {
	for _, m := range []struct{ what, found string }{{"no way to report", p.Contact}, {"no time in which a report is acknowledged", p.Ack}, {"no time in which news of the status is given", p.Status}} {
		if m.found == "" {
			out = append(out, m.what)
		}
	}
	return out
}

// timed is the sentence that sets a time for something; "" where none does.
func timed(d pages.Doc, words []string) string {
	for _, s := range d.Find(words...) {
		if when := pages.Soon(s.Quote); when != "" {
			return fmt.Sprintf("%q in %v", when, s)
		}
	}
	return ""
}

// contacts is how the page says that reports reach the supplier; "" where it does not.
func contacts(d pages.Doc) string {
	for _, l := range d.Links {
		if strings.HasPrefix(l.URL, "mailto:") || strings.HasPrefix(l.URL, "tel:") {
			return l.URL
		}
	}
	for _, s := range d.Sentences() {
		if mail.MatchString(s.Quote) {
			return s.String()
		}
	}
	for _, f := range d.Forms {
		if len(f.Fields) > 0 && !f.Password() {
			return fmt.Sprintf("a form with %d fields", len(f.Fields))
		}
	}
	for _, l := range d.Links {
		if declared.Says(l.Text, contactWords...) {
			return fmt.Sprintf("the link %q to %s", l.Text, l.URL)
		}
	}
	return ""
}

var contactWords = []string{"report", "report a*", "contact", "form", "submit*", "ticket", "melden", "Kontakt", "Formular", "hackerone", "bugcrowd", "intigriti", "yeswehack"}

// securityTxt notes what stands in a security.txt beside the policy: it is more than is asked.
func securityTxt(ctx context.Context, dut *DUT, p page.Page) {
	s := Ask(ctx, dut, page.SecurityTxt{Of: p.Asked})
	switch {
	case s.Status == 0 || !s.Is:
		Note(ctx, "no security.txt (RFC 9116) was read at %s, which nobody must have", s.Asked)
		return
	case s.Expires.IsZero():
	case s.Expires.Before(At(ctx)):
		Note(ctx, "the security.txt at %s expired at %s: it is not to be used any more (RFC 9116, section 2.5.5)", s.Final, s.Expires.Format(time.RFC3339))
	case s.Expires.After(At(ctx).AddDate(1, 0, 0)):
		Note(ctx, "the security.txt at %s expires more than a year from now, on %s, which RFC 9116 advises against", s.Final, s.Expires.Format("2006-01-02"))
	}
	Note(ctx, "security.txt at %s: contacts %v, policy %v", s.Final, s.Values("Contact"), s.Values("Policy"))
	if s.Signed {
		by := "verified by the key " + s.Signer
		if s.Signer == "" {
			by = "not verified: " + s.Unproven
		}
		Note(ctx, "the security.txt at %s is signed, which was %s", s.Final, by)
	}
	for _, e := range s.Problems {
		Note(ctx, "security.txt at %s, line %d: %s", s.Final, e.Line, e.Text)
	}
}
