package components

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/provisions"
)

// Look asks what is published of the components that a product is said or seen to hold. The device is asked nothing: the bill
// of materials and the list of vulnerabilities are those that the device file names (sbom:, advisories:).
type Look struct{ Seen []Component } // in the firmware, or by banners

// A Known is the answer.
type Known struct {
	Components int       // with a version
	Records    int       // of the list
	Day        time.Time // of the newest change in the list
	Exploited  bool      // the list knows what is exploited
	Matches    []Match
}

// Level is passive.
func (Look) Level() provisions.Level { return provisions.Passive }
func (Look) String() string          { return "look up the product's components in the list of vulnerabilities" }

const mostMatches = 1000

// Ask reads both files and matches.
func (q Look) Ask(_ context.Context, on *dial.Device) (Known, error) {
	f := on.File
	if f == nil || f.Advisories == "" {
		return Known{}, errors.New("no list of vulnerabilities is at hand\n  name a snapshot in the device file: advisories: PATH")
	}
	parts := q.Seen
	if f.SBOM != "" {
		data, err := bounded(f, f.SBOM, 64<<20)
		if err != nil {
			return Known{}, fmt.Errorf("read the bill of materials: %w", err)
		}
		listed, err := ReadSBOM(data)
		if err != nil {
			return Known{}, err
		}
		parts = Merge(listed, parts)
	}
	data, err := bounded(f, f.Advisories, MostBytes)
	if err != nil {
		return Known{}, fmt.Errorf("read the list of vulnerabilities: %w", err)
	}
	s, err := ReadSnapshot(data)
	if err != nil {
		return Known{}, err
	}
	m := s.Match(parts)
	return Known{len(parts), s.Records, s.Day, s.hasKEV, m[:min(len(m), mostMatches)]}, nil
}

func bounded(f *device.File, path string, most int64) ([]byte, error) {
	from, err := os.Open(f.Resolve(path))
	if err != nil {
		return nil, err
	}
	defer from.Close()
	b, err := io.ReadAll(io.LimitReader(from, most+1))
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return b, err
}
