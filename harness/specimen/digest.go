package specimen

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
)

// digests tells whether the plain port takes a log-in by challenge, which shows no password; two faults let an observer who heard
// one answer use it again: a challenge that is always the same, and one that is never spent.
func (d *Device) digests() bool { return d.any("replayable-login", "login-replay-accepted") }

// digest is that log-in (RFC 7616, SHA-256, no qop), for the version alone.
func (d *Device) digest(next http.Handler) http.Handler {
	challenge := func(w http.ResponseWriter) {
		nonce := "5a5a5a5a5a5a5a5a"
		if d.is("login-replay-accepted") {
			nonce = random(16)
			d.mu.Lock()
			d.given = append(d.given[max(0, len(d.given)-99):], nonce)
			d.mu.Unlock()
		}
		w.Header().Set("WWW-Authenticate", `Digest realm="AX-1", algorithm=SHA-256, nonce="`+nonce+`"`)
		reply(w, http.StatusUnauthorized, "error", "log in first")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !d.digests() || r.Method != http.MethodGet || r.URL.Path != "/api/version" {
			next.ServeHTTP(w, r)
			return
		}
		said := map[string]string{}
		for _, m := range digestPart.FindAllStringSubmatch(r.Header.Get("Authorization"), 32) {
			said[m[1]] = m[2]
		}
		user, nonce := said["username"], said["nonce"]
		got, role, wait := d.admit(user, via{r: r, conn: peer{r.RemoteAddr}}, func(a *account) bool {
			want := hashed(hashed(user+":AX-1:"+a.password) + ":" + nonce + ":" + hashed("GET:/api/version"))
			return d.gave(nonce) && subtle.ConstantTimeCompare([]byte(want), []byte(said["response"])) == 1
		})
		switch {
		case got == admitted:
			d.getVersion(w, r, session{user, role})
		case got == locked:
			later(w, wait)
		default:
			challenge(w)
		}
	})
}

var digestPart = regexp.MustCompile(`([a-z]+)="([^"]*)"`)

// gave tells whether a challenge is one of its own. The caller holds the lock.
func (d *Device) gave(nonce string) bool {
	if d.is("replayable-login") {
		return nonce == "5a5a5a5a5a5a5a5a"
	}
	for _, n := range d.given {
		if n == nonce {
			return true
		}
	}
	return false
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
