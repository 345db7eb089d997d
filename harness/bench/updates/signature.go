package updates

import (
	"fmt"
	"maps"
	"slices"

	"github.com/secure-by-design/assay/harness/device"
)

var errNoSignature = fmt.Errorf("the layout names no signature")

// resigned changes the signature's bytes, and the sums over them.
func resigned(m image, change func(s []byte)) (image, error) {
	if m.Signature == nil {
		return m, errNoSignature
	}
	s, err := m.get(*m.Signature)
	if err != nil {
		return m, err
	}
	if len(s) == 0 {
		return m, fmt.Errorf("the signature is empty")
	}
	s = slices.Clone(s)
	change(s)
	if m, err = m.put(*m.Signature, s); err != nil {
		return m, err
	}
	return m.summed(m.over(*m.Signature))
}

// over are the sums of parts in which a place lies.
func (m image) over(p device.Place) func(device.Sum) bool {
	return func(s device.Sum) bool { return m.overlaps(s.Of, p) }
}

func zeroed(m image) (image, error) { return resigned(m, func(s []byte) { clear(s) }) }

// removed takes the signature away: its file where it has one, its JSON text, or the end of the image.
func removed(m image) (image, error) {
	if m.Signature == nil {
		return m, errNoSignature
	}
	p := *m.Signature
	from, to, err := m.span(p)
	if err != nil {
		return m, err
	}
	b := m.files[m.in(p)]
	switch {
	case p.JSON != "":
		return m.put(device.Place{File: p.File, JSON: p.JSON}, nil)
	case from == 0 && to == len(b) && m.in(p) != m.File:
		files := maps.Clone(m.files)
		delete(files, m.in(p))
		return image{m.Layout, files}, nil
	case to != len(b):
		return m, fmt.Errorf("the signature lies within %s: without it all else would move", m.in(p))
	}
	return m.but(m.in(p), b[:from]), nil
}

// selfSigned is the image N with a signature that is right, by a key of ours.
func selfSigned(g maker) (image, error) {
	m := g.images["n"]
	if m.Signature == nil {
		return m, errNoSignature
	}
	old, err := m.get(*m.Signature)
	if err != nil {
		return m, err
	}
	key, err := newSigner(m.Key, len(old))
	if err != nil {
		return m, err
	}
	if m.PublicKey != nil {
		if m, err = m.put(*m.PublicKey, key.public); err != nil {
			return m, fmt.Errorf("the key: %w", err)
		}
		if m, err = m.summed(m.over(*m.PublicKey)); err != nil {
			return m, err
		}
	}
	message, err := m.message()
	if err != nil {
		return m, err
	}
	s, err := key.sign(message)
	if err != nil {
		return m, err
	}
	if m, err = m.put(*m.Signature, s); err != nil {
		return m, err
	}
	return m.summed(m.over(*m.Signature))
}
