package login

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Tokens opens sessions with a right password and looks at the tokens that come.
type Tokens struct {
	At       Login
	User     string
	Password evidence.Secret
	Of       int // sessions
}

// Level is intrusive: it logs in.
func (Tokens) Level() provisions.Level { return provisions.Intrusive }
func (q Tokens) String() string        { return fmt.Sprintf("open %d sessions at %s", q.Of, q.At) }

// Looked is what was seen. The tokens themselves are secrets.
type Looked struct {
	Opened      int
	Shortest    int    // characters
	Predictable string // in what they are, as a sentence; "" where no regularity was seen
	Why         string // why fewer were opened
}

// Ask opens them.
func (q Tokens) Ask(ctx context.Context, on *dial.Device) (l Looked, err error) {
	pw, err := q.Password.Reveal()
	if err != nil {
		return l, err
	}
	var tokens []string
	for l.Opened < q.Of {
		t, err := try(ctx, on, q.At, q.User, pw, nil)
		if err != nil {
			return l, err
		}
		if t.Outcome != Accepted || t.Session.IsZero() {
			l.Why = fmt.Sprintf("%s %s", t.Outcome, t.Why)
			break
		}
		v, err := t.Session.Reveal()
		if err != nil {
			return l, err
		}
		tokens = append(tokens, v)
		l.Opened++
	}
	l.Shortest, l.Predictable = regularity(tokens)
	return l, nil
}

// regularity says in what tokens are predictable.
func regularity(tokens []string) (shortest int, why string) {
	seen := map[string]bool{}
	var numbers []*big.Int
	for i, t := range tokens {
		if seen[t] {
			return len(t), "a token came twice"
		}
		seen[t] = true
		if i == 0 || len(t) < shortest {
			shortest = len(t)
		}
		if n, ok := new(big.Int).SetString(hex.EncodeToString([]byte(t)), 16); ok {
			if m, isHex := new(big.Int).SetString(t, 16); isHex {
				n = m
			}
			numbers = append(numbers, n)
		}
	}
	if shortest > 0 && shortest < 11 { // of base64, 64 bits
		return shortest, fmt.Sprintf("%d characters hold less than 64 bits", shortest)
	}
	small := 0
	for i := 1; i < len(numbers); i++ {
		d := new(big.Int).Sub(numbers[i], numbers[i-1])
		if d.Abs(d).BitLen() <= 40 { // the next is among 2^40 neighbours of the last
			small++
		}
	}
	if len(numbers) > 1 && small >= (len(numbers)-1+1)/2 {
		return shortest, fmt.Sprintf("%d of %d lie within 2^40 of the one before: a counter or a clock", small, len(numbers)-1)
	}
	return shortest, ""
}
