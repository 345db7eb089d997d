package password

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// publics are the columns that are given, in order.
func (l *look) publics() []string {
	names := map[string]bool{}
	for _, s := range l.all {
		for n := range s.Public {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// A form is one way to write what is public of a unit; its name holds for all units.
type form struct{ name, value string }

// paired are the columns that makers put together.
var paired = map[string]bool{"serial": true, "ssid": true, "model": true, "date": true}

// around is how far from the printed address others of the same unit lie.
const around = 8

// forms are the ways in which a maker would write what is public of a unit, one by one and in pairs.
func forms(public map[string]string) (out []form) {
	columns := slices.Sorted(maps.Keys(public))
	var bases []form
	for _, c := range columns {
		v := public[c]
		add := func(name, value string) { out = append(out, form{strings.TrimSpace(c + " " + name), value}) }
		if n, ok := address(v); ok && c == "mac" {
			for off := -around; off <= around; off++ {
				b := binary.BigEndian.AppendUint64(nil, uint64(n+int64(off)))[2:]
				name := ""
				if off != 0 {
					name = fmt.Sprintf("%+d ", off)
				}
				lower := hex.EncodeToString(b)
				add(name+"in hex", lower)
				add(name+"in upper-case hex", strings.ToUpper(lower))
				add(name+"with colons", colons(lower, ":"))
				add(name+"in upper case with colons", strings.ToUpper(colons(lower, ":")))
				add(name+"in bytes", string(b))
				add(name+"in decimal", fmt.Sprint(n+int64(off)))
				if off == 0 {
					add("with dashes", strings.ToUpper(colons(lower, "-")))
					add("in hex and a line feed", lower+"\n")
					add("reversed", reversed(lower))
					bases = append(bases, form{c + " in hex", lower}, form{c + " in upper-case hex", strings.ToUpper(lower)})
				}
			}
			continue
		}
		add("as it is", v)
		add("in lower case", strings.ToLower(v))
		add("in upper case", strings.ToUpper(v))
		add("without separators", letters(v))
		add("reversed", reversed(v))
		add("and a line feed", v+"\n")
		add("its digits", digitsOf(v))
		if c == "date" {
			for name, d := range dates(v) {
				add("as "+name, d)
			}
		}
		if paired[c] {
			bases = append(bases, form{c, v})
		}
	}
	for _, a := range bases {
		for _, b := range bases {
			if first(a.name) == first(b.name) {
				continue
			}
			for _, between := range []string{"", "-", ":"} {
				out = append(out, form{a.name + " and " + b.name + " with " + quoted(between), a.value + between + b.value})
			}
		}
	}
	return slices.DeleteFunc(out, func(f form) bool { return f.value == "" })
}

func quoted(between string) string {
	if between == "" {
		return "nothing between"
	}
	return between + " between"
}

func first(s string) string { f, _, _ := strings.Cut(s, " "); return f }

// address reads a link-layer address of six bytes.
func address(s string) (int64, bool) {
	b, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "", ".", "", " ", "").Replace(s))
	if err != nil || len(b) != 6 {
		return 0, false
	}
	return new(big.Int).SetBytes(b).Int64(), true
}

func colons(hex, between string) string {
	var parts []string
	for i := 0; i+2 <= len(hex); i += 2 {
		parts = append(parts, hex[i:i+2])
	}
	return strings.Join(parts, between)
}

func reversed(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_:. /", r) {
			return -1
		}
		return r
	}, s)
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// A digest is a function that hides what goes in, to the eye alone.
type digest struct {
	name string
	of   func(value string, key string) []byte
}

func hashed(h func() hash.Hash) func(string, string) []byte {
	return func(v, _ string) []byte { d := h(); d.Write([]byte(v)); return d.Sum(nil) }
}

func keyed(h func() hash.Hash) func(string, string) []byte {
	return func(v, key string) []byte {
		if key == "" {
			return nil
		}
		d := hmac.New(h, []byte(key))
		d.Write([]byte(v))
		return d.Sum(nil)
	}
}

var digests = []digest{
	{"", func(v, _ string) []byte { return []byte(v) }},
	{"MD5", hashed(md5.New)}, {"SHA-1", hashed(sha1.New)}, {"SHA-256", hashed(sha256.New)}, {"SHA-512", hashed(sha512.New)},
	{"CRC-32", func(v, _ string) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(v))) }},
	{"CRC-32C", func(v, _ string) []byte {
		return binary.BigEndian.AppendUint32(nil, crc32.Checksum([]byte(v), crc32.MakeTable(crc32.Castagnoli)))
	}},
	{"CRC-16", func(v, _ string) []byte { return binary.BigEndian.AppendUint16(nil, crc16(v)) }},
	{"MD5 of MD5 in hex", func(v, _ string) []byte {
		a := md5.Sum([]byte(v))
		b := md5.Sum([]byte(hex.EncodeToString(a[:])))
		return b[:]
	}},
	{"HMAC-MD5 keyed with the model", keyed(md5.New)}, {"HMAC-SHA-1 keyed with the model", keyed(sha1.New)}, {"HMAC-SHA-256 keyed with the model", keyed(sha256.New)},
}

// crc16 is CRC-16/CCITT-FALSE.
func crc16(s string) uint16 {
	c := uint16(0xffff)
	for i := range len(s) {
		c ^= uint16(s[i]) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ 0x1021
			} else {
				c <<= 1
			}
		}
	}
	return c
}

// An encoding writes bytes in the characters of a password.
type encoding struct {
	name string
	fold bool // case says nothing
	in   string
	of   func(b []byte) string
}

const (
	lower = "abcdefghijklmnopqrstuvwxyz"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	ten   = "0123456789"
)

// encodings are those that could have made passwords of these letters.
func encodings(all []rune) (out []encoding) {
	folded := strings.ToLower(string(all))
	oneCase := string(all) == folded || string(all) == strings.ToUpper(string(all))
	for _, e := range []encoding{
		{"hex", true, ten + "abcdef", hex.EncodeToString},
		{"the digits of hex", false, ten, func(b []byte) string { return digitsOf(hex.EncodeToString(b)) }},
		{"decimal", false, ten, func(b []byte) string { return new(big.Int).SetBytes(b).String() }},
		{"decimal of the first 4 bytes", false, ten, func(b []byte) string { return padded(word(b, 4)) }},
		{"decimal of the first 8 bytes", false, ten, func(b []byte) string { return padded(word(b, 8)) }},
		{"base32", true, lower + "234567", base32.StdEncoding.EncodeToString},
		{"base32hex", true, ten + lower[:22], base32.HexEncoding.EncodeToString},
		{"Crockford's base32", true, ten + "abcdefghjkmnpqrstvwxyz", crockford.EncodeToString},
		{"base36", true, ten + lower, func(b []byte) string { return new(big.Int).SetBytes(b).Text(36) }},
		{"base62", false, ten + lower + upper, func(b []byte) string { return new(big.Int).SetBytes(b).Text(62) }},
		{"base64", false, ten + lower + upper + "+/=", base64.StdEncoding.EncodeToString},
		{"base64url", false, ten + lower + upper + "-_=", base64.URLEncoding.EncodeToString},
		chosen("each byte modulo 10", ten, false), chosen("each byte modulo 26", lower, true), chosen("each byte modulo 36", ten+lower, true),
		chosen("each byte modulo 36, letters first", lower+ten, true), chosen("each byte modulo 62", ten+lower+upper, false),
		chosen("each byte modulo 62, letters first", lower+upper+ten, false), chosen("each byte modulo 62, capitals first", upper+lower+ten, false),
		chosen("each byte modulo the letters seen", string(all), false),
	} {
		if s := string(all); e.fold && oneCase && strings.Trim(folded, e.in) == "" || !e.fold && strings.Trim(s, e.in) == "" {
			out = append(out, e)
		}
	}
	return out
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

func chosen(name, in string, fold bool) encoding {
	of := []rune(in)
	return encoding{name, fold, in, func(b []byte) string {
		out := make([]rune, len(b))
		for i := range b {
			out[i] = of[int(b[i])%len(of)]
		}
		return string(out)
	}}
}

func padded(n uint64) string { return fmt.Sprintf("%020d", n) }

func word(b []byte, n int) (w uint64) {
	for i := range min(n, len(b)) {
		w = w<<8 | uint64(b[i])
	}
	return w
}
