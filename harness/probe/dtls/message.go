package dtls

import (
	"encoding/binary"
	"encoding/hex"
)

// A hello is a ClientHello.
type hello struct {
	version  uint16
	suites   []uint16
	random   [32]byte // the same in both (RFC 6347 clause 4.2.1)
	cookie   []byte
	sequence byte // 1: the second, with a cookie
}

// extensions are the groups and signatures that nearly every server has, and point formats.
var extensions, _ = hex.DecodeString("000a000a0008001d001700180019" + "000b00020100" + "000d00160014" + "0403050306030804080508060401050106010201")

// bytes is one record with the whole message.
func (h hello) bytes() []byte {
	var body []byte
	body = binary.BigEndian.AppendUint16(body, h.version)
	body = append(append(body, h.random[:]...), 0)
	body = append(append(body, byte(len(h.cookie))), h.cookie...)
	body = binary.BigEndian.AppendUint16(body, uint16(2*len(h.suites)))
	for _, s := range h.suites {
		body = binary.BigEndian.AppendUint16(body, s)
	}
	body = append(body, 1, 0)
	body = binary.BigEndian.AppendUint16(body, uint16(len(extensions)))
	body = append(body, extensions...)
	n := len(body)
	message := append([]byte{1, 0, byte(n >> 8), byte(n), 0, h.sequence, 0, 0, 0, 0, byte(n >> 8), byte(n)}, body...)
	return record(22, 0xfeff, h.sequence, message)
}

// record is one of epoch 0.
func record(kind byte, version uint16, sequence byte, body []byte) []byte {
	b := []byte{kind, byte(version >> 8), byte(version), 0, 0, 0, 0, 0, 0, 0, sequence, byte(len(body) >> 8), byte(len(body))}
	return append(b, body...)
}

// farewell is the alert handshake_failure.
func farewell(version uint16) []byte { return record(21, version, 2, []byte{2, 40}) }

// What a datagram answers.
type kind int

const (
	nothing kind = iota
	verify       // HelloVerifyRequest
	chosen       // ServerHello
	alerted      // a fatal alert
)

type answer struct {
	kind    kind
	token   []byte // of verify
	version uint16 // of chosen
	suite   uint16
	cookie  bool
}

// parse reads the records of a datagram until one answers a hello.
func parse(b []byte) answer {
	for len(b) >= 13 {
		n := int(binary.BigEndian.Uint16(b[11:]))
		if b[1] != 0xfe || n > len(b)-13 {
			return answer{}
		}
		body := b[13 : 13+n]
		switch {
		case b[0] == 21 && len(body) == 2 && body[0] == 2:
			return answer{kind: alerted}
		case b[0] == 22:
			if a := message(body); a.kind != nothing {
				return a
			}
		}
		b = b[13+n:]
	}
	return answer{}
}

// message reads the first fragment of a handshake message, which holds what is needed.
func message(b []byte) answer {
	if len(b) < 12 || b[6] != 0 || b[7] != 0 || b[8] != 0 { // not the first fragment
		return answer{}
	}
	body := b[12:]
	switch {
	case b[0] == 3 && len(body) >= 3 && len(body) >= 3+int(body[2]):
		return answer{kind: verify, token: append([]byte(nil), body[3:3+int(body[2])]...)}
	case b[0] == 2 && len(body) >= 35 && len(body) >= 35+int(body[34])+2:
		return answer{kind: chosen, version: binary.BigEndian.Uint16(body), suite: binary.BigEndian.Uint16(body[35+int(body[34]):])}
	}
	return answer{}
}
