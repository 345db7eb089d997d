package harness

import (
	"fmt"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/evidence"
)

// answered says what book was folded in.
func (f folding) answered() *Answered {
	if f.book == nil || f.book.Head == "" {
		return nil
	}
	a := &Answered{Head: f.book.Head, Final: f.final}
	lab, given := f.book.Lab()
	a.Lab, a.LabKept = lab, !given
	for _, i := range f.book.Invalid {
		a.Invalid = append(a.Invalid, i.String())
	}
	return a
}

// folding of this record.
func (p *Past) folding(o Opening) folding {
	return folding{book: p.book, file: p.File, final: p.Final, at: o.At, of: o.Identity}
}

// Answer reads the answers beside the record again, held against a lab file (nil: the one that is kept with them).
func (p *Past) Answer(lab *answers.Lab) error {
	book, err := answers.Load(p.Desk(), lab)
	p.book = book
	return err
}

// Book is the run's answers.
func (p *Past) Book() *answers.Book { return p.book }

// Desk is the run as answers are held against it.
func (p *Past) Desk() answers.Run {
	opening := p.Log.Head
	if len(p.Log.Events) > 1 {
		opening = p.Log.Events[1].Prev
	}
	return answers.Run{Dir: p.Dir, Opening: opening, Edition: p.Opening.Edition, Inputs: p.Inputs}
}

// Guard makes the secrets of the device file known, as far as they can still be read, so that none of them is kept with an answer.
func (p *Past) Guard() {
	if p.File != nil {
		secrets(p.File)
	}
}

// Clean refuses a text that a secret of the device stands in.
func Clean(text string) error {
	if string(evidence.Cut([]byte(text))) != text {
		return fmt.Errorf("%w: say it without", answers.ErrSecret)
	}
	return nil
}
