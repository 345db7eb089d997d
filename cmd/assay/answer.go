package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/provisions"
)

// answerFlags are what all answering is told.
type answerFlags struct {
	key, lab, role                     string
	only                               []string
	list, final                        bool
	export, imported, external, former string
}

func answerCommand() *cobra.Command {
	var f answerFlags
	c := &cobra.Command{
		Use:   "answer RUN",
		Short: "Judge by hand what the machine leaves open, one question at a time",
		Long: "answer asks one question at a time: what to look at, what is known, what to attach, the verdict and why. Each answer is written\n" +
			"and signed at once, beside the record; stop whenever you like, and go on later. Any unit may be answered: where machine and\n" +
			"person differ both are shown, and the worse counts until a second person confirms.\n\n" +
			"The lab file says whose signature counts for which clauses; assay answer keygen makes a key and prints its line.",
		Example: "  assay answer keygen --name \"Ada Lovelace\" --key ada.key\n  assay answer runs/2027-01-31T09-00-00Z --key ada.key --only 5.3\n" +
			"  assay answer confirm runs/2027-01-31T09-00-00Z 5.3-10-1a --key bob.key --reason \"I saw the same pages of the guide\"\n" +
			"  assay answer runs/NEW --from runs/OLD --key ada.key",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := openDesk(args[0], f, c)
			if err != nil {
				return err
			}
			switch {
			case f.list:
				return d.list()
			case f.export != "":
				return d.exportTo(f.export)
			case f.imported != "":
				return d.importFrom(f.imported)
			case f.external != "":
				return d.external(f.external)
			case f.former != "":
				return d.takeOver(f.former)
			}
			return d.askAll()
		},
	}
	fl := c.PersistentFlags()
	fl.StringVar(&f.key, "key", "", "your signing key, as keygen makes it")
	fl.StringVar(&f.lab, "lab", "lab.yaml", "lab file: whose signature counts for what")
	fl.StringVar(&f.role, "role", "", "the role in which you answer (default: your first in the lab file)")
	own := c.Flags()
	own.StringSliceVar(&f.only, "only", nil, "these alone, also those that are settled: a clause, provision, case or unit")
	own.BoolVar(&f.list, "list", false, "show what is open, and ask nothing")
	own.BoolVar(&f.final, "final", false, "as for a final report: what another person judged PASS is open too, until a second one confirms it")
	own.StringVar(&f.export, "export", "", "write questions and answers to a YAML sheet")
	own.StringVar(&f.imported, "import", "", "read answers from a YAML sheet; without hashes of evidence, or without --key, they are proposals")
	own.StringVar(&f.external, "external", "", "put certificates and reports of others forward, from a YAML file")
	own.StringVar(&f.former, "from", "", "take over the answers of an earlier run whose inputs did not change")
	c.MarkFlagsMutuallyExclusive("list", "export", "import", "external", "from")
	c.AddCommand(keygenCommand(&f), secondCommand(&f, answers.Confirm), secondCommand(&f, answers.Object))
	return c
}

func keygenCommand(f *answerFlags) *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "keygen --name NAME --key FILE",
		Short: "Make a signing key, and print its line for the lab file",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if name == "" || f.key == "" {
				return errors.New("make a key: say whose it is and where to put it: --name NAME --key FILE")
			}
			k, err := answers.NewKey(f.key)
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "# people: of the lab file\n  - name: %q\n    key: %s\n    roles: [assessor]\n    clauses: [all]\n", name, k.Public())
			return nil
		},
	}
	c.Flags().StringVar(&name, "name", "", "whose key it is")
	return c
}

// A desk is one person who answers for one run.
type desk struct {
	flags  answerFlags
	past   *harness.Past
	lab    *answers.Lab
	key    *answers.Key
	person answers.Person
	role   string
	in     *bufio.Reader
	out    io.Writer
	now    func() time.Time
}

// openDesk reads the run, the lab file and the key. Listing and exporting need no key; without one an import is a proposal.
func openDesk(run string, f answerFlags, c *cobra.Command) (*desk, error) {
	dirs, err := records(run)
	if err != nil {
		return nil, err
	}
	if len(dirs) > 1 {
		return nil, fmt.Errorf("answer %s: it holds %d devices\n  name one: %s", run, len(dirs), strings.Join(dirs, ", "))
	}
	d := &desk{flags: f, in: bufio.NewReader(c.InOrStdin()), out: c.OutOrStdout(), now: time.Now}
	if d.past, err = harness.Read(dirs[0]); err != nil {
		return nil, err
	}
	d.past.Guard()
	d.past.Final = f.final
	if d.lab, err = labFile(f.lab, c.Flags().Changed("lab")); err != nil {
		return nil, err
	}
	if f.key != "" {
		if err := d.sit(); err != nil {
			return nil, err
		}
	}
	return d, d.past.Answer(d.lab)
}

// labFile reads the lab file; the default one need not be there.
func labFile(path string, named bool) (*answers.Lab, error) {
	if _, err := os.Stat(path); err != nil && !named {
		return nil, nil
	}
	return answers.ReadLab(path)
}

// sit finds out who answers.
func (d *desk) sit() (err error) {
	if d.key, err = answers.ReadKey(d.flags.key); err != nil {
		return err
	}
	if d.lab == nil {
		return fmt.Errorf("answer: no lab file says whose key %s is\n  write lab.yaml, or name one: --lab FILE; assay answer keygen prints what to put there", d.flags.key)
	}
	p, ok := d.lab.Owner(d.key.Public())
	if !ok {
		return fmt.Errorf("answer: the lab file %s has nobody with the key %s\n  add its owner to people:, with key: %s", d.flags.lab, d.flags.key, d.key.Public())
	}
	d.person, d.role = p, p.Roles[0]
	if d.flags.role != "" {
		d.role = d.flags.role
	}
	if !slices.Contains(p.Roles, d.role) {
		return fmt.Errorf("answer: %s has not the role %q in %s: %s", p.Name, d.role, d.flags.lab, strings.Join(p.Roles, ", "))
	}
	return nil
}

// needKey is for what is signed.
func (d *desk) needKey() error {
	if d.key == nil {
		return errors.New("answer: name your key: --key FILE\n  make one with assay answer keygen --name NAME --key FILE")
	}
	return nil
}

// sign writes an entry into the book, with the lab file beside it, and folds it in.
func (d *desk) sign(entries ...answers.Entry) ([]answers.Entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	run := d.past.Desk()
	var kept string
	if d.lab != nil {
		var err error
		if kept, err = answers.Keep(d.past.Dir, "lab file", d.lab.Source); err != nil {
			return nil, err
		}
	}
	for i := range entries {
		e := &entries[i]
		e.Run, e.Edition, e.Lab = run.Opening, string(run.Edition), kept
		if e.At.IsZero() {
			e.At = d.now().UTC()
		}
		if e.Kind != answers.Proposed {
			e.By, e.Role = d.person.Name, d.role
		}
	}
	out, err := answers.Append(d.past.Dir, d.key, entries...)
	if err != nil {
		return nil, err
	}
	return out, d.past.Answer(d.lab)
}

// may tells whether the person is entitled to a unit.
func (d *desk) may(unit string) error {
	u, ok := provisions.Must().Unit(d.past.Opening.Edition, unit)
	if !ok {
		return fmt.Errorf("answer: %s has no unit %q\n  assay list --edition %s shows them", d.past.Opening.Edition, unit, d.past.Opening.Edition)
	}
	if !d.person.May(u.Provision) {
		return fmt.Errorf("answer %s: %s is not entitled to %s: the lab file lets %s judge %s", unit, d.person.Name, u.Provision, d.person.Name, strings.Join(d.person.Clauses, ", "))
	}
	return nil
}

// An open question is a unit with its row of the matrix.
type question struct {
	row  harness.UnitRow
	pr   harness.Row
	unit *provisions.Unit
}

// questions are the units that are open, or those selected, in the order of the catalogue.
func (d *desk) questions() ([]question, error) {
	chosen := map[string]bool{}
	for _, what := range d.flags.only {
		units, err := provisions.Must().Select(d.past.Opening.Edition, what)
		if err != nil {
			return nil, fmt.Errorf("--only %s: %w", what, err)
		}
		for _, u := range units {
			chosen[u.ID] = true
		}
	}
	m := d.past.Matrix()
	var out []question
	for _, r := range m.Rows {
		for _, u := range r.Units {
			unit, ok := provisions.Must().Unit(m.Edition, u.Unit)
			if !ok || len(chosen) > 0 && !chosen[u.Unit] || len(chosen) == 0 && !open(m, r, u) {
				continue
			}
			out = append(out, question{u, r, unit})
		}
	}
	return out, nil
}

// open tells of a unit that counts and is not settled.
func open(m *harness.Matrix, r harness.Row, u harness.UnitRow) bool {
	counts := !r.Beyond && (r.Claim == "Y" || !m.Declared)
	return counts && (u.Verdict == harness.Inconclusive || u.Verdict == harness.NotDone)
}

// list shows what is open.
func (d *desk) list() error {
	all, err := d.questions()
	if err != nil {
		return err
	}
	for _, q := range all {
		line := q.row.Reason
		for _, a := range q.row.Attested {
			line = fmt.Sprintf("%s says %s; %s", a.By, a.Verdict, line)
		}
		if p := q.row.Proposal; p != nil && len(q.row.Attested) == 0 {
			line = fmt.Sprintf("proposed: %s, %s", p.Verdict, p.Reason)
		}
		fmt.Fprintf(d.out, "%-10s %-12s %s\n", q.row.Unit, q.row.Verdict, safe(line))
	}
	fmt.Fprintf(d.out, "%d units are open\n", len(all))
	if a := d.past.Matrix().Answers; a != nil {
		for _, why := range a.Invalid {
			fmt.Fprintln(d.out, "! "+safe(why))
		}
	}
	return nil
}
