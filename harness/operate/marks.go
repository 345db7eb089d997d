package operate

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/secure-by-design/assay/harness/bench/updates"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/firmware"
	"github.com/secure-by-design/assay/provisions"
)

// Marks asks by what the genuine updates of the device file are signed, as the images themselves say. The device is asked nothing.
type Marks struct{}

// Level is passive.
func (Marks) Level() provisions.Level { return provisions.Passive }
func (Marks) Lasting()                {}
func (Marks) String() string          { return "by what the genuine updates are signed" }

// Ask reads the images.
func (Marks) Ask(_ context.Context, on *dial.Device) (out []firmware.Mark, err error) {
	if on.File == nil || on.File.Updates == nil {
		return nil, errNoImages
	}
	declared, load := on.File.Updates, updates.Open(on.File)
	for _, name := range slices.Sorted(maps.Keys(declared.Images)) {
		files, err := updates.Genuine(declared, name, load)
		if err != nil {
			return nil, fmt.Errorf("read by what updates are signed: %w", err)
		}
		for _, file := range slices.Sorted(maps.Keys(files)) {
			out = append(out, firmware.Marks(name+": "+file, files[file])...)
		}
		key, err := updates.Key(declared, files)
		if err != nil {
			return nil, fmt.Errorf("read by what the image %s is signed: %w", name, err)
		}
		if key != nil {
			out = append(out, firmware.Mark{Where: name, Container: "layout of the device file", By: []string{firmware.Strength(key)}, Known: firmware.Published(key)})
		}
	}
	return out, nil
}
