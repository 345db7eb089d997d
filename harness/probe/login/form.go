package login

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// refusal are words of a wrong password. They count only where the page before did not say them too.
var refusal = regexp.MustCompile(`(?i)incorrect|invalid|denied|wrong|fail(ed|ure)|not match|falsch|ung[üu]ltig`)

// form fills the form in anew, with its hidden fields and cookies, posts it, and looks what is open afterwards.
func form(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	page, err := ask(ctx, on, l, "GET", l.Page, "", header)
	if err != nil {
		return Tried{}, err
	}
	if l.Guards == "" && !passwordForm(page.Body) {
		if t, is := limited(page, nil); is {
			return t, nil
		}
		return Tried{Outcome: Unclear, Status: page.Status, Why: fmt.Sprintf("%s answers %d and does not ask for a password", l.Page, page.Status)}, nil
	}
	jar := cookies{}
	jar.take(page)
	values := hidden(page.Body)
	if l.User != "" {
		values.Set(l.User, user)
	}
	values.Set(l.Password, password)
	r, err := ask(ctx, on, l, "POST", l.Path, values.Encode(), with(header, "Content-Type", "application/x-www-form-urlencoded", "Cookie", jar.String(),
		"Referer", origin(on, l)+l.Page)) // some servers take a form only from its own page
	if err != nil {
		return Tried{}, err
	}
	if t, is := limited(r, page.Body); is {
		return t, nil
	}
	jar.take(r)
	t := Tried{Status: r.Status}
	switch {
	case r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || passwordForm(r.Body):
		t.Outcome = Refused
		return t, nil
	case r.Status >= 400:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d", r.Status)
		return t, nil
	}
	f := &filled{on: on, l: l, jar: jar, header: header, page: page, answer: r}
	return f.inside(ctx, t)
}

// A filled form was posted, and not refused outright.
type filled struct {
	on           *dial.Device
	l            Login
	jar          cookies
	header       map[string]string
	page, answer web.Response // before and after
}

// inside compares, place by place, what the session opens with what is open without it: only what differs is a log-in.
func (f *filled) inside(ctx context.Context, t Tried) (Tried, error) {
	still := false // the form is shown to the session where the answer led, or 401 at what is guarded
	for _, path := range f.places() {
		in, err := ask(ctx, f.on, f.l, "GET", path, "", with(f.header, "Cookie", f.jar.String()))
		if err != nil {
			return Tried{}, err
		}
		if lim, is := limited(in, f.page.Body); is {
			return lim, nil
		}
		if shut(in) {
			still = still || path == f.l.Guards || path == f.led()
			continue
		}
		if in.Status >= 300 || f.says(refusal, in) || f.says(putOff, in) {
			continue
		}
		out, err := ask(ctx, f.on, f.l, "GET", path, "", f.header)
		if err != nil {
			return Tried{}, err
		}
		if shut(out) || out.Status >= 300 && out.Status < 400 {
			t.Outcome = Accepted
			for _, v := range f.jar {
				t.Session = evidence.Keep(v)
			}
			return t, nil
		}
		if path == f.l.Guards && out.Status < 300 {
			t.Outcome, t.Why = Open, path+" needs no log-in"
			return t, nil
		}
	}
	if still || f.says(refusal, f.answer) {
		t.Outcome = Refused
		return t, nil
	}
	t.Outcome, t.Why = Unclear, "it neither said no nor opened anything that was shut"
	return t, nil
}

// places are where a session is tried: at what the log-in guards, else where its answer led, its own page and the root.
func (f *filled) places() []string {
	if f.l.Guards != "" {
		return []string{f.l.Guards}
	}
	var out []string
	for _, p := range []string{f.led(), f.l.Page, "/"} {
		if p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// led is the path that the answer's redirect leads to on this very server, or "".
func (f *filled) led() string {
	at, err := url.Parse(origin(f.on, f.l) + f.l.Path)
	if err != nil || f.answer.Status < 300 || f.answer.Status > 399 {
		return ""
	}
	to, err := at.Parse(f.answer.Header.Get("Location"))
	if err != nil || to.Scheme != at.Scheme || to.Host != at.Host {
		return ""
	}
	return to.RequestURI()
}

// says tells words that an answer has and the page before had not.
func (f *filled) says(words *regexp.Regexp, r web.Response) bool {
	return words.MatchString(visible(r.Body)) && !words.MatchString(visible(f.page.Body))
}

// shut tells an answer that asks for a log-in.
func shut(r web.Response) bool {
	return r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden || passwordForm(r.Body)
}

func origin(on *dial.Device, l Login) string { return web.Origin(l.on(on), l.Port, l.TLS) }

func passwordForm(body []byte) bool {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	return err == nil && doc.Find(`input[type="password" i]`).Length() > 0
}

// visible is the text that a reader of the page sees: scripts hold messages that are not shown.
func visible(body []byte) string {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return ""
	}
	doc.Find("script, style, noscript, template").Remove()
	return doc.Text()
}

// hidden are the values that the form brings along.
func hidden(body []byte) url.Values {
	v := url.Values{}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return v
	}
	doc.Find(`form:has(input[type="password" i]) input`).Each(func(_ int, s *goquery.Selection) {
		if name, kind := s.AttrOr("name", ""), strings.ToLower(s.AttrOr("type", "")); name != "" && (kind == "hidden" || kind == "submit") && len(v) < 50 {
			v.Set(name, s.AttrOr("value", ""))
		}
	})
	return v
}

type cookies map[string]string

func (c cookies) take(r web.Response) {
	for _, k := range (&http.Response{Header: r.Header}).Cookies() {
		if len(c) < 20 && len(k.Value) < 4096 {
			c[k.Name] = k.Value
		}
	}
}

func (c cookies) String() string {
	var out []string
	for k, v := range c {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}
