package http

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"slices"
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

// valued is what makes the word before it a name: a sign of equality and a value.
var valued = regexp.MustCompile(`^["']?\s{0,20}[=:]\s{0,20}["']?([^\s"'<>,;]{6,128})`)

// telling are parts of names of secrets.
var telling = [][]byte{[]byte("password"), []byte("passwd"), []byte("psk"), []byte("secret"), []byte("token"), []byte("apikey"), []byte("api_key")}

// Bounds of a name, and of what is read behind it, in bytes.
const (
	maxName   = 100
	maxBehind = 600
)

// A pair is a name and its value.
type pair struct{ name, value string }

// named are the values whose names say that they are secret, maxValues at most. It goes from word to word: one expression for
// all of it costs a second a page.
func named(b []byte) (out []pair) {
	for from := 0; from < len(b) && len(out) < maxValues; {
		to := from
		for to < len(b) && isWord(b[to]) {
			to++
		}
		if n := to - from; n > 0 && n <= maxName && tells(b[from:to]) {
			if m := valued.FindSubmatch(b[to:min(len(b), to+maxBehind)]); m != nil {
				out = append(out, pair{string(b[from:to]), string(m[1])})
			}
		}
		from = to + 1
	}
	return out
}

func tells(word []byte) bool {
	word = bytes.ToLower(word)
	return slices.ContainsFunc(telling, func(part []byte) bool { return bytes.Contains(word, part) })
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// learn keeps what a page names as secret, whoever asks for it, so that it is cut from the record. A word such as "required"
// is what the device says, not what it hides.
func learn(body []byte) {
	for _, p := range named(body) {
		if len(p.value) >= 16 || strings.ContainsAny(p.value, "0123456789") {
			evidence.Keep(p.value)
		}
	}
}

// Learn does so for what came over another protocol: a file, a resource.
func Learn(body []byte) { learn(body) }

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
		for _, n := range named([]byte(p.Text)) {
			if len(d.Values) < maxValues {
				d.Values = append(d.Values, Value{p.Path, n.name, evidence.Keep(n.value)})
			}
		}
	}
	return d, nil
}
