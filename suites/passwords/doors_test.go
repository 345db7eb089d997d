package passwords

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness"
)

// scripted is a page that a script draws, and the API to which it sends what is entered.
func scripted(password string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + " " + r.URL.Path {
		case "GET /":
			fmt.Fprint(w, `<!doctype html><title>Camera</title><div id=app></div><script src=/app.js></script>`)
		case "GET /app.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `post("/rest/sign-in",{username:u.value,pwd:p.value})`)
		case "GET /rest/sign-in":
			w.WriteHeader(http.StatusMethodNotAllowed)
		case "POST /rest/sign-in":
			var in struct{ Username, Pwd string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			if in.Username != "admin" || in.Pwd != password {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, `{"accessToken":"0123456789abcdef"}`)
		default:
			http.NotFound(w, r)
		}
	}
}

// tokened is a form behind a redirect, with a token that is good once.
func tokened(password string) http.HandlerFunc {
	given := 0
	return func(w http.ResponseWriter, r *http.Request) {
		in, _ := r.Cookie("sid")
		switch {
		case r.URL.Path == "/go" && r.PostFormValue("token") == fmt.Sprint("t", given) && r.PostFormValue("u") == "admin" && r.PostFormValue("p") == password:
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "session-of-the-owner"})
			http.Redirect(w, r, "/home", http.StatusSeeOther)
		case r.URL.Path == "/home" && in != nil:
			fmt.Fprint(w, "<h1>Camera</h1>")
		case r.URL.Path == "/login" || r.URL.Path == "/go":
			given++
			fmt.Fprintf(w, `<!doctype html><form method=post action=/go><input type=hidden name=token value=t%d><input name=u><input type=password name=p></form>`, given)
		case r.URL.Path == "/" || r.URL.Path == "/home":
			http.Redirect(w, r, "/login", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
	}
}

// recorder is a camera of ONVIF.
func recorder(password string) http.HandlerFunc {
	const envelope = `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>%s</e:Body></e:Envelope>`
	return func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Token struct{ Username, Password, Nonce, Created string } `xml:"Header>Security>UsernameToken"`
			Time  *struct{}                                           `xml:"Body>GetSystemDateAndTime"`
		}
		if r.URL.Path != "/onvif/device_service" || xml.NewDecoder(io.LimitReader(r.Body, 1<<16)).Decode(&in) != nil {
			http.NotFound(w, r)
			return
		}
		nonce, _ := base64.StdEncoding.DecodeString(in.Token.Nonce)
		sum := sha1.Sum([]byte(string(nonce) + in.Token.Created + password))
		switch {
		case in.Time != nil:
			fmt.Fprintf(w, envelope, "<GetSystemDateAndTimeResponse/>")
		case in.Token.Username == "admin" && in.Token.Password == base64.StdEncoding.EncodeToString(sum[:]):
			fmt.Fprintf(w, envelope, "<GetDeviceInformationResponse/>")
		default:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, envelope, "<Fault><Subcode><Value>ter:NotAuthorized</Value></Subcode></Fault>")
		}
	}
}

// film is a server of RTSP that keeps its stream for who logs in.
func film(t *testing.T, at netip.AddrPort, password string) {
	t.Helper()
	l, err := net.Listen("tcp", at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	want := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("admin:"+password))
	one := func(c net.Conn) {
		defer c.Close()
		var head []string
		for in := bufio.NewScanner(c); in.Scan(); {
			if line := in.Text(); line != "" {
				head = append(head, line)
				continue
			}
			all := strings.Join(head, "\n")
			answer := "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"camera\""
			if strings.HasPrefix(all, "OPTIONS") {
				answer = "200 OK\r\nPublic: OPTIONS, DESCRIBE"
			} else if strings.Contains(all, want) {
				answer = "200 OK"
			}
			seq := "1"
			for _, h := range head {
				if v, is := strings.CutPrefix(h, "CSeq: "); is {
					seq = v
				}
			}
			fmt.Fprintf(c, "RTSP/1.0 %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n", answer, seq)
			head = nil
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go one(c)
		}
	}()
}

// Each kind of log-in is found without a declaration and tried; one with a published password is convicted, one with a good
// password is not.
func TestEachKindOfDoorIsTried(t *testing.T) {
	port := uint16(8281)
	at := netip.MustParseAddr("127.61.9.1")
	for name, door := range map[string]func(t *testing.T, at netip.AddrPort, password string){
		"the API at http":  func(t *testing.T, at netip.AddrPort, pw string) { serve(t, at, scripted(pw), nil) },
		"the form at http": func(t *testing.T, at netip.AddrPort, pw string) { serve(t, at, tokened(pw), nil) },
		"ONVIF at http":    func(t *testing.T, at netip.AddrPort, pw string) { serve(t, at, recorder(pw), nil) },
		"rtsp on":          film,
	} {
		for password, fails := range map[string]bool{"admin": true, "x9#kQ2vLp7": false} {
			port++
			door(t, netip.AddrPortFrom(at, port), password)
			o := judged(t, "5.1-1-2c", port, at)
			if fails && (o.Verdict != harness.Fail || !strings.Contains(o.Reason, name) || !strings.Contains(o.Reason, "admin/admin")) {
				t.Errorf("%s: %s %q: want FAIL that names admin/admin", name, o.Verdict, o.Reason)
			}
			if !fails && (o.Verdict == harness.Fail || !strings.Contains(strings.Join(o.Notes, "\n"), name)) {
				t.Errorf("%s: %s %q %q: want no FAIL, and a note on what was tried", name, o.Verdict, o.Reason, o.Notes)
			}
		}
	}
}
