package device

import (
	"path/filepath"
	"slices"
)

// Supplied is what the command line gives beside the device file, and goes with the record:
// --firmware FILE --advisories FILE --authorise unpack,guess-hashes.
type Supplied struct {
	Firmware    []string `json:"firmware,omitempty"`   // paths of images
	Advisories  string   `json:"advisories,omitempty"` // path
	Unpack      bool     `json:"unpack,omitempty"`
	GuessHashes bool     `json:"guess_hashes,omitempty"`
}

// Into is the device file with what is supplied in the place of what it names itself; nil is no device file, and stays so
// where nothing is supplied. The file that is given is left as it is.
func (s *Supplied) Into(f *File) *File {
	if s == nil {
		return f
	}
	out := &File{}
	if f != nil {
		c := *f
		out = &c
	}
	if len(s.Firmware) > 0 {
		out.Firmware, out.MoreFirmware = s.Firmware[0], s.Firmware[1:]
	}
	if s.Advisories != "" {
		out.Advisories = s.Advisories
	}
	if s.Unpack || s.GuessHashes {
		a := Authorisation{}
		if out.Authorised != nil {
			a = *out.Authorised
		}
		a.Unpack, a.GuessHashes = a.Unpack || s.Unpack, a.GuessHashes || s.GuessHashes
		out.Authorised = &a
	}
	return out
}

// Images are the paths of the images of the device's software, as they are to be opened.
func (f *File) Images() (out []string) {
	if f == nil || f.Firmware == "" {
		return nil
	}
	for _, p := range slices.Concat([]string{f.Firmware}, f.MoreFirmware) {
		out = append(out, filepath.Clean(f.Resolve(p)))
	}
	return out
}
