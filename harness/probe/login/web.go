package login

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// Patience is how long a log-in may take to answer, in real time: some delay wrong passwords on purpose.
const Patience = 90 * time.Second

func ask(ctx context.Context, on *dial.Device, l Login, method, path, body string, header map[string]string) (web.Response, error) {
	return web.Do(ctx, l.on(on), web.Request{Port: l.Port, TLS: l.TLS, Method: method, Path: path, Body: body, Header: header, Patience: Patience})
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

// putOff are words of a lock. They count only where the page before did not say them too: help texts do.
var putOff = regexp.MustCompile(`(?i)too many|try again (in|later)|\b(locked|blocked)\b|temporarily|wait \d|rate.?limit|gesperrt|zu viele`)

// limited tells an answer that puts the caller off instead of judging the credential. before is what the place says to
// somebody who sent no credential; nil where it says nothing.
func limited(r web.Response, before []byte) (Tried, bool) {
	wait := retryAfter(r.Header, time.Now())
	t := Tried{Outcome: Limited, Status: r.Status, Wait: wait}
	said := putOff.FindString(visible(r.Body))
	if said != "" && putOff.MatchString(visible(before)) {
		said = ""
	}
	switch {
	case r.Status == http.StatusTooManyRequests, r.Status == http.StatusLocked, r.Status == http.StatusServiceUnavailable:
		t.Why = fmt.Sprintf("it answered %d and judged nothing", r.Status)
	case (r.Status == http.StatusForbidden || r.Status == http.StatusUnauthorized) && wait > 0:
		t.Why = fmt.Sprintf("it answered %d and asks to wait %v", r.Status, wait)
	case said != "" && (r.Status >= 400 || passwordForm(r.Body)):
		t.Why = fmt.Sprintf("it answered %d and said %q", r.Status, said)
	default:
		return Tried{}, false
	}
	return t, true
}

// maxRetry bounds what a device can ask us to wait.
const maxRetry = 30 * 24 * time.Hour

// retryAfter reads seconds or a date (RFC 9110, 10.2.3), and fractions of a second, which some devices send.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseFloat(strings.TrimSuffix(v, "s"), 64); err == nil && s > 0 {
		return time.Duration(min(s, maxRetry.Seconds()) * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		if d, err := http.ParseTime(h.Get("Date")); err == nil {
			now = d // the device's own clock
		}
		return max(0, min(at.Sub(now), maxRetry))
	}
	return 0
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
	if lim, is := limited(r, r.Body); is {
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
	if t := verdict(r, web.Response{}); t.Outcome == Refused || t.Outcome == Limited && r.Status != http.StatusUnauthorized {
		return t, nil
	}
	before, err := ask(ctx, on, l, "GET", l.Path, "", header) // a page that needs no log-in accepts nothing
	if err != nil {
		return Tried{}, err
	}
	if t, over := uncalled(l, before); over {
		return t, nil
	}
	return verdict(r, before), nil
}

// uncalled reads the answer to somebody who sent no credential: where it is not 401, a try would show nothing.
func uncalled(l Login, r web.Response) (Tried, bool) {
	if r.Status == http.StatusUnauthorized {
		return Tried{}, false // also while it puts everybody off: the try itself shows that
	}
	if t, is := limited(r, nil); is {
		return t, true
	}
	t := Tried{Outcome: Unclear, Status: r.Status, Why: fmt.Sprintf("%s answers %d and does not ask for a credential", l.Path, r.Status)}
	if r.Status < 300 && !passwordForm(r.Body) {
		t.Outcome, t.Why = Open, l.Path+" needs no log-in"
	}
	return t, true
}

// verdict reads the answer to credentials of HTTP's own schemes, where the answer without them was 401.
func verdict(r, before web.Response) Tried {
	if t, is := limited(r, before.Body); is {
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
