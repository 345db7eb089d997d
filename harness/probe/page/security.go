package page

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/page/securitytxt"
	"github.com/secure-by-design/assay/harness/web"
	"github.com/secure-by-design/assay/provisions"
)

// SecurityTxt asks for the security.txt of the host of an address (RFC 9116). One that is signed is held against the keys
// that it names itself at a named host: that shows that it is whole, not whose it is.
type SecurityTxt struct{ Of string }

// Lasting: pages are not the device's.
func (SecurityTxt) Lasting() {}

// Level is gentle: nothing reaches the device.
func (SecurityTxt) Level() provisions.Level { return provisions.Gentle }
func (s SecurityTxt) String() string        { return fmt.Sprintf("the security.txt beside %.200s", s.Of) }

// Security is an answer.
type Security struct {
	Asked, Final string
	At           time.Time
	Status       int // 0: see Trouble
	Type         string
	Trouble      web.Trouble
	Why          string
	Is           bool // there is such a file: status 200, and no page of marks
	securitytxt.File
}

// Ask fetches and reads.
func (s SecurityTxt) Ask(ctx context.Context, on *dial.Device) (Security, error) {
	of, err := web.Parse(s.Of)
	if err != nil {
		return Security{Asked: s.Of, Trouble: web.Scope, Why: err.Error()}, nil
	}
	f, err := fetch(ctx, on, (&url.URL{Scheme: "https", Host: of.Host, Path: "/.well-known/security.txt"}).String())
	if err != nil {
		return Security{}, err
	}
	a := Security{Asked: f.Asked, Final: f.Final, At: on.Clock.Now().UTC(), Status: f.Status, Type: f.Type, Trouble: f.Trouble, Why: f.Why}
	if a.Is = f.Status == http.StatusOK && f.Type != "text/html"; !a.Is {
		return a, nil
	}
	on.Evidence("security.txt", f.Body)
	a.File = securitytxt.Parse(f.Body, f.Final)
	if a.Signed {
		a.File = securitytxt.Parse(f.Body, f.Final, keys(ctx, on, a.File)...)
	}
	if f.Type != "text/plain" {
		a.Problems = append(a.Problems, securitytxt.Problem{Text: fmt.Sprintf("its type is %.80q, not text/plain (section 3)", f.Type)})
	}
	return a, ctx.Err()
}

// keys fetches what a file names as its keys.
func keys(ctx context.Context, on *dial.Device, f securitytxt.File) (out [][]byte) {
	const most = 2
	for i, at := range f.Values("Encryption") {
		if i == most {
			break
		}
		if k, err := fetch(ctx, on, at); err == nil && k.Status == http.StatusOK {
			out = append(out, k.Body)
		}
	}
	return out
}
