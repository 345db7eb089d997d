package login

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/evidence"
)

const (
	soapBegin = `<?xml version="1.0"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><SOAP-ENV:Body>`
	soapEnd   = `</SOAP-ENV:Body></SOAP-ENV:Envelope>`
	soapFault = soapBegin + `<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text>%s</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>` + soapEnd
)

// recorder is a camera of ONVIF whose clock is years behind; the password is "right".
type recorder struct {
	open   bool // gives its information to anybody
	http   bool // asks for a digest of HTTP
	locked bool
	status int
}

var recorderTime = time.Date(2019, 3, 4, 5, 6, 7, 0, time.UTC)

func (c recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.URL.Path == "/":
		fmt.Fprint(w, "<h1>A camera</h1><p>It has no page of its own, and is shown by the recorder in the house.</p>")
		return
	case r.URL.Path != onvifPath:
		http.NotFound(w, r)
		return
	case strings.Contains(string(body), askTime):
		t := recorderTime
		fmt.Fprintf(w, soapBegin+`<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>%d</tt:Hour><tt:Minute>%d</tt:Minute><tt:Second>%d</tt:Second></tt:Time>`+
			`<tt:Date><tt:Year>%d</tt:Year><tt:Month>%d</tt:Month><tt:Day>%d</tt:Day></tt:Date></tt:UTCDateTime><tt:LocalDateTime><tt:Date><tt:Year>2044</tt:Year></tt:Date></tt:LocalDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`+soapEnd,
			t.Hour(), t.Minute(), t.Second(), t.Year(), t.Month(), t.Day())
		return
	}
	switch {
	case c.open || rightToken(body) || c.http && strings.Contains(r.Header.Get("Authorization"), "response="+`"`+rightDigest):
		fmt.Fprint(w, soapBegin+`<tds:GetDeviceInformationResponse><tds:Manufacturer>X</tds:Manufacturer></tds:GetDeviceInformationResponse>`+soapEnd)
	case c.locked && strings.Contains(string(body), "UsernameToken"):
		w.WriteHeader(400)
		fmt.Fprintf(w, soapFault, "The account is locked")
	default:
		if c.http {
			w.Header().Set("WWW-Authenticate", `Digest realm="cam", nonce="n1"`)
		}
		w.WriteHeader(c.status)
		fmt.Fprintf(w, soapFault, "Sender not Authorized")
	}
}

// rightDigest is of admin, cam, right and a POST to the device service (RFC 7616, MD5, no qop).
var rightDigest = func() string {
	a, _ := challenge{scheme: "digest", params: map[string]string{"realm": "cam", "nonce": "n1"}}.to("POST", onvifPath, "admin", "right")
	_, d, _ := strings.Cut(a, `response="`)
	return d[:32]
}()

func rightToken(body []byte) bool {
	var e struct {
		Token struct{ Username, Password, Nonce, Created string } `xml:"Header>Security>UsernameToken"`
	}
	if xml.Unmarshal(body, &e) != nil {
		return false
	}
	nonce, _ := base64.StdEncoding.DecodeString(e.Token.Nonce)
	at, err := time.Parse(time.RFC3339, e.Token.Created)
	sum := sha1.Sum([]byte(string(nonce) + e.Token.Created + "right"))
	return err == nil && at.Sub(recorderTime).Abs() < 5*time.Second && e.Token.Username == "admin" && e.Token.Password == base64.StdEncoding.EncodeToString(sum[:])
}

func TestONVIF(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		recorder
		logins       int
		right, wrong Outcome
	}{
		"a fault of WS-Security":  {recorder{status: 400}, 1, Accepted, Refused},
		"a fault with status 200": {recorder{status: 200}, 1, Accepted, Refused},
		"a digest of HTTP":        {recorder{status: 401, http: true}, 1, Accepted, Refused},
		"a lock":                  {recorder{status: 400, locked: true}, 1, Accepted, Limited},
		"information for anybody": {recorder{open: true}, 0, Open, Open},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, port := site(t, c.ServeHTTP)
			f, err := All{At: []Place{{Port: port, Protocol: "http"}}}.Ask(t.Context(), on)
			if err != nil || len(f.Logins) != c.logins || c.logins > 0 && f.Logins[0].Protocol != "onvif" || len(f.Failed) > 0 {
				t.Fatalf("%v %+v", err, f)
			}
			l := Login{Protocol: "onvif", Port: port}
			for pw, want := range map[string]Outcome{"right": c.right, "nope-it-is-not": c.wrong} {
				got, err := As{At: l, User: "admin", Password: evidence.Keep(pw)}.Ask(t.Context(), on)
				if err != nil || got.Outcome != want {
					t.Errorf("%s: %v %+v, want %s", pw, err, got, want)
				}
			}
			if a, err := (Anonymous{At: l}).Ask(t.Context(), on); err != nil || (a.Outcome == Open) != c.open {
				t.Errorf("anybody: %v %+v", err, a)
			}
		})
	}
}

// A web server that is none of ONVIF has no log-in of it, whatever it answers.
func TestWhatIsNoONVIF(t *testing.T) {
	t.Parallel()
	for _, answer := range []func(w http.ResponseWriter){writes(200, "<html>hello</html>"), writes(401, "no"), writes(500, ""), writes(200, "{}"), writes(404, soapBegin)} {
		on, port := site(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == onvifPath {
				answer(w)
				return
			}
			http.NotFound(w, r)
		})
		if l, err := cameras(t.Context(), on, Place{Port: port, Protocol: "http"}); err != nil || len(l) > 0 {
			t.Errorf("%v %+v", err, l)
		}
	}
}

func FuzzSOAP(f *testing.F) {
	f.Add([]byte(fmt.Sprintf(soapFault, "x")))
	f.Add([]byte(`<Envelope><UTCDateTime><Year>99999999999</Year><Month>-1</Month>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		a := soapAnswer{}
		a.names, a.texts = elements(b)
		if len(a.names) != len(a.texts) || len(a.names) > maxElements {
			t.Errorf("%d names, %d texts", len(a.names), len(a.texts))
		}
		if _, err := time.Parse(time.RFC3339, a.when(recorderTime)); err != nil {
			t.Error(err)
		}
	})
}
