// Package canary finds known values in what a device sends, however they are spelt.
//
// Its one idea is that a value which was never sent in clear may still be there to read: in base64 it has three faces, by
// what stands before it; in UTF-16 it has holes; and a hash of it, unsalted, is the value to whoever knows it. A value is
// looked for in all of them at once, in one pass, and inside what is packed.
//
//	f := canary.New("k7mqp2xw9d4t")
//	for _, hit := range f.Find(body) { // hit.Spelling is "base64"
package canary

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/secure-by-design/assay/harness/evidence"
)

// A Spelling is a way in which a value may stand in traffic.
type Spelling struct{ Name, Text string }

// Spellings are those of a value, each text once, by the first name that fits. Those below evidence.MinCut bytes are left
// out: they would be found everywhere by chance.
func Spellings(v string) (out []Spelling) {
	if v == "" {
		return nil
	}
	add := func(name, text string) {
		for _, s := range out {
			if s.Text == text {
				return
			}
		}
		if len(text) >= evidence.MinCut {
			out = append(out, Spelling{name, text})
		}
	}
	hexed := hex.EncodeToString([]byte(v))
	add("as it is", v)
	both(add, "hex", hexed)
	both(add, "hex with colons", joined(v, ":", ""))
	both(add, "hex with blanks", joined(v, " ", ""))
	both(add, "percent", joined(v, "", "%"))
	both(add, "C escapes", joined(v, "", `\x`))
	both(add, "JSON escapes", joined(v, "", `\u00`))
	add("UTF-16 little endian", wide(v, 0))
	add("UTF-16 big endian", wide(v, 1))
	for name, sum := range digests(v) {
		both(add, name, sum)
	}
	for _, s := range evidence.Spellings(v) { // JSON, HTML, URL; base64 at each alignment
		add("escaped or base64", s)
	}
	return out
}

// both adds a text of hex digits in lower and in upper case; what marks a digit pair stays as it is.
func both(add func(name, text string), name, text string) {
	add(name, text)
	add(name, strings.NewReplacer("a", "A", "b", "B", "c", "C", "d", "D", "e", "E", "f", "F").Replace(text))
}

// joined is the hex of each byte behind a mark, with a separator between.
func joined(v, separator, mark string) string {
	parts := make([]string, len(v))
	for i := range len(v) {
		parts[i] = fmt.Sprintf("%s%02x", mark, v[i])
	}
	return strings.Join(parts, separator)
}

// wide is UTF-16 with the high byte at offset 1-big.
func wide(v string, big int) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(v)) {
		low, high := byte(u), byte(u>>8)
		if big == 1 {
			low, high = high, low
		}
		out = append(out, low, high)
	}
	return string(out)
}

func digests(v string) map[string]string {
	m, s1, s2 := md5.Sum([]byte(v)), sha1.Sum([]byte(v)), sha256.Sum256([]byte(v))
	return map[string]string{"MD5": hex.EncodeToString(m[:]), "SHA-1": hex.EncodeToString(s1[:]), "SHA-256": hex.EncodeToString(s2[:])}
}

// A Hit is a place where a value was found.
type Hit struct {
	Value    int    // its place among those that were given to New
	Spelling string // and, where it was packed, in what: "as it is, in gzip"
	At       int    // byte offset; in what was packed, of that
}

// A Finder looks for values.
type Finder struct {
	texts *evidence.Finder
	of    map[string][]Hit // by text
}

// New makes a finder of values.
func New(values ...string) *Finder {
	f := &Finder{of: map[string][]Hit{}}
	var texts []string
	for i, v := range values {
		for _, s := range Spellings(v) {
			f.of[s.Text] = append(f.of[s.Text], Hit{Value: i, Spelling: s.Name})
			texts = append(texts, s.Text)
		}
	}
	f.texts = evidence.NewFinder(texts)
	return f
}

// Bounds of one search.
const (
	MaxHits     = 100
	MaxUnpacked = 2 << 20 // bytes in all
	maxStreams  = 20
	maxNested   = 3
)

// Find returns the hits in b, and in gzip and zlib streams within it, MaxHits at most.
func (f *Finder) Find(b []byte) []Hit {
	s := &search{finder: f, left: MaxUnpacked, streams: maxStreams}
	s.in(b, "", 0)
	return s.hits
}

// Find looks for one value.
func Find(b []byte, value string) []Hit { return New(value).Find(b) }

type search struct {
	finder  *Finder
	hits    []Hit
	left    int // bytes that may still be unpacked
	streams int
}

func (s *search) in(b []byte, where string, depth int) {
	for from := 0; len(s.hits) < MaxHits; {
		at, text := s.finder.texts.Find(b[from:])
		if at < 0 {
			break
		}
		for _, h := range s.finder.of[text] {
			h.At, h.Spelling = from+at, h.Spelling+where
			s.hits = append(s.hits, h)
		}
		from += at + 1
	}
	if depth < maxNested {
		s.packed(b, depth)
	}
}

// packed looks into the streams of b.
func (s *search) packed(b []byte, depth int) {
	for i := 0; i+2 < len(b) && s.left > 0 && s.streams > 0; i++ {
		var in io.Reader
		var err error
		var name string
		switch {
		case b[i] == 0x1f && b[i+1] == 0x8b && b[i+2] == 8: // RFC 1952
			name = ", in gzip"
			in, err = gzip.NewReader(bytes.NewReader(b[i:]))
		case b[i] == 0x78 && (int(b[i])<<8|int(b[i+1]))%31 == 0: // RFC 1950
			name = ", in zlib"
			in, err = zlib.NewReader(bytes.NewReader(b[i:]))
		default:
			continue
		}
		if err != nil {
			continue
		}
		out, _ := io.ReadAll(io.LimitReader(in, int64(s.left))) // what came out before an error counts
		if len(out) == 0 {
			continue
		}
		s.left -= len(out)
		s.streams--
		s.in(out, name, depth+1)
	}
}
