package login

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	web "github.com/secure-by-design/assay/harness/probe/http"
)

// onvifPath is where ONVIF has its device service (Core Specification, 5.1.1.1), on the ports of HTTP.
const onvifPath = "/onvif/device_service"

// Requests of the device service. The time is for anybody, so that who logs in can name it; the information is read by users alone
// (Core Specification, 5.9.4.3 and annex A).
const (
	askTime        = "GetSystemDateAndTime"
	askInformation = "GetDeviceInformation"
)

// cameras finds the log-in of a server of ONVIF: it tells the time, and keeps its information for who logs in.
func cameras(ctx context.Context, on *dial.Device, p Place) ([]Login, error) {
	l := p.login("onvif")
	l.Path, l.Digest = onvifPath, true
	short, done := context.WithTimeout(ctx, web.Within)
	defer done()
	told, err := soap(short, on, l, askTime, "", nil)
	if err == nil && told.names != nil {
		told, err = soap(short, on, l, askInformation, "", nil)
	} else {
		told = soapAnswer{}
	}
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil || !told.refuses(): // who gives no answer to a request of ONVIF has none
		return nil, nil
	}
	return []Login{l}, nil
}

// onvif tries a password at ONVIF: by a token of WS-Security, whose digest is of nonce, time and password (UsernameToken Profile
// 1.0, 3.1), and where the server asks for it by a digest of HTTP.
func onvif(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	l.Path = cmp.Or(l.Path, onvifPath)
	first, err := soap(ctx, on, l, askInformation, "", header)
	if err != nil {
		return Tried{}, err
	}
	if t, over := first.unasked(); over {
		return t, nil
	}
	for _, c := range challenges(strings.Join(first.Header.Values("WWW-Authenticate"), ", ")) {
		if auth, ok := c.to(http.MethodPost, l.Path, user, password); ok {
			a, err := soap(ctx, on, l, askInformation, "", with(header, "Authorization", auth))
			if err != nil {
				return Tried{}, err
			}
			return a.judged(), nil
		}
	}
	now, err := soap(ctx, on, l, askTime, "", header)
	if err != nil {
		return Tried{}, err
	}
	a, err := soap(ctx, on, l, askInformation, security(user, password, now.when(time.Now())), header)
	if err != nil {
		return Tried{}, err
	}
	return a.judged(), nil
}

// openONVIF tells a device service that gives its information to anybody.
func openONVIF(ctx context.Context, on *dial.Device, l Login) (Tried, error) {
	l.Path = cmp.Or(l.Path, onvifPath)
	a, err := soap(ctx, on, l, askInformation, "", nil)
	if err != nil {
		return Tried{}, err
	}
	t, _ := a.unasked()
	return t, nil
}

// A soapAnswer is an answer and the elements and texts that it holds, as far as it is SOAP.
type soapAnswer struct {
	web.Response
	names, texts []string
}

// soap puts one request to the device service. head is the header of WS-Security, or "".
func soap(ctx context.Context, on *dial.Device, l Login, request, head string, header map[string]string) (soapAnswer, error) {
	const envelope = `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>%s</s:Header>` +
		`<s:Body><%s xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>`
	r, err := ask(ctx, on, l, http.MethodPost, l.Path, fmt.Sprintf(envelope, head, request),
		with(header, "Content-Type", `application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10/device/wsdl/`+request+`"`))
	a := soapAnswer{Response: r}
	if err == nil {
		a.names, a.texts = elements(r.Body)
	}
	return a, err
}

// security is a header of WS-Security with a digest of the password.
func security(user, password, created string) string {
	nonce := make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails
	sum := sha1.Sum(slices.Concat(nonce, []byte(created), []byte(password)))
	var name bytes.Buffer
	_ = xml.EscapeText(&name, []byte(user)) // a buffer does not fail
	const ns = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
	return fmt.Sprintf(`<wsse:Security s:mustUnderstand="1" xmlns:wsse="%[1]swssecurity-secext-1.0.xsd" xmlns:wsu="%[1]swssecurity-utility-1.0.xsd"><wsse:UsernameToken><wsse:Username>%[2]s</wsse:Username>`+
		`<wsse:Password Type="%[1]susername-token-profile-1.0#PasswordDigest">%[3]s</wsse:Password><wsse:Nonce EncodingType="%[1]ssoap-message-security-1.0#Base64Binary">%[4]s</wsse:Nonce>`+
		`<wsu:Created>%[5]s</wsu:Created></wsse:UsernameToken></wsse:Security>`,
		ns, name.String(), base64.StdEncoding.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(nonce), created)
}

// Bounds of what is read of an answer.
const (
	maxElements = 2000
	maxElement  = 200 // bytes of a text
)

// elements are the local names and the texts of a SOAP envelope, in order; nil where it is none.
func elements(body []byte) (names, texts []string) {
	d := xml.NewDecoder(io.LimitReader(bytes.NewReader(body), 64<<10))
	d.Strict = false
	for len(names) < maxElements {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if names = append(names, t.Name.Local); names[0] != "Envelope" {
				return nil, nil
			}
			texts = append(texts, "")
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" && len(texts) > 0 {
				texts[len(texts)-1] = clip(s[:min(len(s), maxElement)])
			}
		}
	}
	return names, texts
}

// gives tells an answer that holds what was asked for.
func (a soapAnswer) gives(request string) bool {
	return a.Status == http.StatusOK && slices.Contains(a.names, request+"Response")
}

// refuses tells one that asks for a log-in: by HTTP, or by a fault (Core Specification, 5.9.2.2: ter:NotAuthorized; WS-Security,
// 12: wsse:FailedAuthentication).
func (a soapAnswer) refuses() bool {
	if a.Status == http.StatusUnauthorized {
		return true
	}
	return slices.Contains(a.names, "Fault") && slices.ContainsFunc(a.texts, func(s string) bool {
		s = strings.ToLower(s)
		return strings.Contains(s, "notauthorized") || strings.Contains(s, "not authorized") || strings.Contains(s, "failedauthentication") || strings.Contains(s, "unauthorized")
	})
}

// locked tells a fault that puts the caller off.
func (a soapAnswer) locked() (Tried, bool) {
	if t, is := limited(a.Response, nil); is {
		return t, true
	}
	for _, s := range a.texts {
		if slices.Contains(a.names, "Fault") && putOff.MatchString(s) {
			return Tried{Outcome: Limited, Status: a.Status, Why: fmt.Sprintf("its fault says %q", s)}, true
		}
	}
	return Tried{}, false
}

// unasked reads the answer to somebody who sent no credential: where it is no refusal, a try would show nothing.
func (a soapAnswer) unasked() (Tried, bool) {
	if t, is := a.locked(); is {
		return t, true
	}
	switch {
	case a.gives(askInformation):
		return Tried{Outcome: Open, Status: a.Status, Why: "it gives its information to anybody"}, true
	case a.refuses():
		return Tried{Outcome: Refused, Status: a.Status}, false
	}
	return Tried{Outcome: Unclear, Status: a.Status, Why: fmt.Sprintf("it answered %d to a request without a credential", a.Status)}, true
}

// judged reads the answer to a credential.
func (a soapAnswer) judged() Tried {
	if t, is := a.locked(); is {
		return t
	}
	switch {
	case a.gives(askInformation):
		return Tried{Outcome: Accepted, Status: a.Status}
	case a.refuses():
		return Tried{Outcome: Refused, Status: a.Status}
	}
	return Tried{Outcome: Unclear, Status: a.Status, Why: fmt.Sprintf("it answered %d, with neither its information nor a refusal", a.Status)}
}

// when is the device's own time, to the second, or ours where it tells none: a token is good for some minutes of the device's clock.
func (a soapAnswer) when(ours time.Time) string {
	at := map[string]int{}
	in := false
	for i, n := range a.names {
		if in = in || n == "UTCDateTime"; !in || at[n] != 0 {
			continue
		}
		if v, err := strconv.Atoi(a.texts[i]); err == nil {
			at[n] = v
		}
	}
	t := time.Date(at["Year"], time.Month(at["Month"]), at["Day"], at["Hour"], at["Minute"], at["Second"], 0, time.UTC)
	if at["Year"] < 1970 || at["Year"] > 9999 || at["Month"] < 1 || at["Month"] > 12 || at["Day"] < 1 || at["Day"] > 31 {
		t = ours.UTC()
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}
