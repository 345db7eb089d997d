package operate

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/secure-by-design/assay/harness/evidence"
)

// telling finds values of JSON and form fields, and of cookies, whose names say that they are secret.
var telling = regexp.MustCompile(`(?i)["']?[a-z_-]*(?:token|password|passwd|secret|session|api[_-]?key|credential|psk)[a-z_-]*["']?\s*[:=]\s*["']?([^\s"'&;,{}<>]{6,512})`)

// learn keeps secrets that a device handed out without the file's asking for them, so that they are cut from the record.
func learn(b []byte) {
	for _, m := range telling.FindAllSubmatch(b, 64) {
		// A word such as "changed" is what the device says, not what it hides.
		if v := string(m[1]); len(v) >= 16 || strings.ContainsAny(v, "0123456789") {
			evidence.Keep(v)
		}
	}
}

// redacted is an answer for the outcome: bounded, printable, without secrets. Those given and captured are cut whatever their length.
func (p parameters) redacted(b []byte) string {
	b = evidence.Cut(b)
	s := string(b)
	for name, v := range p {
		if v.secret && v.text != "" {
			s = strings.ReplaceAll(s, v.text, "{"+name+"}")
		}
	}
	return printable(s, MaxAnswer)
}

// printable is a text from the device without controls and direction marks, at most max bytes long.
func printable(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	s = strings.TrimSpace(s)
	for cut := max; len(s) > max; cut-- {
		if utf8.RuneStart(s[cut]) {
			s = s[:cut]
		}
	}
	return s
}
