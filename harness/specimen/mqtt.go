package specimen

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
)

// mqtt is a small broker (MQTT 3.1.1): it takes clients with a certificate alone, and so refuses every CONNECT that comes
// without one, whatever user and password it names. Faults let others in.
func (d *Device) mqtt(l net.Listener) {
	d.accept(l, func(c net.Conn) { d.client(c, bufio.NewReader(c)) })
}

// client answers whoever connects.
func (d *Device) client(c net.Conn, in *bufio.Reader) {
	if first, err := in.Peek(1); err != nil || first[0]>>4 != 1 { // no CONNECT
		return
	}
	_, body, err := packet(in)
	if err != nil {
		return
	}
	user, password, level := credentials(body)
	code := byte(5) // not authorised
	switch {
	case level != 4:
		code = 1
	case user == "" && d.is("mqtt-anonymous"):
		code = 0
	case user != "" && (d.is("m2m-password-accepted") || d.is("undeclared-broker-password") && !inTLS(c)):
		if got, _, _ := d.login(user, password, via{conn: c.RemoteAddr()}); got == admitted {
			code = 0
		}
	}
	c.Write([]byte{0x20, 2, 0, code})
	if code != 0 {
		return
	}
	d.broker(c, in)
}

func inTLS(c net.Conn) bool {
	_, is := c.(*tls.Conn)
	return is
}

// broker answers a client that was let in.
func (d *Device) broker(c net.Conn, in *bufio.Reader) {
	for {
		kind, body, err := packet(in)
		if err != nil {
			return
		}
		switch kind {
		case 8: // SUBSCRIBE: granted, and what is retained is sent
			if len(body) < 2 {
				return
			}
			c.Write([]byte{0x90, 3, body[0], body[1], 0})
			d.mu.Lock()
			text := "on"
			if len(d.data) > 0 {
				text = d.data[len(d.data)-1].Text
			}
			d.mu.Unlock()
			c.Write(publish("specimen/state", text))
		case 12:
			c.Write([]byte{0xd0, 0})
		case 14:
			return
		}
	}
}

func publish(topic, text string) []byte {
	body := binary.BigEndian.AppendUint16(nil, uint16(len(topic)))
	body = append(append(body, topic...), text...)
	return append([]byte{0x31, byte(min(len(body), 127))}, body[:min(len(body), 127)]...)
}

// packet reads one, of at most 64 KiB.
func packet(in *bufio.Reader) (kind byte, body []byte, err error) {
	first, err := in.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	n, err := binary.ReadUvarint(in)
	if err != nil || n > 64<<10 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	body = make([]byte, n)
	_, err = io.ReadFull(in, body)
	return first >> 4, body, err
}

// credentials are user, password and protocol level of a CONNECT.
func credentials(b []byte) (user, password string, level byte) {
	next := func() string {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			b = nil
			return ""
		}
		n := 2 + int(binary.BigEndian.Uint16(b))
		s := string(b[2:n])
		b = b[n:]
		return s
	}
	next()
	if len(b) < 4 {
		return
	}
	level, flags := b[0], b[1]
	b = b[4:]
	next() // client identifier
	if flags&4 != 0 {
		next()
		next()
	}
	if flags&0x80 != 0 {
		user = next()
	}
	if flags&0x40 != 0 {
		password = next()
	}
	return user, password, level
}
