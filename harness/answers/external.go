package answers

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// externalDocument is an entry of a file of external documents:
//
//	external:
//	  - title: Test report 4711
//	    issuer: Lab X
//	    date: 2026-05-01
//	    valid_until: 2028-05-01   # where it names an end
//	    model: Cam One
//	    firmware: "2.4.*"         # empty: it names none
//	    scope: the update mechanism over the air
//	    units: [5.3-9, 5.3-10-1a] # clauses, provisions, cases or units that it may stand for
//	    file: report.pdf
//	    sha256: 9b1e…             # of the file; where given it is held against it
//	    reason: its chapters 4 and 5 test both units
type externalDocument struct {
	Title      string   `yaml:"title"`
	Issuer     string   `yaml:"issuer"`
	Date       string   `yaml:"date"`
	ValidUntil string   `yaml:"valid_until,omitempty"`
	Model      string   `yaml:"model"`
	Firmware   string   `yaml:"firmware,omitempty"`
	Scope      string   `yaml:"scope"`
	Units      []string `yaml:"units"`
	File       string   `yaml:"file"`
	SHA256     string   `yaml:"sha256,omitempty"`
	Reason     string   `yaml:"reason"`
}

// ReadExternal reads a file of external documents strictly and keeps each document in the run. The entries that come back are
// to be signed.
func ReadExternal(path string, run Run) ([]Entry, error) {
	b, err := slurp(path, "file of external documents")
	if err != nil {
		return nil, err
	}
	var file struct {
		External []externalDocument `yaml:"external"`
	}
	d, _ := device.ParseSheet(path, b, &file)
	var out []Entry
	for i, x := range file.External {
		at := fmt.Sprintf("external/%d/", i)
		e := Entry{Kind: External, Reason: x.Reason, Document: &Certificate{x.Issuer, x.Title, x.Date, x.ValidUntil, x.Model, x.Firmware, x.Scope, nil}}
		x.check(d, at)
		for j, what := range x.Units {
			units, err := provisions.Must().Select(run.Edition, what)
			if err != nil {
				d.Say(fmt.Sprintf("%sunits/%d", at, j), err.Error(), "")
			}
			for _, u := range units {
				if !u.Method.Prepares && !slices.Contains(e.Document.Units, u.ID) {
					e.Document.Units = append(e.Document.Units, u.ID)
				}
			}
		}
		if x.File != "" {
			e.Evidence = x.attach(d, at, filepath.Dir(path), run.Dir)
		}
		out = append(out, e)
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return out, nil
}

func (x externalDocument) check(d *device.Sheet, at string) {
	for _, f := range []struct{ key, value string }{{"title", x.Title}, {"issuer", x.Issuer}, {"model", x.Model}, {"scope", x.Scope}, {"file", x.File}} {
		if f.value == "" {
			d.Say(at+f.key, "a document has no "+f.key, "")
		}
	}
	if _, err := time.Parse(time.DateOnly, x.Date); err != nil {
		d.Say(at+"date", fmt.Sprintf("date is %q", x.Date), "write 2027-01-31")
	}
	if _, err := time.Parse(time.DateOnly, x.ValidUntil); err != nil && x.ValidUntil != "" {
		d.Say(at+"valid_until", fmt.Sprintf("valid_until is %q", x.ValidUntil), "write 2027-01-31")
	}
	if len(x.Units) == 0 {
		d.Say(at+"units", "the document stands for nothing", "units: [5.3-9, 5.3-10-1a]")
	}
	if err := CheckReason(x.Reason); err != nil {
		d.Say(at+"reason", err.Error(), "say where the document tests these units")
	}
}

func (x externalDocument) attach(d *device.Sheet, at, beside, dir string) []Evidence {
	path := x.File
	if !filepath.IsAbs(path) {
		path = filepath.Join(beside, path)
	}
	e, err := Attach(dir, "file", path)
	switch {
	case err != nil:
		d.Say(at+"file", err.Error(), "")
	case x.SHA256 != "" && x.SHA256 != e.SHA256:
		d.Say(at+"sha256", fmt.Sprintf("%s has the SHA-256 %s", x.File, e.SHA256), "attach the document that was looked at")
	}
	return []Evidence{e}
}
