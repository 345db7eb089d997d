package mqtt

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Kinds of packets.
const (
	connack = 2
	publish = 3
	suback  = 9
)

// A packet is one control packet; kind is its first byte, with its flags.
type packet struct {
	kind byte
	body []byte
}

// read reads one of at most maxPacket bytes.
func read(in *bufio.Reader) (packet, error) {
	kind, err := in.ReadByte()
	if err != nil {
		return packet{}, err
	}
	n := 0
	for i := range 4 {
		b, err := in.ReadByte()
		if err != nil {
			return packet{}, err
		}
		if n |= int(b&0x7f) << (7 * i); b < 0x80 {
			if n > maxPacket {
				return packet{}, fmt.Errorf("a packet of %d bytes, more than %d", n, maxPacket)
			}
			body := make([]byte, n)
			_, err = io.ReadFull(in, body)
			return packet{kind, body}, err
		}
	}
	return packet{}, fmt.Errorf("a length of more than 4 bytes")
}

// reason is that of a CONNACK.
func (p packet) reason() (byte, bool) {
	if p.kind>>4 != connack || len(p.body) < 2 {
		return 0, false
	}
	return p.body[1], true
}

// granted reads a SUBACK of one topic filter.
func (p packet) granted(level byte) (id uint16, granted bool) {
	if len(p.body) < 3 {
		return 0, false
	}
	id = binary.BigEndian.Uint16(p.body)
	rest, ok := properties(level, p.body[2:])
	return id, ok && len(rest) > 0 && rest[0] < 0x80
}

// message reads a PUBLISH.
func (p packet) message(level byte) (topic string, payload []byte, ok bool) {
	if len(p.body) < 2 {
		return "", nil, false
	}
	n := 2 + int(binary.BigEndian.Uint16(p.body))
	if p.kind>>1&3 > 0 { // a quality above 0 carries an identifier
		if len(p.body) < n+2 {
			return "", nil, false
		}
		payload, ok = properties(level, p.body[n+2:])
	} else if len(p.body) >= n {
		payload, ok = properties(level, p.body[n:])
	}
	if !ok {
		return "", nil, false
	}
	return string(p.body[2:n]), payload, true
}

// properties skips those of version 5.
func properties(level byte, b []byte) (rest []byte, ok bool) {
	if level < 5 {
		return b, true
	}
	n, size := binary.Uvarint(b)
	if size <= 0 || size > 4 || n > uint64(len(b)-size) {
		return nil, false
	}
	return b[size+int(n):], true
}

type credential struct{ user, password string }

// hello is CONNECT with a clean session. level is 4 for 3.1.1, or 5.
func hello(level byte, c *credential) []byte {
	flags := byte(2)
	if c != nil {
		flags |= 0xc0
	}
	body := append(text(nil, "MQTT"), level, flags, 0, 30)
	if level == 5 {
		body = append(body, 0) // no properties
	}
	body = text(body, "assay")
	if c != nil {
		body = text(text(body, c.user), c.password)
	}
	return frame(0x10, body)
}

// subscription is SUBSCRIBE to one topic filter, at most once.
func subscription(level byte, id uint16, filter string) []byte {
	body := binary.BigEndian.AppendUint16(nil, id)
	if level == 5 {
		body = append(body, 0)
	}
	return frame(0x82, append(text(body, filter), 0))
}

func text(b []byte, s string) []byte {
	s = s[:min(len(s), 0xffff)]
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

func frame(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}
