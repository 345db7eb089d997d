package evidence

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// MinCut is the length below which a secret is not searched for in evidence, in bytes: a value of one
// to five characters would be found in half of everything. Fields that hold it by structure are cut all the same.
const MinCut = 6

// credentials are header lines whose value is cut whatever it holds (RFC 9110 clause 11.6, RFC 6265).
var credentials = regexp.MustCompile(`(?im)^((?:proxy-)?authorization|(?:set-)?cookie2?|x-auth-token|x-api-key):[ \t]*([^\r\n]*)`)

// Cut returns b with every secret of the vault replaced by its handle, in all its spellings, and the values
// of credential headers removed.
func Cut(b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	if credentials.Match(b) {
		b = credentials.ReplaceAllFunc(b, cutHeader)
	}
	return replace(b)
}

// cutHeader keeps the name and, of an Authorization, the scheme.
func cutHeader(line []byte) []byte {
	m := credentials.FindSubmatch(line)
	name, value := string(m[1]), string(m[2])
	scheme := ""
	if first, rest, two := strings.Cut(value, " "); two && rest != "" && strings.HasSuffix(strings.ToLower(name), "authorization") {
		scheme = first + " "
	}
	return []byte(name + ": " + scheme + "[cut]")
}

// cutJSON cuts the strings of a JSON text; what is not JSON is cut as text.
func cutJSON(b json.RawMessage) json.RawMessage {
	if len(b) == 0 {
		return b
	}
	if c := replace(b); json.Valid(c) {
		return c
	}
	return json.RawMessage(`"[cut: a secret stood across the structure]"`)
}

func replace(b []byte) []byte {
	vault.Lock()
	defer vault.Unlock()
	return vault.finder.replace(b)
}

// Spellings are the ways in which a value may stand in traffic: raw, in JSON, HTML and URLs, in hex, and in
// base64 at each of the three alignments, plain and URL-safe.
func Spellings(v string) []string {
	j, _ := json.Marshal(v)
	all := []string{v, string(j[1 : len(j)-1]), html.EscapeString(v), url.QueryEscape(v), url.PathEscape(v),
		hex.EncodeToString([]byte(v)), strings.ToUpper(hex.EncodeToString([]byte(v)))}
	for shift := range 3 {
		all = append(all, aligned(base64.RawStdEncoding, v, shift), aligned(base64.RawURLEncoding, v, shift))
	}
	out := all[:0]
	seen := map[string]bool{}
	for _, s := range all {
		if s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// aligned is the part of the base64 text that is the same whatever stands before (shift bytes) and behind the value.
func aligned(e *base64.Encoding, v string, shift int) string {
	text := e.EncodeToString(append(make([]byte, shift), v...))
	first := (shift*8 + 5) / 6       // characters that hold bits of what stands before
	last := (shift + len(v)) * 8 / 6 // characters that hold bits of the value alone
	if last-first < 6 {
		return ""
	}
	return text[first:last]
}
