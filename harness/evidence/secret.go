package evidence

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"sync"
)

// A Secret is a password, token or key that never reaches the record. It is
// written as a handle: an HMAC of the value under a key that lives in this
// process's memory and dies with it. Equal secrets have equal handles, so that
// comparing and replaying work; the value cannot be had from the handle.
// The zero Secret is none.
type Secret struct{ handle string }

// ErrForgotten says that a handle's value is not in this process: the record is
// replayed, or was made by another one.
var ErrForgotten = errors.New("the value of a secret is kept in no record: it died with its run")

// values are what handles stand for.
type values struct {
	sync.Mutex
	key    []byte
	values map[string]string // by handle
	finder *Finder           // of all their spellings
}

// vault holds the values of this process's run.
var vault = &values{key: newKey(), values: map[string]string{}, finder: NewFinder(nil)}

func newKey() []byte {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return b
}

// Keep puts a value into the vault and returns its handle.
func Keep(value string) Secret {
	vault.Lock()
	defer vault.Unlock()
	m := hmac.New(sha256.New, vault.key)
	m.Write([]byte(value))
	h := "secret:" + hex.EncodeToString(m.Sum(nil))[:24]
	vault.put(h, value)
	return Secret{h}
}

func (v *values) put(handle, value string) {
	if _, known := v.values[handle]; known {
		return
	}
	v.values[handle] = value
	if len(value) >= MinCut {
		for _, s := range Spellings(value) {
			v.finder.add(s, handle)
		}
	}
}

// Random makes a new secret of n base32-like characters (5 bits each) and keeps it.
func Random(n int) Secret {
	const alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = alphabet[b[i]&31]
	}
	return Keep(string(b))
}

var handle = regexp.MustCompile(`secret:[0-9a-f]{24}`)

// Named returns the values of the handles that a text names, by handle. It is for the memory of the process that is to put
// a device back when this one dies, and for nothing else.
func Named(text string) map[string]string {
	vault.Lock()
	defer vault.Unlock()
	out := map[string]string{}
	for _, h := range handle.FindAllString(text, -1) {
		if v, ok := vault.values[h]; ok {
			out[h] = v
		}
	}
	return out
}

// Inherit puts values into the vault under the handles that they had in a process that died.
func Inherit(values map[string]string) {
	vault.Lock()
	defer vault.Unlock()
	for h, v := range values {
		vault.put(h, v)
	}
}

// Forget empties the vault, as the end of a run does.
func Forget() {
	vault.Lock()
	defer vault.Unlock()
	vault.key, vault.values = newKey(), map[string]string{}
	vault.finder = NewFinder(nil)
}

// Reveal returns the value. It is for probes and operations alone, and fails with
// ErrForgotten where there is no value.
func (s Secret) Reveal() (string, error) {
	vault.Lock()
	defer vault.Unlock()
	v, ok := vault.values[s.handle]
	if !ok {
		return "", ErrForgotten
	}
	return v, nil
}

// String is the handle.
func (s Secret) String() string { return s.handle }

// IsZero tells the absence of a secret.
func (s Secret) IsZero() bool { return s.handle == "" }

// MarshalJSON writes the handle.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.handle) }

// UnmarshalJSON reads a handle.
func (s *Secret) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &s.handle) }
