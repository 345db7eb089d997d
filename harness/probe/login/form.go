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
	jar := cookies{}
	at, page, err := reach(ctx, on, l, l.Page, jar, header)
	if err == nil && l.Path != "" && l.Path != at && page.Status < 400 && !passwordForm(page.Body) { // many forms stand where they go
		own, body, wrong := reach(ctx, on, l, l.Path, jar, header)
		if wrong == nil && body.Status < 300 && passwordForm(body.Body) {
			at, page = own, body
		}
	}
	if err != nil {
		return Tried{}, err
	}
	if l.Guards == "" && !l.Drawn && !passwordForm(page.Body) {
		if t, is := limited(page, nil); is {
			return t, nil
		}
		return Tried{Outcome: Unclear, Status: page.Status, Why: fmt.Sprintf("%s answers %d and does not ask for a password", at, page.Status)}, nil
	}
	to, body := l.filled(at, page.Body, user, password)
	r, err := ask(ctx, on, l, "POST", to, body, with(header, "Content-Type", "application/x-www-form-urlencoded", "Cookie", jar.String(),
		"Referer", origin(on, l)+at, "Origin", origin(on, l))) // some servers take a form only from its own page
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
	f := &filled{on: on, l: l, jar: jar, header: header, page: page, answer: r, posted: to}
	return f.inside(ctx, t)
}

// maxHops is how many redirects on this very server lead to the page of a form.
const maxHops = 5

// reach fetches the page of the form as a browser does: cookies kept, redirects followed that stay on this server.
func reach(ctx context.Context, on *dial.Device, l Login, from string, jar cookies, header map[string]string) (at string, page web.Response, err error) {
	at = from
	for range maxHops {
		h := header
		if len(jar) > 0 {
			h = with(header, "Cookie", jar.String())
		}
		if page, err = ask(ctx, on, l, "GET", at, "", h); err != nil {
			return at, page, err
		}
		jar.take(page)
		to := onward(origin(on, l)+at, page)
		if to == "" || to == at && len(jar) == 0 {
			break
		}
		at = to
	}
	return at, page, nil
}

// filled is where the form goes and what it holds when it is filled in. A page without a form gets what the log-in itself says.
func (l Login) filled(at string, page []byte, user, password string) (to, body string) {
	s, ok := sheetOf(page, l)
	if !ok {
		s = sheet{user: l.User, password: l.Password, values: url.Values{}}
	}
	if s.user != "" {
		s.values.Set(s.user, user)
	}
	s.values.Set(s.password, password)
	to = l.Path
	if u, err := url.Parse(at); err == nil && to == "" {
		if a, err := u.Parse(s.action); err == nil && a.Host == "" {
			to = a.RequestURI()
		}
	}
	return to, s.values.Encode()
}

// onward is where a redirect leads on this very server, or "".
func onward(from string, r web.Response) string {
	at, err := url.Parse(from)
	if err != nil || r.Status < 300 || r.Status > 399 || r.Header.Get("Location") == "" {
		return ""
	}
	to, err := at.Parse(r.Header.Get("Location"))
	if err != nil || to.Scheme != at.Scheme || to.Host != at.Host {
		return ""
	}
	return to.RequestURI()
}

// A filled form was posted, and not refused outright.
type filled struct {
	on           *dial.Device
	l            Login
	jar          cookies
	header       map[string]string
	page, answer web.Response // before and after
	posted       string       // where it was sent
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
		_, late := limited(out, nil)
		if shut(out) || out.Status >= 300 && out.Status < 500 && !late {
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
	for _, p := range append(append([]string{f.led()}, f.leads()...), f.l.Page, "/") {
		if p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// led is the path that the answer's redirect leads to on this very server, or "".
func (f *filled) led() string { return onward(origin(f.on, f.l)+f.posted, f.answer) }

// leads are the places to which a browser goes from the answer by itself.
func (f *filled) leads() (out []string) {
	at, err := url.Parse(origin(f.on, f.l) + f.posted)
	if err != nil {
		return nil
	}
	for _, l := range web.Leads(f.answer.Body) {
		if to, err := at.Parse(l); err == nil && to.Scheme == at.Scheme && to.Host == at.Host {
			out = append(out, to.RequestURI())
		}
	}
	return out
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
