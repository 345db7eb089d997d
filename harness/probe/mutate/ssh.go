package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
)

// sshPackets introduce a client and say what it can (RFC 4253, clauses 4, 6 and 7). None goes as far as a log-in.
var sshPackets = grammar{
	ordinary: func(int) string { return introduction + string(binaryPacket(kexInit(algorithms), -1)) },
	odd:      func(n int, rng *rand.Rand) string { return oddSSH(n, rng) },
	answers:  func(_, got string) bool { return strings.Contains(got, "SSH-") && len(got) > 150 }, // its own introduction and what it can
}

const introduction = "SSH-2.0-Assay\r\n"

var algorithms = []string{"curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-256", "aes128-ctr,chacha20-poly1305@openssh.com", "aes128-ctr,chacha20-poly1305@openssh.com",
	"hmac-sha2-256", "hmac-sha2-256", "none", "none", "", ""}

func text32(s string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func kexInit(lists []string) string {
	b := "\x14" + strings.Repeat("\x2a", 16)
	for _, l := range lists {
		b += text32(l)
	}
	return b + "\x00\x00\x00\x00\x00"
}

// binaryPacket frames a payload; length says how long it claims to be, -1 the truth.
func binaryPacket(payload string, length int64) []byte {
	pad := 8 - (5+len(payload))%8
	if pad < 4 {
		pad += 8
	}
	if length < 0 {
		length = int64(1 + len(payload) + pad)
	}
	b := append(binary.BigEndian.AppendUint32(nil, uint32(length)), byte(pad))
	return append(append(b, payload...), make([]byte, pad)...)
}

// oddSSH is the n-th mutant: introductions first, then lengths that lie, lists beyond bounds, messages out of order, flipped bits.
func oddSSH(n int, rng *rand.Rand) string {
	long := []int64{0, 1, 5, 255, 35000, 65536, 262145, 0x7fffffff, 0xffffffff}
	switch {
	case n < len(values):
		v := oneLine(values[n].text)
		return "SSH-2.0-" + v + "\r\n" + string(binaryPacket(kexInit(algorithms), -1))
	case n < len(values)+len(long):
		return introduction + string(binaryPacket(kexInit(algorithms), long[n-len(values)]))
	}
	switch n % 6 {
	case 0:
		lists := append([]string(nil), algorithms...)
		lists[rng.IntN(len(lists))] = values[rng.IntN(len(values))].text
		return introduction + string(binaryPacket(kexInit(lists), -1))
	case 1: // a list whose length lies
		b := []byte(kexInit(algorithms))
		binary.BigEndian.PutUint32(b[17:], uint32(long[rng.IntN(len(long))]))
		return introduction + string(binaryPacket(string(b), -1))
	case 2: // what comes later, now; 50 would ask for a log-in
		kind := rng.IntN(49)
		return introduction + string(binaryPacket(string([]byte{byte(kind)})+strings.Repeat("\xff", rng.IntN(64)), -1))
	case 3:
		return introduction + string(binaryPacket(kexInit(algorithms), -1)) + string(binaryPacket("\x1e"+text32(strings.Repeat("\x09", rng.IntN(300))), -1))
	case 4:
		b := binaryPacket(kexInit(algorithms), -1)
		b[4] = byte(rng.IntN(256)) // the padding
		return introduction + string(b)
	}
	return introduction + string(flip(binaryPacket(kexInit(algorithms), -1), rng, nil))
}
