package harness

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// selfAssessed tells whether who tests is who made it: the right says so, or the maker's name stands in who tests.
func selfAssessed(a *device.Authorisation, maker string) bool {
	if a == nil {
		return false
	}
	right, by := words(a.Right), words(a.By)
	if len(right) > 0 && slices.Contains([]string{"maker", "manufacturer", "maker's", "manufacturer's"}, right[0]) {
		return true
	}
	name := words(maker)
	for i := 0; len(name) > 0 && i+len(name) <= len(by); i++ {
		if slices.Equal(by[i:i+len(name)], name) {
			return true
		}
	}
	return false
}

// words of a name, in small letters, without the signs around them.
func words(s string) []string {
	var out []string
	for _, w := range strings.Fields(strings.ToLower(s)) {
		if w = strings.Trim(w, ".,;:()"); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// Doubtful lists the units of an edition of which even the letter is in doubt: a report that shows them is a draft mapping
// until somebody held them against the document.
func Doubtful(e provisions.Edition) (units []string) {
	for _, p := range provisions.Must().Provisions(e) {
		for _, u := range p.Units() {
			if u.Confidence.Doubtful() {
				units = append(units, u.ID)
			}
		}
	}
	return units
}

// A Tick says that somebody held a doubtful unit against a copy of the document and found it there as the catalogue has it.
type Tick struct {
	Unit     string `yaml:"unit" json:"unit"`
	By       string `yaml:"by" json:"by"`
	On       string `yaml:"on" json:"on"`             // 2027-01-31
	Document string `yaml:"document" json:"document"` // with its version: TS 103 701 V2.1.1
}

// Confirm takes ticks into account: what they leave is the draft mapping.
func (m *Matrix) Confirm(ticks []Tick) {
	m.Draft = slices.DeleteFunc(m.Draft, func(unit string) bool {
		return slices.ContainsFunc(ticks, func(t Tick) bool { return t.Unit == unit })
	})
	if len(m.Draft) == 0 {
		m.Draft = nil
	}
}

// LoadTicks reads a file of ticks strictly; a file that is not there holds none.
func LoadTicks(path string) ([]Tick, error) {
	var file struct {
		Confirmed []Tick `yaml:"confirmed"`
	}
	s, err := device.ReadSheet("confirmed units", path, &file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i, t := range file.Confirmed {
		for key, why := range t.wrong() {
			s.Say(fmt.Sprintf("confirmed/%d/%s", i, key), why, "assay list --confirm writes this file")
		}
		if slices.ContainsFunc(file.Confirmed[:i], func(o Tick) bool { return o.Unit == t.Unit }) {
			s.Say(fmt.Sprintf("confirmed/%d", i), t.Unit+" is confirmed a second time", "keep one")
		}
	}
	return file.Confirmed, s.Err()
}

// wrong says what is wrong with a tick, by its key.
func (t Tick) wrong() map[string]string {
	out := map[string]string{}
	if !slices.Contains(Doubtful(provisions.V31), t.Unit) {
		out["unit"] = fmt.Sprintf("%q is no unit in doubt", t.Unit)
	}
	if strings.TrimSpace(t.By) == "" {
		out["by"] = "nobody is named who looked"
	}
	if _, err := time.Parse(time.DateOnly, t.On); err != nil {
		out["on"] = fmt.Sprintf("on is %q, want a day as 2027-01-31", t.On)
	}
	e, err := provisions.ParseEdition(t.Document)
	if err != nil || e != provisions.V31 || !strings.Contains(t.Document, "103 701") {
		out["document"] = fmt.Sprintf("document is %q, want the one that names the units, with its version: TS 103 701 V2.1.1", t.Document)
	}
	return out
}

// AddTicks ticks units in the file at path. The file is written whole or not at all.
func AddTicks(path string, add []Tick) error {
	ticks, err := LoadTicks(path)
	if err != nil {
		return err
	}
	for _, t := range add {
		for _, why := range t.wrong() {
			return fmt.Errorf("confirm %s: %s", t.Unit, why)
		}
		ticks = slices.DeleteFunc(ticks, func(o Tick) bool { return o.Unit == t.Unit })
		ticks = append(ticks, t)
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, "# units that were held against a copy of the document; assay list --confirm writes this file")
	if err := yaml.NewEncoder(&b).Encode(map[string]any{"confirmed": ticks}); err != nil {
		return fmt.Errorf("write confirmed units: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".part-")
	if err != nil {
		return fmt.Errorf("write confirmed units: %w", err)
	}
	defer os.Remove(tmp.Name()) // no longer there when all went well
	_, err = tmp.Write(b.Bytes())
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write confirmed units %s: %w", path, err)
	}
	return nil
}
