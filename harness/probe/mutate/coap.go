package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// coapPackets ask for the list of resources (RFC 7252, RFC 6690). None changes anything: their method is GET, or none that there is.
var coapPackets = grammar{
	datagrams: true,
	ordinary:  func(n int) string { return string(get(n, ".well-known", "core")) },
	odd:       func(n int, rng *rand.Rand) string { return string(oddCoAP(n, rng)) },
	answers:   func(ordinary, got string) bool { return len(got) >= 4 && got[0]>>6 == 1 && got[2:4] == ordinary[2:4] },
}

// get is a confirmable GET with a token of one byte.
func get(n int, path ...string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0x41, 1}, uint16(n)+1)
	b = append(b, 0xbb^byte(n))
	delta := byte(11 << 4)
	for _, p := range path {
		b = append(append(b, delta|byte(len(p))), p...)
		delta = 0
	}
	return b
}

// options that lie: of a kind and length that are reserved or not there, and of numbers beyond all.
var options = []string{
	"\xff", "\xf0", "\xbf", "\xbe\xff\xff", "\xbd\xff", "\xee\xff\xff\xff\xff", "\xe0\xff\xff\xe0\xff\xff", "\xbe\x7f\xff" + "a", "\xd0\xff\xd0\xff\xd0\xff",
	"\x64\xff\xff\xff\xff", "\xd3\x0a\xff\xff\xff", "\xd1\x0a\x07", "\xbd\xf0" + strings.Repeat("A", 253), "\xbe\x00\x00" + strings.Repeat("A", 269), "\xbe\x03\xf3" + strings.Repeat("A", 1280),
	"\xb2..\x02..\x02..\x03etc\x06passwd", "\xb0\x00\x00\x00", "\xb4%n%n", "\xb4\x00\x00\x00\x00", "\xb4\xff\xfe\xfd\xfc",
}

// oddCoAP is the n-th mutant: options that lie first, then heads, counts of tokens, codes that there are not, cuts and flipped bits.
func oddCoAP(n int, rng *rand.Rand) []byte {
	plain := get(n, ".well-known", "core")
	if n < len(options) {
		return append(get(n), options[n]...)
	}
	switch n % 6 {
	case 0:
		plain[0] = byte(rng.IntN(256)) // version, type, and how long the token is
	case 1:
		plain[1] = []byte{5, 31, 0x60, 0xa0, 0xe1, 0xff, 0x45, 0x9f}[rng.IntN(8)]
	case 2:
		return append(plain, strings.Repeat("\x01a", 1+rng.IntN(400))...)
	case 3:
		return cut(plain, rng)
	case 4:
		return append(get(n), options[rng.IntN(len(options))]+options[rng.IntN(len(options))]...)
	default:
		return flip(plain, rng, func(i int) bool { return i == 1 })
	}
	return plain
}
