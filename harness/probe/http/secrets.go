package http

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Secrets looks for passwords, keys and tokens in the pages that a web server gives to anybody. What it finds is kept as secrets.
type Secrets struct {
	Port uint16
	TLS  bool
}

// Disclosed are values, each with the name that stands before it and the path of its page.
type Disclosed struct{ Values []Value }

// A Value is one.
type Value struct {
	Path, Name string
	Secret     evidence.Secret
}

var named = regexp.MustCompile(`(?im)["']?(\w*(?:password|passwd|psk|secret|token|api_?key)\w*)["']?\s*[=:]\s*["']?([^\s"'<>,;]{6,128})`)

// learn keeps what a page names as secret, whoever asks for it, so that it is cut from the record. A word such as "required"
// is what the device says, not what it hides.
func learn(body []byte) {
	for _, m := range named.FindAllSubmatch(body, maxValues) {
		if v := string(m[2]); len(v) >= 16 || strings.ContainsAny(v, "0123456789") {
			evidence.Keep(v)
		}
	}
}

// maxValues bounds what one server can make us try.
const maxValues = 20

// Level is gentle.
func (Secrets) Level() provisions.Level { return provisions.Gentle }
func (q Secrets) String() string {
	return fmt.Sprintf("which secrets the web server on TCP %d gives to anybody", q.Port)
}

// Ask crawls and looks.
func (q Secrets) Ask(ctx context.Context, on *dial.Device) (Disclosed, error) {
	var d Disclosed
	site, err := Pages{Port: q.Port, TLS: q.TLS}.Ask(ctx, on)
	if err != nil {
		return d, err
	}
	for _, p := range site.Pages {
		if p.Same || p.Status >= 400 || strings.Contains(p.Type, "html") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(p.Text, maxValues) {
			if len(d.Values) < maxValues {
				d.Values = append(d.Values, Value{p.Path, m[1], evidence.Keep(m[2])})
			}
		}
	}
	return d, nil
}
