// Package password looks at a password that is at hand and says of it what a judgement needs, never what it is.
package password

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Form asks whether a password has the declared form. The device is asked nothing.
type Form struct {
	Of       evidence.Secret
	Alphabet string // the characters, or a class such as a-z0-9; "": any
	Length   int    // without the prefix; 0: any
	Prefix   string
}

// Formed is the answer.
type Formed struct {
	Fits   bool
	Length int
	Why    string // it does not fit; without the value
}

// Level is passive.
func (Form) Level() provisions.Level { return provisions.Passive }
func (Form) String() string          { return "the form of a password that is at hand" }

// Ask looks.
func (q Form) Ask(context.Context, *dial.Device) (Formed, error) {
	v, err := q.Of.Reveal()
	if err != nil {
		return Formed{}, err
	}
	f := Formed{Length: len([]rune(v))}
	rest, has := strings.CutPrefix(v, q.Prefix)
	odd := 0
	for _, r := range rest {
		if q.Alphabet != "" && !within(q.Alphabet, r) {
			odd++
		}
	}
	switch n := len([]rune(rest)); {
	case !has:
		f.Why = fmt.Sprintf("it does not begin with %q", q.Prefix)
	case q.Length > 0 && n != q.Length:
		f.Why = fmt.Sprintf("it has %d characters where %d are declared", n, q.Length)
	case odd > 0:
		f.Why = fmt.Sprintf("%d of its characters are not in the declared alphabet", odd)
	default:
		f.Fits = true
	}
	return f, nil
}

var class = regexp.MustCompile(`^(?:.-.)+$`)

// within tells whether a character is in an alphabet: a list, or ranges such as a-z0-9.
func within(alphabet string, r rune) bool {
	if !class.MatchString(alphabet) {
		return strings.ContainsRune(alphabet, r)
	}
	for a := []rune(alphabet); len(a) >= 3; a = a[3:] {
		if a[0] <= r && r <= a[2] {
			return true
		}
	}
	return false
}
