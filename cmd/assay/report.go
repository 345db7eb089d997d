package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports"
	"github.com/secure-by-design/assay/reports/profiles"
)

// reportFlags are what a report is told.
type reportFlags struct {
	books              []string
	answers, confirmed string
	verbose            bool
	final              bool
	lab                string
}

func reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Show a run's matrix and write its reports again; hold it against laws and labels",
		Long: "report shows the matrix of a run and writes its reports again. With --profile it tells how the run comes out by a rule book\n" +
			"(assay list --profiles): met, not met, or not shown, because. What no provision covers is asked, never inferred: the answers\n" +
			"stand in a sheet, " + answersName + " in the run's directory or where --answers says, as\n\n" +
			"  by: Jo Fox\n  on: 2026-11-24\n  answers:\n    uk-psti:\n      S4-1: \"yes: page 1 of the statement of 1 November 2026\"\n\n" +
			"profiles.json and a section of report.html hold the same.",
		Example: "  assay report runs/2027-01-31T09-00-00Z\n  assay report runs/2027-01-31T09-00-00Z --profile all\n" +
			"  assay report runs/2027-01-31T09-00-00Z --profile uk-psti --answers answers.yaml",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			books, err := f.chosen()
			if err != nil {
				return err
			}
			ticks, err := harness.LoadTicks(f.confirmed)
			if err != nil {
				return err
			}
			dirs, err := records(args[0])
			if err != nil {
				return err
			}
			for _, dir := range dirs {
				if err := f.report(c, dir, books, ticks); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringSliceVar(&f.books, "profile", nil, "rule books to hold it against: a name of assay list --profiles, or all")
	c.Flags().StringVar(&f.answers, "answers", "", "sheet of answers to the rule books' questions")
	c.Flags().StringVar(&f.confirmed, "confirmed", confirmedName, "units held against the document, as assay list --confirm writes them")
	c.Flags().BoolVar(&f.final, "final", false, "a final report: each PASS that a person judged needs a second person's confirmation")
	c.Flags().StringVar(&f.lab, "lab", "", "lab file that says whose answers count (default: the one kept with them)")
	c.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "show every unit, and every row of the rule books")
	return c
}

const (
	answersName   = "profile-answers.yaml"
	confirmedName = "assay-confirmed.yaml"
)

// chosen are the rule books that were asked for.
func (f reportFlags) chosen() ([]*provisions.Profile, error) {
	var out []*provisions.Profile
	for _, name := range f.books {
		if strings.EqualFold(name, "all") {
			return provisions.Must().Profiles(), nil
		}
		p, err := provisions.Must().Profile(name)
		if err != nil {
			return nil, fmt.Errorf("--profile: %w", err)
		}
		out = append(out, p)
	}
	if f.answers != "" && len(out) == 0 {
		return nil, fmt.Errorf("--answers %s: answers belong to a rule book: name it with --profile", f.answers)
	}
	return out, nil
}

// report shows one run and writes its reports. Where rule books are asked for they are shown, and the matrix when verbose.
func (f reportFlags) report(c *cobra.Command, dir string, books []*provisions.Profile, ticks []harness.Tick) error {
	past, err := harness.Read(dir)
	if err != nil {
		return err
	}
	if err := f.attested(past); err != nil {
		return err
	}
	m := past.Matrix()
	m.Confirm(ticks)
	other, err := past.Other()
	if err != nil {
		return err
	}
	var results []profiles.Result
	if len(books) > 0 {
		answers, err := f.answered(dir)
		if err != nil {
			return err
		}
		for _, p := range books {
			of := m
			if other != nil && p.Edition == other.Edition {
				of = other
			}
			results = append(results, profiles.Evaluate(p, of, answers))
		}
	}
	out := c.OutOrStdout()
	width, _ := terminal(out)
	look := reports.Options{Width: width, Color: colour(out), Verbose: f.verbose}
	if len(results) == 0 || f.verbose {
		err = reports.Terminal(out, m, look)
	}
	if len(results) > 0 && err == nil {
		fmt.Fprintf(out, "\n%s: %s\n", safe(past.Opening.Target), safe(m.Line))
		err = reports.Books(out, results, look)
	}
	if err != nil {
		return err
	}
	paths, err := reports.Write(dir, m, results...)
	if err != nil {
		return err
	}
	if other != nil {
		other.Confirm(ticks)
		more, err := reports.WriteOther(dir, other, results...)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "in edition %s: %s\n", other.Edition, safe(other.Line))
		paths = append(paths, more...)
	}
	for _, p := range paths {
		fmt.Fprintln(out, "  "+p)
	}
	return nil
}

// attested holds the run's answers against the lab file that was named, and by the rules of a final report.
func (f reportFlags) attested(past *harness.Past) error {
	past.Final = f.final
	if f.lab == "" {
		return nil
	}
	lab, err := labFile(f.lab, true)
	if err != nil {
		return err
	}
	return past.Answer(lab)
}

// answered reads the sheet that was named, or the one in the run's directory, if there is one.
func (f reportFlags) answered(dir string) (map[string]string, error) {
	path := f.answers
	if path == "" {
		path = filepath.Join(dir, answersName)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	return profiles.LoadAnswers(path)
}
