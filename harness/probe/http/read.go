package http

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Bounds of what is read out of a page.
const (
	maxParsed = 256 << 10 // bytes
	maxForms  = 20
	maxFields = 50
	maxLinks  = 500
	maxLeads  = 5
)

// markup tells a page that is read for forms and links.
func markup(kind string, body []byte) bool {
	if strings.Contains(strings.ToLower(kind), "html") {
		return true
	}
	head := bytes.ToLower(body[:min(len(body), 512)])
	return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte("<form"))
}

// moved is a script that sends the browser elsewhere, as start pages of many devices do.
var moved = regexp.MustCompile(`location(?:\.href)?\s*=\s*["']([^"'?#\s]{1,300})|location\.(?:replace|assign)\(\s*["']([^"'?#\s]{1,300})`)

// read takes title, forms and links out of a page. A link is its target and, behind a blank, its text.
func read(body []byte) (title string, forms []Form, password bool, links []string) {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body[:min(len(body), maxParsed)]))
	if err != nil {
		return "", nil, false, nil
	}
	title = clip(strings.TrimSpace(doc.Find("title").First().Text()), 200)
	password = doc.Find(`input[type="password" i]`).Length() > 0
	first(doc.Find("form"), maxForms, func(s *goquery.Selection) { forms = append(forms, form(s)) })
	first(doc.Find("a[href], area[href], link[href], script[src], iframe[src], frame[src]"), maxLinks, func(s *goquery.Selection) {
		links = append(links, clip(s.AttrOr("href", s.AttrOr("src", "")), 300)+" "+clip(strings.TrimSpace(s.Text()), 200))
	})
	first(doc.Find(`meta[http-equiv="refresh" i]`), 1, func(s *goquery.Selection) {
		if _, to, is := strings.Cut(s.AttrOr("content", ""), "="); is {
			links = append(links, clip(strings.Trim(to, ` '"`), 300))
		}
	})
	for _, m := range moved.FindAllSubmatch(body[:min(len(body), maxParsed)], 5) {
		links = append(links, string(m[1])+string(m[2]))
	}
	return title, forms, password, links
}

// Leads are the places to which a browser goes from a page by itself: refreshes, scripts that move it, frames. What the action list
// marks is left out.
func Leads(body []byte) (out []string) {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body[:min(len(body), maxParsed)]))
	if err != nil {
		return nil
	}
	first(doc.Find("iframe[src], frame[src]"), maxLeads, func(s *goquery.Selection) { out = append(out, clip(s.AttrOr("src", ""), 300)) })
	first(doc.Find(`meta[http-equiv="refresh" i]`), 1, func(s *goquery.Selection) {
		if _, to, is := strings.Cut(s.AttrOr("content", ""), "="); is {
			out = append(out, clip(strings.Trim(to, ` '"`), 300))
		}
	})
	for _, m := range moved.FindAllSubmatch(body[:min(len(body), maxParsed)], maxLeads) {
		out = append(out, string(m[1])+string(m[2]))
	}
	return slices.DeleteFunc(out, Acts)
}

// first goes through the first of a selection.
func first(s *goquery.Selection, most int, do func(*goquery.Selection)) {
	s.Slice(0, min(s.Length(), most)).Each(func(_ int, s *goquery.Selection) { do(s) })
}

func form(s *goquery.Selection) Form {
	f := Form{Action: clip(s.AttrOr("action", ""), 500), Method: strings.ToUpper(clip(s.AttrOr("method", "GET"), 10))}
	first(s.Find("input, select, textarea, button"), maxFields, func(in *goquery.Selection) {
		kind := strings.ToLower(in.AttrOr("type", "text"))
		f.Password = f.Password || kind == "password"
		f.Fields = append(f.Fields, Field{clip(in.AttrOr("name", ""), 100), clip(kind, 20), clip(in.AttrOr("value", ""), 200)})
	})
	return f
}

func clip(s string, most int) string {
	return strings.ToValidUTF8(s[:min(len(s), most)], "\ufffd")
}

func text(b []byte) string { return clip(string(b), MaxText) }

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A likeness is how alike two answers are: whole, or but for what changes from one to the next.
type likeness struct{ whole, lasting string }

// passing are parts of a page that differ each time: tokens, times, numbers.
var passing = regexp.MustCompile(`[0-9A-Za-z+/_=-]{16,}|\d+`)

// minLasting is how much of an answer must remain to know it by, in bytes.
const minLasting = 64

func like(path string, r Response) likeness {
	if r.Status != 200 {
		return likeness{}
	}
	l := likeness{whole: hash(r.Body)}
	lasting := bytes.ReplaceAll(r.Body, []byte(path), nil) // some quote it
	if lasting = passing.ReplaceAll(lasting, nil); len(lasting) >= minLasting {
		l.lasting = hash(lasting)
	}
	return l
}

// common keeps the strictest measure by which two answers are the same; none where there is none.
func (l likeness) common(o likeness) likeness {
	switch {
	case l.whole == o.whole:
		return likeness{whole: l.whole}
	case l.lasting == o.lasting:
		return likeness{lasting: l.lasting}
	}
	return likeness{}
}

// fits tells whether an answer is the same by the measure that was kept.
func (l likeness) fits(o likeness) bool {
	return l.whole != "" && l.whole == o.whole || l.lasting != "" && l.lasting == o.lasting
}
