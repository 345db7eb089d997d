package service

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// A protocol is one in which the client speaks first.
type protocol struct {
	name    string
	request func(at netip.AddrPort) []byte
	answer  func([]byte) guess
}

// spoken are the protocols that a silent port is tried with; HTTP first, the others side by side.
var spoken = []protocol{
	{"GET / HTTP/1.1", httpRequest, httpAnswer},
	{"MQTT CONNECT", fixed(mqttConnect), mqttAnswer},
	{"RTSP OPTIONS", rtspRequest, rtspAnswer},
	{"AMQP header", fixed("AMQP\x00\x00\x09\x01"), amqpAnswer},
	{"Redis PING", fixed("*1\r\n$4\r\nPING\r\n"), redisAnswer},
	{"Modbus read", fixed(modbusRead), modbusAnswer},
	{"ADB CNXN", fixed(adbConnect), adbAnswer},
	{"RDP negotiation", fixed(rdpRequest), rdpAnswer},
	{"SMB negotiate", fixed(smbNegotiate), smbAnswer},
	{"HTTP/2 preface", fixed(http2Preface), http2Answer},
	{"OpenOCD version", fixed("version\x1a"), openOCD},
	{"DNS query", fixed(dnsQuery), dnsAnswer},
	{"STUN binding", fixed(stunBinding), stunAnswer},
	{"memcached version", fixed("version\r\n"), memcachedAnswer},
}

func fixed(s string) func(netip.AddrPort) []byte {
	return func(netip.AddrPort) []byte { return []byte(s) }
}

// answered tries all judges on an answer to something else: many servers name themselves when they do not understand.
func answered(b []byte) guess {
	for _, p := range spoken {
		if g := p.answer(b); g.Protocol != "" {
			return g
		}
	}
	return greeted(b)
}

func httpRequest(at netip.AddrPort) []byte {
	return fmt.Appendf(nil, "GET / HTTP/1.1\r\nHost: %v\r\nUser-Agent: assay\r\nAccept: */*\r\nConnection: close\r\n\r\n", zoneless(at))
}

// zoneless is an address as a server may be told it: a zone means something on this host alone, and some servers answer it
// with 400 (RFC 6874 clause 1).
func zoneless(at netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(at.Addr().WithZone(""), at.Port())
}

var statusLine = regexp.MustCompile(`^(HTTP|RTSP)/\d\.\d (\d{3})`)

// status reads the head of an HTTP or RTSP answer (RFC 9112 clause 4, RFC 7826 clause 8).
func status(b []byte, name string) guess {
	m := statusLine.FindSubmatch(b)
	if m == nil || string(m[1]) != name {
		return guess{}
	}
	b = b[:min(len(b), 8192)]
	end := bytes.Index(b, []byte("\r\n\r\n"))
	g := guess{Protocol: strings.ToLower(name), note: "status " + string(m[2]), more: end < 0}
	if end >= 0 {
		b = b[:end]
	}
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		field, value, ok := strings.Cut(string(line), ":")
		if ok && strings.EqualFold(field, "server") {
			value = strings.TrimSpace(value)
			if g.Product, g.Version = product([]byte(value)); g.Product == "" {
				g.Product = value
			}
			break
		}
	}
	return g
}

func httpAnswer(b []byte) guess { return status(b, "HTTP") }

func rtspRequest(at netip.AddrPort) []byte {
	return fmt.Appendf(nil, "OPTIONS rtsp://%v/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: assay\r\n\r\n", zoneless(at))
}

func rtspAnswer(b []byte) guess { return status(b, "RTSP") }

// mqttConnect is CONNECT of MQTT 3.1.1 with a clean session, 10 s keep-alive, client id "assay" and no user name (clause 3.1).
const mqttConnect = "\x10\x11\x00\x04MQTT\x04\x02\x00\x0a\x00\x05assay"

// mqttAnswer reads CONNACK: of 3.1.1 it has exactly two bytes (clause 3.2), of 5.0 also properties.
func mqttAnswer(b []byte) guess {
	if len(b) < 4 || b[0] != 0x20 || b[1] < 2 || b[1] > 127 || b[2]&0xfe != 0 {
		return guess{}
	}
	says := map[byte]string{0: "accepted", 1: "unacceptable protocol version", 2: "identifier rejected", 3: "server unavailable", 4: "bad user name or password", 5: "not authorised"}[b[3]]
	if b[1] == 2 && says == "" || b[1] > 2 && b[3] != 0 && b[3] < 0x80 {
		return guess{}
	}
	if says == "" {
		says = "refused"
	}
	return guess{Protocol: "mqtt", note: fmt.Sprintf("anonymous CONNECT: CONNACK %d, %s", b[3], says)}
}

// amqpAnswer sees a protocol header or a connection.start frame, in which the properties name the product.
func amqpAnswer(b []byte) guess {
	switch {
	case bytes.HasPrefix(b, []byte("AMQP")) && len(b) >= 8:
		return guess{Protocol: "amqp", Version: fmt.Sprintf("%d.%d.%d", b[5], b[6], b[7])}
	case len(b) >= 11 && b[0] == 1 && b[1] == 0 && b[2] == 0 && bytes.Equal(b[7:11], []byte{0, 10, 0, 10}):
		return guess{Protocol: "amqp", Product: amqpText(b, "product"), Version: amqpText(b, "version"), more: len(b) < 200}
	}
	return guess{}
}

// amqpText finds a long string of the server's properties: name, 'S', four bytes of length, text.
func amqpText(b []byte, name string) string {
	i := bytes.Index(b, append([]byte{byte(len(name))}, name+"S"...))
	if i < 0 {
		return ""
	}
	b = b[i+len(name)+2:]
	if len(b) < 4 || b[0] != 0 || b[1] != 0 || b[2] != 0 || len(b) < 4+int(b[3]) {
		return ""
	}
	return string(b[4 : 4+int(b[3])])
}

func redisAnswer(b []byte) guess {
	switch {
	case bytes.HasPrefix(b, []byte("+PONG\r\n")):
		return guess{Protocol: "redis", note: "PING is answered without a password"}
	case bytes.HasPrefix(b, []byte("-NOAUTH")), bytes.HasPrefix(b, []byte("-DENIED Redis")):
		return guess{Protocol: "redis", note: "it asks for a password, or refuses strangers"}
	}
	return guess{}
}

// http2Preface is a client's first words with empty settings (RFC 9113 clause 3.4).
const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"

// http2Answer sees settings, which a server sends first; who speaks HTTP/1.1 as well is known before.
func http2Answer(b []byte) guess {
	if len(b) < 9 || b[0] != 0 || b[1] != 0 || b[2]%6 != 0 || b[3] != 4 || b[4] != 0 || !bytes.Equal(b[5:9], []byte{0, 0, 0, 0}) {
		return guess{}
	}
	return guess{Protocol: "http2", note: "HTTP/2 alone, as gRPC speaks it"}
}

// openOCD sees the debugger of chips by what it calls itself, at its ports for telnet and Tcl.
func openOCD(b []byte) guess {
	if !bytes.Contains(b[:min(len(b), 1024)], []byte("Open On-Chip Debugger")) {
		return guess{}
	}
	g := guess{Protocol: "openocd", Product: "OpenOCD", note: "it debugs a chip for anybody"}
	if m := ocdVersion.FindSubmatch(b); m != nil {
		g.Version = string(m[1])
	}
	return g
}

var ocdVersion = regexp.MustCompile(`Open On-Chip Debugger (\d[0-9A-Za-z.+-]{0,30})`)

// memcachedAnswer reads the version (memcached's protocol.txt).
func memcachedAnswer(b []byte) guess {
	line, whole := firstLine(b)
	if version, ok := strings.CutPrefix(string(line), "VERSION "); ok && whole {
		return guess{Protocol: "memcached", Product: "memcached", Version: version, note: "it answers without a password"}
	}
	return guess{}
}

// isTLS sees a TLS record: alert or handshake, version 3.x (RFC 8446 clause 5.1).
func isTLS(b []byte) bool {
	return len(b) >= 5 && (b[0] == 21 || b[0] == 22) && b[1] == 3 && b[2] <= 4 && int(b[3])<<8|int(b[4]) <= 16384+256
}
