package specimen

import "github.com/gosnmp/gosnmp"

// snmp is an agent: it names its engine to whoever discovers it, and lets "public" read what it is (v1 and v2c), and as a fault that is
// declared "private" too.
func (d *Device) snmp(request []byte) []byte {
	x := &gosnmp.GoSNMP{Version: gosnmp.Version2c, Transport: "udp", MaxOids: gosnmp.MaxOids}
	if len(request) > 4 && request[4] == 3 { // the version, in a message of less than 128 bytes
		return engineReport(request)
	}
	p, err := x.SnmpDecodePacket(request)
	if err != nil || p.Community != "public" && (p.Community != "private" || !d.is("snmp-public")) || p.PDUType != gosnmp.GetRequest {
		return nil
	}
	for i := range p.Variables {
		p.Variables[i].Type, p.Variables[i].Value = gosnmp.OctetString, ""
		if p.Variables[i].Name == ".1.3.6.1.2.1.1.1.0" {
			p.Variables[i].Value = "Specimen " + model + " firmware 1.0.0"
		}
	}
	p.PDUType, p.Error, p.ErrorIndex = gosnmp.GetResponse, gosnmp.NoError, 0
	out, err := p.MarshalMsg()
	if err != nil {
		return nil
	}
	return out
}

// engineReport is a Report of usmStatsUnknownEngineIDs (RFC 3414 clause 3.2), with an engine that is named by a text.
func engineReport(request []byte) []byte {
	id := []byte{0x4a, 0x69} // of the message that it answers, where its header is the usual one
	if len(request) > 10 && string(request[5:9]) == "\x30\x0f\x02\x02" {
		id = request[9:11]
	}
	engine := append([]byte{0x80, 0, 0x1f, 0x88, 4}, "specimen"...)
	seq := func(tag byte, parts ...[]byte) []byte {
		var body []byte
		for _, p := range parts {
			body = append(body, p...)
		}
		return append([]byte{tag, byte(len(body))}, body...)
	}
	num := func(n byte) []byte { return []byte{2, 1, n} }
	oid := []byte{6, 10, 0x2b, 6, 1, 6, 3, 15, 1, 1, 4, 0}
	usm := seq(0x30, seq(4, engine), num(1), num(9), seq(4), seq(4), seq(4))
	report := seq(0xa8, []byte{2, 2, 0x37, 0xf0}, num(0), num(0), seq(0x30, seq(0x30, oid, []byte{0x41, 1, 1})))
	return seq(0x30, num(3), seq(0x30, append([]byte{2, 2}, id...), []byte{2, 3, 0, 0xff, 0xe3}, seq(4, []byte{0}), num(3)), seq(4, usm), seq(0x30, seq(4, engine), seq(4), report))
}
