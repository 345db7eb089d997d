package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/evidence"
)

// exportTo writes what is open, and all that was answered, as a sheet.
func (d *desk) exportTo(path string) error {
	open, err := d.questions()
	if err != nil {
		return err
	}
	run := d.past.Desk()
	s := answers.Sheet{Record: run.Opening, Edition: string(run.Edition)}
	listed := map[string]bool{}
	for _, q := range open {
		listed[q.row.Unit] = true
		r := answers.SheetRow{Unit: q.row.Unit, Question: q.row.Purpose, Known: strings.TrimSpace(string(q.row.Verdict) + " " + q.row.Reason)}
		if p := q.row.Proposal; p != nil {
			r.Proposed = fmt.Sprintf("%s: %s", p.Verdict, p.Reason)
		}
		for _, in := range d.past.Inputs(q.row.Unit) {
			r.Inputs = append(r.Inputs, answers.SheetInput(in))
		}
		s.Answers = append(s.Answers, d.given(r)...)
	}
	for _, r := range d.past.Matrix().Rows {
		for _, u := range r.Units {
			if !listed[u.Unit] && len(u.Attested) > 0 && (len(d.flags.only) == 0) {
				s.Answers = append(s.Answers, d.given(answers.SheetRow{Unit: u.Unit, Question: u.Purpose})...)
			}
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("export: %w\n  a sheet is never written over another: name a new file", err)
	}
	defer f.Close()
	if err := s.Write(f); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "%d rows in %s; fill in and read it with: assay answer %s --import %s --key FILE\n", len(s.Answers), path, d.past.Dir, path)
	return f.Close()
}

// given is a row for each person who answered, or the row itself.
func (d *desk) given(r answers.SheetRow) []answers.SheetRow {
	all := d.past.Book().Judgements(r.Unit)
	if len(all) == 0 {
		return []answers.SheetRow{r}
	}
	var out []answers.SheetRow
	for _, j := range all {
		a := r
		a.Answered(j.Entry)
		out = append(out, a)
	}
	return out
}

// importFrom reads a sheet. What has its evidence by hash is signed, as far as it is new; all else is a proposal.
func (d *desk) importFrom(path string) error {
	rows, err := answers.ReadSheet(path, d.past.Desk())
	if err != nil {
		return err
	}
	var signed, proposed []answers.Entry
	known := 0
	for _, r := range rows {
		e := r.Entry()
		switch {
		case d.knows(e):
			known++
		case d.key == nil || len(e.Evidence) == 0 || slices.ContainsFunc(e.Evidence, func(ev answers.Evidence) bool { return ev.SHA256 == "" }):
			e.Kind = answers.Proposed
			if e.By == "" {
				e.By = filepath.Base(path)
			}
			proposed = append(proposed, e)
		case e.By != "" && e.By != d.person.Name:
			return fmt.Errorf("import %s: the answer for %s is that of %s, and the key is that of %s\n  each imports his own", path, e.Unit, e.By, d.person.Name)
		default:
			if err := errors.Join(d.may(e.Unit), harness.Clean(e.Reason)); err != nil {
				return fmt.Errorf("import %s: %w", path, err)
			}
			if len(e.Inputs) == 0 {
				e.Inputs = d.past.Inputs(e.Unit)
			}
			signed = append(signed, e)
		}
	}
	if _, err := d.sign(signed...); err != nil {
		return err
	}
	key := d.key
	d.key = nil // a proposal is nobody's signature
	_, err = d.sign(proposed...)
	d.key = key
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "%d answers, %d proposals, %d known already\n", len(signed), len(proposed), known)
	return nil
}

// knows tells of an answer that stands in the book already.
func (d *desk) knows(e answers.Entry) bool {
	same := func(o answers.Entry) bool {
		return o.Verdict == e.Verdict && o.Reason == e.Reason && (e.By == "" || o.By == e.By) && slices.Equal(o.Evidence, e.Evidence)
	}
	return slices.ContainsFunc(d.past.Book().Judgements(e.Unit), func(j answers.Judgement) bool { return same(j.Entry) }) ||
		slices.ContainsFunc(d.past.Book().Proposals(e.Unit), same)
}

// external puts the documents of a file forward.
func (d *desk) external(path string) error {
	if err := d.needKey(); err != nil {
		return err
	}
	docs, err := answers.ReadExternal(path, d.past.Desk())
	if err != nil {
		return err
	}
	for _, e := range docs {
		for _, u := range e.Document.Units {
			if err := d.may(u); err != nil {
				return fmt.Errorf("put %s forward: %w", e.Document.Title, err)
			}
		}
	}
	if _, err := d.sign(docs...); err != nil {
		return err
	}
	m := d.past.Matrix()
	for _, r := range m.Rows {
		for _, u := range r.Units {
			for _, x := range u.External {
				stands := "stands on it"
				if !x.Counts {
					stands = "does not stand on it: " + x.Why
				}
				fmt.Fprintf(d.out, "%-10s %s: %s\n", u.Unit, safe(x.Title), safe(stands))
			}
		}
	}
	return nil
}

// takeOver signs the answers of an earlier run for this one, where what they rest on is the same, and names those that must be
// asked again.
func (d *desk) takeOver(run string) error {
	if err := d.needKey(); err != nil {
		return err
	}
	dirs, err := records(run)
	if err != nil {
		return err
	}
	if len(dirs) > 1 {
		return fmt.Errorf("take answers over: %s holds %d devices\n  name one: %s", run, len(dirs), strings.Join(dirs, ", "))
	}
	old, err := harness.Read(dirs[0])
	if err != nil {
		return err
	}
	if err := old.Answer(d.lab); err != nil {
		return err
	}
	if old.Desk().Opening == d.past.Desk().Opening {
		return fmt.Errorf("take answers over: %s: it is this very run", run)
	}
	if old.Opening.Edition != d.past.Opening.Edition {
		return fmt.Errorf("take answers over: %s is of edition %s, and this run of %s: a unit's letter may mean another thing", run, old.Opening.Edition, d.past.Opening.Edition)
	}
	var take []answers.Entry
	taken, again := map[string]bool{}, 0
	for _, s := range old.Book().Signed() {
		if s.Kind == answers.Answer {
			why := answers.Changed(s.Inputs, d.past.Inputs(s.Unit))
			switch {
			case d.answered(s):
				continue
			case len(why) > 0:
				fmt.Fprintf(d.out, "%-10s asked again: %s\n", s.Unit, safe(strings.Join(why, "; ")))
				again++
				continue
			case d.may(s.Unit) != nil:
				fmt.Fprintf(d.out, "%-10s left: %v\n", s.Unit, d.may(s.Unit))
				again++
				continue
			}
			taken[s.ID] = true
		} else if !taken[s.Of] {
			continue
		}
		if err := d.copyEvidence(old.Dir, s.Entry); err != nil {
			return err
		}
		take = append(take, answers.Entry{Kind: s.Kind, Unit: s.Unit, Reason: "taken over from the run " + old.Opening.Run,
			Taken: &answers.Taken{Run: old.Opening.Run, Line: s.Line}})
	}
	if _, err := d.sign(take...); err != nil {
		return err
	}
	fmt.Fprintf(d.out, "%d answers taken over, %d to be asked again: assay answer %s\n", len(taken), again, d.past.Dir)
	return nil
}

// answered tells whether the person of an earlier answer answered in this run too.
func (d *desk) answered(s answers.Signed) bool {
	return slices.ContainsFunc(d.past.Book().Judgements(s.Unit), func(j answers.Judgement) bool { return j.By == s.By })
}

func (d *desk) copyEvidence(from string, e answers.Entry) error {
	for _, ev := range e.Evidence {
		b, err := answers.ReadEvidence(evidence.Path(from, ev.SHA256))
		if err != nil {
			return err
		}
		if _, err := answers.Keep(d.past.Dir, ev.File, b); err != nil {
			return err
		}
	}
	return nil
}

// secondCommand confirms or objects to what somebody else answered.
func secondCommand(f *answerFlags, kind answers.Kind) *cobra.Command {
	var reason, by string
	c := &cobra.Command{
		Use:   string(kind) + " RUN UNIT…",
		Short: map[answers.Kind]string{answers.Confirm: "Confirm another person's answers", answers.Object: "Object to another person's answers"}[kind],
		Args:  cobra.MinimumNArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := openDesk(args[0], *f, c)
			if err != nil {
				return err
			}
			if err := errors.Join(d.needKey(), answers.CheckReason(reason), harness.Clean(reason)); err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
			var all []answers.Entry
			for _, unit := range args[1:] {
				ids, err := d.others(unit, by)
				if err != nil {
					return fmt.Errorf("%s: %w", kind, err)
				}
				for _, id := range ids {
					all = append(all, answers.Entry{Kind: kind, Unit: unit, Of: id, Reason: reason})
				}
			}
			if _, err := d.sign(all...); err != nil {
				return err
			}
			return d.settled(args[1:])
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "why, in a sentence")
	c.Flags().StringVar(&by, "of", "", "whose answer, where several persons answered")
	return c
}

// others are the answers, and documents, for a unit that this person may second: everybody's but his own.
func (d *desk) others(unit, by string) (ids []string, err error) {
	if err := d.may(unit); err != nil {
		return nil, err
	}
	var who []string
	for _, j := range d.past.Book().Judgements(unit) {
		if j.By != d.person.Name && (by == "" || by == j.By) {
			ids, who = append(ids, j.ID), append(who, j.By)
		}
	}
	of := d.past.Opening
	for _, x := range d.past.Book().Documents(unit, of.Identity.Model, of.Identity.Firmware, of.At) {
		if x.Entry.By != d.person.Name && (by == "" || by == x.Entry.By) {
			ids, who = append(ids, x.ID), append(who, x.Entry.By)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, fmt.Errorf("nobody else answered %s: the second person is another than the first", unit)
	case len(ids) > 1:
		return nil, fmt.Errorf("%s was answered by %s\n  say whose answer is meant: --of NAME", unit, strings.Join(who, " and "))
	}
	return ids, nil
}

// settled says how the units came out.
func (d *desk) settled(units []string) error {
	for _, r := range d.past.Matrix().Rows {
		for _, u := range r.Units {
			if slices.Contains(units, u.Unit) {
				fmt.Fprintf(d.out, "%-10s %-12s %s\n", u.Unit, u.Verdict, safe(u.Reason))
			}
		}
	}
	return nil
}
