package updates

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
)

// A recipe makes an attack from what is genuine.
type recipe struct {
	Attack
	cook func(g maker) (image, error)
}

// made carries the recipe out; what cannot be made does not apply.
func (r recipe) made(g maker) Attack {
	a := r.Attack
	m, err := r.cook(g)
	if err != nil {
		a.WhyNot = err.Error()
		return a
	}
	a.Applies, a.Files = true, m.files
	return a
}

// recipes are all attacks, in the order of a run: those at N-1, then those at N.
func recipes(g maker) (out []recipe) {
	add := func(a Attack, cook func(maker) (image, error)) {
		a.From, a.Control, a.Claims = "n-1", "n", cmp.Or(a.Claims, g.version("n"))
		out = append(out, recipe{a, cook})
	}
	integrity(g, add)
	authenticity(g, add)
	add(Attack{Name: "redirect", Group: Path, Redirect: true, Property: "it comes by a redirect to a plain address, its payload is altered and its signature is zeroed"}, func(g maker) (image, error) {
		m, err := flipped(g, 1, 2, everySum)
		if err != nil || m.Signature == nil {
			return m, err
		}
		return zeroed(m)
	})
	return append(out, rollbacks(g)...)
}

type adding func(a Attack, cook func(maker) (image, error))

// everySum are sums that the device may check before it checks the signature, outer those that the signature does not cover.
func everySum(image, device.Sum) bool  { return true }
func outer(m image, s device.Sum) bool { return !m.signed(s.In) }

// integrity attacks come in two: with the signed part untouched, which only a check of the payload against it can refuse, and
// with the hash in it corrected, which only the signature can.
func integrity(g maker, add adding) {
	m := g.images["n"]
	hashed := slices.ContainsFunc(m.Sums, func(s device.Sum) bool { return m.signed(s.In) })
	twice := func(name, property string, cook func(g maker, which func(image, device.Sum) bool) (image, error)) {
		add(Attack{Name: name, Group: Integrity, Property: property}, func(g maker) (image, error) { return cook(g, outer) })
		if hashed {
			add(Attack{Name: name + "-resummed", Group: Integrity, Property: property + ", and its hash is corrected"}, func(g maker) (image, error) { return cook(g, everySum) })
		}
	}
	add(Attack{Name: "bitflip-header", Group: Integrity, Property: "one bit of the header is flipped"}, func(g maker) (image, error) { return flippedAround(g, true) })
	for _, at := range []struct {
		name    string
		num, of int
	}{{"early", 1, 16}, {"early-2", 1, 8}, {"middle", 3, 8}, {"middle-2", 1, 2}, {"middle-3", 5, 8}, {"late", 7, 8}, {"late-2", 15, 16}} {
		property := fmt.Sprintf("one bit of the payload is flipped, %d/%d into it", at.num, at.of)
		cook := func(g maker, which func(image, device.Sum) bool) (image, error) {
			return flipped(g, at.num, at.of, which)
		}
		if at.name == "middle-2" {
			twice("bitflip-"+at.name, property, cook)
			continue
		}
		add(Attack{Name: "bitflip-" + at.name, Group: Integrity, Property: property}, func(g maker) (image, error) { return cook(g, outer) })
	}
	add(Attack{Name: "bitflip-trailer", Group: Integrity, Property: "one bit after the payload is flipped"}, func(g maker) (image, error) { return flippedAround(g, false) })
	add(Attack{Name: "cut-1", Group: Integrity, Property: "the last byte of the payload is missing"}, func(g maker) (image, error) { return cut(g, 1, outer) })
	add(Attack{Name: "cut-4096", Group: Integrity, Property: "the last 4 KiB of the payload are missing"}, func(g maker) (image, error) { return cut(g, 4096, outer) })
	half := g.payloadLength("n") / 2
	twice("cut-half", "the second half of the payload is missing", func(g maker, which func(image, device.Sum) bool) (image, error) { return cut(g, half, which) })
	twice("appended", "16 bytes are appended to the payload", appended)
	twice("swapped", "two blocks of the payload are swapped", swapped)
	add(Attack{Name: "image-older", Group: Integrity, Property: "the metadata are those of N, the image is N-1"}, func(g maker) (image, error) { return mixed(g, "n", "n-1") })
}

func authenticity(g maker, add adding) {
	raised := raise(g.version("n"))
	add(Attack{Name: "signature-flipped", Group: Authenticity, Property: "one bit of the signature is flipped"}, func(g maker) (image, error) { return resigned(g.images["n"], func(s []byte) { s[len(s)/2] ^= 1 }) })
	add(Attack{Name: "signature-zeroed", Group: Authenticity, Property: "the signature is all zeros"}, func(g maker) (image, error) { return zeroed(g.images["n"]) })
	add(Attack{Name: "signature-removed", Group: Authenticity, Property: "there is no signature"}, func(g maker) (image, error) { return removed(g.images["n"]) })
	add(Attack{Name: "self-signed", Group: Authenticity, Property: "it is signed by a key that is not the maker's"}, selfSigned)
	add(Attack{Name: "other-model", Group: Authenticity, Claims: g.version("other-model"), Property: "it is the maker's genuine image for another model"}, func(g maker) (image, error) {
		m, ok := g.images["other-model"]
		above, known := Above(g.version("other-model"), g.version("n-1"))
		switch {
		case !ok:
			return m, fmt.Errorf("there is no image other-model")
		case known && !above:
			return m, fmt.Errorf("the image of the other model is not above version %s: the device could refuse it for that", g.version("n-1"))
		}
		return m, nil
	})
	add(Attack{Name: "version-raised", Group: Authenticity, Claims: raised, Property: "its version is raised, the signature is left as it was"}, raisedVersion)
	add(Attack{Name: "version-raised-zeroed", Group: Authenticity, Claims: raised, Property: "its version is raised and the signature is all zeros"}, then(raisedVersion, zeroed))
	add(Attack{Name: "version-raised-removed", Group: Authenticity, Claims: raised, Property: "its version is raised and there is no signature"}, then(raisedVersion, removed))
}

// rollbacks are the attacks at N. Their control is N+1, or N again after a way back to N-1.
func rollbacks(g maker) []recipe {
	control := "n"
	if _, ok := g.images["n+1"]; ok {
		control = "n+1"
	}
	at := func(name, claims, property string, cook func(maker) (image, error)) recipe {
		return recipe{Attack{Name: name, Group: Rollback, From: "n", Control: control, Claims: claims, Property: property}, cook}
	}
	return []recipe{
		at("older-metadata", g.version("n-1"), "the metadata are those of N-1, the image is N", func(g maker) (image, error) { return mixed(g, "n-1", "n") }),
		at("newer-metadata", g.version("n+1"), "the metadata are those of N+1, the image is N-1", func(g maker) (image, error) {
			if control != "n+1" {
				return image{}, fmt.Errorf("there is no image n+1")
			}
			return mixed(g, "n+1", "n-1")
		}),
		at("downgrade", g.version("n-1"), "it is the maker's genuine image N-1 with its metadata, which is older", func(g maker) (image, error) { return g.images["n-1"], nil }),
	}
}

func then(first func(maker) (image, error), second func(image) (image, error)) func(maker) (image, error) {
	return func(g maker) (image, error) {
		m, err := first(g)
		if err != nil {
			return m, err
		}
		return second(m)
	}
}

// payload is where the payload lies in its file.
func (m image) payload() (from, to int, err error) {
	if m.Payload == nil {
		from, to = 0, len(m.files[m.File])
	} else if from, to, err = m.span(*m.Payload); err != nil {
		return 0, 0, err
	}
	if to-from < 16 {
		return 0, 0, fmt.Errorf("the payload has %d bytes: too few to be altered", to-from)
	}
	return from, to, nil
}

func (g maker) payloadLength(name string) int {
	from, to, _ := g.images[name].payload()
	return to - from
}

// altered writes the payload anew and then the sums for which which holds.
func altered(m image, alter func(b []byte) ([]byte, error), which func(image, device.Sum) bool) (image, error) {
	from, to, err := m.payload()
	if err != nil {
		return m, err
	}
	genuine := m
	file := m.files[m.File]
	b, err := alter(slices.Clone(file[from:to]))
	if err != nil {
		return m, err
	}
	if len(b) != to-from {
		if err := m.movable(to); err != nil {
			return m, err
		}
	}
	m = m.but(m.File, slices.Concat(file[:from], b, file[to:]))
	return m.summed(func(s device.Sum) bool { return which(genuine, s) })
}

// movable tells whether what lies behind the payload is counted from the end, so that it is found when the length changes.
func (m image) movable(end int) error {
	places := slices.Clone(m.Versions)
	for _, p := range []*device.Place{m.Signature, m.PublicKey, m.Version} {
		if p != nil {
			places = append(places, *p)
		}
	}
	for _, s := range m.Sums {
		places = append(places, s.In)
	}
	for _, p := range places {
		if m.in(p) == m.File && p.JSON == "" && p.At >= end {
			return fmt.Errorf("a place at %d lies behind the payload and is counted from the start: write it negative, from the end", p.At)
		}
	}
	return nil
}

// flipped flips a bit num/of into the payload.
func flipped(g maker, num, of int, which func(image, device.Sum) bool) (image, error) {
	return altered(g.images["n"], func(b []byte) ([]byte, error) {
		b[len(b)*num/of] ^= 0x10
		return b, nil
	}, which)
}

// flippedAround flips a bit before or after the payload, where no version, sum or signature lies; after it a sum will do.
func flippedAround(g maker, before bool) (image, error) {
	m := g.images["n"]
	from, to, err := m.payload()
	if err != nil {
		return m, err
	}
	file := m.files[m.File]
	low, high, where := 0, from, "before"
	if !before {
		low, high, where = to, len(file), "after"
	}
	for _, spare := range [][]device.Place{m.kept(g, true), m.kept(g, false)} {
		for i := high - 1; i >= low; i-- {
			at := device.Place{At: i, Length: 1}
			if slices.ContainsFunc(spare, func(p device.Place) bool { return m.overlaps(at, p) }) {
				continue
			}
			b := slices.Clone(file)
			b[i] ^= 0x10
			return m.but(m.File, b).summed(func(s device.Sum) bool { return outer(m, s) && !m.overlaps(at, s.In) })
		}
	}
	return m, fmt.Errorf("nothing lies %s the payload in %s but version and signature", where, m.File)
}

// kept are the places that have attacks of their own.
func (m image) kept(g maker, sums bool) []device.Place {
	places := g.versions()
	if m.Signature != nil {
		places = append(slices.Clone(places), *m.Signature)
	}
	if sums {
		for _, s := range m.Sums {
			places = append(slices.Clone(places), s.In)
		}
	}
	return places
}

func cut(g maker, n int, which func(image, device.Sum) bool) (image, error) {
	return altered(g.images["n"], func(b []byte) ([]byte, error) {
		if n >= len(b) {
			return nil, fmt.Errorf("the payload has only %d bytes", len(b))
		}
		return b[:len(b)-n], nil
	}, which)
}

func appended(g maker, which func(image, device.Sum) bool) (image, error) {
	return altered(g.images["n"], func(b []byte) ([]byte, error) { return append(b, "appended by test"...), nil }, which)
}

// swapped swaps the first two blocks of a power of two, at most 4 KiB, that differ.
func swapped(g maker, which func(image, device.Sum) bool) (image, error) {
	return altered(g.images["n"], func(b []byte) ([]byte, error) {
		size := 4096
		for size > 4 && size*4 > len(b) {
			size /= 2
		}
		for at := size; at+size <= len(b); at += size {
			if first, other := b[:size], b[at:at+size]; !slices.Equal(first, other) {
				keep := slices.Clone(first)
				copy(first, other)
				copy(other, keep)
				return b, nil
			}
		}
		return nil, fmt.Errorf("all blocks of the payload are alike")
	}, which)
}

// mixed has the metadata of one image and the payload's file of another.
func mixed(g maker, metadata, payload string) (image, error) {
	m := g.images[metadata]
	if m.Signature == nil || m.in(*m.Signature) == m.File {
		return m, fmt.Errorf("metadata and image are one file")
	}
	return m.but(m.File, g.images[payload].files[m.File]), nil
}

func raisedVersion(g maker) (m image, err error) {
	m = g.images["n"]
	if len(g.versions()) == 0 {
		return m, fmt.Errorf("the layout names no version")
	}
	raised := raise(g.version("n"))
	if above, known := Above(raised, g.version("n")); known && !above {
		return m, fmt.Errorf("no version of the length of %s is above it", g.version("n"))
	}
	for _, p := range g.versions() {
		value := []byte(raised)
		if p.As == "be32" || p.As == "le32" {
			n, err := strconv.ParseUint(raised, 10, 32)
			if err != nil {
				return m, fmt.Errorf("the version %s is no number", raised)
			}
			value = binary.BigEndian.AppendUint32(nil, uint32(n))
		}
		if m, err = m.put(p, value); err != nil {
			return m, err
		}
	}
	return m.summed(func(device.Sum) bool { return true })
}

// raise returns the version above all of the same length: every digit is 9.
func raise(version string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '9'
		}
		return r
	}, version)
}
