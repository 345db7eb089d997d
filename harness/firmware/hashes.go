package firmware

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// account is a line of a file of accounts: a name and a hash of its password, or what stands there instead.
var account = regexp.MustCompile(`^([a-z_][a-z0-9_.-]{0,31}):([^:\s]{0,200}):[0-9]*:[^\n]*$`)

// schemes of crypt(3), by how the hash begins.
var schemes = map[string]string{"1": "MD5", "2": "bcrypt", "2a": "bcrypt", "2b": "bcrypt", "2y": "bcrypt", "5": "SHA-256", "6": "SHA-512", "7": "scrypt", "y": "yescrypt", "gy": "gost-yescrypt", "md5": "Sun MD5"}

var des = regexp.MustCompile(`^[./0-9A-Za-z]{13}$`)

// hashes looks for accounts with a password, or with none at all.
func (s *search) hashes(data []byte) {
	name := s.path[strings.LastIndex(s.path, "/")+1:]
	if !strings.Contains(name, "shadow") && !strings.Contains(name, "passwd") {
		return
	}
	at := int64(0)
	for line := range bytes.Lines(data) {
		if m := account.FindSubmatch(bytes.TrimRight(line, "\r\n")); m != nil {
			s.account(at, string(m[1]), string(m[2]), strings.Contains(name, "shadow"))
		}
		at += int64(len(line))
	}
}

func (s *search) account(at int64, user, hash string, shadow bool) {
	h := Hit{Kind: "password hash", Offset: at, User: user}
	scheme := ""
	if f := strings.Split(hash, "$"); len(f) >= 3 && f[0] == "" {
		scheme = schemes[f[1]]
	} else if des.MatchString(hash) {
		scheme = "DES"
	}
	switch {
	case hash == "" && shadow:
		h.Context = fmt.Sprintf("%s has no password at all", user)
	case strings.HasPrefix(hash, "!"), strings.HasPrefix(hash, "*"), hash == "x", hash == "":
		return // no password opens it, or it stands elsewhere
	case scheme == "":
		return
	default:
		h.Context = fmt.Sprintf("%s, %s", user, scheme)
		if h.Known = s.guessed(scheme, hash); h.Known != "" {
			h.Context += ", a published password"
		}
	}
	s.hit(h)
}

// guessed holds a hash against the well-known passwords, where that was allowed, and gives the one that fits.
func (s *search) guessed(scheme, hash string) string {
	for _, guess := range s.Guess {
		same := false
		switch scheme {
		case "bcrypt":
			same = bcrypt.CompareHashAndPassword([]byte(strings.Replace(hash, "$2y$", "$2a$", 1)), []byte(guess)) == nil
		case "MD5":
			same = md5crypt(guess, hash) == hash
		default:
			return ""
		}
		if same {
			return guess
		}
	}
	return ""
}
