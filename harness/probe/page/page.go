// Package page reads the supplier's pages: what a stranger finds at an address, as plain data.
//
// Its one idea is that a page is a text with places: headings, links and forms know where in the text they stand, so that
// whatever is found in it can be shown to a person who judges it.
//
//	p, err := page.Read{URL: "https://maker.example/security"}.Ask(ctx, on)
package page

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/web"
	"github.com/secure-by-design/assay/provisions"
)

// Read asks what stands at an address. Trouble is part of the answer: it is no page, and convicts nobody.
type Read struct{ URL string }

// Lasting: pages are not the device's.
func (Read) Lasting() {}

// Level is gentle: nothing reaches the device.
func (Read) Level() provisions.Level { return provisions.Gentle }
func (r Read) String() string        { return fmt.Sprintf("the page %.200s", r.URL) }

// A Page is an answer.
type Page struct {
	Asked, Final string // addresses, the second after redirects
	At           time.Time
	Chain        []web.Hop
	Status       int    // 0: see Trouble
	Type         string // media type: "text/html"
	Bytes        int
	SHA256       string // of the body, which is kept as evidence
	Cut          bool   // it is longer than what was read
	Certificate  *web.Certificate
	Trouble      web.Trouble
	Why          string
	Barrier      string // words by which it turns robots or countries away; "" where there are none
	Again        string // Retry-After
	Second       Second

	Text
}

// Second is what a second look at the page gave, right after the first.
type Second struct {
	At     time.Time
	Status int    // 0: it could not be fetched
	Same   bool   // its status and its words are those of the first
	Why    string // they are not
}

// Gone tells of a page that is not there, by the server's own word.
func (p Page) Gone() bool { return p.Status == http.StatusNotFound || p.Status == http.StatusGone }

// Given tells of a page that was served, whatever it shows.
func (p Page) Given() bool { return p.Status/100 == 2 }

// Ask fetches and reads.
func (r Read) Ask(ctx context.Context, on *dial.Device) (Page, error) {
	f, err := fetch(ctx, on, r.URL)
	if err != nil {
		return Page{}, err
	}
	p := Page{Asked: f.Asked, Final: f.Final, At: on.Clock.Now().UTC(), Chain: f.Chain, Status: f.Status, Type: f.Type, Cut: f.Cut,
		Certificate: f.Certificate, Trouble: f.Trouble, Why: f.Why}
	if f.Status == 0 {
		return p, nil
	}
	on.Evidence("page", f.Body)
	sum := sha256.Sum256(f.Body)
	p.Bytes, p.SHA256, p.Again = len(f.Body), hex.EncodeToString(sum[:]), printable(f.Header.Get("Retry-After"), 80)
	p.Text = text(ctx, f)
	if err := ctx.Err(); err != nil {
		return Page{}, err
	}
	p.Barrier = barrier(f, p.Text)
	p.Second = r.again(ctx, on, f, p)
	return p, ctx.Err()
}

// again looks a second time. What changes from one look to the next, such as a number of visitors, is no difference.
func (r Read) again(ctx context.Context, on *dial.Device, first web.Fetched, p Page) Second {
	f := on.Web.Again(ctx, r.URL)
	s := Second{At: on.Clock.Now().UTC(), Status: f.Status}
	switch {
	case f.Status == 0:
		s.Why = fmt.Sprintf("could not be fetched again (%s): %s", f.Trouble, printable(f.Why, 200))
	case f.Status != p.Status:
		s.Why = fmt.Sprintf("answered %d, and %d right after", p.Status, f.Status)
	case bytes.Equal(f.Body, first.Body):
		s.Same = true
	case letters(text(ctx, f).Said) != letters(p.Said):
		s.Why = "said something else right after"
	default:
		s.Same = true
	}
	return s
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// fetch goes through the web door of a device.
func fetch(ctx context.Context, on *dial.Device, url string) (web.Fetched, error) {
	if on.Web == nil {
		return web.Fetched{Asked: url, Final: url, Trouble: web.Scope, Why: "this run fetches no pages"}, nil
	}
	f := on.Web.Fetch(ctx, url)
	return f, ctx.Err()
}

// text reads a body by its type: HTML, PDF, plain text, or nothing that is read here.
func text(ctx context.Context, f web.Fetched) Text {
	switch {
	case bytes.HasPrefix(f.Body, []byte("%PDF-")):
		if f.Cut {
			return Text{Unread: "PDF of which a part alone was fetched"}
		}
		return PDF(ctx, f.Body)
	case f.Type == "text/html", f.Type == "application/xhtml+xml", f.Type == "" && bytes.Contains(bytes.ToLower(f.Body[:min(512, len(f.Body))]), []byte("<html")):
		return HTML(f.Body, f.Charset, f.Final)
	case f.Type == "text/plain", f.Type == "text/markdown":
		return Plain(f.Body)
	}
	return Text{Unread: printable(f.Type, 80)}
}

// barrier finds the words of a page that turns robots or countries away.
func barrier(f web.Fetched, t Text) string {
	const short = 1500 // characters: a page that says much more is no challenge
	if v := f.Header.Get("Cf-Mitigated"); v != "" {
		return "Cf-Mitigated: " + printable(v, 40)
	}
	if f.Status == http.StatusUnavailableForLegalReasons {
		return "status 451"
	}
	if len(t.Said) > short {
		return ""
	}
	for _, w := range barriers {
		if contains(t.Title+"\n"+t.Said, w) {
			return w
		}
	}
	return ""
}

// barriers are words of pages that ask whether the visitor is human, or say that he comes from the wrong place.
var barriers = []string{"just a moment", "checking your browser", "verify you are human", "verify that you are human", "are you a robot", "not a robot", "captcha", "unusual traffic", "access denied",
	"request blocked", "attention required", "ddos protection", "enable javascript and cookies", "security check", "pardon our interruption",
	"not available in your country", "not available in your region", "not available in your location", "nicht in ihrem land", "nicht in ihrer region", "select your country"}
