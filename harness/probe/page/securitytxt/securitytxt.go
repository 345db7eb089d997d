// Package securitytxt reads security.txt, the file in which an organisation says where holes are reported (RFC 9116).
//
// Its one idea is that a machine's file is held to the letter: every error is told, with its line, and nothing is guessed.
//
//	f := securitytxt.Parse(body, "https://maker.example/.well-known/security.txt", keys)
//	for _, p := range f.Problems { fmt.Println(p.Line, p.Text) }
package securitytxt

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a file.
const (
	maxBytes    = 64 << 10
	maxLines    = 1000
	maxProblems = 50
)

// A File is what was read. Whether it is in date is for whoever knows the day: see Expires.
type File struct {
	Fields   []Field   // as they stand, extensions too
	Problems []Problem // none: it is as RFC 9116 wants it, but for the day
	Expires  time.Time // zero: not said, or not readable
	Signed   bool      // it is in a cleartext signature of OpenPGP
	Signer   string    // fingerprint of the key by which the signature was verified; "" where it was not
	Unproven string    // why a signature was not verified
}

// A Field is one line: "Contact: mailto:security@maker.example". Names are as in RFC 9116, whatever their case in the file.
type Field struct {
	Line        int
	Name, Value string
}

// A Problem is what is not as RFC 9116 wants it. Line 0 is the file.
type Problem struct {
	Line int
	Text string
}

// Values are those of a field, in order: the first contact is the preferred one.
func (f File) Values(name string) (out []string) {
	for _, fd := range f.Fields {
		if fd.Name == name {
			out = append(out, fd.Value)
		}
	}
	return out
}

// names of RFC 9116, section 2.5, and of the registry that it began. The number is how often one may stand; 0: often.
var names = map[string]int{"Acknowledgments": 0, "Canonical": 0, "Contact": 0, "Encryption": 0, "Expires": 1, "Hiring": 0, "Policy": 0, "Preferred-Languages": 1, "CSAF": 0, "Bug-Bounty": 1}

// Parse reads a file that was got from an address, and verifies its signature by keys, where there are any: each an
// OpenPGP public key, armoured or not.
func Parse(b []byte, from string, keys ...[]byte) File {
	var f File
	if len(b) > maxBytes {
		f.say(0, "it is longer than %d bytes, and the rest was not read", maxBytes)
		b = b[:maxBytes]
	}
	if !utf8.Valid(b) {
		f.say(0, "it is not UTF-8 (section 2.2)")
	}
	text, first := f.unwrap(b, keys)
	for i, line := range strings.Split(strings.ToValidUTF8(text, "�"), "\n") {
		if i == maxLines {
			f.say(first+i, "it has more than %d lines, and the rest was not read", maxLines)
			break
		}
		f.line(first+i, strings.TrimSuffix(line, "\r"))
	}
	f.whole(from)
	slices.SortStableFunc(f.Problems, func(a, b Problem) int { return a.Line - b.Line })
	return f
}

func (f *File) say(line int, text string, a ...any) {
	if len(f.Problems) < maxProblems {
		f.Problems = append(f.Problems, Problem{line, fmt.Sprintf(text, a...)})
	}
}

func (f *File) line(n int, line string) {
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return
	}
	const longest = 2048
	name, value, ok := strings.Cut(line, ":")
	switch {
	case len(line) > longest:
		f.say(n, "the line is longer than %d bytes", longest)
		return
	case !ok || !isName(name):
		f.say(n, "it is no field: write a name, a colon, a space and a value: %.80q", line)
		return
	case !strings.HasPrefix(value, " "):
		f.say(n, "a space must follow the colon: %.80q", line)
	}
	fd := Field{n, known(name), strings.TrimSpace(value)}
	f.Fields = append(f.Fields, fd)
	switch {
	case fd.Value == "":
		f.say(n, "%s has no value", fd.Name)
	case fd.Name == "Expires":
		at, err := time.Parse(time.RFC3339, strings.ToUpper(fd.Value))
		if err != nil {
			f.say(n, "Expires is no date of RFC 3339, such as 2027-06-30T00:00:00Z: %.80q", fd.Value)
		} else if f.Expires.IsZero() {
			f.Expires = at.UTC()
		}
	case fd.Name == "Preferred-Languages":
		f.languages(fd)
	case isKnown(fd.Name):
		f.address(fd)
	}
}

// isName follows the ABNF of section 4: a field's name as in mail.
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// known gives a name the case that it has in RFC 9116.
func known(name string) string {
	for n := range names {
		if strings.EqualFold(n, name) {
			return n
		}
	}
	return name
}

func isKnown(name string) bool { _, ok := names[name]; return ok }

// address holds a value against section 2.5: an URI, and of the web https alone.
func (f *File) address(fd Field) {
	u, err := url.Parse(fd.Value)
	switch {
	case err != nil || u.Scheme == "":
		hint := ""
		if strings.Contains(fd.Value, "@") {
			hint = ": write mailto: before it"
		}
		f.say(fd.Line, "%s is no URI%s: %.80q", fd.Name, hint, fd.Value)
	case u.Scheme == "http":
		f.say(fd.Line, "%s must begin with https:// : %.80q", fd.Name, fd.Value)
	case u.Scheme == "https" && u.Hostname() == "":
		f.say(fd.Line, "%s names no host: %.80q", fd.Name, fd.Value)
	case u.Scheme == "mailto" && !strings.Contains(u.Opaque, "@"), u.Scheme == "tel" && u.Opaque == "":
		f.say(fd.Line, "%s names nobody: %.80q", fd.Name, fd.Value)
	case fd.Name == "Canonical" && u.Scheme != "https":
		f.say(fd.Line, "Canonical is where the file stands, which begins with https:// : %.80q", fd.Value)
	}
}

// languages are tags of RFC 5646, parted by commas.
func (f *File) languages(fd Field) {
	for _, tag := range strings.Split(fd.Value, ",") {
		tag = strings.TrimSpace(tag)
		bad := strings.ContainsFunc(tag, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
		if len(tag) < 2 || len(tag) > 35 || bad {
			f.say(fd.Line, "Preferred-Languages are tags such as en, de: %.80q", tag)
		}
	}
}

// whole holds the file against what it must have.
func (f *File) whole(from string) {
	count := map[string]int{}
	for _, fd := range f.Fields {
		if count[fd.Name]++; names[fd.Name] == 1 && count[fd.Name] == 2 {
			f.say(fd.Line, "%s stands more than once", fd.Name)
		}
	}
	if count["Contact"] == 0 {
		f.say(0, "it names no Contact (section 2.5.3)")
	}
	if count["Expires"] == 0 {
		f.say(0, "it does not say when it Expires (section 2.5.5)")
	}
	if c := f.Values("Canonical"); len(c) > 0 && !slices.Contains(c, from) {
		f.say(0, "none of its Canonical addresses is where it was got, %.200s: it is not to be trusted (section 2.5.2)", from)
	}
	if !strings.HasPrefix(from, "https://") {
		f.say(0, "it was got without https (section 3)")
	}
}
