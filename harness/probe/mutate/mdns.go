package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// mdnsPackets are questions of DNS-SD (RFC 6763), asked of the device alone, and answers that nobody asked for (RFC 1035, section 4).
var mdnsPackets = grammar{
	datagrams: true,
	ordinary:  func(n int) string { return string(question(n, services)) },
	odd:       func(n int, rng *rand.Rand) string { return string(oddDNS(n, rng)) },
	answers: func(ordinary, got string) bool {
		return len(got) >= 12 && len(ordinary) >= 2 && got[:2] == ordinary[:2] && got[2]&0x80 != 0
	},
}

const services = "\x09_services\x07_dns-sd\x04_udp\x05local\x00"

// head is that of a message: number, flags, and the counts of questions, answers, authorities and others.
func head(n int, words ...uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(n)+1)
	for _, w := range words {
		b = binary.BigEndian.AppendUint16(b, w)
	}
	return b
}

// question asks for all records of type PTR of a name, as it stands on the wire.
func question(n int, name string) []byte {
	return append(append(head(n, 0, 1, 0, 0, 0), name...), 0, 12, 0, 1)
}

// names that no name is: the first points at itself, the next two at each other.
var names = []string{
	"\xc0\x0c", "\xc0\x0e\xc0\x0c", "\x01a\xc0\x0c", "\xc0\x10\xc0\x12\xc0\x0e", "\xff\xff", "\xc0\xff", "\xc0", "\x3f", "\x3fabc\x00", "\x40abc\x00", "\x80abc\x00",
	strings.Repeat("\x3f"+strings.Repeat("a", 63), 4) + "\x00", strings.Repeat("\x01a", 127) + "\x00", strings.Repeat("\x01a", 700) + "\x00", "\x00", "",
	"\x05%n%n%\x00", "\x04\x00\x00\x00\x00\x05local\x00", "\x08\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\x05local\x00",
}

// oddDNS is the n-th mutant: names first, as question and within an answer, then counts that lie, and flipped bits.
func oddDNS(n int, rng *rand.Rand) []byte {
	id := n
	switch {
	case n < len(names):
		return question(id, names[n])
	case n < 2*len(names): // an answer whose name and data are odd
		name := names[n-len(names)]
		b := append(append(head(id, 0x8400, 0, 1, 0, 0), name...), 0, 12, 0, 1, 0, 0, 0, 120)
		return append(append(b, byte(len(name)>>8), byte(len(name))), name...)
	}
	edge := func() uint16 { return uint16(edges[rng.IntN(len(edges))]) }
	switch n % 6 {
	case 0:
		return append(append(head(id, 0, edge(), edge(), edge(), edge()), services...), 0, 12, 0, 1)
	case 1: // data whose length lies
		b := append(append(head(id, 0x8400, 0, 1, 0, 0), services...), 0, byte([]int{1, 12, 16, 28, 33, 47, 41}[rng.IntN(7)]), 0x80, 1, 0, 0, 0, 120)
		return append(binary.BigEndian.AppendUint16(b, edge()), make([]byte, rng.IntN(64))...)
	case 2:
		return append(append(head(id, uint16(rng.IntN(1<<16)), 1, 0, 0, 0), services...), byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256)), byte(rng.IntN(256)))
	case 3:
		return cut(question(id, services), rng)
	case 4: // many questions, each of which points at the first
		b := append(append(head(id, 0, 200, 0, 0, 0), services...), 0, 12, 0, 1)
		for range 199 {
			b = append(b, 0xc0, 12, 0, 12, 0, 1)
		}
		return b
	}
	return flip(question(id, services), rng, nil)
}
