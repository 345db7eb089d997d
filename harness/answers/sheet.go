package answers

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// A Sheet is a run's questions and answers as YAML, for people who prefer their editor, and for programs:
//
//	record: 5f0c…            # the run that it is about
//	edition: V2.1
//	answers:
//	  - unit: 5.3-10-1a
//	    verdict: PASS        # empty: still open
//	    reason: the guide names all three steps
//	    evidence:
//	      - {file: guide.pdf, sha256: 9b1e…, kind: file}
//
// An answer without the hash of its evidence is a proposal: it is shown, and counts for nothing.
type Sheet struct {
	Record  string     `yaml:"record"`
	Edition string     `yaml:"edition"`
	Answers []SheetRow `yaml:"answers"`
}

// A SheetRow is a unit in a sheet.
type SheetRow struct {
	Unit     string       `yaml:"unit"`
	Question string       `yaml:"question,omitempty"` // for the reader, as what follows
	Known    string       `yaml:"known,omitempty"`
	Proposed string       `yaml:"proposed,omitempty"`
	Verdict  string       `yaml:"verdict"`
	Reason   string       `yaml:"reason"`
	Evidence []SheetFile  `yaml:"evidence,omitempty"`
	By       string       `yaml:"by,omitempty"`
	Role     string       `yaml:"role,omitempty"`
	At       string       `yaml:"at,omitempty"` // RFC 3339
	Inputs   []SheetInput `yaml:"inputs,omitempty"`
}

// SheetFile is evidence in a sheet. Its bytes lie beside the sheet, or in the run already.
type SheetFile struct {
	File   string `yaml:"file"`
	SHA256 string `yaml:"sha256,omitempty"`
	Kind   string `yaml:"kind,omitempty"`
}

// SheetInput is an input in a sheet.
type SheetInput struct {
	What   string `yaml:"what"`
	SHA256 string `yaml:"sha256"`
}

// Entry is a row as an entry of the book.
func (r SheetRow) Entry() Entry {
	e := Entry{Kind: Answer, Unit: r.Unit, Verdict: r.Verdict, Reason: strings.TrimSpace(r.Reason), By: r.By, Role: r.Role}
	for _, f := range r.Evidence {
		e.Evidence = append(e.Evidence, Evidence(f))
	}
	for _, in := range r.Inputs {
		e.Inputs = append(e.Inputs, Input(in))
	}
	e.At, _ = time.Parse(time.RFC3339Nano, r.At)
	return e
}

// Answered fills a row with what an entry says.
func (r *SheetRow) Answered(e Entry) {
	r.Verdict, r.Reason, r.By, r.Role = e.Verdict, e.Reason, e.By, e.Role
	r.At = e.At.UTC().Format(time.RFC3339Nano)
	r.Evidence, r.Inputs = nil, nil
	for _, f := range e.Evidence {
		r.Evidence = append(r.Evidence, SheetFile(f))
	}
	for _, in := range e.Inputs {
		r.Inputs = append(r.Inputs, SheetInput(in))
	}
}

// Write writes a sheet.
func (s Sheet) Write(w io.Writer) error {
	b, err := yaml.MarshalWithOptions(s, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(false))
	if err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	_, err = io.Copy(w, io.MultiReader(strings.NewReader("# Fill in verdict and reason, and attach evidence: {file: …, sha256: …, kind: file|photo|text|address}\n"), bytes.NewReader(b)))
	return err
}

// ReadSheet reads a sheet strictly, for a run: every problem at once, with line and column. Rows without a verdict are left out.
// Evidence is looked for in the run, and beside the sheet; what is found there is kept in the run.
func ReadSheet(path string, run Run) ([]SheetRow, error) {
	b, err := slurp(path, "sheet")
	if err != nil {
		return nil, err
	}
	var s Sheet
	d, form := device.ParseSheet(path, b, &s)
	if (form == nil || s.Record != "") && s.Record != run.Opening {
		d.Say("record", "the sheet is of another run", "export it from this one, or take the answers over with --from")
	}
	if (form == nil || s.Edition != "") && s.Edition != string(run.Edition) {
		d.Say("edition", fmt.Sprintf("the sheet is of edition %q, and the run of %s", s.Edition, run.Edition), "")
	}
	var rows []SheetRow
	for i, r := range s.Answers {
		if r.Verdict == "" && strings.TrimSpace(r.Reason) == "" && len(r.Evidence) == 0 {
			continue
		}
		at := fmt.Sprintf("answers/%d/", i)
		r.check(d, at, run)
		for j := range r.Evidence {
			r.Evidence[j].find(d, fmt.Sprintf("%sevidence/%d", at, j), filepath.Dir(path), run.Dir)
		}
		rows = append(rows, r)
	}
	if err := d.Err(); err != nil {
		return nil, err
	}
	return rows, nil
}

func (r SheetRow) check(d *device.Sheet, at string, run Run) {
	u, ok := provisions.Must().Unit(run.Edition, r.Unit)
	verdicts := Verdicts
	switch {
	case !ok:
		d.Say(at+"unit", fmt.Sprintf("%s has no unit %q", run.Edition, r.Unit), "assay list --edition "+string(run.Edition)+" shows them")
	case u.Method.Prepares:
		verdicts = Verdicts[3:]
	default:
		verdicts = Verdicts[:3]
	}
	if !slices.Contains(verdicts, r.Verdict) {
		d.Say(at+"verdict", fmt.Sprintf("%q is no verdict of %s", r.Verdict, r.Unit), "it is one of "+strings.Join(verdicts, ", "))
	}
	if err := CheckReason(r.Reason); err != nil {
		d.Say(at+"reason", err.Error(), "")
	}
	if r.At != "" {
		if when, err := time.Parse(time.RFC3339Nano, r.At); err != nil {
			d.Say(at+"at", fmt.Sprintf("%q is no time", r.At), "2027-01-31T09:00:00Z, or leave it out")
		} else if when.After(time.Now().Add(time.Minute)) {
			d.Say(at+"at", r.At+" is still to come", "leave it out")
		}
	}
	var then []Input
	for _, in := range r.Inputs {
		then = append(then, Input(in))
	}
	if why := Changed(then, run.inputs(r.Unit)); ok && len(then) > 0 && len(why) > 0 {
		d.Say(at+"inputs", r.Unit+" was judged by something else than this run shows: "+strings.Join(why, "; "), "export it again, look, and judge anew")
	}
}

// find looks for the bytes of a piece of evidence, and keeps them in the run.
func (f SheetFile) find(d *device.Sheet, at, beside, dir string) {
	kind := f.Kind
	switch {
	case !slices.Contains(EvidenceKinds, kind):
		d.Say(at+"/kind", fmt.Sprintf("%q is no kind of evidence", kind), "it is one of "+strings.Join(EvidenceKinds, ", "))
		return
	case f.SHA256 == "" || held(dir, f.SHA256):
		return
	}
	var b []byte
	switch kind {
	case "address", "text":
		b = []byte(f.File)
	default:
		path := f.File
		if !filepath.IsAbs(path) {
			path = filepath.Join(beside, path)
		}
		var err error
		if b, err = ReadEvidence(path); err != nil {
			d.Say(at+"/file", err.Error(), "lay it beside the sheet")
			return
		}
	}
	if sum := id(b); sum != f.SHA256 {
		d.Say(at+"/sha256", fmt.Sprintf("%s has the SHA-256 %s", f.File, sum), "attach the file that was looked at")
		return
	}
	if _, err := Keep(dir, f.File, b); err != nil {
		d.Say(at+"/file", err.Error(), "")
	}
}

// ReadEvidence reads a file that is to be attached.
func ReadEvidence(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxEvidence+1))
	if err == nil && len(b) > MaxEvidence {
		err = fmt.Errorf("it is larger than %d bytes", MaxEvidence)
	}
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", path, err)
	}
	return b, nil
}

// Attach keeps a piece of evidence in the run: a file or photo by its path, an address or text by itself.
func Attach(dir, kind, what string) (Evidence, error) {
	b, name := []byte(what), what
	switch kind {
	case "file", "photo":
		var err error
		if b, err = ReadEvidence(what); err != nil {
			return Evidence{}, err
		}
		name = filepath.Base(what)
	case "address":
		if !address(what) {
			return Evidence{}, fmt.Errorf("attach %q: it is no address of a page: https://…", what)
		}
	case "text":
		if strings.TrimSpace(what) == "" {
			return Evidence{}, fmt.Errorf("attach a text: it is empty")
		}
	default:
		return Evidence{}, fmt.Errorf("%q is no kind of evidence: it is one of %s", kind, strings.Join(EvidenceKinds, ", "))
	}
	sum, err := Keep(dir, name, b)
	return Evidence{name, sum, kind}, err
}
