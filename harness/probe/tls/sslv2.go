package tls

import (
	"encoding/binary"
	"errors"
	"io"
)

// Suites of SSL 2.0, whose codes have three bytes.
var ssl2Suites = []Suite{
	{0x010080, "SSL_CK_RC4_128_WITH_MD5", "RSA", "RSA", "RC4_128", "MD5"},
	{0x020080, "SSL_CK_RC4_128_EXPORT40_WITH_MD5", "RSA", "RSA", "RC4_40", "MD5"},
	{0x030080, "SSL_CK_RC2_128_CBC_WITH_MD5", "RSA", "RSA", "RC2_128_CBC", "MD5"},
	{0x040080, "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5", "RSA", "RSA", "RC2_CBC_40", "MD5"},
	{0x050080, "SSL_CK_IDEA_128_CBC_WITH_MD5", "RSA", "RSA", "IDEA_128_CBC", "MD5"},
	{0x060040, "SSL_CK_DES_64_CBC_WITH_MD5", "RSA", "RSA", "DES_CBC", "MD5"},
	{0x0700C0, "SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "RSA", "RSA", "3DES_EDE_CBC", "MD5"},
}

// ssl2Hello is the CLIENT-HELLO of SSL 2.0 with all its suites.
func ssl2Hello() []byte {
	n := 3 * len(ssl2Suites)
	b := []byte{0, 0, 1, 0, 2, byte(n >> 8), byte(n), 0, 0, 0, 16}
	for _, s := range ssl2Suites {
		b = append(b, byte(s.ID>>16), byte(s.ID>>8), byte(s.ID))
	}
	b = append(b, random(16)...)
	binary.BigEndian.PutUint16(b, 0x8000|uint16(len(b)-2))
	return b
}

// readSSL2 reads a SERVER-HELLO: all the suites that the server takes at once. errNotTLS says that it is none.
func readSSL2(r io.Reader) ([]Suite, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(head[:]) & 0x7FFF)
	if head[0]&0x80 == 0 || n < 11 || n > 1<<14 {
		return nil, errNotTLS
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	cert, specs := int(binary.BigEndian.Uint16(b[5:])), int(binary.BigEndian.Uint16(b[7:]))
	if b[0] != 4 || b[3] != 0 || b[4] != 2 {
		return nil, errNotTLS
	}
	if 11+cert+specs > len(b) || specs%3 != 0 {
		return nil, errors.New("the SERVER-HELLO of SSL 2.0 is malformed")
	}
	var found []Suite
	for c := b[11+cert : 11+cert+specs]; len(c) > 0; c = c[3:] {
		found = append(found, ssl2Suite(uint32(c[0])<<16|uint32(c[1])<<8|uint32(c[2])))
	}
	return found, nil
}

func ssl2Suite(id uint32) Suite {
	for _, s := range ssl2Suites {
		if s.ID == id {
			return s
		}
	}
	return Suite{ID: id, Name: "unknown suite of SSL 2.0"}
}
