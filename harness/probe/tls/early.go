package tls

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"slices"

	"golang.org/x/crypto/cryptobyte"
)

// early tells whether the server's tickets allow data in the first flight, which an attacker can replay (RFC 8446 section 8).
// No library shows what a ticket allows, so this handshake is finished here, with one suite and one curve. No ticket
// until the server closes means that there is no early data.
func (o *survey) early(ctx context.Context) error {
	codes := o.codes(tls13, func(s Suite) bool { return s.ID == 0x1301 || s.ID == 0x1302 })
	if len(codes) == 0 {
		return nil
	}
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil
	}
	id, public := uint16(29), key
	if !slices.Contains(o.Groups, "x25519") {
		id = 23
		if public, err = ecdh.P256().GenerateKey(rand.Reader); err != nil {
			return nil
		}
	}
	h := hello{version: tls13, suites: codes[:1], groups: []uint16{id}, schemes: allSchemes(), shares: []share{{id, public.PublicKey().Bytes()}}, name: o.name}
	conn, r, err := o.connect(ctx)
	if conn == nil {
		if err == nil {
			o.undecided("TLS 1.3: early data: %s", r.why)
		}
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	allowed, err := finish(conn, h, public)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		o.undecided("TLS 1.3: early data: the handshake was not finished: %v", err)
		return nil
	}
	o.EarlyData = &allowed
	return nil
}

// A schedule is the key schedule of TLS 1.3 (RFC 8446 section 7.1) over the messages so far.
type schedule struct {
	hash   func() hash.Hash
	key    int // bytes
	secret []byte
	said   hash.Hash
}

func newSchedule(suite uint16) *schedule {
	s := &schedule{hash: sha256.New, key: 16}
	if suite == 0x1302 {
		s.hash, s.key = sha512.New384, 32
	}
	s.said = s.hash()
	s.secret = s.extract(make([]byte, s.said.Size()), nil)
	return s
}

func (s *schedule) extract(secret, salt []byte) []byte {
	b, err := hkdf.Extract(s.hash, secret, salt)
	if err != nil {
		panic(err) // only for a salt that FIPS mode finds short
	}
	return b
}

func (s *schedule) expand(secret []byte, label string, context []byte, n int) []byte {
	var b cryptobyte.Builder
	b.AddUint16(uint16(n))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte("tls13 " + label)) })
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(context) })
	out, err := hkdf.Expand(s.hash, secret, string(b.BytesOrPanic()), n)
	if err != nil {
		panic(err) // only for lengths over 255 hashes
	}
	return out
}

// mix takes the next input into the secret.
func (s *schedule) mix(input []byte) {
	n := s.said.Size()
	salt := s.expand(s.secret, "derived", s.hash().Sum(nil), n)
	if input == nil {
		input = make([]byte, n)
	}
	s.secret = s.extract(input, salt)
}

func (s *schedule) traffic(label string) []byte {
	return s.expand(s.secret, label, s.said.Sum(nil), s.said.Size())
}

// A sealer protects records in one direction.
type sealer struct {
	aead cipher.AEAD
	iv   []byte
	n    uint64
}

func (s *schedule) sealer(secret []byte) *sealer {
	block, err := aes.NewCipher(s.expand(secret, "key", nil, s.key))
	if err != nil {
		panic(err) // the key has 16 or 32 bytes
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return &sealer{aead: aead, iv: s.expand(secret, "iv", nil, 12)}
}

func (s *sealer) nonce() []byte {
	b := slices.Clone(s.iv)
	last := b[4:]
	binary.BigEndian.PutUint64(last, binary.BigEndian.Uint64(last)^s.n)
	s.n++
	return b
}

func (s *sealer) seal(kind uint8, body []byte) []byte {
	plain := append(slices.Clone(body), kind)
	n := len(plain) + s.aead.Overhead()
	head := []byte{23, 3, 3, byte(n >> 8), byte(n)}
	return s.aead.Seal(head, s.nonce(), plain, head)
}

// open undoes seal and takes the padding off.
func (s *sealer) open(body []byte) (kind uint8, plain []byte, err error) {
	head := []byte{23, 3, 3, byte(len(body) >> 8), byte(len(body))}
	plain, err = s.aead.Open(nil, s.nonce(), body, head)
	if err != nil {
		return 0, nil, errors.New("a record is not sealed with the agreed key")
	}
	for len(plain) > 0 && plain[len(plain)-1] == 0 {
		plain = plain[:len(plain)-1]
	}
	if len(plain) == 0 {
		return 0, nil, errors.New("a record is empty")
	}
	return plain[len(plain)-1], plain[:len(plain)-1], nil
}

// finish makes the handshake that h begins, says goodbye and reads tickets until the server closes.
func finish(conn io.ReadWriter, h hello, private *ecdh.PrivateKey) (allowed bool, err error) {
	message := h.message()
	var b cryptobyte.Builder
	b.AddBytes([]byte{22, 3, 1})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(message) })
	if _, err := conn.Write(b.BytesOrPanic()); err != nil {
		return false, err
	}
	s := newSchedule(h.suites[0])
	s.said.Write(message)
	in := &messages{r: conn}
	kind, answer, err := in.next()
	if err != nil {
		return false, err
	}
	sh, err := parseServerHello(answer[4:])
	if err != nil || kind != 2 || sh.retry || sh.version != tls13 || sh.suite != h.suites[0] {
		return false, errors.New("the server did not choose what it chose before")
	}
	peer, err := private.Curve().NewPublicKey(sh.share)
	if err != nil {
		return false, errors.New("the server's key share is no point")
	}
	common, err := private.ECDH(peer)
	if err != nil {
		return false, err
	}
	s.said.Write(answer)
	s.mix(common)
	client := s.traffic("c hs traffic")
	in.keys = s.sealer(s.traffic("s hs traffic"))
	for kind != 20 {
		if kind, answer, err = in.next(); err != nil {
			return false, err
		}
		if kind == 13 {
			return false, errors.New("the server wants a client certificate")
		}
		s.said.Write(answer)
	}
	sum := hmac.New(s.hash, s.expand(client, "finished", nil, s.said.Size()))
	sum.Write(s.said.Sum(nil))
	verify := sum.Sum(nil)
	finished := append([]byte{20, 0, 0, byte(len(verify))}, verify...)
	s.mix(nil)
	in.keys = s.sealer(s.traffic("s ap traffic"))
	goodbye := s.sealer(s.traffic("c ap traffic")).seal(21, []byte{1, 0})
	if _, err := conn.Write(append(s.sealer(client).seal(22, finished), goodbye...)); err != nil {
		return false, err
	}
	for {
		kind, answer, err := in.next()
		if err != nil {
			return allowed, nil // closed
		}
		if kind == 4 {
			allowed = allowed || allowsEarly(answer[4:])
		}
	}
}

// messages reads handshake messages out of records, sealed or not.
type messages struct {
	r     io.Reader
	keys  *sealer
	rest  []byte
	total int
}

func (m *messages) next() (kind uint8, whole []byte, err error) {
	for {
		if len(m.rest) >= 4 {
			if n := 4 + (int(m.rest[1])<<16 | int(m.rest[2])<<8 | int(m.rest[3])); len(m.rest) >= n {
				whole, m.rest = m.rest[:n], m.rest[n:]
				return whole[0], whole, nil
			}
		}
		kind, body, err := readRecord(m.r)
		if err != nil {
			return 0, nil, err
		}
		if m.total += len(body) + 5; m.total > maxFlight {
			return 0, nil, errors.New("the server sent more than a handshake")
		}
		if kind == 20 {
			continue
		}
		if m.keys != nil && kind == 23 {
			if kind, body, err = m.keys.open(body); err != nil {
				return 0, nil, err
			}
		}
		if kind != 22 {
			return 0, nil, errors.New("the server broke off")
		}
		m.rest = append(m.rest, body...)
	}
}

// allowsEarly reads a NewSessionTicket (RFC 8446 section 4.6.1).
func allowsEarly(b []byte) bool {
	s := cryptobyte.String(b)
	var nonce, ticket, all cryptobyte.String
	if !s.Skip(8) || !s.ReadUint8LengthPrefixed(&nonce) || !s.ReadUint16LengthPrefixed(&ticket) || !s.ReadUint16LengthPrefixed(&all) {
		return false
	}
	for !all.Empty() {
		var id uint16
		var body cryptobyte.String
		if !all.ReadUint16(&id) || !all.ReadUint16LengthPrefixed(&body) {
			return false
		}
		var most uint32
		if id == extEarlyData && body.ReadUint32(&most) {
			return most > 0
		}
	}
	return false
}
