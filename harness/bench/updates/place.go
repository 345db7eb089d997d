package updates

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
)

// Files are an update's, by the names that the layout uses.
type Files map[string][]byte

// An image is the files of one update and the layout that reads and writes parts of them.
type image struct {
	device.Layout
	files Files
}

// but returns a copy with one file anew; the others are shared.
func (m image) but(file string, b []byte) image {
	files := maps.Clone(m.files)
	files[file] = b
	return image{m.Layout, files}
}

// in is the name of the file that a place lies in.
func (m image) in(p device.Place) string {
	if p.File != "" {
		return p.File
	}
	return m.File
}

// span is where in its file a place lies: from and to, in bytes.
func (m image) span(p device.Place) (from, to int, err error) {
	b, ok := m.files[m.in(p)]
	if !ok {
		return 0, 0, fmt.Errorf("the image has no file %s", m.in(p))
	}
	if p.JSON != "" {
		if from, to, err = jsonSpan(b, p.JSON); err != nil {
			return 0, 0, fmt.Errorf("%s %s: %w", m.in(p), p.JSON, err)
		}
		return from, to, nil
	}
	from, to = p.At, len(b)
	if from < 0 {
		from += len(b)
	}
	switch {
	case p.Length > 0:
		to = from + p.Length
	case p.Length < 0:
		to += p.Length
	}
	if from < 0 || from > to || to > len(b) {
		return 0, 0, fmt.Errorf("the place from %d to %d does not lie in %s, which has %d bytes", from, to, m.in(p), len(b))
	}
	return from, to, nil
}

// jsonSpan is where the value at a pointer (RFC 6901) stands in a JSON text.
func jsonSpan(b []byte, pointer string) (from, to int, err error) {
	from, to = 0, len(b)
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		start, end, err := jsonStep(b[from:to], step)
		if err != nil {
			return 0, 0, err
		}
		from, to = from+start, from+end
	}
	return from, to, nil
}

func jsonStep(b []byte, step string) (from, to int, err error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	open, err := dec.Token()
	if err != nil {
		return 0, 0, fmt.Errorf("not JSON: %w", err)
	}
	for i := 0; open == json.Delim('{') || open == json.Delim('['); i++ {
		if !dec.More() {
			break
		}
		key := any(strconv.Itoa(i))
		if open == json.Delim('{') {
			if key, err = dec.Token(); err != nil {
				return 0, 0, fmt.Errorf("not JSON: %w", err)
			}
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return 0, 0, fmt.Errorf("not JSON: %w", err)
		}
		if key == any(step) {
			end := int(dec.InputOffset())
			return end - len(value), end, nil
		}
	}
	return 0, 0, fmt.Errorf("there is no %q", step)
}

// get reads a place: a value as it is meant, or the bytes themselves.
func (m image) get(p device.Place) ([]byte, error) {
	from, to, err := m.span(p)
	if err != nil {
		return nil, err
	}
	b := m.files[m.in(p)][from:to]
	if p.JSON != "" {
		var s string
		if json.Unmarshal(b, &s) == nil {
			b = []byte(s)
		}
	}
	switch p.As {
	case "hex":
		b, err = hex.DecodeString(string(b))
	case "base64":
		b, err = base64.StdEncoding.DecodeString(string(b))
	case "be32", "le32":
		b, err = word(b, p)
	}
	if err != nil {
		return nil, fmt.Errorf("%s as %s: %w", m.in(p), p.As, err)
	}
	return b, nil
}

// word is a 32-bit number, in JSON a decimal one, as four bytes, the highest first.
func word(b []byte, p device.Place) ([]byte, error) {
	if p.JSON != "" {
		n, err := strconv.ParseUint(string(b), 10, 32)
		return binary.BigEndian.AppendUint32(nil, uint32(n)), err
	}
	if len(b) != 4 {
		return nil, fmt.Errorf("it has %d bytes, not 4", len(b))
	}
	if p.As == "le32" {
		b = slices.Clone(b)
		slices.Reverse(b)
	}
	return b, nil
}

// put writes a value to a place. Around it nothing changes: a place of fixed length keeps it, a shorter text is filled with NUL.
func (m image) put(p device.Place, value []byte) (image, error) {
	from, to, err := m.span(p)
	if err != nil {
		return m, err
	}
	old := m.files[m.in(p)]
	b := written(value, p, old[from:to])
	open := p.JSON != "" || p.Length == 0 && p.At == 0 // a whole file, or text between others, may change its length
	if p.As == "ascii" && !open {
		b = append(b, make([]byte, max(to-from-len(b), 0))...)
	}
	if len(b) != to-from && !open {
		return m, fmt.Errorf("%d bytes do not fit into the %d of %s", len(b), to-from, m.in(p))
	}
	return m.but(m.in(p), slices.Concat(old[:from], b, old[to:])), nil
}

// written is a value in the writing of its place.
func written(value []byte, p device.Place, old []byte) []byte {
	switch p.As {
	case "hex":
		s := hex.EncodeToString(value)
		if bytes.Equal(old, bytes.ToUpper(old)) && !bytes.Equal(old, bytes.ToLower(old)) {
			s = strings.ToUpper(s)
		}
		value = []byte(s)
	case "base64":
		value = []byte(base64.StdEncoding.EncodeToString(value))
	case "le32":
		value = slices.Clone(value)
		slices.Reverse(value)
	}
	if p.JSON == "" {
		return value
	}
	if p.As == "be32" || p.As == "le32" {
		n := binary.BigEndian.Uint32(value)
		if p.As == "le32" {
			n = binary.LittleEndian.Uint32(value)
		}
		value = strconv.AppendUint(nil, uint64(n), 10)
		if len(old) > 0 && old[0] != '"' {
			return value
		}
	}
	quoted, _ := json.Marshal(string(value))
	return quoted
}

// sum computes a sum anew.
func (m image) sum(s device.Sum) ([]byte, error) {
	of, err := m.get(s.Of)
	if err != nil {
		return nil, err
	}
	if s.Kind == "crc32" {
		return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(of)), nil
	}
	h := sha256.Sum256(of)
	return h[:], nil
}

// summed writes the sums anew for which which holds.
func (m image) summed(which func(device.Sum) bool) (image, error) {
	for _, s := range m.Sums {
		if !which(s) {
			continue
		}
		v, err := m.sum(s)
		if err != nil {
			return m, err
		}
		if m, err = m.put(s.In, v); err != nil {
			return m, err
		}
	}
	return m, nil
}

// overlaps tells whether two places share bytes.
func (m image) overlaps(p, q device.Place) bool {
	if m.in(p) != m.in(q) {
		return false
	}
	a, b, err := m.span(p)
	c, d, err2 := m.span(q)
	return err == nil && err2 == nil && a < d && c < b
}

// signed tells whether a place lies under the signature.
func (m image) signed(p device.Place) bool {
	if m.Signature == nil {
		return false
	}
	if m.Signed != nil {
		return m.overlaps(p, *m.Signed)
	}
	return m.in(p) == m.in(*m.Signature) && !m.overlaps(p, *m.Signature)
}

// message is what the signature signs.
func (m image) message() ([]byte, error) {
	if m.Signed != nil {
		return m.get(*m.Signed)
	}
	from, to, err := m.span(*m.Signature)
	b := m.files[m.in(*m.Signature)]
	return slices.Concat(b[:from], b[to:]), err
}
