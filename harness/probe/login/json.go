package login

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	web "github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/harness/probe/telnet"
)

// A spelling is how an API takes user and password.
type spelling struct {
	web.Keys
	form bool // as a form's fields, not as JSON
}

// spellings are tried in turn where nothing says how an API takes them, and only while a request was not understood: then no
// password was judged.
var spellings = []spelling{{web.Keys{User: "user", Password: "password"}, false}, {web.Keys{User: "username", Password: "password"}, false},
	{web.Keys{User: "email", Password: "password"}, false}, {web.Keys{User: "username", Password: "password"}, true}}

// spellings are those that a log-in may take.
func (l Login) spellings() []spelling {
	if l.Password == "" {
		return spellings
	}
	k := web.Keys{User: l.User, Password: l.Password}
	return []spelling{{k, false}, {k, true}}
}

// body is what is posted, and its media type.
func (k spelling) body(user, password string) (body, kind string) {
	if k.form {
		v := url.Values{k.Password: {password}}
		if k.User != "" {
			v.Set(k.User, user)
		}
		return v.Encode(), "application/x-www-form-urlencoded"
	}
	fields := map[string]string{k.Password: password}
	if k.User != "" {
		fields[k.User] = user
	}
	b, _ := json.Marshal(fields) // strings
	return string(b), "application/json"
}

// spoken is the spelling that an API was found to take, or the first where none was understood: the search is made once in a series,
// so that no account is tried more often than it is told.
type spoken struct {
	found bool
	at    int
}

type spokenKey struct{}

// acquainted returns a context in which the tries of one series share what they learn of how the log-in is spoken to.
func acquainted(ctx context.Context) context.Context {
	return context.WithValue(telnet.Acquainted(ctx), spokenKey{}, &spoken{})
}

// jsonAPI posts user and password, as JSON or else as a script may, and holds what comes, a token or a cookie, against what it guards.
func jsonAPI(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (first Tried, err error) {
	all := l.spellings()
	known, _ := ctx.Value(spokenKey{}).(*spoken)
	if known == nil {
		known = &spoken{}
	}
	from, to := 0, len(all)
	if known.found {
		from, to = known.at, known.at+1
	}
	for i := from; i < to; i++ {
		body, kind := all[i].body(user, password)
		r, err := ask(ctx, on, l, "POST", l.Path, body, with(header, "Content-Type", kind, "Accept", "application/json"))
		if err != nil {
			return Tried{}, err
		}
		if t, is := limited(r, nil); is {
			return t, nil
		}
		t, err := answered(ctx, on, l, r, header)
		if err != nil {
			return t, err
		}
		if understood := r.Status != http.StatusBadRequest && r.Status != http.StatusUnsupportedMediaType && r.Status != http.StatusUnprocessableEntity; understood && r.Status < 500 {
			known.found, known.at = true, i
			return t, nil
		}
		if i == from {
			first = t
		}
	}
	known.found = true
	return first, nil
}

// answered reads the answer of an API to a log-in.
func answered(ctx context.Context, on *dial.Device, l Login, r web.Response, header map[string]string) (Tried, error) {
	t := Tried{Status: r.Status}
	said := reply(r.Body)
	jar := cookies{}
	jar.take(r)
	switch {
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden, l.Mech != "" && (r.Status == http.StatusBadRequest || r.Status == http.StatusUnprocessableEntity):
		t.Outcome = Refused // of a declared log-in these are how it says no
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnsupportedMediaType, r.Status == http.StatusUnprocessableEntity:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d: it may not have understood what was sent", r.Status)
	case r.Status >= 300: // 404, 405, 500: no log-in judged it
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d without a token", r.Status)
	case said.no:
		t.Outcome = Refused
	case said.token != "":
		t.Session = evidence.Keep(said.token)
		return opens(ctx, on, l, t, with(header, "Authorization", "Bearer "+said.token))
	case len(jar) > 0 && (said.yes || l.Guards != ""):
		for _, v := range jar {
			t.Session = evidence.Keep(v)
		}
		return opens(ctx, on, l, t, with(header, "Cookie", jar.String()))
	default:
		t.Outcome, t.Why = Unclear, fmt.Sprintf("it answered %d without a token", r.Status)
	}
	return t, nil
}

// opens proves what a session opens, where it is known what the log-in guards.
func opens(ctx context.Context, on *dial.Device, l Login, t Tried, header map[string]string) (Tried, error) {
	t.Outcome = Accepted
	if l.Guards == "" {
		return t, nil
	}
	g, err := ask(ctx, on, l, "GET", l.Guards, "", header)
	if err != nil {
		return Tried{}, err
	}
	if g.Status >= 300 {
		t.Outcome, t.Why = Unclear, fmt.Sprintf("the token that it gave opens nothing: %d", g.Status)
	}
	return t, nil
}

// A said is what an API tells in JSON.
type said struct {
	token   string
	yes, no bool
}

// Words of keys, in lower case and without signs between.
var (
	tokenKeys = []string{"token", "accesstoken", "authtoken", "sessiontoken", "jwt", "idtoken", "bearer", "session", "sessionid", "sid", "apikey"}
	yesKeys   = []string{"success", "ok", "authenticated", "loggedin", "valid", "result", "status"}
	noWords   = regexp.MustCompile(`(?i)^(false|fail(ed|ure)?|error|denied|unauthori[sz]ed|invalid.*|wrong.*|ko)$`)
	yesWords  = regexp.MustCompile(`(?i)^(true|ok|success(ful)?)$`)
)

// Bounds of what is read of an answer.
const (
	maxDepth = 4
	maxKeys  = 200
)

// reply looks through JSON for a token, and for words of yes and no.
func reply(body []byte) (s said) {
	var v any
	if json.Unmarshal(body, &v) == nil {
		left := maxKeys
		s.look(v, maxDepth, &left)
	}
	s.no = s.no && s.token == ""
	s.yes = s.yes && !s.no
	return s
}

func (s *said) look(v any, depth int, left *int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v[:min(len(v), 10)] {
			s.look(e, depth-1, left)
		}
	case map[string]any:
		for key, e := range v {
			if *left--; *left < 0 || depth < 1 {
				return
			}
			s.pair(strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(key)), e)
			s.look(e, depth-1, left)
		}
	}
}

func (s *said) pair(key string, v any) {
	word := fmt.Sprint(v)
	text, isText := v.(string)
	switch {
	case isText && len(text) >= 8 && len(text) <= 8<<10 && slices.Contains(tokenKeys, key) && !strings.ContainsAny(text, " \r\n"):
		if s.token == "" || text < s.token { // maps have no order
			s.token = text
		}
	case slices.Contains(yesKeys, key) && noWords.MatchString(word), key == "error" && v != nil && v != false && v != "" && v != 0.0:
		s.no = true
	case slices.Contains(yesKeys, key) && yesWords.MatchString(word):
		s.yes = true
	}
}
