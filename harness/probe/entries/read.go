package entries

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/secure-by-design/assay/harness/probe/http"
)

// Bounds of what is read out of an answer.
const (
	maxParsed = 256 << 10 // bytes
	maxInputs = 20
	maxBegins = 80 // bytes
)

// read tells what an answer is: false where it is no way in.
func read(p string, r http.Response) (Entry, bool) {
	e := Entry{Path: p, Status: r.Status}
	body := r.Body[:min(len(r.Body), maxParsed)]
	kind := strings.ToLower(r.Header.Get("Content-Type"))
	switch {
	case r.Status == 401 || r.Status == 403 || r.Status == 405:
		e.Kind = Guarded
	case r.Status/100 != 2:
		return e, false
	case strings.Contains(kind, "html") || bytes.Contains(bytes.ToLower(body[:min(len(body), 512)]), []byte("<html")):
		e.Kind = Page
		if e.Title, e.Inputs = form(body); len(e.Inputs) == 0 {
			e.Kind = ""
			return e, false
		}
	case data(kind, body):
		e.Kind, e.Begins = Data, strings.ToValidUTF8(string(body[:min(len(body), maxBegins)]), "\ufffd")
	default:
		return e, false
	}
	return e, true
}

// form are title and inputs of a page; none where all that is entered is a log-in, or a search.
func form(body []byte) (title string, inputs []string) {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return "", nil
	}
	title = strings.TrimSpace(doc.Find("title").First().Text())
	title = strings.ToValidUTF8(title[:min(len(title), 200)], "\ufffd")
	if doc.Find(`input[type="password" i]`).Length() > 0 { // a log-in, or a page behind one
		return title, nil
	}
	doc.Find("input, select, textarea").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		name := s.AttrOr("name", s.AttrOr("id", ""))
		switch kind := strings.ToLower(s.AttrOr("type", "text")); {
		case kind == "hidden" || kind == "submit" || kind == "button" || kind == "search" || kind == "image" || kind == "reset":
		case name == "" || name == "q" || name == "query" || name == "search":
		default:
			inputs = append(inputs, strings.ToValidUTF8(name[:min(len(name), 60)], "\ufffd"))
		}
		return len(inputs) < maxInputs
	})
	return title, inputs
}

// data tells whether a program gets something that it can use: an object or list of JSON that is not empty and names no error, or XML.
func data(kind string, body []byte) bool {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0:
		return false
	case strings.Contains(kind, "json") || body[0] == '{' || body[0] == '[':
		var object map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case json.Unmarshal(body, &object) == nil:
			return len(object) > 0 && object["error"] == nil && object["errors"] == nil
		case json.Unmarshal(body, &list) == nil:
			return len(list) > 0
		}
		return false
	case strings.Contains(kind, "xml") && !strings.Contains(kind, "html"):
		return xml.Unmarshal(body, new(struct{})) == nil
	}
	return false
}

// named are addresses that a script or page names in quotes.
var named = regexp.MustCompile(`["'(](/[A-Za-z0-9_.~/-]{2,100})["')?]`)

// follow reads what is reached from the root, and gives the addresses that are named there.
func (l *look) follow(ctx context.Context, root http.Response) (out []string) {
	type step struct {
		path string
		http.Response
	}
	todo := []step{{"/", root}}
	l.linked["/"] = true
	for n := 0; n < len(todo) && n < maxFollowed && ctx.Err() == nil; n++ {
		for _, p := range names(todo[n].path, todo[n].Response) {
			if l.linked[p] || len(out) >= maxNamed {
				continue
			}
			l.linked[p] = true
			out = append(out, p)
			if len(todo) < maxFollowed {
				if r, err := l.get(ctx, p); err == nil && (r.Status == 200 || r.Status/100 == 3) {
					todo = append(todo, step{p, r})
				}
			}
		}
	}
	return out
}

// names are the addresses on this server that an answer names, without those that speak of doing something.
func names(at string, r http.Response) (out []string) {
	body := r.Body[:min(len(r.Body), maxParsed)]
	var refs []string
	if strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "html") {
		if doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body)); err == nil {
			for _, attr := range []string{"href", "src", "action", "data-url"} {
				doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) { refs = append(refs, s.AttrOr(attr, "")) })
			}
		}
	}
	for _, m := range named.FindAllSubmatch(body, maxNamed) {
		refs = append(refs, string(m[1]))
	}
	if to := r.Header.Get("Location"); to != "" {
		refs = append(refs, to)
	}
	base := url.URL{Path: at}
	for _, ref := range refs {
		to, err := base.Parse(ref)
		if err != nil || to.Host != "" || to.Path == "" || to.Path[0] != '/' || len(to.Path) > 200 || http.Acts(to.Path) || slices.Contains(out, to.EscapedPath()) {
			continue
		}
		out = append(out, to.EscapedPath())
	}
	return out
}
