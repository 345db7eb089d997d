// Package pages is how suites read what a supplier publishes.
//
// Its one idea is rule WEB: only wrong content, 404, 410 or a form that stands before the text speaks against a page, and as
// this run sees it from one network, it is proposed to a person who opens it from another; a page that says something else at a second look convicts nobody. A refusal, a challenge, trouble of
// the server, of the network or of ours speaks of nothing: a person opens the page and attaches it.
//
//	d := pages.Text(ctx, dut, "Documentation of Sensors", "5.8-3-1a")
//	for _, p := range d.Find("camera", "lens") { … p … }
package pages

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/page"
)

// Shortest is how many characters of text a page must have to be one.
var Shortest = harness.Parameter("web: characters of text that a page has at least", 200)

// Address is the typed address of a document in 2-UserInfo; "" where there is none.
func Address(dut *harness.DUT, field string) string {
	if dut.File == nil || dut.File.IXIT.UserInfo == nil {
		return ""
	}
	return dut.File.IXIT.UserInfo.At[field].URL
}

// Fetch asks for the page that 2-UserInfo names for a document. One that is on paper alone, or whose address is not typed, ends
// the unit for a person.
func Fetch(ctx context.Context, dut *harness.DUT, field string) page.Page {
	at := Address(dut, field)
	if at == "" {
		harness.Lack(fmt.Sprintf("type its address in 2-UserInfo (at: %s: {url: …}), or read it where it is and attach it: assay answer RUN", field),
			"2-UserInfo types no address of the web for %q", field)
	}
	return harness.Ask(ctx, dut, page.Read{URL: at})
}

// Served ends the unit unless the page was served: 404 and 410 are proposed as FAIL.
func Served(p page.Page) {
	switch {
	case p.Gone():
		Steady(p)
		harness.Propose(harness.Fail, "%s answers %d%s; open it from another network, ten minutes later at least, to confirm (rule WEB)", p.Asked, p.Status, landed(p))
	default:
		unseen(p)
	}
}

// unseen ends the unit where the server, or something before it, kept the page back.
func unseen(p page.Page) {
	why := ""
	switch {
	case p.Status == 0:
		why = fmt.Sprintf("could not be fetched (%s): %s", p.Trouble, p.Why)
	case !p.Given():
		why = fmt.Sprintf("answers %d, which may be meant for robots, for this network or for this hour", p.Status)
	case p.Barrier != "":
		why = fmt.Sprintf("turns visitors away that it does not know (%q)", p.Barrier)
	case p.Scripted:
		why = "shows its text by scripts alone, which are not run here"
	}
	if why != "" {
		harness.Lack(fmt.Sprintf("open %s in a browser, and attach what you see: assay answer RUN", p.Asked), "%s %s%s", p.Asked, why, landed(p))
	}
}

// Steady ends the unit where a second look gave something else than the first: only what is so twice speaks against a page.
func Steady(p page.Page) {
	if !p.Second.Same {
		harness.Lack(fmt.Sprintf("open %s in a browser, and attach what you see: assay answer RUN", p.Asked), "%s %s, so that what it lacks may be there the next time", p.Asked, p.Second.Why)
	}
}

func landed(p page.Page) string {
	if p.Final == p.Asked || p.Final == "" {
		return ""
	}
	return ", to which it leads by " + p.Final
}

// Wall is the form that stands before a text, in words; "" where there is none. shown tells that the text is there all the same.
func Wall(p page.Page, shown bool) string {
	if shown || p.Unread != "" {
		return ""
	}
	for _, f := range p.Forms {
		var asked []string
		for _, in := range f.Fields {
			if in.Type == "password" || in.Type == "email" || in.Type == "tel" || in.Required || slices.ContainsFunc(personal, func(w string) bool { return strings.Contains(strings.ToLower(in.Name+" "+in.Label), w) }) {
				asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s (%s)", strings.TrimSpace(in.Label+" "+in.Name), in.Type)))
			}
		}
		if len(asked) > 0 {
			return fmt.Sprintf("a form that asks for %s stands in its place%s", strings.Join(asked, ", "), place(p, f.Offset))
		}
	}
	return ""
}

// personal are words of what a form demands of a visitor before it lets him read.
var personal = []string{"serial", "e-mail", "email", "phone", "telefon", "birth", "geburt", "customer number", "kundennummer", "address", "adresse"}

// Open ends the unit where a form stands before the text of a page that was served.
func Open(p page.Page, shown bool) {
	if wall := Wall(p, shown); wall != "" {
		Steady(p)
		harness.Propose(harness.Fail, "%s does not show its text to everybody: %s; open it from another network to confirm (rule WEB)", p.Asked, wall)
	}
}

// Seen says which page was judged, for the reader.
func Seen(ctx context.Context, p page.Page) {
	cert := ""
	if c := p.Certificate; c != nil {
		cert = fmt.Sprintf(", certificate %.16s… of %s until %s", c.SHA256, c.Subject, c.Until.Format("2006-01-02"))
	}
	harness.Note(ctx, "%s was read at %s: status %d, %d bytes, SHA-256 %.16s…%s; one moment, from one network", p.Final, p.At.Format("2006-01-02 15:04 MST"), p.Status, p.Bytes, p.SHA256, cert)
}
