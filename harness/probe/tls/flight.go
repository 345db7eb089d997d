package tls

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/cryptobyte"
)

// Bounds of what is read in answer to one hello.
const (
	maxRecord  = 1<<14 + 2048 // RFC 5246 section 6.2.3
	maxMessage = 1 << 17      // a certificate chain of 128 KiB
	maxFlight  = 1 << 18
	maxRecords = 1024
	maxChain   = 32
	// A sealed flight of TLS 1.3 with a certificate is longer than this, one with an alert alone is shorter.
	sealedProof = 256
)

// A flight is what a server sent in answer to a hello, as far as it can be read without keys.
type flight struct {
	hello       *serverHello
	chain       [][]byte
	exchange    *exchange
	certRequest bool
	done        bool // ServerHelloDone: the server waits for us to go on
	sealed      int  // bytes of encrypted records, TLS 1.3
	alert       *uint8
	warned      *uint8 // an alert that the server itself called a warning
}

// A serverHello is a ServerHello or HelloRetryRequest.
type serverHello struct {
	version     uint16
	suite       uint16
	compression uint8
	retry       bool
	group       uint16 // of key_share, TLS 1.3
	share       []byte // of key_share, in a ServerHello
	sentinel    bool   // the mark of a server that speaks a later version (RFC 8446 section 4.1.3)
	secureReneg bool
	extended    bool // extended master secret
	encryptMAC  bool
}

// An exchange is what a ServerKeyExchange shows.
type exchange struct {
	primeBits int    // finite field Diffie-Hellman or SRP
	curve     uint16 // elliptic curve; explicit where the server wrote its own
	scheme    uint16 // what the parameters are signed with, TLS 1.2
}

var errNotTLS = errors.New("the answer is not TLS")

// readFlight reads until the server waits, alerts or ends. The error says why reading ended before that;
// what was read until then is in the flight. asked is the version offered: a ServerHello of another one ends the
// reading. wantSealed reads on behind a TLS 1.3 ServerHello.
func readFlight(r io.Reader, asked uint16, wantSealed bool) (flight, error) {
	var f flight
	var pending []byte
	total := 0
	for range maxRecords {
		kind, body, err := readRecord(r)
		if err != nil {
			return f, err
		}
		if total += len(body) + 5; total > maxFlight {
			return f, fmt.Errorf("the server sent more than %d bytes in answer to one hello", maxFlight)
		}
		switch kind {
		case 21:
			if len(body) != 2 {
				return f, errNotTLS
			}
			if body[0] == 1 && body[1] != 0 {
				f.warned = &body[1]
				continue
			}
			f.alert = &body[1]
			return f, nil
		case 20: // change_cipher_spec, middlebox compatibility
		case 22:
			if pending, err = f.take(append(pending, body...)); err != nil {
				return f, err
			}
		case 23:
			f.sealed += len(body)
		default:
			return f, errNotTLS
		}
		if f.done {
			return f, nil
		}
		if h := f.hello; h != nil && h.version != asked {
			return f, nil
		} else if h != nil && asked == tls13 && (h.retry || !wantSealed || f.sealed >= sealedProof) {
			f.done = true
			return f, nil
		}
	}
	return f, fmt.Errorf("the server sent more than %d records in answer to one hello", maxRecords)
}

// readRecord reads one TLS record.
func readRecord(r io.Reader) (kind uint8, body []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) && (head[0] < 20 || head[0] > 24) {
			return 0, nil, errNotTLS
		}
		return 0, nil, err
	}
	n := int(binary.BigEndian.Uint16(head[3:]))
	if head[0] < 20 || head[0] > 24 || head[1] != 3 || n > maxRecord {
		return 0, nil, errNotTLS
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

// take reads the whole messages off the front of b and returns the rest.
func (f *flight) take(b []byte) (rest []byte, err error) {
	for len(b) >= 4 {
		n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		if n > maxMessage {
			return nil, fmt.Errorf("a handshake message says it has %d bytes", n)
		}
		if len(b) < 4+n {
			return b, nil
		}
		if err := f.message(b[0], b[4:4+n]); err != nil {
			return nil, err
		}
		b = b[4+n:]
	}
	return b, nil
}

func (f *flight) message(kind uint8, body []byte) (err error) {
	if f.hello == nil && kind != 2 && kind != 0 {
		return fmt.Errorf("handshake message %d came before the ServerHello", kind)
	}
	switch kind {
	case 2:
		f.hello, err = parseServerHello(body)
	case 11:
		f.chain, err = parseCertificates(body)
	case 12:
		f.exchange, err = parseExchange(body, SuiteByID(f.hello.suite), f.hello.version)
	case 13:
		f.certRequest = true
	case 14:
		f.done = true
	}
	return err
}

var (
	retryRandom = []byte{0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
		0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C} // RFC 8446 section 4.1.3
	errHello = errors.New("the ServerHello is malformed")
)

// parseServerHello reads a ServerHello of any version from SSL 3.0 (RFC 6101) to TLS 1.3 (RFC 8446).
func parseServerHello(b []byte) (*serverHello, error) {
	var h serverHello
	var random, session []byte
	s := cryptobyte.String(b)
	if !s.ReadUint16(&h.version) || !s.ReadBytes(&random, 32) ||
		!s.ReadUint8LengthPrefixed((*cryptobyte.String)(&session)) || !s.ReadUint16(&h.suite) || !s.ReadUint8(&h.compression) {
		return nil, errHello
	}
	h.retry = bytes.Equal(random, retryRandom)
	h.sentinel = bytes.Equal(random[24:31], []byte("DOWNGRD")) && random[31] <= 1
	if s.Empty() {
		return &h, nil
	}
	var all cryptobyte.String
	if !s.ReadUint16LengthPrefixed(&all) || !s.Empty() {
		return nil, errHello
	}
	for !all.Empty() {
		var id uint16
		var body cryptobyte.String
		if !all.ReadUint16(&id) || !all.ReadUint16LengthPrefixed(&body) || !h.extension(id, body) {
			return nil, errHello
		}
	}
	return &h, nil
}

func (h *serverHello) extension(id uint16, body cryptobyte.String) bool {
	switch id {
	case extSupportedVersions:
		return body.ReadUint16(&h.version)
	case extKeyShare:
		if !body.ReadUint16(&h.group) {
			return false
		}
		return body.Empty() || body.ReadUint16LengthPrefixed((*cryptobyte.String)(&h.share))
	case extRenegotiation:
		h.secureReneg = true
	case extExtendedMaster:
		h.extended = true
	case extEncryptThenMAC:
		h.encryptMAC = true
	}
	return true
}

// parseCertificates reads a Certificate message of TLS 1.2 and older: the leaf first.
func parseCertificates(b []byte) (chain [][]byte, err error) {
	s := cryptobyte.String(b)
	var list cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&list) {
		return nil, errors.New("the Certificate message is malformed")
	}
	for !list.Empty() && len(chain) < maxChain {
		var der cryptobyte.String
		if !list.ReadUint24LengthPrefixed(&der) {
			return nil, errors.New("the Certificate message is malformed")
		}
		chain = append(chain, der)
	}
	return chain, nil
}

// parseExchange reads a ServerKeyExchange (RFC 5246 section 7.4.3, RFC 8422 section 5.4, RFC 4279, RFC 5054),
// whose form only the suite tells. What this package does not know is an empty exchange.
func parseExchange(b []byte, suite Suite, version uint16) (*exchange, error) {
	var e exchange
	malformed := fmt.Errorf("the ServerKeyExchange for %s is malformed", suite.Name)
	s := cryptobyte.String(b)
	var skip cryptobyte.String
	if suite.Auth == "PSK" && !s.ReadUint16LengthPrefixed(&skip) {
		return nil, malformed
	}
	switch suite.Kex {
	case "DHE", "DH":
		var p, g, y cryptobyte.String
		if !s.ReadUint16LengthPrefixed(&p) || !s.ReadUint16LengthPrefixed(&g) || !s.ReadUint16LengthPrefixed(&y) {
			return nil, malformed
		}
		e.primeBits = bits(p)
	case "SRP":
		var n, g, salt, y cryptobyte.String
		if !s.ReadUint16LengthPrefixed(&n) || !s.ReadUint16LengthPrefixed(&g) || !s.ReadUint8LengthPrefixed(&salt) || !s.ReadUint16LengthPrefixed(&y) {
			return nil, malformed
		}
		e.primeBits = bits(n)
	case "ECDHE", "ECDH":
		var kind uint8
		if !s.ReadUint8(&kind) {
			return nil, malformed
		}
		if kind != 3 { // explicit_prime or explicit_char2: nothing behind can be read simply
			e.curve = explicit
			return &e, nil
		}
		if !s.ReadUint16(&e.curve) || !s.ReadUint8LengthPrefixed(&skip) {
			return nil, malformed
		}
	default:
		return &e, nil
	}
	if version == tls12 && suite.Auth != "anon" && suite.Auth != "PSK" && suite.Auth != "SRP" && !s.ReadUint16(&e.scheme) {
		return nil, malformed
	}
	return &e, nil
}

// bits is the length of a big-endian number.
func bits(b []byte) int {
	b = bytes.TrimLeft(b, "\x00")
	if len(b) == 0 {
		return 0
	}
	n := 8 * (len(b) - 1)
	for v := b[0]; v > 0; v >>= 1 {
		n++
	}
	return n
}
