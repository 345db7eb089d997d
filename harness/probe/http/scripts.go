package http

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// Keys are the names by which a script sends user and password.
type Keys struct{ User, Password string }

var (
	quoted  = regexp.MustCompile("[\"'`](/[A-Za-z0-9._~/-]{1,80})[\"'`?]")
	entry   = regexp.MustCompile(`(?i)(log-?in|log-?on|sign-?in|authenticate|auth|sessions?|token)(\.\w{1,5})?/?$`)
	userKey = regexp.MustCompile(`(?i)["'{,\s](user(?:_?name)?|login|e-?mail|account|uid)["']?\s*:`)
	passKey = regexp.MustCompile(`(?i)["'{,\s](pass(?:word|wd|code|phrase)?|pwd|pin)["']?\s*:`)
)

const maxCalls = 10

// Whole is a page of which a body is at hand, such as one that a browser drew.
func Whole(path string, body []byte) Page {
	p := Page{Path: path, Status: http.StatusOK, Length: len(body), Hash: hash(body), Text: text(body)}
	p.Title, p.Forms, p.Password, _ = read(body)
	p.Calls, p.Keys = calls(scripts(body))
	return p
}

// scripts is the text of those that stand in a page.
func scripts(body []byte) []byte {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body[:min(len(body), maxParsed)]))
	if err != nil {
		return nil
	}
	return []byte(doc.Find("script").Text())
}

// calls reads out of a script which paths it names that a log-in could have, and by which keys it sends what is entered.
func calls(body []byte) (paths []string, k Keys) {
	for _, m := range quoted.FindAllSubmatch(body, 2000) {
		if p := string(m[1]); entry.MatchString(p) && !Acts(p) && !slices.Contains(paths, p) && len(paths) < maxCalls {
			paths = append(paths, p)
		}
	}
	if m := passKey.FindSubmatch(body); m != nil && len(paths) > 0 {
		k.Password = string(m[1])
		if u := userKey.FindSubmatch(body); u != nil {
			k.User = string(u[1])
		}
	}
	return paths, k
}

// leastSaid is how many letters a page has at least that shows something by itself.
const leastSaid = 60

// drawn tells a page that a script draws: it has scripts, no form and no frame, and says hardly a word.
func drawn(body []byte) bool {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body[:min(len(body), maxParsed)]))
	if err != nil || doc.Find("script").Length() == 0 || doc.Find("form, frame, iframe, input").Length() > 0 || len(Leads(body)) > 0 {
		return false
	}
	page := doc.Find("body")
	page.Find("script, style, noscript, template").Remove()
	return len(strings.Join(strings.Fields(page.Text()), " ")) < leastSaid
}
