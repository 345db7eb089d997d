package service

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// First words of protocols in binary, each of which changes nothing.
const (
	// modbusRead asks unit 1 for one coil (MODBUS Messaging on TCP/IP 3.1.3).
	modbusRead = "\x00\x17\x00\x00\x00\x06\x01\x01\x00\x00\x00\x01"
	// adbConnect is CNXN of a host without a key (Android's protocol.txt); its last word is the complement of the first.
	adbConnect = "CNXN\x00\x00\x00\x01\x00\x10\x00\x00\x07\x00\x00\x00\x32\x02\x00\x00\xbc\xb1\xa7\xb1host::\x00"
	// rdpRequest is an X.224 connection request that offers TLS and CredSSP (MS-RDPBCGR 2.2.1.1).
	rdpRequest = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"
	// dnsQuery asks for the name servers of the root, with the length in front that TCP wants (RFC 1035 clause 4.2.2).
	dnsQuery = "\x00\x11\xa5\x5a\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01"
	// stunBinding is a binding request without attributes (RFC 8489 clause 5).
	stunBinding = "\x00\x01\x00\x00\x21\x12\xa4\x42assay's own "
	// gdbSupported asks a stub what it supports (GDB's Remote Serial Protocol).
	gdbSupported = "$qSupported#37"
)

// smbNegotiate is a NEGOTIATE of SMB 2.0.2 to 3.0.2, with no session begun (MS-SMB2 2.2.3).
var smbNegotiate = string(smbHello(0x0202, 0x0210, 0x0300, 0x0302))

func smbHello(dialects ...uint16) []byte {
	b := make([]byte, 64+36, 64+36+2*len(dialects))
	copy(b, "\xfeSMB\x40\x00")
	b[14] = 1 // credits
	body := b[64:]
	body[0], body[2], body[4] = 36, byte(len(dialects)), 1 // signing is enabled
	copy(body[12:], "assay's own, 16B")                    // a GUID
	for _, d := range dialects {
		b = binary.LittleEndian.AppendUint16(b, d)
	}
	return append([]byte{0, 0, 0, byte(len(b))}, b...)
}

// modbusAnswer sees the same header and function, or its exception.
func modbusAnswer(b []byte) guess {
	if len(b) < 9 || string(b[:5]) != modbusRead[:4]+"\x00" || int(b[5]) != len(b)-6 || b[6] != 1 || b[7]&0x7f != 1 || string(b) == modbusRead {
		return guess{}
	}
	if b[7] == 0x81 {
		return guess{Protocol: "modbus", note: fmt.Sprintf("a coil is answered with exception %d", b[8])}
	}
	return guess{Protocol: "modbus", note: "a coil is read by anybody"}
}

func adbAnswer(b []byte) guess {
	if len(b) < 24 || binary.LittleEndian.Uint32(b)^0xffffffff != binary.LittleEndian.Uint32(b[20:]) {
		return guess{}
	}
	switch string(b[:4]) {
	case "CNXN":
		return guess{Protocol: "adb", note: "a host without a key is let in"}
	case "AUTH", "STLS":
		return guess{Protocol: "adb", note: "it asks for a key"}
	}
	return guess{}
}

// rdpAnswer sees an X.224 connection confirm, and in it what secures the session.
func rdpAnswer(b []byte) guess {
	if len(b) < 11 || b[0] != 3 || b[1] != 0 || int(binary.BigEndian.Uint16(b[2:])) != len(b) || b[5] != 0xd0 {
		return guess{}
	}
	g := guess{Protocol: "rdp", note: "it offers no choice of security"}
	if len(b) >= 19 {
		g.note = fmt.Sprintf("negotiation answered %d", b[15])
		if b[11] == 2 {
			g.note = map[byte]string{0: "RDP's own security", 1: "TLS, and its own log-in page", 2: "a log-in before the session"}[b[15]&3]
		}
	}
	return g
}

// smbAnswer reads the dialect of a NEGOTIATE response (MS-SMB2 2.2.4), or sees SMB 1.
func smbAnswer(b []byte) guess {
	switch {
	case len(b) < 12 || b[0] != 0:
		return guess{}
	case bytes.HasPrefix(b[4:], []byte("\xffSMB")):
		return guess{Protocol: "smb", Version: "1"}
	case bytes.HasPrefix(b[4:], []byte("\xfeSMB")) && len(b) >= 4+64+6 && b[4+12] == 0 && b[4+13] == 0:
		d := binary.LittleEndian.Uint16(b[4+64+4:])
		if d == 0x02ff {
			return guess{Protocol: "smb"}
		}
		return guess{Protocol: "smb", Version: fmt.Sprintf("%d.%d.%d", d>>8, d>>4&15, d&15)}
	}
	return guess{}
}

// gdbAnswer sees a packet with what a stub supports.
func gdbAnswer(b []byte) guess {
	if b = bytes.TrimPrefix(b, []byte("+")); len(b) > 0 && b[0] == '$' && bytes.Contains(b, []byte("PacketSize=")) {
		return guess{Protocol: "gdb", note: "it debugs a program for anybody", more: bytes.IndexByte(b, '#') < 0}
	}
	return guess{}
}

// dnsAnswer sees a response to the query.
func dnsAnswer(b []byte) guess {
	if len(b) < 14 || int(binary.BigEndian.Uint16(b)) < 12 || string(b[2:4]) != dnsQuery[2:4] || b[4]&0xf8 != 0x80 || b[6] != 0 || b[7] > 1 {
		return guess{}
	}
	return guess{Protocol: "dns", note: fmt.Sprintf("a query is answered with code %d", b[5]&15)}
}

// stunAnswer sees a success or error response to the binding request.
func stunAnswer(b []byte) guess {
	if len(b) < 20 || b[0] != 1 || b[1] != 0x01 && b[1] != 0x11 || string(b[4:20]) != stunBinding[4:20] {
		return guess{}
	}
	return guess{Protocol: "stun"}
}
