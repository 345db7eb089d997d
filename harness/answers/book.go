package answers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// A Run is the run that a book stands beside, as far as answers are held against it.
type Run struct {
	Dir     string
	Opening string // SHA-256 of the record's first line
	Edition provisions.Edition
	Inputs  func(unit string) []Input // what a judgement of the unit rests on in this run
}

func (r Run) inputs(unit string) []Input {
	if r.Inputs == nil {
		return nil
	}
	return r.Inputs(unit)
}

// A Book is the answers of a run, each held against the lab file.
type Book struct {
	Head    string    // SHA-256 of the last line; "" where nothing was answered
	Invalid []Invalid // lines that count for nothing

	run   Run
	lab   *Lab
	given bool // the lab file was named by whoever reads, not taken from beside the answers
	valid []counted
}

// An Invalid line counts for nothing, because.
type Invalid struct {
	Line int
	Unit string
	By   string
	Why  string
}

func (i Invalid) String() string {
	return fmt.Sprintf("%s:%d: %s of %s counts for nothing: %s", Name, i.Line, strings.TrimSpace("the entry for "+i.Unit), i.By, i.Why)
}

// counted is a valid line as it counts: of one that was taken over, what was signed first.
type counted struct {
	Entry
	id    string
	raw   []byte
	taken string // the run that it comes from, and
	by    string // who took it over
}

// Load reads and verifies the book beside a run's record. Without a lab file, the one that was in force at the last answer
// is used, which is kept with the evidence.
func Load(run Run, lab *Lab) (*Book, error) {
	lines, _, err := readLines(filepath.Join(run.Dir, Name))
	if err != nil {
		return nil, err
	}
	b := &Book{run: run, lab: lab, given: lab != nil}
	if len(lines) == 0 {
		return b, nil
	}
	b.Head = id(lines[len(lines)-1].raw)
	if lab == nil {
		b.lab = keptLab(run.Dir, lines)
	}
	for _, l := range lines {
		h, err := b.hold(l)
		if err != nil {
			b.Invalid = append(b.Invalid, Invalid{l.N, l.Unit, l.By, err.Error()})
			continue
		}
		b.valid = append(b.valid, h)
	}
	return b, nil
}

// Lab is the SHA-256 of the lab file in force, and whether the reader named it himself.
func (b *Book) Lab() (sha256 string, given bool) {
	if b.lab == nil {
		return "", false
	}
	return b.lab.Digest(), b.given
}

func keptLab(dir string, lines []line) *Lab {
	for _, l := range slices.Backward(lines) {
		if l.Lab == "" || !held(dir, l.Lab) {
			continue
		}
		path := evidence.Path(dir, l.Lab)
		if text, err := os.ReadFile(path); err == nil {
			lab, _ := parseLab(path, text)
			return lab
		}
	}
	return nil
}

// hold says whether a line counts, and as what.
func (b *Book) hold(l line) (counted, error) {
	h := counted{Entry: l.Entry, id: id(l.raw), raw: l.raw}
	if l.Run != b.run.Opening {
		return h, errors.New("it was given for another run: take it over with assay answer --from")
	}
	if l.Kind == Proposed {
		return h, nil
	}
	if err := b.signed(l); err != nil {
		return h, err
	}
	if l.Taken == nil {
		return h, b.sound(l.Entry)
	}
	raw := []byte(l.Taken.Line)
	first, err := parseEntry(raw)
	if err != nil {
		return h, fmt.Errorf("what was taken over cannot be read: %w", err)
	}
	switch {
	case first.Unit != l.Unit || first.Kind != l.Kind || first.Taken != nil:
		return h, errors.New("it was taken over as something else than was signed")
	case first.Run == b.run.Opening:
		return h, errors.New("it was taken over from this very run, where what its person said last counts")
	}
	if err := b.signed(line{first, raw}); err != nil {
		return h, fmt.Errorf("of the earlier run: %w", err)
	}
	if first.Kind == Answer {
		if why := Changed(first.Inputs, b.run.inputs(l.Unit)); len(why) > 0 {
			return h, fmt.Errorf("it was taken over, and %s", strings.Join(why, "; "))
		}
	}
	h = counted{first, id(raw), raw, l.Taken.Run, l.By}
	return h, b.sound(first)
}

// signed holds a line against the lab file: its signature, its person, and what he is entitled to.
func (b *Book) signed(l line) error {
	switch {
	case b.lab == nil:
		return errors.New("no lab file says whose key it is: --lab FILE")
	case l.Signature == "" || l.Key == "":
		return errors.New("it is not signed")
	case !verified(l.raw, l.Key):
		return errors.New("its signature does not verify: it was altered, or another key signed it")
	}
	p, ok := b.lab.Owner(l.Key)
	switch {
	case !ok:
		return fmt.Errorf("the lab file has no person with the key %s", l.Key)
	case p.Name != l.By:
		return fmt.Errorf("the key is that of %s", p.Name)
	case !slices.Contains(p.Roles, l.Role):
		return fmt.Errorf("%s has not the role %q in the lab file", p.Name, l.Role)
	}
	for _, u := range l.units() {
		unit, ok := provisions.Must().Unit(b.run.Edition, u)
		if !ok || l.Edition != string(b.run.Edition) {
			return fmt.Errorf("it judges %s of edition %s, and the run is of %s", u, l.Edition, b.run.Edition)
		}
		if !p.May(unit.Provision) {
			return fmt.Errorf("%s is not entitled to %s: the lab file lets %s judge %s", p.Name, unit.Provision, p.Name, strings.Join(p.Clauses, ", "))
		}
	}
	return nil
}

// units are those that an entry speaks of.
func (e Entry) units() []string {
	if e.Document != nil {
		return e.Document.Units
	}
	return []string{e.Unit}
}

// sound wants of an entry what its kind must have.
func (b *Book) sound(e Entry) error {
	if err := CheckReason(e.Reason); err != nil {
		return err
	}
	for _, ev := range e.Evidence {
		if !held(b.run.Dir, ev.SHA256) {
			return fmt.Errorf("its evidence %s (%.12s…) is missing or was altered", ev.File, ev.SHA256)
		}
	}
	switch e.Kind {
	case Answer:
		return b.soundAnswer(e)
	case Confirm, Object:
		if e.Of == "" {
			return errors.New("it names no answer")
		}
		return nil
	case External:
		if e.Document == nil || len(e.Evidence) == 0 {
			return errors.New("it names no document, or the document is not attached")
		}
		return nil
	}
	return fmt.Errorf("%q is no kind of entry", e.Kind)
}

// General inputs are there for every unit; an answer that rests on them alone rests on nothing.
var General = []string{"the method", "the model", "the firmware"}

func (b *Book) soundAnswer(e Entry) error {
	u, _ := provisions.Must().Unit(b.run.Edition, e.Unit)
	prepares := e.Verdict == "DONE" || e.Verdict == "NOT DONE"
	switch {
	case !slices.Contains(Verdicts, e.Verdict):
		return fmt.Errorf("%q is no verdict", e.Verdict)
	case u.Method.Prepares != prepares && u.Method.Prepares:
		return fmt.Errorf("%s only prepares others: it is DONE or NOT DONE", e.Unit)
	case u.Method.Prepares != prepares:
		return fmt.Errorf("%s judges: it is PASS, FAIL or INCONCLUSIVE", e.Unit)
	}
	rests := func(in Input) bool { return !slices.Contains(General, in.What) }
	if (e.Verdict == "PASS" || e.Verdict == "FAIL") && len(e.Evidence) == 0 && !slices.ContainsFunc(e.Inputs, rests) {
		return errors.New("it rests on nothing: neither the device file nor the record holds anything for this unit, and no evidence is attached")
	}
	return nil
}
