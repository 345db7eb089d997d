package coap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// A message is one of CoAP (RFC 7252 clause 3).
type message struct {
	kind    byte // 0 confirmable, 1 not, 2 acknowledgement, 3 reset
	code    byte // class in the upper three bits
	id      uint16
	token   string
	options []option
	payload []byte
}

type option struct {
	number int
	value  []byte
}

// Numbers of options, types and codes that are used here.
const (
	uriPath, contentFormat, uriQuery, block2 = 11, 12, 15, 23
	confirmable, acknowledgement, reset      = 0, 2, 3
	get                                      = 1
	content                                  = 0x45 // 2.05
	maxOptions                               = 64
)

var errMessage = errors.New("no message of CoAP")

// parse reads a datagram.
func parse(b []byte) (m message, err error) {
	if len(b) < 4 || b[0]>>6 != 1 || b[0]&15 > 8 || len(b) < 4+int(b[0]&15) {
		return m, errMessage
	}
	n := int(b[0] & 15)
	m = message{kind: b[0] >> 4 & 3, code: b[1], id: binary.BigEndian.Uint16(b[2:]), token: string(b[4 : 4+n])}
	number := 0
	for b = b[4+n:]; len(b) > 0; {
		if b[0] == 0xff {
			if len(b) == 1 {
				return m, errMessage // a marker without a payload (clause 3)
			}
			m.payload = b[1:]
			return m, nil
		}
		delta, length := int(b[0]>>4), int(b[0]&15)
		b = b[1:]
		if delta, b, err = extended(delta, b); err != nil {
			return m, err
		}
		if length, b, err = extended(length, b); err != nil {
			return m, err
		}
		if number += delta; length > len(b) || number > 0xffff || len(m.options) >= maxOptions {
			return m, errMessage
		}
		m.options = append(m.options, option{number, b[:length]})
		b = b[length:]
	}
	return m, nil
}

// extended reads the bytes that 13 and 14 stand for (clause 3.1).
func extended(n int, b []byte) (int, []byte, error) {
	switch {
	case n < 13:
		return n, b, nil
	case n == 13 && len(b) >= 1:
		return 13 + int(b[0]), b[1:], nil
	case n == 14 && len(b) >= 2:
		return 269 + int(binary.BigEndian.Uint16(b)), b[2:], nil
	}
	return 0, nil, errMessage
}

// bytes is the datagram; options must be in order.
func (m message) bytes() []byte {
	b := []byte{1<<6 | m.kind<<4 | byte(len(m.token)), m.code, byte(m.id >> 8), byte(m.id)}
	b = append(b, m.token...)
	before := 0
	for _, o := range m.options {
		delta, more := short(o.number - before)
		length, longer := short(len(o.value))
		b = append(append(append(append(b, delta<<4|length), more...), longer...), o.value...)
		before = o.number
	}
	if len(m.payload) > 0 {
		b = append(append(b, 0xff), m.payload...)
	}
	return b
}

func short(n int) (byte, []byte) {
	switch {
	case n < 13:
		return byte(n), nil
	case n < 269:
		return 13, []byte{byte(n - 13)}
	}
	return 14, binary.BigEndian.AppendUint16(nil, uint16(n-269))
}

// number is the unsigned number in an option; 0 where there is none.
func (m message) number(of int) (n uint32, ok bool) {
	for _, o := range m.options {
		if o.number == of && len(o.value) <= 4 {
			for _, c := range o.value {
				n = n<<8 | uint32(c)
			}
			return n, true
		}
	}
	return 0, false
}

// code is how a reader knows it: 2.05.
func code(c byte) string { return fmt.Sprintf("%d.%02d", c>>5, c&31) }

// A Link is one of a list of resources (RFC 6690).
type Link struct {
	Path string
	Attr string // what follows the target: ;rt="temperature";obs
}

// Bounds of a list.
const (
	maxLinks = 200
	maxAttr  = 200
	maxPath  = 255
)

// links reads a list of resources; what is no path of this host is left out.
func links(text string) (out []Link) {
	for len(text) > 0 && len(out) < maxLinks {
		var item string
		item, text = first(text)
		target, attr, ok := strings.Cut(strings.TrimSpace(item), ">")
		target, is := strings.CutPrefix(target, "<")
		if ok && is && strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//") && len(target) <= maxPath {
			out = append(out, Link{clean(target), clean(attr[:min(len(attr), maxAttr)])})
		}
	}
	return out
}

// first cuts at the first comma that stands in no quotes and in no target.
func first(text string) (item, rest string) {
	quoted, within := false, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"' && !within:
			quoted = !quoted
		case c == '<' && !quoted:
			within = true
		case c == '>' && !quoted:
			within = false
		case c == ',' && !quoted && !within:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}
