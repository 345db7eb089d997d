package securitytxt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
)

const beginning = "-----BEGIN PGP SIGNED MESSAGE-----"

// unwrap takes a file out of its cleartext signature (RFC 9580, section 7), and tells on which line it begins.
func (f *File) unwrap(b []byte, keys [][]byte) (text string, first int) {
	text = string(b)
	if !strings.HasPrefix(text, beginning) {
		if i := strings.Index(text, "\n"+beginning); i >= 0 {
			f.say(1+strings.Count(text[:i+1], "\n"), "what stands before a signature is not signed: begin with it")
		}
		return text, 1
	}
	f.Signed = true
	block, rest := clearsign.Decode(b)
	if block == nil {
		f.Unproven = "the signature has no end, or is none"
		f.say(1, "the OpenPGP signature cannot be read")
		return text, 1
	}
	if len(bytes.TrimSpace(rest)) > 0 {
		f.say(0, "what stands after the signature is not signed, and was not read")
	}
	head, _, _ := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") // up to the empty line that ends the armour's headers
	f.verify(block, keys)
	return string(block.Plaintext), strings.Count(head, "\n") + 3
}

// verify holds the signature against each key.
func (f *File) verify(block *clearsign.Block, keys [][]byte) {
	var ring openpgp.EntityList
	for _, k := range keys {
		list, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(k))
		if err != nil {
			list, err = openpgp.ReadKeyRing(bytes.NewReader(k))
		}
		if err == nil {
			ring = append(ring, list...)
		}
	}
	if len(ring) == 0 {
		f.Unproven = "no key to verify the signature by is at hand"
		return
	}
	signer, err := block.VerifySignature(ring, nil)
	switch {
	case err == nil:
		f.Signer = strings.ToUpper(hex.EncodeToString(signer.PrimaryKey.Fingerprint))
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		f.Unproven = "it was signed by another key than those at hand"
	default:
		f.Unproven = "the signature does not hold: " + err.Error()
		f.say(0, "the signature does not hold: %.200v", err)
	}
}
