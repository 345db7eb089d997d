package firmware

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/login"
	"github.com/secure-by-design/assay/provisions"
)

// Look asks what the image that the device file names holds (firmware:). The device is asked nothing.
type Look struct{}

// An Image is the answer.
type Image struct {
	Images []Source
	Contents
	Guessed bool // hashes were held against published passwords
}

// A Source is an image that was opened.
type Source struct {
	Name   string
	SHA256 string
	Size   int64
}

// Level is passive, and the authorisation has a tick of its own (rule AUTHORISED).
func (Look) Level() provisions.Level { return provisions.Passive }
func (Look) Lasting()                {}
func (Look) String() string          { return "look into the firmware" }

// Largest image that is read, in bytes.
const Largest = 1 << 30

// Ask reads the image, opens it in memory and looks through it.
func (Look) Ask(ctx context.Context, on *dial.Device) (Image, error) {
	f := on.File
	switch {
	case f == nil || f.Firmware == "":
		return Image{}, errors.New("no firmware is at hand\n  name the image in the device file: firmware: PATH")
	case f.Authorised == nil || !f.Authorised.Unpack:
		return Image{}, errors.New("the firmware was not looked into: the authorisation does not say that it may be\n  where you have the right to, add to the device file: authorised: {unpack: true}")
	}
	o := Options{}
	if f.Authorised.GuessHashes {
		for _, c := range login.WellKnownList() {
			o.Guess = append(o.Guess, c.Password)
		}
		slices.Sort(o.Guess)
		o.Guess = slices.Compact(o.Guess)
	}
	out := Image{Guessed: f.Authorised.GuessHashes}
	for _, path := range f.Images() {
		data, err := whole(path)
		if err != nil {
			return Image{}, fmt.Errorf("read the firmware: %w", err)
		}
		name, sum := safeName(filepath.Base(path)), sha256.Sum256(data)
		out.Images = append(out.Images, Source{name, hex.EncodeToString(sum[:]), int64(len(data))})
		out.add(Search(ctx, name, data, o))
	}
	return out, ctx.Err()
}

// add joins what another image holds.
func (c *Contents) add(o Contents) {
	c.Files, c.Bytes, c.Cut = c.Files+o.Files, c.Bytes+o.Bytes, cmp.Or(c.Cut, o.Cut)
	c.Opened, c.Shut = append(c.Opened, o.Opened...), append(c.Shut, o.Shut...)
	c.Hits, c.Parts = append(c.Hits, o.Hits...), append(c.Parts, o.Parts...)
}

// whole reads an image, if it is not too large.
func whole(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, Largest+1))
	if len(b) > Largest {
		return nil, fmt.Errorf("%s has more than %d bytes", filepath.Base(path), Largest)
	}
	return b, err
}
