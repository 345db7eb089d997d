package login

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// Patience is how long a log-in may take to answer, in real time: some delay wrong passwords on purpose.
const Patience = 90 * time.Second

func ask(ctx context.Context, on *dial.Device, l Login, method, path, body string, header map[string]string) (web.Response, error) {
	return web.Do(ctx, on, web.Request{Port: l.Port, TLS: l.TLS, Method: method, Path: path, Body: body, Header: header, Patience: Patience})
}

func with(header map[string]string, pairs ...string) map[string]string {
	out := map[string]string{}
	for k, v := range header {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

var putOff = regexp.MustCompile(`(?i)too many|try again|locked|temporarily|wait \d|blocked|rate.?limit|gesperrt|zu viele`)

// limited tells an answer that puts the caller off instead of judging the credential.
func limited(r web.Response) (Tried, bool) {
	wait, _ := strconv.Atoi(r.Header.Get("Retry-After"))
	t := Tried{Outcome: Limited, Status: r.Status, Wait: time.Duration(wait) * time.Second}
	switch {
	case r.Status == http.StatusTooManyRequests, r.Status == http.StatusLocked, r.Status == http.StatusServiceUnavailable:
	case (r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized) && (wait > 0 || putOff.Match(r.Body)):
	default:
		return Tried{}, false
	}
	t.Why = fmt.Sprintf("it answered %d and judged nothing", r.Status)
	return t, true
}

// unauthenticated asks for what a log-in guards, without one.
func unauthenticated(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	path := l.Guards
	if path == "" {
		path = l.Path
	}
	if l.Protocol == "form" && l.Guards == "" {
		return Tried{Outcome: Refused, Why: "the form asks for a password"}, nil
	}
	r, err := ask(ctx, on, l, "GET", path, "", nil)
	if err != nil {
		return Tried{}, err
	}
	t := Tried{Outcome: Refused, Status: r.Status}
	if lim, is := limited(r); is {
		return lim, nil
	}
	if r.Status < 300 && !passwordForm(r.Body) {
		t.Outcome, t.Why = Open, path+" needs no log-in"
	}
	return t, nil
}

func basic(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	r, err := ask(ctx, on, l, "GET", l.Path, "", with(header, "Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password))))
	if err != nil {
		return Tried{}, err
	}
	return verdict(r), nil
}

// verdict reads the answer to credentials of HTTP's own schemes.
func verdict(r web.Response) Tried {
	if t, is := limited(r); is {
		return t
	}
	t := Tried{Status: r.Status}
	switch {
	case r.Status == http.StatusUnauthorized:
		t.Outcome = Refused
	case r.Status < 400 && !passwordForm(r.Body), r.Status == http.StatusNotFound:
		t.Outcome = Accepted
	default:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d", r.Status)
	}
	return t
}

var param = regexp.MustCompile(`(\w+)=(?:"([^"]*)"|([^\s,]+))`)

// digest is RFC 7616 with MD5 or SHA-256 and qop auth.
func digest(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	first, err := ask(ctx, on, l, "GET", l.Path, "", header)
	if err != nil {
		return Tried{}, err
	}
	if first.Status != http.StatusUnauthorized {
		return verdict(first), nil
	}
	p := map[string]string{}
	for _, m := range param.FindAllStringSubmatch(first.Header.Get("WWW-Authenticate"), -1) {
		p[strings.ToLower(m[1])] = m[2] + m[3]
	}
	sum := func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
	if strings.EqualFold(p["algorithm"], "SHA-256") {
		sum = func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	}
	ha1, ha2 := sum(user+":"+p["realm"]+":"+password), sum("GET:"+l.Path)
	const nc, cnonce = "00000001", "a55a7c11"
	auth := fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q`, user, p["realm"], p["nonce"], l.Path)
	if strings.Contains(p["qop"], "auth") {
		auth += fmt.Sprintf(`, qop=auth, nc=%s, cnonce="%s", response="%s"`, nc, cnonce, sum(strings.Join([]string{ha1, p["nonce"], nc, cnonce, "auth", ha2}, ":")))
	} else {
		auth += fmt.Sprintf(`, response="%s"`, sum(ha1+":"+p["nonce"]+":"+ha2))
	}
	if p["algorithm"] != "" {
		auth += ", algorithm=" + p["algorithm"]
	}
	if p["opaque"] != "" {
		auth += fmt.Sprintf(`, opaque=%q`, p["opaque"])
	}
	r, err := ask(ctx, on, l, "GET", l.Path, "", with(header, "Authorization", auth))
	if err != nil {
		return Tried{}, err
	}
	return verdict(r), nil
}

// jsonAPI posts user and password as JSON and holds the token that comes against what it guards.
func jsonAPI(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	body, _ := json.Marshal(map[string]string{"user": user, "password": password})
	r, err := ask(ctx, on, l, "POST", l.Path, string(body), with(header, "Content-Type", "application/json"))
	if err != nil {
		return Tried{}, err
	}
	if t, is := limited(r); is {
		return t, nil
	}
	t := Tried{Status: r.Status, Outcome: Refused}
	var got struct{ Token string }
	if r.Status < 300 && json.Unmarshal(r.Body, &got) == nil && got.Token != "" {
		t.Session = evidence.Keep(got.Token)
		t.Outcome = Accepted
		if l.Guards != "" {
			g, err := ask(ctx, on, l, "GET", l.Guards, "", with(header, "Authorization", "Bearer "+got.Token))
			if err != nil {
				return Tried{}, err
			}
			if g.Status >= 400 {
				t.Outcome, t.Why = Unclear, fmt.Sprintf("the token that it gave opens nothing: %d", g.Status)
			}
		}
	} else if r.Status >= 500 || r.Status < 300 {
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d without a token", r.Status)
	}
	return t, nil
}

func passwordForm(body []byte) bool {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	return err == nil && doc.Find(`input[type="password" i]`).Length() > 0
}

// form fills the form in anew, with its hidden fields and cookies, posts it, and looks whether it is still asked for.
func form(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	page, err := ask(ctx, on, l, "GET", l.Page, "", header)
	if err != nil {
		return Tried{}, err
	}
	jar := cookies{}
	jar.take(page)
	values := hidden(page.Body)
	values.Set(l.User, user)
	values.Set(l.Password, password)
	r, err := ask(ctx, on, l, "POST", l.Path, values.Encode(), with(header, "Content-Type", "application/x-www-form-urlencoded", "Cookie", jar.String()))
	if err != nil {
		return Tried{}, err
	}
	if t, is := limited(r); is {
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
	return inside(ctx, on, l, jar, t, header)
}

// inside asks with the session for what the log-in guards, or for the form's own page.
func inside(ctx context.Context, on *dial.Device, l Login, jar cookies, t Tried, header map[string]string) (Tried, error) {
	path := l.Guards
	if path == "" {
		path = l.Page
	}
	g, err := ask(ctx, on, l, "GET", path, "", with(header, "Cookie", jar.String()))
	if err != nil {
		return Tried{}, err
	}
	switch {
	case g.Status < 300 && !passwordForm(g.Body):
		t.Outcome = Accepted
		for _, v := range jar {
			t.Session = evidence.Keep(v)
		}
	case g.Status == http.StatusUnauthorized || g.Status == http.StatusForbidden || passwordForm(g.Body):
		t.Outcome = Refused
	default:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("afterwards %s answers %d", path, g.Status)
	}
	return t, nil
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
	return strings.Join(out, "; ")
}
