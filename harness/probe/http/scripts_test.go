package http

import (
	"slices"
	"testing"
)

func TestWhatScriptsCall(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]struct {
		paths []string
		keys  Keys
	}{
		`fetch("/api/login",{method:"POST",body:JSON.stringify({username:u,password:p})})`:                    {[]string{"/api/login"}, Keys{"username", "password"}},
		"axios.post(`/rest/v2/auth/sign-in`, {email: e, 'pwd': p}); get('/api/version')":                      {[]string{"/rest/v2/auth/sign-in"}, Keys{"email", "pwd"}},
		`var u='/session/logout'; x = {password: 1}`:                                                          {nil, Keys{}},
		`import a from "/static/login-form.js"; link="https://cloud.example/login"; y = "/api/login/history"`: {nil, Keys{}},
	} {
		if paths, k := calls([]byte(body)); !slices.Equal(paths, want.paths) || k != want.keys {
			t.Errorf("%s: %q %+v, want %+v", body, paths, k, want)
		}
	}
}

func TestPagesThatScriptsDraw(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`<!doctype html><title>Cam</title><div id="app"></div><noscript>Switch scripts on, please, this page does not work without them at all.</noscript><script src="/app.js"></script>`: true,
		`<title>Cam</title><div id=root>Loading…</div><script>go()</script>`:                                                                    true,
		`<title>Cam</title><div id=root></div>`:                                                                                                 false,
		`<title>Cam</title><form><input type=password></form><script src=x></script>`:                                                           false,
		`<title>Cam</title><script>location.href="/main.html"</script>`:                                                                         false,
		`<title>Cam</title><h1>A camera</h1><p>It sees all that is in front of it, and shows you that on this page.</p><script src=x></script>`: false,
	} {
		if got := drawn([]byte(body)); got != want {
			t.Errorf("%s: %v", body, got)
		}
	}
}
