package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// tlsPackets begin a handshake that goes no further (RFC 8446, clauses 4 and 5).
var tlsPackets = grammar{
	ordinary: func(int) string { return string(hello()) },
	odd:      func(n int, rng *rand.Rand) string { return string(oddTLS(n, rng)) },
}

// suites of TLS 1.3, and of 1.2 with ephemeral keys.
const suites = "\x13\x01\x13\x02\x13\x03\xc0\x2b\xc0\x2f\xc0\x2c\xc0\x30\xcc\xa9\xcc\xa8\xc0\x09\xc0\x13"

func hello() []byte { return record(22, handshake(1, helloBody(suites, extensions()))) }

func vector16(s string) string {
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(s)))) + s
}

func ext(id uint16, body string) string {
	return string(binary.BigEndian.AppendUint16(nil, id)) + vector16(body)
}

func extensions() string {
	key := strings.Repeat("\x09", 32) // of X25519: any is one
	return ext(10, vector16("\x00\x1d\x00\x17")) + ext(11, "\x01\x00") + ext(13, vector16("\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x08\x07")) +
		ext(43, "\x04\x03\x04\x03\x03") + ext(51, vector16("\x00\x1d"+vector16(key)))
}

// helloBody is that of a ClientHello.
func helloBody(suites, extensions string) string {
	return "\x03\x03" + strings.Repeat("\x2a", 32) + "\x20" + strings.Repeat("\x2b", 32) + vector16(suites) + "\x01\x00" + vector16(extensions)
}

func handshake(kind byte, body string) string {
	n := len(body)
	return string([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}) + body
}

func record(kind byte, body string) []byte {
	return append([]byte{kind, 3, 1, byte(len(body) >> 8), byte(len(body))}, body...)
}

// oddTLS is the n-th mutant: lengths that lie at each level first, then extensions, kinds out of order, cuts and flipped bits.
func oddTLS(n int, rng *rand.Rand) []byte {
	plain := hello()
	places := []int{3, 7, 76, 102} // of the record, the message, the suites, the extensions: two bytes each
	if n < len(edges)*len(places) {
		binary.BigEndian.PutUint16(plain[places[n/len(edges)]:], uint16(edges[n%len(edges)]))
		return plain
	}
	filled := strings.Repeat("A", 1+rng.IntN(16000))
	switch n % 8 {
	case 0: // an extension of any kind whose data are none of it
		return record(22, handshake(1, helloBody(suites, extensions()+ext(uint16(rng.IntN(60)), filled[:rng.IntN(min(len(filled), 200))]))))
	case 1: // a name that is too long, or none
		name := values[rng.IntN(len(values))].text
		name = name[:min(len(name), 12000)]
		return record(22, handshake(1, helloBody(suites, extensions()+ext(0, vector16("\x00"+vector16(name))))))
	case 2:
		return record(byte(rng.IntN(256)), filled)
	case 3:
		return record(22, handshake(byte(rng.IntN(256)), filled[:rng.IntN(len(filled))]))
	case 4:
		return []byte(strings.Repeat(string(record([]byte{20, 21, 22, 23}[rng.IntN(4)], "")), 1+rng.IntN(1000)))
	case 5:
		return record(22, handshake(1, helloBody(strings.Repeat("\x00\x05", 1+rng.IntN(5000)), strings.Repeat(ext(uint16(rng.IntN(1<<16)), ""), 1+rng.IntN(1000)))))
	case 6:
		return cut(plain, rng)
	}
	return flip(plain, rng, nil)
}
