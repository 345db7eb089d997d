package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// mqttPackets are those of a client of MQTT (3.1.1, clauses 2 and 3).
var mqttPackets = grammar{
	ordinary: func(int) string { return string(connectPacket("assay")) },
	odd:      func(n int, rng *rand.Rand) string { return string(oddMQTT(n, rng)) },
}

// connectPacket is an ordinary CONNECT.
func connectPacket(id string) []byte {
	body := append(text("MQTT"), 4, 2, 0, 60) // clean session, a minute
	return packet(0x10, append(body, text(id)...), -1)
}

func text(s string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(s))), s...)
}

// packet frames a body; length says how long it claims to be, -1 the truth.
func packet(kind byte, body []byte, length int) []byte {
	if length < 0 {
		length = len(body)
	}
	out := []byte{kind}
	for range 4 {
		b := byte(length % 128)
		if length /= 128; length > 0 {
			b |= 0x80
		}
		if out = append(out, b); length == 0 {
			break
		}
	}
	return append(out, body...)
}

// lies are lengths that are not those of what follows.
var lies = []int{268435455, 0, 1, 127, 128, 16383, 16384, 65535, 65536, 2097151, 2097152}

// oddMQTT is the n-th mutant: lengths that lie first, then kinds out of order, fields out of bounds, and flipped bits.
func oddMQTT(n int, rng *rand.Rand) []byte {
	body := connectPacket("assay")[2:]
	switch {
	case n < len(lies):
		return packet(0x10, body, lies[n])
	case n < len(lies)+16:
		return append(connectPacket("assay"), packet(byte(n-len(lies))<<4|byte(rng.IntN(16)), body[:rng.IntN(len(body))], -1)...)
	}
	switch n % 6 {
	case 0:
		return packet(0x10, append(append(text("MQTT"), 4, 2, 0, 60), text(strings.Repeat("A", 1<<rng.IntN(16)))...), -1)
	case 1:
		return packet(0x10, append(append(text(values[rng.IntN(len(values))].text), 4, 2, 0, 60), text("assay")...), -1)
	case 2:
		return packet(0x10, append(append(text("MQTT"), byte(rng.IntN(256)), byte(rng.IntN(256))&^0xc0, 0, 0), text("assay")...), -1) // never with user or password
	case 3:
		return append([]byte{0x10, 0xff, 0xff, 0xff, 0xff, 0xff}, body...)
	case 4:
		return packet(byte(rng.IntN(256)), body[:rng.IntN(len(body))], lies[rng.IntN(len(lies))])
	}
	return flip(connectPacket("assay"), rng, func(i int) bool { return i == 9 }) // the flags stay: no user, no password
}
