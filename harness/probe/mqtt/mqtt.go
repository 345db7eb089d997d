// Package mqtt asks MQTT brokers (3.1.1, and 5 where that is refused): who may come in, and what is told to whoever does.
//
// Its one idea is that the broker's own return code is read from the wire: no library turns "not authorised" into an error.
//
//	o, err := mqtt.Offers{Port: 1883}.Ask(ctx, on)
package mqtt

import (
	"bufio"
	"context"
	stdtls "crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Bounds.
const (
	Within    = 5 * time.Second // for an answer, real time
	Listening = time.Second     // for retained messages, real time
	maxPacket = 256 << 10
	maxTopics = 100
)

// Offers asks what a broker gives to a client without credentials.
type Offers struct {
	Port uint16
	TLS  bool
}

// Level is gentle: nothing is published.
func (Offers) Level() provisions.Level { return provisions.Gentle }
func (q Offers) String() string {
	return fmt.Sprintf("what the MQTT broker on port %d gives to anybody", q.Port)
}

// Offered is what it gives.
type Offered struct {
	Open      bool
	MQTT      bool
	Anonymous bool // a client without credentials is let in
	Code      byte // of CONNACK
	All       bool // and may subscribe to "#"
	Topics    []string
	Version   string // from $SYS/broker/version
}

// Ask connects without credentials and, let in, subscribes.
func (q Offers) Ask(ctx context.Context, on *dial.Device) (Offered, error) {
	c, code, err := Connect(ctx, on, q.Port, q.TLS, "", "")
	switch {
	case errors.Is(err, ErrClosed):
		return Offered{}, nil
	case errors.Is(err, ErrNotMQTT):
		return Offered{Open: true}, nil
	case err != nil:
		return Offered{}, err
	}
	defer c.Close()
	o := Offered{Open: true, MQTT: true, Code: code, Anonymous: code == 0}
	if !o.Anonymous {
		return o, nil
	}
	o.subscribe(c)
	on.Evidence("topics", []byte(strings.Join(o.Topics, "\n")))
	return o, nil
}

func (o *Offered) subscribe(c net.Conn) {
	body := []byte{0, 1}
	for _, t := range []string{"#", "$SYS/broker/version"} {
		body = append(binary.BigEndian.AppendUint16(body, uint16(len(t))), t...)
		body = append(body, 0)
	}
	c.Write(frame(0x82, body))
	in := bufio.NewReader(c)
	c.SetReadDeadline(time.Now().Add(Listening))
	for len(o.Topics) < maxTopics {
		kind, b, err := read(in)
		if err != nil {
			return
		}
		switch {
		case kind>>4 == 9 && len(b) >= 3:
			o.All = b[2] < 0x80
		case kind>>4 == 3 && len(b) >= 2:
			n := int(binary.BigEndian.Uint16(b))
			if len(b) < 2+n {
				return
			}
			topic := strings.ToValidUTF8(string(b[2:2+n]), "\ufffd")
			if topic == "$SYS/broker/version" {
				o.Version = strings.ToValidUTF8(string(b[2+n:min(len(b), 2+n+200)]), "\ufffd")
				continue
			}
			o.Topics = append(o.Topics, topic[:min(len(topic), 200)])
		}
	}
}

// Errors of Connect that are facts.
var (
	ErrClosed  = errors.New("the port is closed")
	ErrNotMQTT = errors.New("it does not answer in MQTT")
)

// Connect sends CONNECT of MQTT 3.1.1 and returns the connection and the code of CONNACK: 0 is let in, 4 a wrong credential, 5
// not authorised. The caller closes.
func Connect(ctx context.Context, on *dial.Device, port uint16, tls bool, user, password string) (net.Conn, byte, error) {
	conn, err := on.Dial(ctx, "tcp", port)
	if err != nil {
		if dial.Classify(err) == dial.Refused {
			return nil, 0, ErrClosed
		}
		return nil, 0, fmt.Errorf("connect to MQTT port %d: %w", port, err)
	}
	conn.SetDeadline(time.Now().Add(Within))
	if tls {
		t := stdtls.Client(conn, &stdtls.Config{InsecureSkipVerify: true, MinVersion: stdtls.VersionTLS10})
		if err := t.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, 0, fmt.Errorf("start TLS on MQTT port %d: %w", port, err)
		}
		conn = t
	}
	conn.Write(hello(user, password))
	kind, b, err := read(bufio.NewReaderSize(conn, 16))
	if err != nil || kind != 0x20 || len(b) != 2 {
		conn.Close()
		return nil, 0, fmt.Errorf("port %d: %w", port, ErrNotMQTT)
	}
	return conn, b[1], nil
}

func hello(user, password string) []byte {
	flags := byte(2) // a clean session
	body := []byte{0, 4, 'M', 'Q', 'T', 'T', 4, 0, 0, 30}
	text := func(s string) { body = append(binary.BigEndian.AppendUint16(body, uint16(len(s))), s...) }
	text("assay")
	if user != "" || password != "" {
		flags |= 0xc0
		text(user)
		text(password)
	}
	body[7] = flags
	return frame(0x10, body)
}

func frame(kind byte, body []byte) []byte {
	return append(binary.AppendUvarint([]byte{kind}, uint64(len(body))), body...)
}

func read(in *bufio.Reader) (byte, []byte, error) {
	kind, err := in.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	n, err := binary.ReadUvarint(in)
	if err != nil || n > maxPacket {
		return 0, nil, fmt.Errorf("a packet of %d bytes: %w", n, io.ErrUnexpectedEOF)
	}
	b := make([]byte, n)
	_, err = io.ReadFull(in, b)
	return kind, b, err
}
