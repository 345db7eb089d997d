package login

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
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

// A telnet server that gives anybody a shell takes no password, and one that asks for a name does.
func TestAShellOfAnybodysIsNoLogIn(t *testing.T) {
	t.Parallel()
	for prompt, want := range map[string]int{"\xff\xfb\x01\r\n# ": 0, "\xff\xfb\x01\r\nlogin: ": 1} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				fmt.Fprint(c, prompt)
				go func() { _, _ = io.Copy(io.Discard, c); c.Close() }()
			}
		}()
		at := l.Addr().(*net.TCPAddr).AddrPort()
		f, err := All{At: []Place{{Port: at.Port(), Protocol: "telnet"}}}.Ask(t.Context(), behind(t, clock.Real(), at.Addr(), at.Port()))
		if err != nil || len(f.Logins) != want {
			t.Errorf("%q: %v %+v", prompt, err, f)
		}
	}
}

// A page that a script draws is drawn by a browser, where there is one; else it is said.
func TestAPageThatAScriptDraws(t *testing.T) {
	t.Parallel()
	on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
		in, _ := r.Cookie("sid")
		switch {
		case r.URL.Path == "/go" && r.PostFormValue("u") == "admin" && r.PostFormValue("p") == "right":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "of the owner"})
			http.Redirect(w, r, "/home", http.StatusSeeOther)
			return
		case r.URL.Path == "/go" && r.Method == "POST":
			w.WriteHeader(403)
			return
		case r.URL.Path == "/home" && in != nil:
			fmt.Fprint(w, "<h1>A camera</h1>")
			return
		case r.URL.Path != "/":
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, `<!doctype html><title>Cam</title><div id=app></div><script>document.getElementById("app").innerHTML='<form method=post action=/go><input name=u><in'+'put type=password name=p></form>'</script>`)
	})
	f, err := All{At: []Place{{Port: port, Protocol: "http"}}}.Ask(t.Context(), on)
	_, none := exec.LookPath("chromium")
	if drawn := none == nil && os.Geteuid() == 0; drawn {
		if err != nil || len(f.Logins) != 1 || f.Logins[0].Protocol != "form" || f.Logins[0].Path != "/go" || f.Logins[0].Password != "p" || len(f.Failed) > 0 {
			t.Fatalf("%v %+v", err, f)
		}
		for pw, want := range map[string]Outcome{"right": Accepted, "nope-it-is-not": Refused} {
			if got, err := (As{At: f.Logins[0], User: "admin", Password: evidence.Keep(pw)}).Ask(t.Context(), on); err != nil || got.Outcome != want {
				t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
			}
		}
	} else if err != nil || len(f.Logins) > 0 || len(f.Quiet) > 0 || !strings.Contains(strings.Join(f.Failed, "\n"), "/ is drawn by a script") {
		t.Errorf("%v %+v", err, f)
	}
}
