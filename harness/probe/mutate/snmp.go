package mutate

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
)

// snmpPackets ask which engine it is (RFC 3414, clause 4), and nothing with a community that may be right. None sets anything.
var snmpPackets = grammar{
	datagrams: true,
	ordinary:  func(n int) string { return string(engine(n)) },
	odd:       func(n int, rng *rand.Rand) string { return string(oddSNMP(n, rng)) },
	answers: func(ordinary, got string) bool {
		return len(got) > 8 && got[0] == 0x30 && strings.Contains(got[:min(len(got), 40)], ordinary[idAt:idAt+2])
	},
}

var discover, _ = hex.DecodeString(strings.ReplaceAll("303a 020103 300f 02024a69 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400"+
	"3012 0400 0400 a00c 020237f0 020100 020100 3000", " ", ""))

// idAt is where the number of the message stands.
const idAt = 9

func engine(n int) []byte {
	b := append([]byte(nil), discover...)
	binary.BigEndian.PutUint16(b[idAt:], uint16(n)&0x3fff|0x4000)
	return b
}

// lengths as BER spells those that are not so.
var lengths = []string{"\x84\xff\xff\xff\xff", "\x84\x7f\xff\xff\xff", "\x80", "\xff", "\x83\xff\xff\xff", "\x82\xff\xff", "\x81\xff", "\x85\x01\x00\x00\x00\x00", "\x88\x7f\xff\xff\xff\xff\xff\xff\xff", "\x00", "\x7f"}

// oddSNMP is the n-th mutant: lengths that lie at each place first, then numbers and names beyond all, nesting, cuts and flipped bits.
func oddSNMP(n int, rng *rand.Rand) []byte {
	plain := engine(n)
	places := []int{1, 3, 6, 8, 12, 21, 23, 25}
	if n < len(lengths)*len(places) {
		at := places[n/len(lengths)]
		return append(append(append([]byte(nil), plain[:at]...), lengths[n%len(lengths)]...), plain[at+1:]...)
	}
	switch n % 5 {
	case 0: // a name of very many parts, asked of a community that is none
		return v2c(strings.Repeat("\x81\xff\xff\xff\x7f", 1+rng.IntN(200)), rng)
	case 1:
		return []byte(strings.Repeat("\x30\x82\xff\xff", 1+rng.IntN(300)))
	case 2:
		return cut(plain, rng)
	case 3:
		v := values[rng.IntN(len(values))].text
		return v2c("\x2b\x06"+v[:min(len(v), maxDatagram)], rng)
	}
	return flip(plain, rng, nil)
}

// v2c asks GET of one name with the community of nobody (RFC 1901, RFC 3416).
func v2c(oid string, rng *rand.Rand) []byte {
	of := func(tag byte, body string) string {
		return string(append(binary.BigEndian.AppendUint16([]byte{tag, 0x82}, uint16(len(body))), body...))
	}
	names := of(0x30, of(0x30, of(6, oid)+"\x05\x00"))
	number := string(binary.BigEndian.AppendUint16([]byte{2, 2}, uint16(rng.IntN(1<<14))|0x4000))
	return []byte(of(0x30, "\x02\x01\x01"+of(4, nobody)+of(0xa0, number+"\x02\x01\x00\x02\x01\x00"+names)))
}
