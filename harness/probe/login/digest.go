package login

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
)

// A challenge is one scheme of a WWW-Authenticate header and its parameters, names in lower case (RFC 9110, 11.6.1).
type challenge struct {
	scheme string // in lower case
	params map[string]string
}

// Bounds of what one header may hold.
const (
	maxChallenges = 8
	maxParams     = 32
)

// challenges reads the challenges of a header, or of several that were joined by commas.
func challenges(h string) (out []challenge) {
	for range maxChallenges * maxParams {
		h = strings.TrimLeft(h, " \t,")
		name, rest := token(h)
		if name == "" {
			return out
		}
		after := strings.TrimLeft(rest, " \t")
		if len(out) > 0 && strings.HasPrefix(after, "=") {
			var value string
			value, h = quoted(strings.TrimLeft(after[1:], " \t"))
			if p := out[len(out)-1].params; len(p) < maxParams {
				p[strings.ToLower(name)] = value
			}
			continue
		}
		if len(out) == maxChallenges {
			return out
		}
		out = append(out, challenge{strings.ToLower(name), map[string]string{}})
		h = rest
	}
	return out
}

// token splits what is no separator off (RFC 9110, 5.6.2, read kindly).
func token(s string) (string, string) {
	if i := strings.IndexAny(s, " \t,=\""); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// quoted splits a value off, in quotes or without.
func quoted(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexAny(s, " \t,"); i >= 0 {
			return s[:i], s[i:]
		}
		return s, ""
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String(), ""
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s) + `"`
}

// digest is RFC 7616 with MD5 or SHA-256, their -sess forms, and qop auth or none.
func digest(ctx context.Context, on *dial.Device, l Login, user, password string, header map[string]string) (Tried, error) {
	first, err := ask(ctx, on, l, "GET", l.Path, "", header)
	if err != nil {
		return Tried{}, err
	}
	if t, over := uncalled(l, first); over {
		return t, nil
	}
	for _, c := range challenges(strings.Join(first.Header.Values("WWW-Authenticate"), ", ")) {
		auth, ok := c.answer(l.Path, user, password)
		if !ok {
			continue
		}
		r, err := ask(ctx, on, l, "GET", l.Path, "", with(header, "Authorization", auth))
		if err != nil {
			return Tried{}, err
		}
		return verdict(r, first), nil
	}
	return Tried{Outcome: Unclear, Status: first.Status, Why: "it offers no digest that this version can compute"}, nil
}

// answer is the Authorization that a challenge asks for, of GET.
func (c challenge) answer(path, user, password string) (string, bool) {
	return c.to("GET", path, user, password)
}

// to is the same of any method.
func (c challenge) to(method, path, user, password string) (string, bool) {
	algorithm, session := strings.CutSuffix(strings.ToUpper(c.params["algorithm"]), "-SESS")
	h := map[string]func() hash.Hash{"": md5.New, "MD5": md5.New, "SHA-256": sha256.New}[algorithm]
	if c.scheme != "digest" || h == nil {
		return "", false
	}
	sum := func(parts ...string) string {
		d := h()
		d.Write([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(d.Sum(nil))
	}
	const count, ours = "00000001", "a55a7c11" // one request a nonce, so that nothing need be counted or random
	nonce := c.params["nonce"]
	ha1, ha2 := sum(user, c.params["realm"], password), sum(method, path)
	if session {
		ha1 = sum(ha1, nonce, ours)
	}
	s := fmt.Sprintf("Digest username=%s, realm=%s, nonce=%s, uri=%s", quote(user), quote(c.params["realm"]), quote(nonce), quote(path))
	switch qop, asked := c.params["qop"]; {
	case strings.Contains(qop+",", "auth,"):
		s += fmt.Sprintf(`, qop=auth, nc=%s, cnonce="%s", response="%s"`, count, ours, sum(ha1, nonce, count, ours, "auth", ha2))
	case asked && qop != "":
		return "", false // auth-int alone
	default:
		s += fmt.Sprintf(`, response="%s"`, sum(ha1, nonce, ha2))
		if session {
			s += fmt.Sprintf(`, cnonce="%s"`, ours)
		}
	}
	if a := c.params["algorithm"]; a != "" {
		s += ", algorithm=" + strings.NewReplacer("\r", "", "\n", "", ",", "").Replace(a)
	}
	if o, is := c.params["opaque"]; is {
		s += ", opaque=" + quote(o)
	}
	return s, true
}
