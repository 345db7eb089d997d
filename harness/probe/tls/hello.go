package tls

import (
	"crypto/rand"

	"golang.org/x/crypto/cryptobyte"
)

// A hello is the ClientHello that is offered: the only thing that an enumeration varies.
type hello struct {
	version  uint16 // SSL 3.0 to TLS 1.3
	suites   []uint16
	groups   []uint16
	schemes  []uint16
	shares   []share // TLS 1.3; none asks for a HelloRetryRequest
	name     string  // SNI
	deflate  bool
	fallback bool // the signalling suite of RFC 7507
	lean     bool // without extensions that a small stack may choke on
}

// A share is one key_share of TLS 1.3.
type share struct {
	group uint16
	key   []byte
}

// Extensions.
const (
	extServerName        = 0
	extGroups            = 10
	extPointFormats      = 11
	extSRP               = 12
	extSchemes           = 13
	extEncryptThenMAC    = 22
	extExtendedMaster    = 23
	extEarlyData         = 42
	extSupportedVersions = 43
	extPSKModes          = 45
	extKeyShare          = 51
	extRenegotiation     = 0xFF01
)

// strange is the user whom SRP suites are offered for: nobody.
const strange = "assay"

// record is the hello in its TLS record.
func (h hello) record() []byte {
	var b cryptobyte.Builder
	b.AddUint8(22)
	b.AddUint16(min(h.version, tls10))
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(h.message()) })
	return b.BytesOrPanic() // no part is as long as 64 KiB
}

func (h hello) message() []byte {
	random := make([]byte, 32)
	rand.Read(random)
	var b cryptobyte.Builder
	b.AddUint8(1)
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) {
		b.AddUint16(min(h.version, tls12))
		b.AddBytes(random)
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) {
			if h.version == tls13 { // middlebox compatibility, RFC 8446 appendix D.4
				b.AddBytes(random)
			}
		})
		b.AddUint16LengthPrefixed(h.addSuites)
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) {
			if h.deflate {
				b.AddUint8(1)
			}
			b.AddUint8(0)
		})
		if h.version > ssl3 {
			b.AddUint16LengthPrefixed(h.addExtensions)
		}
	})
	return b.BytesOrPanic()
}

func (h hello) addSuites(b *cryptobyte.Builder) {
	addList(b, h.suites)
	if h.version == ssl3 {
		b.AddUint16(0x00FF) // signals secure renegotiation where there are no extensions (RFC 5746)
	}
	if h.fallback {
		b.AddUint16(0x5600)
	}
}

func (h hello) addExtensions(b *cryptobyte.Builder) {
	if h.name != "" {
		extension(b, extServerName, func(b *cryptobyte.Builder) {
			b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
				b.AddUint8(0)
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(h.name)) })
			})
		})
	}
	if len(h.groups) > 0 {
		extension(b, extGroups, func(b *cryptobyte.Builder) { addVector(b, h.groups) })
		extension(b, extPointFormats, func(b *cryptobyte.Builder) { b.AddBytes([]byte{3, 0, 1, 2}) })
	}
	if h.version >= tls12 && len(h.schemes) > 0 {
		extension(b, extSchemes, func(b *cryptobyte.Builder) { addVector(b, h.schemes) })
	}
	if h.version == tls13 {
		h.addModern(b)
		return
	}
	extension(b, extRenegotiation, func(b *cryptobyte.Builder) { b.AddUint8(0) })
	if h.lean {
		return
	}
	extension(b, extEncryptThenMAC, nil)
	extension(b, extExtendedMaster, nil)
	for _, id := range h.suites {
		if SuiteByID(id).Kex == "SRP" {
			extension(b, extSRP, func(b *cryptobyte.Builder) {
				b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(strange)) })
			})
			return
		}
	}
}

func (h hello) addModern(b *cryptobyte.Builder) {
	extension(b, extSupportedVersions, func(b *cryptobyte.Builder) { b.AddBytes([]byte{2, 3, 4}) })
	extension(b, extPSKModes, func(b *cryptobyte.Builder) { b.AddBytes([]byte{1, 1}) })
	extension(b, extKeyShare, func(b *cryptobyte.Builder) {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) {
			for _, s := range h.shares {
				b.AddUint16(s.group)
				b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(s.key) })
			}
		})
	})
}

func extension(b *cryptobyte.Builder, id uint16, body func(*cryptobyte.Builder)) {
	b.AddUint16(id)
	if body == nil {
		body = func(*cryptobyte.Builder) {}
	}
	b.AddUint16LengthPrefixed(body)
}

func addVector(b *cryptobyte.Builder, ids []uint16) {
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { addList(b, ids) })
}

func addList(b *cryptobyte.Builder, ids []uint16) {
	for _, id := range ids {
		b.AddUint16(id)
	}
}
