package firmware

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	SHA256 string
	Size   int64
	Contents
	Guessed bool // hashes were held against published passwords
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
	path := f.Resolve(f.Firmware)
	switch s, err := os.Stat(path); {
	case err != nil:
		return Image{}, fmt.Errorf("read the firmware: %w", err)
	case s.Size() > Largest:
		return Image{}, fmt.Errorf("read the firmware %s: it has %d bytes, and %d are read at most", f.Firmware, s.Size(), Largest)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Image{}, fmt.Errorf("read the firmware: %w", err)
	}
	o := Options{}
	if f.Authorised.GuessHashes {
		for _, c := range login.WellKnownList() {
			o.Guess = append(o.Guess, c.Password)
		}
		slices.Sort(o.Guess)
		o.Guess = slices.Compact(o.Guess)
	}
	sum := sha256.Sum256(data)
	return Image{hex.EncodeToString(sum[:]), int64(len(data)), Search(ctx, filepath.Base(path), data, o), f.Authorised.GuessHashes}, ctx.Err()
}
