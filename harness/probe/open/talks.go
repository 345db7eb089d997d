package open

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var redisVersion = regexp.MustCompile(`redis_version:([0-9A-Za-z.]{1,20})`)

// redis asks for what a server says of itself, which it refuses who has not logged in where that is asked for.
func redis(t *talk) Used {
	t.send("*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n")
	head := string(t.until("\n", 512))
	switch n, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "$"))); {
	case strings.HasPrefix(head, "-NOAUTH"), strings.HasPrefix(head, "-NOPERM"):
		return Used{Spoke: true, Asks: "a password"}
	case strings.HasPrefix(head, "-DENIED"):
		return Used{Spoke: true, Asks: "a connection from the device itself"}
	case strings.HasPrefix(head, "$") && err == nil && n > 0:
		if m := redisVersion.FindSubmatch(t.read(min(n, 8<<10))); m != nil {
			return Used{Spoke: true, Open: true, What: fmt.Sprintf("answers commands of anybody (redis %s)", m[1])}
		}
	}
	return Used{}
}

// Security types of RFB (RFC 6143, 7.1.2, and its registry).
var securityTypes = map[byte]string{1: "none", 2: "a password", 5: "RSA-AES", 6: "RSA-AES", 16: "Tight", 18: "TLS", 19: "VeNCrypt", 30: "an account of Apple", 129: "RSA-AES"}

// vnc hears which ways in a server offers, and takes the one that asks for nothing, without entering: before ClientInit no screen is
// shown and no other client is sent away (RFC 6143, 7.1 and 7.3.1).
func vnc(t *talk) Used {
	hello := t.read(12)
	if len(hello) < 12 || !bytes.HasPrefix(hello, []byte("RFB 00")) {
		return Used{}
	}
	u := Used{Spoke: true}
	if string(hello[4:11]) == "003.003" { // the server decides
		t.send("RFB 003.003\n")
		if b := t.read(4); len(b) == 4 {
			return u.offers([]byte{b[3]}, true)
		}
		return u
	}
	old := string(hello[4:11]) == "003.007" // which has no word on the result of None (RFC 6143, appendix A)
	t.send(map[bool]string{true: "RFB 003.007\n", false: "RFB 003.008\n"}[old])
	n := t.read(1)
	if len(n) == 0 || n[0] == 0 {
		u.Asks = "something else: it refuses this client now"
		return u
	}
	offered := t.read(int(n[0]))
	if !bytes.Contains(offered, []byte{1}) {
		return u.offers(offered, false)
	}
	t.send("\x01")
	if old {
		return u.offers(offered, true)
	}
	result := t.read(4)
	return u.offers(offered, len(result) == 4 && binary.BigEndian.Uint32(result) == 0)
}

func (u Used) offers(types []byte, entered bool) Used {
	if entered && bytes.Contains(types, []byte{1}) {
		u.Open, u.What = true, "shows its screen to anybody: it takes the security type None"
		return u
	}
	var names []string
	for _, b := range types[:min(len(types), 8)] {
		if b == 1 {
			continue
		}
		name := securityTypes[b]
		if name == "" {
			name = fmt.Sprintf("type %d", b)
		}
		names = append(names, name)
	}
	u.Asks = strings.Join(names, ", ")
	return u
}

// modbus reads one coil and one holding register of the first units (MODBUS Application Protocol 1.1b3, 6.1 and 6.3). An exception
// is an answer too, but shows nothing.
func modbus(t *talk) (u Used) {
	for i, unit := range []byte{1, 0, 255} {
		for _, ask := range []struct {
			function byte
			what     string
		}{{1, "a coil"}, {3, "a holding register"}} {
			id := string([]byte{byte(i), ask.function})
			t.send(id + "\x00\x00\x00\x06" + string([]byte{unit, ask.function}) + "\x00\x00\x00\x01")
			head := t.read(7)
			if len(head) < 7 || string(head[:4]) != id+"\x00\x00" || head[6] != unit {
				return u
			}
			n := int(binary.BigEndian.Uint16(head[4:])) - 1
			if n < 2 || n > 253 {
				return u
			}
			body := t.read(n)
			if len(body) < n || body[0]&0x7f != ask.function {
				return u
			}
			u.Spoke = true
			if body[0] == ask.function {
				u.Open, u.What = true, fmt.Sprintf("tells anybody %s of unit %d", ask.what, unit)
				return u
			}
		}
	}
	return u
}

// adb greets as a host that has no key (Android's protocol.txt): who is not asked for one has a shell of everybody's.
func adb(t *talk) Used {
	t.send(adbMessage("CNXN", 0x01000000, 4096, "host::\x00"))
	head := t.read(24)
	if len(head) < 24 || binary.LittleEndian.Uint32(head)^0xffffffff != binary.LittleEndian.Uint32(head[20:]) {
		return Used{}
	}
	n := int(binary.LittleEndian.Uint32(head[12:]))
	switch string(head[:4]) {
	case "AUTH":
		return Used{Spoke: true, Asks: "a key that its owner allowed"}
	case "STLS":
		return Used{Spoke: true, Asks: "TLS with a key that was paired"}
	case "CNXN":
		if n < 0 || n > 4096 {
			return Used{}
		}
		name := said(t.read(n))
		return Used{Spoke: true, Open: true, What: fmt.Sprintf("takes anybody's commands for debugging (%.60s)", name)}
	}
	return Used{}
}

// adbMessage is command, two arguments, length, sum, the command's complement, and the payload.
func adbMessage(command string, a, b uint32, payload string) string {
	sum := uint32(0)
	for _, c := range []byte(payload) {
		sum += uint32(c)
	}
	out := []byte(command)
	for _, v := range []uint32{a, b, uint32(len(payload)), sum, binary.LittleEndian.Uint32([]byte(command)) ^ 0xffffffff} {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	return string(out) + payload
}

// gdb asks what a stub supports; who answers lets anybody read and write the program's memory (GDB's Remote Serial Protocol).
func gdb(t *talk) Used {
	t.send("$qSupported#37")
	b := t.until("#", 4<<10)
	i := bytes.IndexByte(b, '$')
	if i < 0 || !bytes.HasSuffix(b, []byte("#")) {
		return Used{}
	}
	packet := b[i+1 : len(b)-1]
	sum := byte(0)
	for _, c := range packet {
		sum += c
	}
	if end := t.read(2); !strings.EqualFold(string(end), fmt.Sprintf("%02x", sum)) || !bytes.Contains(packet, []byte("PacketSize=")) {
		return Used{}
	}
	t.send("+")
	return Used{Spoke: true, Open: true, What: fmt.Sprintf("takes anybody's commands for debugging (%.40s)", said(packet))}
}

var ocdVersion = regexp.MustCompile(`Open On-Chip Debugger \d[0-9A-Za-z.+-]{0,30}`)

// openOCD asks for the version, at a port for telnet or for Tcl: who answers lets anybody drive the chip's debug port (OpenOCD User's
// Guide, "Server Configuration" and "Tcl Scripting API"). The telnet side takes no notice of the sign that ends a command of Tcl.
func openOCD(t *talk) Used {
	t.send("version\x1a\r\n")
	var b []byte
	for range 8 { // lines of a greeting and an echo come first
		part := t.until("\n\x1a", 1024)
		if b = append(b, part...); len(part) == 0 {
			break
		}
		if m := ocdVersion.Find(b); m != nil {
			return Used{Spoke: true, Open: true, What: fmt.Sprintf("takes anybody's commands for debugging (%s)", m)}
		}
	}
	return Used{Spoke: bytes.Contains(b, []byte("Open On-Chip Debugger"))}
}

// memcached asks for statistics, which a server that asks for a password does not give in this protocol (memcached's protocol.txt).
func memcached(t *talk) Used {
	t.send("stats\r\n")
	switch line := string(t.until("\n", 512)); {
	case strings.HasPrefix(line, "STAT "):
		return Used{Spoke: true, Open: true, What: "answers commands of anybody"}
	case strings.HasPrefix(line, "CLIENT_ERROR unauthenticated"):
		return Used{Spoke: true, Asks: "a password"}
	}
	return Used{}
}

var mpdDenied = regexp.MustCompile(`^ACK \[4@`) // permission (Music Player Daemon's protocol, "Failure responses")

// mpd asks a music player for its state.
func mpd(t *talk) Used {
	if hello := t.until("\n", 512); !bytes.HasPrefix(hello, []byte("OK MPD ")) {
		return Used{}
	}
	t.send("status\n")
	switch line := t.until("\n", 512); {
	case mpdDenied.Match(line):
		return Used{Spoke: true, Asks: "a password"}
	case bytes.Contains(line, []byte(": ")):
		return Used{Spoke: true, Open: true, What: "answers commands of anybody"}
	}
	return Used{Spoke: true}
}
