package login

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What is not seen is said: a password that a script takes has no form to read, and a page that puts us off may hold one.
func TestWhatIsNoLogInOfAForm(t *testing.T) {
	t.Parallel()
	const field = `<html><input type=password id=p><button onclick="go()">in</button>`
	for name, c := range map[string]struct {
		page   string
		logins int
		gap    string
		quiet  bool
	}{
		"a script's":                {field, 0, "asks for a password by a script", false},
		"a form that is posted":     {`<html><form method=post action=/go><input name=u><input type=password name=p></form>`, 1, "", false},
		"a form to set a password":  {`<html><form method=post action=/go><input type=password name=p><input type=password name=q></form>`, 0, "", true},
		"a form for another server": {`<html><form method=post action="http://203.0.113.9/go"><input type=password name=p></form>`, 0, "", true},
		"none":                      {"<html>hello", 0, "", true},
	} {
		on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				http.NotFound(w, r)
				return
			}
			fmt.Fprint(w, c.page)
		})
		f, err := All{At: []Place{{Port: port, Protocol: "http"}}}.Ask(t.Context(), on)
		if err != nil || len(f.Logins) != c.logins || (len(f.Quiet) > 0) != c.quiet || !strings.Contains(strings.Join(f.Failed, "\n"), c.gap) || (c.gap == "") != (len(f.Failed) == 0) {
			t.Errorf("%s: %v %+v", name, err, f)
		}
	}
}
