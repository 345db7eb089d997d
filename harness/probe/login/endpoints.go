package login

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// endpoints are where APIs commonly take user and password as JSON; beside them, what the device's own scripts name is looked at.
var endpoints = []string{"/api/login", "/api/auth/login", "/api/v1/login", "/api/v1/auth/login", "/api/user/login", "/api/authenticate", "/auth/login", "/rest/login", "/api/session", "/api/token"}

// maxMissed is how many requests that give no answer end the look: a server that hangs would take minutes.
const maxMissed = 2

// outright are paths by whose name nothing but a log-in goes.
var outright = regexp.MustCompile(`(?i)(log-?in|log-?on|sign-?in|authenticate)(\.\w{1,5})?/?$`)

// calls finds the places of a server that take a POST and have the name of a log-in, by GET and OPTIONS alone: no credential is sent.
// Those of which the device's pages or scripts tell that a password goes there are logins; of the others that is not known.
func calls(ctx context.Context, on *dial.Device, p Place, site web.Site, forms []Login) (logins, maybe []Login, err error) {
	ctx, end := web.Line(ctx, on, p.Port)
	defer end()
	paths, keys, keen := slices.Clone(endpoints), web.Keys{}, false
	for _, page := range site.Pages {
		if page.Same {
			continue
		}
		for _, c := range page.Calls {
			if !slices.Contains(paths, c) && len(paths) < 2*len(endpoints) {
				paths = append(paths, c)
			}
		}
		if page.Keys.Password != "" && keys.Password == "" {
			keys = page.Keys
		}
		keen = keen || page.Drawn || len(page.Calls) > 0 || page.Password && !slices.ContainsFunc(page.Forms, func(f web.Form) bool { return f.Password })
	}
	blank, err := posts(ctx, on, p, "/assay-a7f3c1/login", keen)
	if err != nil || blank {
		return nil, nil, err
	}
	missed := 0
	for _, path := range paths {
		if missed == maxMissed {
			break
		}
		if slices.ContainsFunc(forms, func(l Login) bool { return l.Path == path }) {
			continue
		}
		is, err := posts(ctx, on, p, path, keen)
		switch {
		case ctx.Err() != nil:
			return nil, nil, context.Cause(ctx)
		case err != nil:
			missed++
			continue
		case !is:
			continue
		}
		l := p.login("json")
		l.Path, l.User, l.Password = path, keys.User, keys.Password
		if keen && outright.MatchString(path) {
			logins = append(logins, l)
		} else {
			maybe = append(maybe, l)
		}
	}
	return logins, maybe, nil
}

// posts tells whether a path exists that takes a POST and is not read: 405 to a GET, or, for a keen look, what OPTIONS allows.
func posts(ctx context.Context, on *dial.Device, p Place, path string, keen bool) (bool, error) {
	r, err := web.Do(ctx, on, web.Request{Port: p.Port, TLS: p.TLS, Path: path})
	if err != nil {
		return false, err
	}
	if r.Status == http.StatusMethodNotAllowed {
		allow := r.Header.Get("Allow")
		return allow == "" || allows(allow), nil
	}
	if !keen || r.Status != http.StatusNotFound && r.Status != http.StatusOK && r.Status != http.StatusBadRequest {
		return false, nil
	}
	r, err = web.Do(ctx, on, web.Request{Port: p.Port, TLS: p.TLS, Method: http.MethodOptions, Path: path})
	return err == nil && r.Status < 300 && allows(r.Header.Get("Allow")), err
}

func allows(methods string) bool {
	for m := range strings.SplitSeq(methods, ",") {
		if strings.EqualFold(strings.TrimSpace(m), http.MethodPost) {
			return true
		}
	}
	return false
}
