package harness

import (
	"fmt"

	"github.com/secure-by-design/assay/harness/answers"
)

// ics are the rows of the ICS that do not stand. Without a device file nothing is claimed, and nothing is judged.
func (f folding) ics(o Opening) (out []ICSProblem) {
	if f.file == nil || len(f.file.ICS) == 0 {
		return nil
	}
	for _, j := range f.file.JudgeICS(o.Edition) {
		if j.Problem != "" {
			out = append(out, ICSProblem{j.Provision, j.Problem, !j.Invalid(), j.Next})
		}
	}
	return out
}

// icsProblems are those that make the ICS invalid, and those for which it is not finished, as parts of the device's line.
func (m *Matrix) icsProblems() (invalid, open []string) {
	for _, p := range m.ICS {
		if p.Open {
			open = append(open, p.Problem)
		} else {
			invalid = append(invalid, "the ICS is invalid: "+p.Problem)
		}
	}
	return short(invalid), short(open)
}

// short keeps the first of many, and says how many more there are.
func short(list []string) []string {
	const most = 4
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}

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
