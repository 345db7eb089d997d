package udp

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// A protocol is a request that a server of it must answer, changes nothing on the device, and tells an answer of its own kind.
type protocol struct {
	name    string
	request func(to netip.AddrPort) []byte
	fits    func(answer []byte) bool
}

// protocols are those that the list of ports names. Each request is the smallest that its specification has answered.
var protocols = []protocol{
	{"dns", always("2a2a 0100 0001 0000 0000 0000 00 0002 0001"), begins("2a2a")},                                                       // RFC 1035: NS of the root
	{"mdns", fixed(query("_services._dns-sd._udp.local", 12, 0x8001)), isDNS},                                                           // RFC 6762 clause 6.7: unicast
	{"ntp", always("23 00 06 ec" + strings.Repeat("00", 36) + "e0000000 00000000"), func(b []byte) bool { return len(b) >= 48 }},        // RFC 5905
	{"snmp", always("303a 020103 300f 02024a69 020300ffe3 040104 020103 0410 300e 0400 020100 020100 0400 0400 0400" + scoped), isSNMP}, // RFC 3414 clause 4
	{"ssdp", ssdp, begins(hex.EncodeToString([]byte("HTTP/1.1 ")))},                                                                     // UPnP Device Architecture 2.0 clause 1.3.2
	{"coap", always("4001 2a2b bb 2e77656c6c2d6b6e6f776e 04 636f7265"), isCoAP},                                                         // RFC 7252, RFC 6690
	{"dtls", clientHello, isDTLS}, // RFC 6347
	{"quic", unknownVersion, func(b []byte) bool { return len(b) >= 7 && b[0]&0x80 != 0 }},                                       // RFC 9000 clause 6
	{"tftp", fixed("\x00\x01assay-none\x00octet\x00"), isTFTP},                                                                   // RFC 1350
	{"netbios", always("2a2a 0000 0001 0000 0000 0000 20" + "434b" + strings.Repeat("41", 30) + "00 0021 0001"), begins("2a2a")}, // RFC 1002 clause 4.2.17
	{"sip", sip, begins(hex.EncodeToString([]byte("SIP/2.0 ")))},                                                                 // RFC 3261 clause 11
	{"stun", always("0001 0000 2112a442 000102030405060708090a0b"), contains("2112a442")},                                        // RFC 8489
	{"rtcp", always("80c9 0001 2a2a2a2a 81ca 0002 2a2a2a2a 01 01 61 00"), begins("8")},                                           // RFC 3550
	{"bacnet", always("810a 0011 0104 0005 010c 0c 023fffff 19 4b"), begins("81")},                                               // ASHRAE 135: read of the device's identifier
	{"knx", always("0610 0203 000e 0801 000000000000"), begins("0610")},                                                          // KNXnet/IP description
	{"matter", sigma1, func(b []byte) bool { return len(b) >= 16 }},                                                              // Matter Core clause 4.14.2
	{"wsd", wsd, contains(hex.EncodeToString([]byte("ProbeMatches")))},                                                           // WS-Discovery 1.1
	{"ike", ike, contains("2a2a2a2a2a2a2a2a")},                                                                                   // RFC 2408
	{"pcp", always("0000"), func(b []byte) bool { return len(b) >= 4 && b[1]&0x80 != 0 }},                                        // RFC 6886: external address
	{"rpc", rpc, begins("2a2a2a2a 00000001")},                                                                                    // RFC 5531: the NULL procedure
	{"xdmcp", always("0001 0002 0001 00"), begins("0001")},                                                                       // X Display Manager Control Protocol: Query
	{"slp", always("02 09 00001d 0000 000000 2a2a 0002 656e 0000 ffff 0007 64656661756c74"), begins("02")},                       // RFC 2608
	{"ipmi", always("0600ff06 000011be 80000000"), begins("0600")},                                                               // ASF presence ping
	{"mssql", always("03"), begins("05")},                                                                                        // MC-SQLR
	{"digi", always("44494749 0001 0006 ffffffffffff"), begins("44494749")},                                                      // ADDP
	{"gvcp", always("4201 0002 0000 0001"), begins("0000 0003")},                                                                 // GigE Vision discovery
	{"artnet", always("4172742d4e657400 0020 000e 0000"), begins("4172742d4e657400")},                                            // ArtPoll
	{"tplink", fixed(tplink(`{"system":{"get_sysinfo":{}}}`)), begins("d0")},                                                     // a brace in its cipher
	{"ubnt", always("01000000"), begins("01")},
	{"wdb", rpc, begins("2a2a2a2a 00000001")},
	{"pppp", always("f1300000"), begins("f1")},
	{"wiz", fixed(`{"method":"getPilot","params":{}}`), begins("7b")},
	{"enip", always("6300" + strings.Repeat("00", 22)), begins("6300")}, // ListIdentity
	{"lifx", always("2400 0034 2a2a2a2a" + strings.Repeat("00", 14) + "0100" + strings.Repeat("00", 8) + "0200 0000"), contains("2a2a2a2a")},
}

// scoped is an empty scopedPDU with a GetRequest (RFC 3412).
const scoped = "3012 0400 0400 a00c 020237f0 020100 020100 3000"

// neutral is what a port without a known protocol is sent first: an empty line, which says nothing in any.
var neutral = []byte("\r\n\r\n")

// guesses are what a port is asked further that neither answers nor refuses, by the number of askings before.
var guesses = map[int][]string{1: {"coap", "snmp", "dns"}, 2: {"dtls", "ssdp", "stun"}}

func named(name string) (protocol, bool) {
	for _, p := range protocols {
		if p.name == name {
			return p, true
		}
	}
	return protocol{}, false
}

func fixed(s string) func(netip.AddrPort) []byte {
	return func(netip.AddrPort) []byte { return []byte(s) }
}

// always is a request in hex; blanks are for the reader.
func always(text string) func(netip.AddrPort) []byte { return fixed(string(unhex(text))) }

func unhex(text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(text)
	}
	return b
}

// begins tells answers by their first bytes, in hex; half a byte is its upper half.
func begins(text string) func([]byte) bool {
	want := strings.ReplaceAll(text, " ", "")
	return func(b []byte) bool { return strings.HasPrefix(hex.EncodeToString(b[:min(len(b), 64)]), want) }
}

func contains(text string) func([]byte) bool {
	want := unhex(text)
	return func(b []byte) bool { return bytes.Contains(b, want) }
}

// query is a DNS question.
func query(name string, kind, class uint16) string {
	b := []byte("\x2a\x2b\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00")
	for label := range strings.SplitSeq(name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	b = binary.BigEndian.AppendUint16(append(b, 0), kind)
	return string(binary.BigEndian.AppendUint16(b, class))
}

func isDNS(b []byte) bool  { return len(b) >= 12 && b[2]&0x80 != 0 }
func isSNMP(b []byte) bool { return len(b) > 8 && b[0] == 0x30 && bytes.Contains(b[:8], []byte{2, 1}) }

// isCoAP tells an answer to the request: an acknowledgement or a reset of its message, or a response of its own with a code of 4 or 5.
func isCoAP(b []byte) bool {
	switch {
	case len(b) < 4 || b[0]&15 != 0:
		return false
	case b[0] == 0x60 || b[0] == 0x70:
		return b[2] == 0x2a && b[3] == 0x2b
	}
	return (b[0] == 0x40 || b[0] == 0x50) && (b[1] == 0x45 || b[1]>>5 == 4 || b[1]>>5 == 5)
}
func isDTLS(b []byte) bool {
	return len(b) >= 13 && (b[0] == 21 || b[0] == 22) && b[1] == 0xfe
}
func isTFTP(b []byte) bool { return len(b) >= 4 && b[0] == 0 && (b[1] == 3 || b[1] == 5 || b[1] == 6) }

// ssdp names the group as its host, as a search of everybody does: libupnp answers no other, by unicast either.
func ssdp(netip.AddrPort) []byte {
	return []byte("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n")
}

func sip(to netip.AddrPort) []byte {
	at := zoneless(to)
	return fmt.Appendf(nil, "OPTIONS sip:%v SIP/2.0\r\nVia: SIP/2.0/UDP assay.invalid;branch=z9hG4bK2a2a;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:assay@assay.invalid>;tag=2a2a\r\nTo: <sip:%v>\r\nCall-ID: 2a2a@assay.invalid\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", at, at)
}

// zoneless is an address as a server may be told it: a zone means something on this host alone.
func zoneless(to netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(to.Addr().WithZone(""), to.Port())
}

func wsd(netip.AddrPort) []byte {
	return []byte(`<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ` +
		`xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>` +
		`<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action><a:MessageID>urn:uuid:2a2a2a2a-2a2a-4a2a-8a2a-2a2a2a2a2a2a</a:MessageID>` +
		`<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header><s:Body><d:Probe/></s:Body></s:Envelope>`)
}

// clientHello offers DTLS 1.2 with the suites of RFC 7252 and common ones.
func clientHello(netip.AddrPort) []byte {
	body := unhex("fefd")
	body = append(body, random(32)...)
	body = append(body, unhex("00 00 001a c02b c02f c02c c030 cca9 cca8 c0ae c0ac c009 c00a c0a8 00a8 00ae 01 00"+
		"001e 000a 0006 0004 0017 001d 000b 0002 0100 000d 000a 0008 0403 0503 0804 0401")...)
	n := len(body)
	head := unhex("16 feff 0000 000000000000")
	head = binary.BigEndian.AppendUint16(head, uint16(n+12))
	head = append(head, 1, 0, byte(n>>8), byte(n), 0, 0, 0, 0, 0, 0, byte(n>>8), byte(n))
	return append(head, body...)
}

// unknownVersion is a QUIC packet of a version that nobody speaks: a server must name its own.
func unknownVersion(netip.AddrPort) []byte {
	b := append(unhex("c0 1a2a3a4a 08"), random(8)...)
	b = append(append(b, 8), random(8)...)
	return append(b, make([]byte, 1200-len(b))...)
}

// ike offers IKEv1 one transform; over 4500 a marker of four zero bytes comes first (RFC 3948).
func ike(to netip.AddrPort) []byte {
	b := unhex("2a2a2a2a2a2a2a2a 0000000000000000 01 10 02 00 00000000 00000054" +
		"0000 0038 00000001 00000001 0000 002c 01 01 00 01 0000 0024 01 01 0000 80010005 80020002 80030001 80040002 800b0001 000c0004 00007080")
	if to.Port() == 4500 {
		return append(make([]byte, 4), b...)
	}
	return b
}

// rpc calls procedure 0 of the program that lives at the port.
func rpc(to netip.AddrPort) []byte {
	program, version := uint32(100000), uint32(2)
	switch to.Port() {
	case 2049:
		program, version = 100003, 3
	case 17185:
		program, version = 0x55555555, 1
	}
	b := unhex("2a2a2a2a 00000000 00000002")
	b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, program), version)
	return append(b, make([]byte, 20)...)
}

// sigma1 asks for a session of a fabric that does not exist: a node says that it shares no root.
func sigma1(netip.AddrPort) []byte {
	b := unhex("04 0000 00 2a2a2a2a 0102030405060708 05 30 2a2a 0000 15 3001 20")
	b = append(append(b, random(32)...), unhex("2502 2a2a 3003 20")...)
	b = append(append(b, random(32)...), unhex("3004 41 04")...)
	return append(append(b, random(64)...), 0x18)
}

// tplink is the vendor's cipher: each byte XOR the one before.
func tplink(text string) string {
	key, b := byte(171), []byte(text)
	for i := range b {
		key ^= b[i]
		b[i] = key
	}
	return string(b)
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

var unprintable = regexp.MustCompile(`[^ -~]+`)

// said is the printable part of an answer, at most 200 characters.
func said(b []byte) string {
	return strings.TrimSpace(unprintable.ReplaceAllString(string(b[:min(len(b), 200)]), " "))
}
